"""The roll-ups against the facts, and made again from nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, Sum

from lms.credits.domain.holding import read_rows
from lms.credits.domain.requiring import Needs
from lms.lib.batches import batched
from lms.reports.rollups.adding import COLUMNS
from lms.reports.rollups.folding import AT_ONCE, begin, fold
from lms.reports.rollups.models import (
    Cell,
    CellPost,
    DayTally,
    FoldState,
    MonthTally,
    Share,
    TodayTally,
    Touched,
    UnitTally,
)
from lms.reports.rollups.sharing import NOTHING, SHORT, read_lives, share_of

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
        cells = Cell.objects.in_bulk({line[0] for share in batch for line in share.lines})
        for share in batch:
            fresh = share_of(lives[share.pk], years, needs) if share.pk in lives else {}
            wanted = sorted(
                [";".join(":".join(map(str, post)) for post in cell), year, day.toordinal(), *amounts]
                for (cell, year, day), amounts in fresh.items()
            )
            if share.pk not in waiting and wanted != sorted([cells[cell].key, *rest] for cell, *rest in share.lines):
                yield f"person {share.pk}: the share differs from the facts"
            for cell, year, ordinal, *amounts in share.lines:
                day = date.fromordinal(ordinal)
                wide = cells[cell].wide_id
                for one in (cell, wide):
                    _add(days[one == wide, year, day], amounts)
                    _add(months[one == wide, year, day.replace(day=1)], amounts)
                    if day <= state.day:
                        _add(todays[one, year], amounts)
        done += len(batch)
        tell(done)
    units: Sums = defaultdict(lambda: [0])
    posts = CellPost.objects.filter(org__isnull=False).values_list("cell_id", "org_id")
    for cell, unit in posts.iterator():
        for year in years:
            _add(units[unit, year], todays.get((cell, year), NOTHING)[SHORT : SHORT + 1])
    yield from _sums_differ("unit", units, UnitTally, "org_id", "year", columns=("short",))
    yield from _sums_differ("today", todays, TodayTally, "cell_id", "year")
    yield from _sums_differ("month", months, MonthTally, "is_wide", "year", "day")
    yield from _sums_differ("day", days, DayTally, "is_wide", "year", "day")


def _add(known: list[int], amounts: Sequence[int]) -> None:
    for place, amount in enumerate(amounts):
        known[place] += amount


def _sums_differ(name: str, wanted: Sums, model: Any, *key: str, columns: Sequence[str] = COLUMNS) -> Iterator[str]:
    rows = model.objects.order_by()
    if "is_wide" in key:
        rows = rows.annotate(is_wide=ExpressionWrapper(Q(cell__wide=None), BooleanField()))
    rows = rows.values_list(*key).annotate(*[Sum(column) for column in columns])
    kept = {tuple(row[: len(key)]): list(row[len(key) :]) for row in rows}
    nothing = [0] * len(columns)
    for where in sorted(wanted.keys() | kept.keys()):
        if wanted.get(where, nothing) != kept.get(where, nothing):
            yield f"{name} {' '.join(map(str, where))}: {kept.get(where, nothing)} → {wanted.get(where, nothing)}"


def rebuild(*, at: datetime, tell: Callable[[int], None] = lambda done: None) -> int:
    """Throw the roll-ups away and count everybody; how many. Until that is done the first page counts from facts."""
    models = (FoldState, Share, DayTally, MonthTally, TodayTally, UnitTally, CellPost, Cell)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Else it refuses to empty a table whose keys it has still to look up.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in connection.ops.sql_flush(no_style(), [model._meta.db_table for model in models]):
            cursor.execute(statement)
    begin(at=at)
    done = 0
    while True:
        folded = fold(at=at)
        done += folded.people
        tell(done)
        if not folded.is_more:
            return done
