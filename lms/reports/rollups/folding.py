"""Counting what was touched again: what a person was in the sums is taken out, what she is now is put in.

A share is a function of facts, so that it does not matter how often, in which order or how late somebody is counted
again: the sums are those of the shares, and after everything that was touched the shares are those of the facts. One
transaction takes touched rows, shares and sums together; whoever is killed in it leaves all three as they were.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, Model

from lms.credits.domain.assessing import people_with_posts
from lms.credits.domain.holding import read_rows
from lms.credits.domain.requiring import Needs
from lms.lib.durations import beijing_day
from lms.people.models import Division, Org, Person, Post
from lms.people.models.places import SUCCESSIONS
from lms.reports.rollups.enums import TouchedKind
from lms.reports.rollups.models import Cell, CellPost, DayTally, FoldState, MonthTally, Share, TodayTally, Touched
from lms.reports.rollups.sharing import CellKey, read_lives, share_of

AT_ONCE = 1000
ROWS_AT_ONCE = 1000
# From this month on people are counted for the next year as well, so that nothing is left for the turn of the year.
LAST_MONTH = 12
COLUMNS = (
    "people",
    "asked",
    "met",
    "on_course",
    "short",
    "online_hundredths",
    "centralized_hundredths",
    "lessons_completed",
    "courses_completed",
)
_SUCCESSORS = "division" + "__successor" * SUCCESSIONS
# By cell (key of the row), year and day.
Changes = dict[tuple[int, int, date], list[int]]


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
            "places_since": _places_since(today),
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
            _follow_places(state)
        if TouchedKind.ALL in by_kind:
            state.swept, state.sweep_since = 0, min(row.at for row in touched if row.kind == TouchedKind.ALL)
        people = _with_survivors(by_kind[TouchedKind.PERSON])
        swept = _next_of_all(state, most - len(people)) if state.swept is not None and len(people) < most else []
        _count_again(people | set(swept), state)
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
        _add_days(state.day + timedelta(days=1), today)
        state.day = today
        _follow_places(state)
    if last_year_on(today) > state.last_year:
        state.last_year = last_year_on(today)
        state.swept, state.sweep_since = 0, at


def _with_survivors(ids: set[int]) -> set[int]:
    merged = Person.objects.filter(pk__in=ids, merged_into__isnull=False).values_list("merged_into_id", flat=True)
    return ids | {pk for pk in merged if pk is not None}


def _next_of_all(state: FoldState, most: int) -> list[int]:
    batch = list(people_with_posts(after=state.swept or 0, most=most).values_list("pk", flat=True))
    state.swept = batch[-1] if batch else None
    if not batch:
        state.sweep_since, state.is_built = None, True
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


def _places_since(today: date) -> date:
    """The day on which, up to today, the last place became another: from it on all lie where they lie today."""
    ended = Division.objects.filter(active_to__lte=today, successor__isnull=False)
    return ended.aggregate(last=Max("active_to"))["last"] or date.min


def _follow_places(state: FoldState) -> None:
    """The codes of all cells say where units and authorities lie on the state's day."""
    today = state.day
    state.places_since = _places_since(today)
    places = _places_on(today, None)
    wrong = []
    for post in CellPost.objects.iterator(chunk_size=10_000):
        codes = places[post.org_id][0], places[post.authority_id][0]
        if (post.org_code, post.authority_code) != codes:
            post.org_code, post.authority_code = codes
            wrong.append(post)
    CellPost.objects.bulk_update(wrong, ["org_code", "authority_code"], batch_size=500)


def _places_on(day: date, orgs: Collection[int] | None) -> dict[int, tuple[str, str]]:
    """By organisation: the code of where it lies on the day, and the level of the division it was set up in."""
    found = Org.objects.select_related(_SUCCESSORS)
    found = found if orgs is None else found.filter(pk__in=orgs)
    return {org.pk: (org.division.current(day).code, org.division.level) for org in found}


def _count_again(ids: set[int], state: FoldState) -> None:
    if not ids:
        return
    years, needs = range(state.first_year, state.last_year + 1), Needs(read_rows())
    lives = read_lives(ids, years, needs)
    shares = {pk: share_of(life, years, needs) for pk, life in lives.items()}
    cells = _cells({cell for share in shares.values() for cell, _year, _day in share}, state.day)
    known = Share.objects.in_bulk(ids)
    changes: Changes = {}
    write, forget = [], []
    for pk in ids:
        old = known[pk].lines if pk in known else []
        new = sorted(
            [cells[cell], year, day.toordinal(), *amounts] for (cell, year, day), amounts in shares.get(pk, {}).items()
        )
        if new == old:
            continue
        _note(changes, old, -1)
        _note(changes, new, 1)
        if new:
            write.append(Share(person_id=pk, lines=new))
        else:
            forget.append(pk)
    Share.objects.filter(pk__in=forget).delete()
    Share.objects.bulk_create(
        write, update_conflicts=True, unique_fields=["person_id"], update_fields=["lines"], batch_size=ROWS_AT_ONCE
    )
    _add(changes, state.day)


