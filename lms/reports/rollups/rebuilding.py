"""The roll-ups against the facts, and made again from nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum

from lms.credits.domain.holding import read_rows
from lms.credits.domain.requiring import Needs
from lms.reports.queries import batched
from lms.reports.rollups.folding import AT_ONCE, COLUMNS, begin, fold
from lms.reports.rollups.models import Cell, DayTally, FoldState, MonthTally, Share, TodayTally, Touched
from lms.reports.rollups.sharing import read_lives, share_of

Sums = dict[tuple, list[int]]


def differences(*, tell: Callable[[int], None] = lambda done: None) -> Iterator[str]:
    """Where a share says something else than the facts, or a sum something else than the shares.

    Whoever was touched and is not counted yet is passed over; nothing may be folded meanwhile.
    """
    state = FoldState.objects.first()
    if state is None:
        return
    waiting = set(Touched.objects.values_list("ref", flat=True))
    years, needs = range(state.first_year, state.last_year + 1), Needs(read_rows())
    todays: Sums = defaultdict(lambda: [0] * len(COLUMNS))
    days: Sums = defaultdict(lambda: [0] * len(COLUMNS))
    months: Sums = defaultdict(lambda: [0] * len(COLUMNS))
    done = 0
    for batch in batched(Share.objects.order_by("pk").iterator(chunk_size=AT_ONCE), AT_ONCE):
        lives = read_lives([share.pk for share in batch], years, needs)
        keys = dict(
            Cell.objects.filter(pk__in={line[0] for share in batch for line in share.lines}).values_list("pk", "key")
        )
        for share in batch:
            fresh = share_of(lives[share.pk], years, needs) if share.pk in lives else {}
            wanted = sorted(
                [";".join(":".join(map(str, post)) for post in cell), year, day.toordinal(), *amounts]
                for (cell, year, day), amounts in fresh.items()
            )
            if share.pk not in waiting and wanted != sorted([keys[cell], *rest] for cell, *rest in share.lines):
                yield f"person {share.pk}: the share differs from the facts"
            for cell, year, ordinal, *amounts in share.lines:
                day = date.fromordinal(ordinal)
                _add(days[year, day], amounts)
                _add(months[year, day.replace(day=1)], amounts)
                if day <= state.day:
                    _add(todays[cell, year], amounts)
        done += len(batch)
        tell(done)
    yield from _sums_differ("today", todays, TodayTally, "cell_id", "year")
    yield from _sums_differ("month", months, MonthTally, "year", "day")
    yield from _sums_differ("day", days, DayTally, "year", "day")


def _add(known: list[int], amounts: list[int]) -> None:
    for place, amount in enumerate(amounts):
        known[place] += amount


def _sums_differ(name: str, wanted: Sums, model: Any, *key: str) -> Iterator[str]:
    rows = model.objects.order_by().values_list(*key).annotate(*[Sum(column) for column in COLUMNS])
    kept = {tuple(row[: len(key)]): list(row[len(key) :]) for row in rows}
    nothing = [0] * len(COLUMNS)
    for where in sorted(wanted.keys() | kept.keys()):
        if wanted.get(where, nothing) != kept.get(where, nothing):
            yield f"{name} {' '.join(map(str, where))}: {kept.get(where, nothing)} → {wanted.get(where, nothing)}"


def rebuild(*, at: datetime, tell: Callable[[int], None] = lambda done: None) -> int:
    """Throw the roll-ups away and count everybody; how many. Until that is done the first page counts from facts."""
    with transaction.atomic():
        for model in (FoldState, Share, DayTally, MonthTally, TodayTally, Cell):
            model.objects.all().delete()
    begin(at=at)
    done = 0
    while True:
        folded = fold(at=at)
        done += folded.people
        tell(done)
        if not folded.is_more:
            return done
