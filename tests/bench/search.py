"""How well searches find what was judged, and how long they take: recall@10, nDCG@10, moments, p50, p95, worst.

    python -m tests.bench.search                                        # SQLite; the demo, then 2,000 lessons more
    DATABASE=postgresql python -m tests.bench.search --lessons 100000 --lines 1000000
    DATABASE_URL=postgresql://… python -m tests.bench.search --kept     # a library made before by tests.bench._library
    DATABASE_URL=postgresql://… python -m tests.bench.search --kept indexed --only ours   # and its index
    python -m tests.bench.search --only stock --misses                  # what it did not find, without what is held out

Every contestant is asked the same queries of tests/search/judgements.yaml over the same lessons, one after the other.
Over the large library the made lessons have not been judged and count as not relevant: there the figures are a lower
bound. Times are over ten rounds of all queries, or as many as begin within `--seconds`, after the one that was judged.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.search.judging import (
    DEPTH,
    RIGHT_SECONDS,
    Engine,
    Figures,
    Found,
    JudgedSet,
    Report,
    load_judgements,
    measure,
)

ROUNDS = 10
LESSONS, LINES = 2000, 20_000
STOCK = "wagtail.search.backends.database"


@dataclass(frozen=True)
class Contestant:
    """A search: `prepare` makes its index over all that stands in the database, `find` gives lessons, best first."""

    name: str
    find: Engine
    prepare: Callable[[], None] = lambda: None


def contestants() -> list[Contestant]:
    """Who takes part."""
    return [
        Contestant("stock", find_stock, index_stock),
        Contestant("substring", find_substring),
        Contestant("ours", find_ours, index_ours),
    ]


def index_stock() -> None:
    """Wagtail's own index of lessons, as `update_index` makes it."""
    from wagtail.search.backends import get_search_backend

    from courses.models import LessonPage

    index = get_search_backend(STOCK).get_index_for_model(LessonPage)
    index.add_model(LessonPage)
    keys = list(LessonPage.objects.order_by("pk").values_list("pk", flat=True))
    for begin in range(0, len(keys), 1000):
        index.add_items(LessonPage, list(LessonPage.objects.filter(pk__in=keys[begin : begin + 1000])))


def index_ours() -> None:
    """The whole index, and synonyms as trainers would have added them to those a site begins with."""
    from search.domain.rebuilding import rebuild
    from search.models import SynonymGroup
    from search.queries.understanding import forget_synonyms
    from tests.search.demo_library import lengths_in_seconds

    for pair in load_judgements(lengths_in_seconds()).synonyms:
        SynonymGroup.objects.create(words="\n".join(pair))
    forget_synonyms()
    rebuild(lambda what, done, total: None)


def find_ours(query: str) -> list[Found]:
    """The search of the site, as somebody who is not signed in has it."""
    from django.contrib.auth.models import AnonymousUser
    from django.utils import timezone

    from search.queries.finding import find

    hits = find(query, person=AnonymousUser(), at=timezone.now()).lessons
    return [Found(hit.lesson.code, hit.moments[0].seconds if hit.moments else None) for hit in hits]


def find_stock(query: str) -> list[Found]:
    """Wagtail's search as it comes: titles and what lessons teach, no captions and so no seconds."""
    from wagtail.search.backends import get_search_backend

    from courses.models import LessonPage

    results = get_search_backend(STOCK).search(query, LessonPage.objects.live())
    return [Found(lesson.code) for lesson in results[:DEPTH]]


def find_substring(query: str) -> list[Found]:
    """The least that finds a second: every word somewhere in title, teaching or line, lines first, no ranks."""
    from django.db.models import Q

    from courses.models import LessonPage
    from media.enums import TranscriptState
    from media.models import Cue

    in_lesson, in_line = Q(), Q()
    for word in query.split():
        named = Q(title__icontains=word) | Q(title_en__icontains=word)
        in_lesson &= named | Q(teaches__icontains=word) | Q(teaches_en__icontains=word)
        in_line &= Q(text__icontains=word)
    cues = Cue.objects.filter(in_line, transcript__state=TranscriptState.APPROVED)
    cues = cues.order_by("transcript", "number").values_list("transcript__video__lessons__code", "start_ms")
    found = [Found(code, start_ms / 1000) for code, start_ms in cues[:DEPTH]]
    codes = LessonPage.objects.live().filter(in_lesson).order_by("path").values_list("code", flat=True)
    return [*found, *map(Found, codes[:DEPTH])]


