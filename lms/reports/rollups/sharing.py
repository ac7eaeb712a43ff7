"""What one person is in the figures, day by day: a function of facts, and nothing else."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Min, QuerySet
from django.db.models.functions import ExtractYear

from lms.credits.domain.holding import Facts, read_facts, spans_of
from lms.credits.domain.over_time import states_over
from lms.credits.domain.requiring import Needs
from lms.credits.enums import CreditCategory, StandingState
from lms.learning.models import CourseCompletion, LessonCompletion
from lms.lib.durations import BEIJING, beijing_day, beijing_midnight
from lms.people.models import Person, Post

FAR = date(9999, 12, 31)
# In the order of the amounts of a tally.
PEOPLE, ASKED, MET, ON_COURSE, SHORT, ONLINE, CENTRALIZED, LESSONS, COURSES = range(9)
NOTHING = (0,) * 9
_BY_STATE = {StandingState.MET: MET, StandingState.ON_COURSE: ON_COURSE, StandingState.SHORT: SHORT}
_BY_CATEGORY = {CreditCategory.ONLINE_SELF_STUDY: ONLINE, CreditCategory.CENTRALIZED_TRAINING: CENTRALIZED}

# Unit, cadre authority and personnel category of each post, the one held longest first.
CellKey = tuple[tuple[int, int, str], ...]
Amounts = tuple[int, ...]
# By cell, year and day: by how much the amounts change.
Lines = dict[tuple[CellKey, int, date], Amounts]


@dataclass(frozen=True, slots=True)
class PlacedPost:
    active_from: date
    active_to: date | None
    place: tuple[int, int, str]

    def holds(self, day: date) -> bool:
        return self.active_from <= day and (self.active_to is None or day < self.active_to)


@dataclass(slots=True)
class Life:
    """The facts of one human being that figures are made of; posts in order, days of first completions by year."""

    facts: Facts
    posts: list[PlacedPost] = field(default_factory=list)
    lessons: dict[int, list[date]] = field(default_factory=lambda: defaultdict(list))
    courses: dict[int, list[date]] = field(default_factory=lambda: defaultdict(list))

    def cell_on(self, day: date) -> CellKey:
        """Empty where no post is held."""
        return tuple(post.place for post in self.posts if post.holds(day))


def share_of(life: Life, years: Iterable[int], needs: Needs) -> Lines:
    """The person in the figures of each year, from its first day on without end."""
    lines: dict[tuple[CellKey, int, date], list[int]] = {}
    if not life.posts:
        return {}
    for year in years:
        cell: CellKey = ()
        before: Amounts = NOTHING
        for day, now in _days(life, year, needs):
            after = life.cell_on(day)
            if after == cell:
                _add(lines, (cell, year, day), now, before)
            else:
                _add(lines, (cell, year, day), NOTHING, before)
                _add(lines, (after, year, day), now, NOTHING)
            cell, before = after, now
    return {key: tuple(amounts) for key, amounts in lines.items() if any(amounts)}


def _add(
    lines: dict[tuple[CellKey, int, date], list[int]], key: tuple[CellKey, int, date], now: Amounts, before: Amounts
) -> None:
    if key[0] and now != before:
        known = lines.setdefault(key, [0] * 9)
        for place, (new, old) in enumerate(zip(now, before, strict=True)):
            known[place] += new - old


def _days(life: Life, year: int, needs: Needs) -> Iterator[tuple[date, Amounts]]:
    """The first day of the year and each later one on which something changes, with the amounts at its end."""
    first, end = date(year, 1, 1), date(year + 1, 1, 1)
    changes: dict[date, list[tuple[int, int]]] = {first: [(PEOPLE, 1)]}
    for post in life.posts:
        for day in (post.active_from, post.active_to):
            if day is not None and day > first:
                changes.setdefault(day, [])
    state = None
    for day, next_state in states_over(life.facts, year, needs):
        changed = changes.setdefault(day, [])
        for name, sign in ((state, -1), (next_state, 1)):
            if name in _BY_STATE:
                changed += [(ASKED, sign), (_BY_STATE[name], sign)]
        state = next_state
    for category, place in _BY_CATEGORY.items():
        for day, hours, _whole_days in life.facts.earned[category]:
            if first <= day < end:
                changes.setdefault(day, []).append((place, int(hours * 100)))
    for place, done in ((LESSONS, life.lessons), (COURSES, life.courses)):
        for day in done[year]:
            changes.setdefault(day, []).append((place, 1))
    amounts = [0] * 9
    for day in sorted(changes):
        for place, change in changes[day]:
            amounts[place] += change
        yield day, tuple(amounts)


def read_lives(ids: Collection[int], years: Collection[int], needs: Needs) -> dict[int, Life]:
    """The lives of those of the people who are present, accounts merged into theirs included; few queries."""
    persons = list(Person.objects.present().filter(pk__in=ids).values_list("pk", flat=True))
    spans = [span for year in years for span in spans_of(year, needs.rows)]
    facts = read_facts(persons, first_day=min(span.first_day for span in spans), until=FAR)
    lives = {pk: Life(each) for pk, each in facts.items()}
    survivor_of = {pk: pk for pk in lives}
    merged = Person.objects.filter(merged_into__in=lives).values_list("pk", "merged_into_id")
    survivor_of.update({pk: into for pk, into in merged if into is not None})
    posts = Post.objects.filter(person__in=survivor_of).order_by("active_from", "pk")
    columns = ("person_id", "active_from", "active_to", "org_id", "cadre_authority_id", "category")
    for person_id, begun, ended, *place in posts.values_list(*columns):
        lives[survivor_of[person_id]].posts.append(PlacedPost(begun, ended, tuple(place)))
    since = beijing_midnight(date(min(years), 1, 1))
    for pk, year, day in _firsts(LessonCompletion.objects.filter(completed_at__gte=since), "lesson_key", survivor_of):
        lives[pk].lessons[year].append(day)
    for pk, year, day in _firsts(CourseCompletion.objects.filter(completed_at__gte=since), "course_key", survivor_of):
        lives[pk].courses[year].append(day)
    return lives


def _firsts(facts: QuerySet, key: str, survivor_of: Mapping[int, int]) -> Iterator[tuple[int, int, date]]:
    """Person, year and day of each different thing that was completed in a year, by the first time."""
    rows = (
        facts.filter(person__in=survivor_of)
        .order_by()
        .annotate(year=ExtractYear("completed_at", tzinfo=BEIJING))
        .values_list("person_id", "year", key)
        .annotate(first=Min("completed_at"))
    )
    earliest: dict[tuple[int, int, object], date] = {}
    for person_id, year, what, at in rows:
        known = survivor_of[person_id], year, what
        earliest[known] = min(earliest.get(known, FAR), beijing_day(at))
    for (pk, year, _what), day in earliest.items():
        yield pk, year, day
