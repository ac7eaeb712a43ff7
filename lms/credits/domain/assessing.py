"""达标情况: where people stand against what they need, computed from facts, and the cache that the desk reads."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from django.db import transaction
from django.utils import timezone

from lms.credits.domain.binding import Row, Span
from lms.credits.domain.holding import Facts, read_facts, read_rows, spans_of
from lms.credits.domain.judging import Assessed, judge, together
from lms.credits.domain.requiring import need_in
from lms.credits.enums import CreditCategory, Period, StandingState
from lms.credits.models import CreditLedgerEntry, Standing
from lms.people.models import Person, Post

BATCH = 500
# How long a person's task may take to come after her hours were registered.
WAITING = timedelta(minutes=10)
Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class YearStanding:
    """All counters of a person that a year (or some years) touches, and one word for them together."""

    counters: list[Assessed]

    @property
    def state(self) -> StandingState:
        return together(one.state for one in self.counters)


def assess_facts(facts: Facts, spans: Iterable[Span], rows: list[Row], *, on: date) -> list[Assessed]:
    """Both counters in every span; a cycle in which nothing binds is left out, so is a year within a bound cycle."""
    found = []
    for category in CreditCategory:
        of_category = []
        for span in spans:
            need = need_in(span, category, posts=facts.posts, reliefs=facts.reliefs, rows=rows)
            end = min(span.end, on + timedelta(days=1))
            in_span = facts.earned_in(category, span.first_day, end)
            later = facts.earned_in(category, span.end, min(need.until, on + timedelta(days=1)))
            of_category.append(judge(need, in_span, later=later, on=on))
        bound = [one.need.span for one in of_category if one.need.is_bound]
        found += [
            one
            for one in of_category
            if one.need.is_bound
            or (
                one.need.span.period == Period.ANNUAL
                and not any(span.touches(one.need.span.first_year) for span in bound)
            )
        ]
    return found


def assess_many(persons: Collection[Person], *years: int, on: date) -> dict[int, YearStanding]:
    """By person (accounts that stay): where each stands in the years and their cycles as of the day, from facts."""
    rows = read_rows()
    spans = list(dict.fromkeys(span for year in years for span in spans_of(year, rows)))
    first_day = min(span.first_day for span in spans)
    facts = read_facts(persons, first_day=first_day, until=on)
    return {pk: YearStanding(assess_facts(each, spans, rows, on=on)) for pk, each in facts.items()}


def assess(person: Person, year: int, *, on: date) -> YearStanding:
    """Where one person stands in the year and its cycle; what was earned in accounts merged into hers counts."""
    survivor = person.survivor
    return assess_many([survivor], year, on=on)[survivor.pk]


def _row_of(person_id: int, one: Assessed) -> Standing:
    return Standing(
        person_id=person_id,
        category=one.need.category,
        period=one.need.span.period,
        first_year=one.need.span.first_year,
        needed_hours=one.need.hours,
        needed_days=one.need.days,
        hours=one.hours,
        days=one.days,
        state=one.state,
        until=one.need.until,
        as_of=one.as_of,
    )


def _key(row: Standing) -> Key:
    return row.category, row.period, row.first_year


def _says(row: Standing) -> tuple[object, ...]:
    return row.needed_hours, row.needed_days, row.hours, row.days, row.state, row.until


def years_kept(on: date) -> tuple[int, int]:
    """The cache holds this year and the one before, which late hours and catching up still change."""
    return on.year - 1, on.year


def fresh_standings(persons: Collection[Person], *, on: date) -> dict[int, dict[Key, Standing]]:
    """What the cache should hold as of the day, not saved."""
    fresh = {}
    for person_id, standing in assess_many(persons, *years_kept(on), on=on).items():
        rows = [_row_of(person_id, one) for one in standing.counters]
        fresh[person_id] = {_key(row): row for row in rows}
    return fresh


def keep_standings(persons: Collection[Person], *, on: date, dry_run: bool = False) -> list[str]:
    """Make the cache of these people say what the facts say as of the day; what differed apart from the day."""
    differences = []
    with transaction.atomic():
        # Whoever writes for the same people waits here, reads later and so writes what is newer.
        list(Person.objects.select_for_update().filter(pk__in=[person.pk for person in persons]).order_by("pk"))
        fresh = fresh_standings(persons, on=on)
        kept: dict[int, dict[Key, Standing]] = {pk: {} for pk in fresh}
        for row in Standing.objects.filter(person__in=fresh):
            kept[row.person_id][_key(row)] = row
        stale = Standing.objects.filter(person__merged_into__in=fresh)
        for pk, rows in fresh.items():
            for key in sorted(rows.keys() | kept[pk].keys()):
                if key not in rows or key not in kept[pk] or _says(rows[key]) != _says(kept[pk][key]):
                    differences.append(f"person {pk}, {key[0]} {key[2]}: {kept[pk].get(key)} → {rows.get(key)}")
        if not dry_run:
            stale.delete()
            Standing.objects.filter(person__in=fresh).delete()
            Standing.objects.bulk_create([row for rows in fresh.values() for row in rows.values()])
    return differences


def people_with_posts(*, besides_day: date | None = None) -> Iterator[list[Person]]:
    """Everybody who ever held a post and is not merged away, in batches; without those assessed on a day, if named."""
    holders = Post.objects.order_by().values("person")
    merged = Post.objects.filter(person__merged_into__isnull=False).order_by().values("person__merged_into")
    everybody = Person.objects.filter(merged_into__isnull=True)
    people = everybody.filter(pk__in=holders) | everybody.filter(pk__in=merged)
    if besides_day is not None:
        people = people.exclude(pk__in=Standing.objects.filter(as_of=besides_day).order_by().values("person"))
    rest = people.order_by("pk").iterator(chunk_size=BATCH)
    while batch := list(islice(rest, BATCH)):
        yield batch


def assess_everybody(
    *, on: date, anew: bool = False, dry_run: bool = False, tell: Callable[[int], None] = lambda done: None
) -> tuple[int, list[str]]:
    """Make the cache as of the day for all who lack it, or `anew` for everybody; how many, and what differed.

    Batch by batch, telling after each how many are done, so that it may be stopped and goes on where it was.
    """
    done, differences = 0, []
    for batch in people_with_posts(besides_day=None if anew else on):
        differences += keep_standings(batch, on=on, dry_run=dry_run)
        done += len(batch)
        tell(done)
    return done, differences


def standing_faults(*, at: datetime | None = None) -> Iterator[str]:
    """Where the cache says something else than the facts as of its own day.

    Whoever got hours in the last minutes may still wait for her task, and is passed over.
    """
    lately = CreditLedgerEntry.objects.filter(registered_at__gt=(at or timezone.now()) - WAITING)
    waiting = set(lately.order_by().values_list("person_id", flat=True))
    waiting.update(pk for pk in lately.order_by().values_list("person__merged_into", flat=True) if pk)
    days = Standing.objects.order_by().values_list("as_of", flat=True).distinct()
    for on in sorted(days):
        people = Person.objects.filter(standings__as_of=on).distinct().order_by("pk").iterator(chunk_size=BATCH)
        while batch := list(islice(people, BATCH)):
            fresh = fresh_standings([person.survivor for person in batch], on=on)
            for row in Standing.objects.filter(person__in=batch, as_of=on):
                right = fresh.get(row.person_id, {}).get(_key(row))
                if row.person_id in waiting:
                    continue
                if right is None or _says(right) != _says(row):
                    fault = "the standing differs from the facts (assess_requirements --all puts it right)"
                    yield f"person {row.person_id}: {fault}"
