"""What a paper costs: a statement of a whole cycle as a PDF, the page by which a stranger checks it, a badge.

Each figure is the median of several; memory is what the process grew by while it made them (aim: 1 s, 100 MB).
"""

import gc
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

TIMES = 12


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.test")
    django.setup()
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False)
    try:
        measure()
    finally:
        teardown_databases(old, verbosity=0)


def report(bench: str, value: float, unit: str) -> None:
    print(json.dumps({"bench": f"papers: {bench}", "value": round(value, 2), "unit": unit}), flush=True)


def median_ms(act: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
    """The median of TIMES calls in milliseconds, after a first one that loads what is loaded once."""
    act()
    taken = []
    for _time in range(TIMES):
        begun = clock()
        act()
        taken.append((clock() - begun) * 1000)
    return statistics.median(taken)


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure() -> None:
    from django.test import Client
    from django.urls import reverse

    from lms.credits.domain.attesting import attest_course, attest_hours
    from lms.credits.domain.binding import Span
    from lms.credits.domain.printing import print_attestation
    from lms.credits.enums import Period
    from lms.interop.badges.issuing import badge_of
    from lms.interop.badges.status import status_list_of
    from tests.cast import make_cast
    from tests.credits.world import AT, adopt, complete_course, earn, load, teach

    cast = make_cast()
    load()
    adopt()
    for _number in range(40):
        earn(cast.learner)
    statement = attest_hours(cast.learner, Span(Period.FIVE_YEAR_CYCLE, 2023), by=cast.learner, at=AT)
    certificate = attest_course(complete_course(cast.learner, teach(600)), by=cast.learner, at=AT)

    def paper() -> bytes:
        return print_attestation(statement, address="https://study.example.cn/verify/", entry_page="study.example.cn")

    gc.collect()
    before = resident_mb()
    report("a statement as PDF", median_ms(paper), "ms")
    report("a statement as PDF, processor time alone", median_ms(paper, time.process_time), "ms")
    report("memory kept after making them", resident_mb() - before, "MB")
    report("size of the PDF", len(paper()) / 1000, "kB")
    client, page = Client(), reverse("verify:attestation", args=[statement.number])
    report("the public page", median_ms(lambda: client.get(page)), "ms")
    report("size of the public page, without styles", len(client.get(page).content) / 1000, "kB")
    report("a badge, signed", median_ms(lambda: badge_of(certificate)), "ms")
    report("the status list, made anew", median_ms(lambda: status_list_of(0, at=AT)), "ms")


if __name__ == "__main__":
    main()
