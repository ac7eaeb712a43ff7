"""What registering an hour takes on a synthetic province, and what a report that completes a lesson takes in all.

    python -m tests.bench.registering                       # 3,000 people, on a new SQLite file
    PEOPLE=100000 DATABASE=postgresql python -m tests.bench.registering
    DATABASE_URL=postgresql://… python -m tests.bench.registering --kept       # a province that is there already

Milliseconds by the clock (median and p95) and of the processor (median, of this process), and the number of queries.
The report is the last one of a lesson: it completes lesson and course and hands the rest to tasks, which are measured
one by one.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import count
from typing import Any

from tests.bench.exports import in_a_process
from tests.bench.province import database, p95

TIMES = 60
SECONDS = 100


def measure(bench: str, work: Callable[[Any], Any], each: Iterable[Any]) -> None:
    """One line about doing the work with each of these; the first one warms up."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    first, *rest = each
    with CaptureQueriesContext(connection) as queries:
        work(first)
    clock, processor = [], []
    for one in rest:
        begun, begun_cpu = time.perf_counter(), time.process_time()
        work(one)
        clock.append((time.perf_counter() - begun) * 1000)
        processor.append((time.process_time() - begun_cpu) * 1000)
    figures = {
        "value": round(statistics.median(clock), 1),
        "unit": "ms",
        "p95_ms": round(p95(sorted(clock)), 1),
        "processor_ms": round(statistics.median(processor), 1),
        "queries": len(queries),
        "times": len(clock),
        "database": connection.vendor,
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps({"bench": f"registering: {bench}", **figures}), flush=True)


def run() -> None:
    from wagtail.models import Page

    from lms.credits.domain.registering import register_credit
    from lms.credits.domain.studying import completion_of
    from lms.credits.tasks import assess_person_task, register_credit_task
    from lms.learning.domain.watching import accept_report, open_session
    from lms.learning.models import LessonCompletion
    from lms.lib.stretches import Stretches
    from lms.people.enums import PersonnelCategory
    from lms.people.models import Person
    from tests.bench.province import Province
    from tests.factories import learning as factory

    factory._numbers = count(Page.objects.count())  # its pages have names of their own, run after run
    province = Province()
    at = province.at
    completed: list[Any] = [completion_of("lesson_completion", one.pk) for one in province.completions(TIMES)]
    measure("a lesson", lambda completion: register_credit(completion, at=at), completed)
    measure("a lesson told twice", lambda completion: register_credit(completion, at=at), completed)

    lesson = factory.published(
        factory.live_lesson(factory.live_course(credit_for=PersonnelCategory.values), seconds=SECONDS)
    )
    begun = at - timedelta(seconds=SECONDS)
    people = Person.objects.filter(pk__in=[completion.person_id for completion in completed])
    sessions = [open_session(person, lesson, at=begun) for person in people]
    whole = Stretches.of([(0, SECONDS)])
    measure("the report", lambda session: accept_report(session, 1, stretches=whole, at=at), sessions)
    fresh = LessonCompletion.objects.filter(lesson_key=lesson.translation_key).order_by("pk")
    measure("its task that registers", lambda one: register_credit_task.func("lesson_completion", one.pk), list(fresh))
    measure("its task that assesses", lambda one: assess_person_task.func(one.person_id), list(fresh))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kept", action="store_true", help="measure the province that is there; adds to it")
    options = parser.parse_args()
    os.environ.update(DEMO="1", DEBUG="0", DJANGO_SETTINGS_MODULE="lms.settings.dev")
    if options.kept:
        in_a_process("registering", "run")
        return
    with database() as address:
        os.environ["DATABASE_URL"] = address
        in_a_process("exports", "make")
        in_a_process("registering", "run")


if __name__ == "__main__":
    main()
