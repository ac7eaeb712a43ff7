"""Counting what was touched again: what a person was in the sums is taken out, what she is now is put in.

A share is a function of facts, so that it does not matter how often, in which order or how late somebody is counted
again: the sums are those of the shares, and after everything that was touched the shares are those of the facts. One
transaction takes touched rows, shares and sums together; whoever is killed in it leaves all three as they were.
Until everybody was counted once there are only shares, of which the sums are then made all at once.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db import transaction

from lms.credits.domain.assessing import people_with_posts
from lms.credits.domain.binding import Row
from lms.credits.domain.holding import read_rows
from lms.credits.domain.requiring import Needs
from lms.lib.durations import beijing_day
from lms.people.models import Division, Person, Post
from lms.people.models.places import SUCCESSIONS
from lms.reports.rollups.adding import add_all_shares, add_days, add_lines
from lms.reports.rollups.cells import cells_of, follow_places, places_since
from lms.reports.rollups.enums import TouchedKind
from lms.reports.rollups.models import FoldState, Share, Touched
from lms.reports.rollups.sharing import read_lives, share_of

AT_ONCE = 1000
ROWS_AT_ONCE = 1000
# From this month on people are counted for the next year as well, so that nothing is left for the turn of the year.
LAST_MONTH = 12


@dataclass(frozen=True, slots=True)
class Folded:
    """What one fold did: touched rows taken, people counted, and whether more is waiting."""

    touched: int
    people: int
    is_more: bool


def last_year_on(today: date) -> int:
    return today.year + (today.month >= LAST_MONTH)


def begin(*, at: datetime) -> FoldState:
    """The state, made when there is none yet: everybody is to be counted, for this year and the one before."""
    today = beijing_day(at)
    state, _made = FoldState.objects.get_or_create(
        pk=1,
        defaults={
            "day": today,
            "places_since": places_since(today),
            "first_year": today.year - 1,
            "last_year": last_year_on(today),
            "swept": 0,
            "sweep_since": at,
            "folded_at": at,
        },
    )
    return state


def fold(*, at: datetime, most: int = AT_ONCE) -> Folded:
    """Count again what was touched, at most so many people, and as many of everybody where that is going on."""
    begin(at=at)
    with transaction.atomic():
        state = FoldState.objects.select_for_update().get(pk=1)
        _turn_day(state, beijing_day(at), at)
        touched = list(Touched.objects.order_by("pk")[:most])
        by_kind: dict[str, set[int]] = defaultdict(set)
        for row in touched:
            by_kind[row.kind].add(row.ref)
        if TouchedKind.PLACE in by_kind:
            _touch_authorities(by_kind[TouchedKind.PLACE], at)
            follow_places(state)
        if TouchedKind.ALL in by_kind:
            state.swept, state.sweep_since = 0, min(row.at for row in touched if row.kind == TouchedKind.ALL)
        people = _with_survivors(by_kind[TouchedKind.PERSON])
        people -= _still_to_come(people, state)
        swept = _next_of_all(state, most - len(people)) if state.swept is not None and len(people) < most else []
        _count_again(people | set(swept), state)
        if state.swept is None and not state.is_built:
            add_all_shares(state.day)
            state.is_built = True
        Touched.objects.filter(pk__in=[row.pk for row in touched]).delete()
        is_more = len(touched) == most or state.swept is not None
        if not is_more:
            state.folded_at = at
        state.save()
    return Folded(len(touched), len(people | set(swept)), is_more)


def fold_all(*, at: datetime) -> int:
    """Fold until nothing waits; how many people were counted."""
    people = 0
    while True:
        folded = fold(at=at)
        people += folded.people
        if not folded.is_more:
            return people


def _turn_day(state: FoldState, today: date, at: datetime) -> None:
    """At midnight what begins or ends on the day joins today's sums, and places may be others."""
    if today > state.day:
        add_days(state.day + timedelta(days=1), today)
        state.day = today
        follow_places(state)
    if last_year_on(today) > state.last_year:
        state.last_year = last_year_on(today)
        state.swept, state.sweep_since = 0, at


def _with_survivors(ids: set[int]) -> set[int]:
    merged = Person.objects.filter(pk__in=ids, merged_into__isnull=False).values_list("merged_into_id", flat=True)
    return ids | {pk for pk in merged if pk is not None}


def _still_to_come(people: set[int], state: FoldState) -> set[int]:
    """Those whom the count of everybody that is going on reaches for the first time later."""
    if state.swept is None:
        return set()
    later = {pk for pk in people if pk > (state.swept or 0)}
    return later - set(Share.objects.filter(pk__in=later).values_list("pk", flat=True))


def _next_of_all(state: FoldState, most: int) -> list[int]:
    batch = list(people_with_posts(after=state.swept or 0, most=most).values_list("pk", flat=True))
    state.swept = batch[-1] if batch else None
    if not batch:
        state.sweep_since = None
    return batch


def _touch_authorities(divisions: Collection[int], at: datetime) -> None:
    """The place of an authority decides which requirements bind: its cadres are counted again."""
    places = set(divisions)
    for _step in range(SUCCESSIONS):
        places |= set(Division.objects.filter(successor__in=places).values_list("pk", flat=True))
    persons = Post.objects.filter(cadre_authority__division__in=places).order_by().values_list("person_id", flat=True)
    Touched.objects.bulk_create(
        (Touched(kind=TouchedKind.PERSON, ref=pk, at=at) for pk in persons.distinct()), batch_size=ROWS_AT_ONCE
    )


@lru_cache(maxsize=1)
def _needs(rows: tuple[Row, ...]) -> Needs:
    """Kept from fold to fold as long as the rows are the same."""
    return Needs(rows)


def _count_again(ids: set[int], state: FoldState) -> None:
    if not ids:
        return
    years, needs = range(state.first_year, state.last_year + 1), _needs(tuple(read_rows()))
    lives = read_lives(ids, years, needs)
    shares = {pk: share_of(life, years, needs) for pk, life in lives.items()}
    cells = cells_of({cell for share in shares.values() for cell, _year, _day in share}, state.day)
    known = Share.objects.in_bulk(ids)
    lines: list[list[int]] = []
    write, forget = [], []
    for pk in ids:
        old = known[pk].lines if pk in known else []
        new = sorted(
            [cells[cell], year, day.toordinal(), *amounts] for (cell, year, day), amounts in shares.get(pk, {}).items()
        )
        if new == old:
            continue
        lines += [[*line[:3], *(-amount for amount in line[3:])] for line in old]
        lines += new
        if new:
            write.append(Share(person_id=pk, lines=new))
        else:
            forget.append(pk)
    Share.objects.filter(pk__in=forget).delete()
    Share.objects.bulk_create(
        write, update_conflicts=True, unique_fields=["person_id"], update_fields=["lines"], batch_size=ROWS_AT_ONCE
    )
    if state.is_built:
        add_lines(lines, state.day)
