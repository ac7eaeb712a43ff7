"""达标情况: where people stand against what they need, computed from facts, and the cache that the desk reads."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from lms.credits.domain.binding import Span
from lms.credits.domain.holding import Facts, read_facts, read_rows, spans_of
from lms.credits.domain.judging import Assessed, judge, together
from lms.credits.domain.requiring import Need, Needs
from lms.credits.enums import CreditCategory, Period, StandingState
from lms.credits.models import CreditLedgerEntry, Standing
from lms.people.models import Person, Post

BATCH = 500
# How long a person's task may take to come after her hours were registered.
WAITING = timedelta(minutes=10)
Key = tuple[str, str, int]
Says = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class YearStanding:
    """All counters of a person that a year (or some years) touches, and one word for them together."""

    counters: list[Assessed]

    @property
    def state(self) -> StandingState:
        return together(one.state for one in self.counters)


def assess_facts(facts: Facts, spans: Iterable[Span], needs: Needs, *, on: date) -> list[Assessed]:
    """Both counters in every span; a cycle in which nothing binds is left out, so is a year within a bound cycle."""
    found = []
    tomorrow = on + timedelta(days=1)
    for category in CreditCategory:
        for need in needs_that_matter(needs, facts, category, spans):
            in_span = facts.earned_in(category, need.span.first_day, min(need.span.end, tomorrow))
            later = facts.earned_in(category, need.span.end, min(need.until, tomorrow))
            found.append(judge(need, in_span, later=later, on=on))
    return found


def needs_that_matter(needs: Needs, facts: Facts, category: str, spans: Iterable[Span]) -> list[Need]:
    """What one counter asks for: spans that bind, and years that neither bind nor lie within a bound cycle."""
    asked = [needs.need_in(span, category, posts=facts.posts, reliefs=facts.reliefs) for span in spans]
    bound = [need.span for need in asked if need.is_bound]
    return [
        need
        for need in asked
        if need.is_bound
        or (need.span.period == Period.ANNUAL and not any(span.touches(need.span.first_year) for span in bound))
    ]


def assess_many(persons: Collection[int], *years: int, on: date, needs: Needs | None = None) -> dict[int, YearStanding]:
    """By person (accounts that stay): where each stands in the years and their cycles as of the day, from facts.

    `needs` are those of the rows of this moment, where the caller assesses many people one group after the other.
    """
    needs = needs or Needs(read_rows())
    spans = list(dict.fromkeys(span for year in years for span in spans_of(year, needs.rows)))
    first_day = min(span.first_day for span in spans)
    facts = read_facts(persons, first_day=first_day, until=on)
    return {pk: YearStanding(assess_facts(each, spans, needs, on=on)) for pk, each in facts.items()}


def assess(person: Person, year: int, *, on: date) -> YearStanding:
    """Where one person stands in the year and its cycle; what was earned in accounts merged into hers counts."""
    survivor = person.survivor
    return assess_many([survivor.pk], year, on=on)[survivor.pk]


def _key(one: Assessed) -> Key:
    return str(one.need.category), str(one.need.span.period), one.need.span.first_year


def _says(one: Assessed) -> Says:
    return one.need.hours, one.need.days, one.hours, one.days, str(one.state), one.need.until


_COLUMNS = ("needed_hours", "needed_days", "hours", "days", "state", "until")
_KEY = ("category", "period", "first_year")


def years_kept(on: date) -> tuple[int, int]:
    """The cache holds this year and the one before, which late hours and catching up still change."""
    return on.year - 1, on.year


def fresh_standings(persons: Collection[Person], *, on: date, needs: Needs | None = None) -> dict[int, dict[Key, Says]]:
    """What the cache should say as of the day, by person and counter."""
    return {
        person_id: {_key(one): _says(one) for one in standing.counters}
        for person_id, standing in assess_many(
            [person.pk for person in persons], *years_kept(on), on=on, needs=needs
        ).items()
    }


def _kept_standings(persons: Collection[int]) -> dict[int, dict[Key, tuple[int, date, Says]]]:
    """What the cache says: key of the row, its day and what it says, by person and counter."""
    kept: dict[int, dict[Key, tuple[int, date, Says]]] = {pk: {} for pk in persons}
    rows = Standing.objects.filter(person__in=persons).order_by()
    for pk, person_id, as_of, *rest in rows.values_list("pk", "person_id", "as_of", *_KEY, *_COLUMNS):
        kept[person_id][tuple(rest[:3])] = pk, as_of, tuple(rest[3:])
    return kept


def keep_standings(
    persons: Collection[Person], *, on: date, dry_run: bool = False, needs: Needs | None = None
) -> list[str]:
    """Make the cache of these people say what the facts say as of the day; what differed apart from the day."""
    differences = []
    with transaction.atomic():
        # Whoever writes for the same people waits here, reads later and so writes what is newer.
        locked = Person.objects.select_for_update().filter(pk__in=[person.pk for person in persons]).order_by("pk")
        list(locked.values_list("pk", flat=True))
        fresh = fresh_standings(persons, on=on, needs=needs)
        kept = _kept_standings(fresh.keys())
        older: list[int] = []
        wrong: list[int] = []
        write = []
        for pk, counters in fresh.items():
            for key in sorted(counters.keys() | kept[pk].keys()):
                known, says = kept[pk].get(key), counters.get(key)
                said = known[2] if known else None
                if says == said:
                    older += [known[0]] if known and known[1] != on else []
                    continue
                differences.append(f"person {pk}, {key[0]} {key[2]}: {_in_words(said)} → {_in_words(says)}")
                if says is not None:
                    write.append(_row(pk, key, says, on))
                elif known:
                    wrong.append(known[0])
        if not dry_run:
            Standing.objects.filter(person__merged_into__in=fresh).delete()
            Standing.objects.filter(pk__in=wrong).delete()
            Standing.objects.filter(pk__in=older).update(as_of=on)
            Standing.objects.bulk_create(
                write,
                update_conflicts=True,
                unique_fields=["person", *_KEY],
                update_fields=[*_COLUMNS, "as_of"],
            )
    return differences


def _row(person_id: int, key: Key, says: Says, on: date) -> Standing:
    values = dict(zip((*_KEY, *_COLUMNS), (*key, *says), strict=True))
    return Standing(person_id=person_id, as_of=on, **values)


def _in_words(says: Says | None) -> str:
    return "nothing" if says is None else f"{says[4]}, {says[2]} of {says[0]} hours"


def people_with_posts(*, after: int = 0, besides_day: date | None = None, most: int | None = BATCH) -> QuerySet[Person]:
    """Those who ever held a post and are not merged away, in order of key: the first ones after a key.

    Without those assessed on a day, if one is named.
    """
    posts = Post.objects.filter(person=OuterRef("pk")).order_by()
    holders = Person.objects.accounts_of(OuterRef("pk")).filter(Exists(posts))
    people = Person.objects.filter(Exists(holders), merged_into__isnull=True, pk__gt=after)
    if besides_day is not None:
        people = people.exclude(Exists(Standing.objects.filter(person=OuterRef("pk"), as_of=besides_day).order_by()))
    return people.order_by("pk")[:most]


def assess_everybody(
    *, on: date, anew: bool = False, dry_run: bool = False, tell: Callable[[int], None] = lambda done: None
) -> tuple[int, list[str]]:
    """Make the cache as of the day for all who lack it, or `anew` for everybody; how many, and what differed.

    Batch by batch, telling after each how many are done, so that it may be stopped and goes on where it was.
    """
    done, last, differences = 0, 0, []
    needs = Needs(read_rows())
    while batch := list(people_with_posts(after=last, besides_day=None if anew else on)):
        differences += keep_standings(batch, on=on, dry_run=dry_run, needs=needs)
        done, last = done + len(batch), batch[-1].pk
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
            for pk, counters in _kept_standings([person.pk for person in batch]).items():
                for key, (_row_pk, as_of, said) in counters.items():
                    if pk not in waiting and as_of == on and fresh.get(pk, {}).get(key) != said:
                        fault = "the standing differs from the facts (assess_requirements --all puts it right)"
                        yield f"person {pk}: {fault}"