def say(bench: str, value: float, unit: str, **more: Any) -> None:
    line = {"bench": f"search: {bench}", "value": round(value, 4), "unit": unit, **more}
    print(json.dumps(line | {"load": round(os.getloadavg()[0], 1)}, ensure_ascii=False), flush=True)


def say_quality(name: str, where: str, report: Report) -> None:
    """All queries and what was held out of them; then one line for each kind."""
    overall, held_out = report.overall, report.only(held_out=True).overall
    for title, of in (("recall@10", "recall"), ("nDCG@10", "ndcg"), ("MRR@10", "mrr")):
        say(f"{title}, {name}, {where}", getattr(overall, of), "share", held_out=round(getattr(held_out, of), 4))
    say(
        f"right second, {name}, {where}",
        overall.moments_right,
        "share",
        **{"given": round(overall.moments_given, 4), "held_out": round(held_out.moments_right, 4)},
        **_errors(overall),
    )
    for kind, figures in report.by_kind.items():
        say(
            f"recall@10, {name}, {where}, {kind}",
            figures.recall,
            "share",
            ndcg=round(figures.ndcg, 4),
            mrr=round(figures.mrr, 4),
            queries=figures.queries,
        )


def _errors(figures: Figures) -> dict[str, float]:
    if figures.median_error is None or figures.worst_error is None:
        return {}
    return {"median_error_s": round(figures.median_error, 2), "worst_error_s": round(figures.worst_error, 1)}


def say_times(name: str, where: str, find: Engine, queries: list[str], seconds: float) -> None:
    """How long an answer takes, over rounds of all queries; each has been asked before."""
    times: list[tuple[float, str]] = []
    begun, rounds = time.perf_counter(), 0
    while rounds < ROUNDS and (rounds == 0 or time.perf_counter() - begun < seconds):
        for query in queries:
            asked = time.perf_counter()
            find(query)
            times.append(((time.perf_counter() - asked) * 1000, query))
        rounds += 1
    each = sorted(taken for taken, _query in times)
    say(f"time, {name}, {where}", statistics.median(each), "ms p50", rounds=rounds)
    say(f"time, {name}, {where}", statistics.quantiles(each, n=20)[-1], "ms p95", rounds=rounds)
    slowest: dict[str, float] = {}
    for taken, query in sorted(times, reverse=True):
        slowest.setdefault(query, round(taken, 1))
    say(f"time, {name}, {where}", max(each), "ms worst", rounds=rounds, worst_ten=dict(list(slowest.items())[:10]))


def find_within(lesson: int, query: str) -> list[int]:
    """When the lines begin (ms) that the site's search finds in the lesson."""
    from django.contrib.auth.models import AnonymousUser
    from django.utils import timezone

    from search.queries.within import starts_within

    return starts_within(lesson, query, person=AnonymousUser(), at=timezone.now()) or []


def find_substring_within(lesson: int, query: str) -> list[int]:
    """When the lines begin that hold what was typed, as it was typed."""
    from media.enums import TranscriptState
    from media.models import Cue

    cues = Cue.objects.filter(transcript__video__lessons=lesson, transcript__state=TranscriptState.APPROVED)
    return list(cues.filter(text__icontains=query).values_list("start_ms", flat=True))