def _note(changes: Changes, lines: Iterable[Sequence[int]], sign: int) -> None:
    for cell_id, year, ordinal, *amounts in lines:
        known = changes.setdefault((cell_id, year, date.fromordinal(ordinal)), [0] * len(COLUMNS))
        for place, amount in enumerate(amounts):
            known[place] += sign * amount


def _cells(keys: set[CellKey], today: date) -> dict[CellKey, int]:
    """The rows of the cells; those that are new are made."""
    texts = {";".join(f"{org}:{authority}:{category}" for org, authority, category in key): key for key in keys}
    known = dict(Cell.objects.filter(key__in=texts).values_list("key", "pk"))
    fresh = [text for text in texts if text not in known]
    if fresh:
        Cell.objects.bulk_create([Cell(key=text) for text in fresh], batch_size=ROWS_AT_ONCE)
        known |= dict(Cell.objects.filter(key__in=fresh).values_list("key", "pk"))
        orgs = {org for text in fresh for place in texts[text] for org in place[:2]}
        places = _places_on(today, orgs)
        CellPost.objects.bulk_create(
            (
                CellPost(
                    cell_id=known[text],
                    rank=rank,
                    is_only=len(texts[text]) == 1,
                    org_id=org,
                    authority_id=authority,
                    category=category,
                    org_code=places[org][0],
                    authority_code=places[authority][0],
                    authority_level=places[authority][1],
                )
                for text in fresh
                for rank, (org, authority, category) in enumerate(texts[text])
            ),
            batch_size=ROWS_AT_ONCE,
        )
    return {key: known[text] for text, key in texts.items()}


def _add(changes: Changes, today: date) -> None:
    """Add the changes to the sums of their day and month, and to today's where they lie before tomorrow."""
    months: dict[tuple[int, int, date], list[int]] = {}
    todays: dict[tuple[int, int], list[int]] = {}
    for (cell_id, year, day), amounts in changes.items():
        _sum(months.setdefault((cell_id, year, day.replace(day=1)), [0] * len(COLUMNS)), amounts)
        if day <= today:
            _sum(todays.setdefault((cell_id, year), [0] * len(COLUMNS)), amounts)
    _upsert(DayTally, ("cell_id", "year", "day"), changes)
    _upsert(MonthTally, ("cell_id", "year", "day"), months)
    _upsert(TodayTally, ("cell_id", "year"), todays)


def _sum(known: list[int], amounts: Sequence[int]) -> None:
    for place, amount in enumerate(amounts):
        known[place] += amount


def _upsert(model: type[Model], key: tuple[str, ...], sums: dict) -> None:
    rows = [[*where, *amounts] for where, amounts in sorted(sums.items()) if any(amounts)]
    columns = (*key, *COLUMNS)
    one = f"({', '.join(['%s'] * len(columns))})"
    for first in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[first : first + ROWS_AT_ONCE]
        values = f"VALUES {', '.join([one] * len(some))}"
        with connection.cursor() as cursor:
            cursor.execute(_adding(model, key, values), [value for row in some for value in row])


def _adding(model: type[Model], key: tuple[str, ...], source: str) -> str:
    """The statement that adds rows to those that have the same key; on both databases."""
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in map(quote, COLUMNS))
    names = ", ".join(map(quote, (*key, *COLUMNS)))
    same = ", ".join(map(quote, key))
    return f"INSERT INTO {table} ({names}) {source} ON CONFLICT ({same}) DO UPDATE SET {sums}"


def _add_days(first: date, last: date) -> None:
    """What changes from a day to a day joins today's sums."""
    quote = connection.ops.quote_name
    sums = ", ".join(f"SUM({quote(name)})" for name in COLUMNS)
    source = (
        f"SELECT cell_id, year, {sums} FROM {quote(DayTally._meta.db_table)}"  # noqa: S608  (names of our own models)
        " WHERE day BETWEEN %s AND %s GROUP BY cell_id, year"
    )
    with connection.cursor() as cursor:
        cursor.execute(_adding(TodayTally, ("cell_id", "year"), source), [first, last])