def say_within(where: str, judged: JudgedSet) -> None:
    """Whether looking inside a lesson finds where it says what was asked: each query in each lesson that says it."""
    from courses.models import LessonPage

    keys = dict(LessonPage.objects.values_list("code", "pk"))
    asked = [(one, lesson) for one in judged.judgements for lesson in {moment.lesson for moment in one.moments}]
    for name, look in (("substring", find_substring_within), ("ours", find_within)):
        right: dict[bool, list[bool]] = {False: [], True: []}
        lines, times = [], []
        for one, lesson in asked:
            begun = time.perf_counter()
            starts = look(keys[lesson], one.query)
            times.append((time.perf_counter() - begun) * 1000)
            moments = [moment for moment in one.moments if moment.lesson == lesson]
            is_right = any(each.distance(start / 1000) <= RIGHT_SECONDS for each in moments for start in starts)
            right[one.held_out].append(is_right)
            lines += [len(starts)] * bool(starts)
        say(
            f"right second within the lesson, {name}, {where}",
            statistics.mean(right[False] + right[True] or [False]),
            "share",
            held_out=round(statistics.mean(right[True] or [False]), 4),
            lines_shown=round(statistics.mean(lines or [0]), 1),
            asked=len(asked),
            ms_p95=round(statistics.quantiles(times or [0, 0], n=20)[-1], 1),
        )


def say_misses(report: Report) -> None:
    """For whoever improves a search: what it did not find, without what is held out."""
    for outcome in report.only(held_out=False).outcomes:
        if outcome.ndcg < 1 or outcome.moment_error:
            judged, found = outcome.judgement, [one.lesson for one in outcome.found]
            print(f"{outcome.ndcg:.2f} {judged.kind}: {judged.query}\n  judged {judged.lessons}\n  found {found}")


@contextmanager
def database() -> Iterator[str]:
    """The address of a migrated database that is gone afterwards; DATABASE=postgresql: on that server."""
    from tests.migrated import Migrated, drop_database

    with tempfile.TemporaryDirectory() as folder:
        migrated = Migrated(Path(folder))
        if os.environ.get("DATABASE") != "postgresql":
            file = Path(folder) / "library.sqlite3"
            migrated.copy_to_file(file)
            yield f"sqlite:///{file}"
            return
        name = f"bench_search_{uuid4().hex[:8]}"
        try:
            yield migrated.copy_to_server(name)
        finally:
            drop_database(name)
            migrated.drop()


def compete(
    where: str, judged: JudgedSet, seconds: float, *, only: str = "", misses: bool = False, indexed: bool = False
) -> None:
    """Let every contestant, or only this one, answer over what stands in the database now; say figures, or misses."""
    from courses.models import LessonPage

    lessons = LessonPage.objects.count()
    for one in contestants():
        if only and only != one.name:
            continue
        if not indexed:
            begun = time.perf_counter()
            one.prepare()
            say(f"indexing, {one.name}, {where}", time.perf_counter() - begun, "s", lessons=lessons)
        report = measure(one.find, judged.judgements)
        if misses:
            say_misses(report)
            continue
        say_quality(one.name, where, report)
        say_times(one.name, where, one.find, [judgement.query for judgement in judged.judgements], seconds)
        if one.name == "ours":
            say_within(where, judged)


def run(options: argparse.Namespace) -> None:
    from tests.bench._library import say_made
    from tests.search.demo_library import lengths_in_seconds

    judged = load_judgements(lengths_in_seconds())
    if options.kept:
        compete(
            "kept", judged, options.seconds, only=options.only, misses=options.misses, indexed=options.kept == "indexed"
        )
        return
    say_made(0, 0)
    compete("demo", judged, options.seconds, only=options.only, misses=options.misses)
    if options.lessons and not options.misses:
        say_made(options.lessons, options.lines, demo=False)
        compete("large", judged, options.seconds, only=options.only)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--lessons", type=int, default=LESSONS, help=f"how many are made besides the demo's ({LESSONS})"
    )
    parser.add_argument("--lines", type=int, default=LINES, help=f"how many lines they have in all ({LINES})")
    parser.add_argument(
        "--kept",
        nargs="?",
        const="lessons",
        choices=["lessons", "indexed"],
        help="measure the library that is there; `indexed`: and the index that was made of it",
    )
    parser.add_argument("--seconds", type=float, default=60, help="no further round of queries after so long (60)")
    names = [one.name for one in contestants()]
    parser.add_argument("--only", default="", choices=names, help="let only this one take part")
    parser.add_argument("--misses", action="store_true", help="print what was missed, instead of figures")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings.test"
    import django

    if options.kept:
        django.setup()
        run(options)
        return 0
    with database() as address:
        os.environ["DATABASE_URL"] = address
        django.setup()
        from django.db import connections

        run(options)
        connections.close_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
