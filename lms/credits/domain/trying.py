"""A rule tried on facts of the past: what would have been recognised under it, against what stands. Writes nothing.

Facts are read for a hundred people at a time with the same few queries, so that it costs time and no patience of the
database; a budget of seconds ends it between two batches, and the answer says how many people were compared.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from time import monotonic
from typing import Any

from django.db.models import Q, QuerySet

from courses.models import OutlineVersion
from lms.credits.domain.capping import SOURCES
from lms.credits.domain.converting import NOTHING
from lms.credits.domain.studying import Completion, Facts, compose_study, passed_of, watched_of
from lms.credits.domain.supposing import SupposedRecord
from lms.credits.enums import Cap
from lms.credits.models import CreditLedgerEntry
from lms.learning.models import CourseCompletion, LessonCompletion, QuizAttempt, WatchRecord
from lms.lib.durations import beijing_day, beijing_midnight
from lms.people.models import Org, Person, Post
from lms.people.queries import categories_of

BATCH = 100
LONGEST_SECONDS = 12


@dataclass(frozen=True, slots=True)
class Compared:
    """One person's hours of the year: what stands, and what would under the rule."""

    person_id: int
    old: Decimal
    new: Decimal

    @property
    def difference(self) -> Decimal:
        return self.new - self.old


@dataclass
class Trial:
    """All compared people together; `changes` are those whose hours would change, the greatest difference first."""

    year: int
    in_scope: int
    compared: int = 0
    old: Decimal = NOTHING
    new: Decimal = NOTHING
    changes: list[Compared] = field(default_factory=list)

    @property
    def gaining(self) -> int:
        return sum(each.difference > 0 for each in self.changes)

    @property
    def losing(self) -> int:
        return sum(each.difference < 0 for each in self.changes)


def try_rule(
    terms: dict[str, Any],
    persons: QuerySet[Person],
    *,
    authorities: list[Org],
    year: int,
    seconds: float = LONGEST_SECONDS,
) -> Trial:
    """The hours of a year under these terms, of persons whom the caller may see, while an authority managed them.

    As if the rule had been in force all year and nothing had counted before it: caps and "counts once" begin with the
    year. Entries claimed or imported are left out on both sides.
    """
    until, found = monotonic() + seconds, persons.select_related("merged_into").order_by("pk")
    trial, waiting = Trial(year, persons.count()), found.iterator(chunk_size=BATCH)
    while monotonic() < until and (batch := list(islice(waiting, BATCH))):
        for each in _compared(terms, batch, {org.pk for org in authorities}, year):
            trial.compared += 1
            trial.old += each.old
            trial.new += each.new
            if each.difference:
                trial.changes.append(each)
    trial.changes.sort(key=lambda each: (-abs(each.difference), each.person_id))
    return trial


def _compared(terms: dict[str, Any], batch: list[Person], authorities: set[int], year: int) -> Iterator[Compared]:
    read = _Batch(batch, year)
    for person in batch:
        posts, facts = read.posts[person.pk], read.facts(person.pk)
        new = SupposedRecord(person.pk)
        for completion in read.completions(person.pk):
            held = _held(posts, beijing_day(completion.completed_at))
            if not held or held[-1].cadre_authority_id not in authorities:
                continue
            study = compose_study(completion, facts, categories=categories_of(person, held), has_authority=True)
            course = str(completion.outline_version.course_key)
            new.add(study, terms, course=course, round_number=completion.round)
        old = NOTHING
        for day, hours in read.entries[person.pk]:
            held = _held(posts, day)
            if held and held[-1].cadre_authority_id in authorities:
                old += hours
        yield Compared(person.pk, old, new.hours)


def _held(posts: list[Post], day: date) -> list[Post]:
    return [post for post in posts if post.holds(day)]


class _Batch:
    """The facts of many people, by the account that stands for each of them."""

    def __init__(self, batch: list[Person], year: int) -> None:
        self.survivor = {person.pk: person.pk for person in batch}
        merged = Person.objects.filter(merged_into__in=list(self.survivor)).values_list("pk", "merged_into")
        self.survivor |= {pk: into for pk, into in merged if into is not None}
        ids, first = list(self.survivor), beijing_midnight(date(year, 1, 1))
        before = beijing_midnight(date(year + 1, 1, 1))
        lessons = LessonCompletion.objects.filter(person__in=ids, completed_at__lt=before)
        self.first = first
        self.lessons = self._by_person(lessons.order_by("completed_at", "pk"))
        courses = CourseCompletion.objects.filter(person__in=ids, completed_at__gte=first, completed_at__lt=before)
        self.courses = self._by_person(courses.order_by("completed_at", "pk"))
        self._attach_outlines()
        self.records = self._by_person(WatchRecord.objects.filter(person__in=ids))
        attempts = QuizAttempt.objects.filter(person__in=ids, passed=True, answered_offline=False)
        self.attempts = self._by_person(attempts.only("person_id", "lesson_key", "round"))
        self.posts = self._by_person(Post.objects.filter(person__in=ids).order_by("active_from", "pk"))
        platform = Q()
        for source in (prefix for prefix, cap in SOURCES.items() if cap == Cap.PLATFORM):
            platform |= Q(achievement_key__startswith=f"{source}:")
        self.entries: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
        entries = CreditLedgerEntry.objects.of(ids).in_year(year).filter(platform)
        for pk, day, hours in entries.values_list("person_id", "day", "hours"):
            self.entries[self.survivor[pk]].append((day, hours))

    def _attach_outlines(self) -> None:
        """Each outline version once: many people complete the same one, and it is long."""
        rows = [row for by_person in (self.lessons, self.courses) for mine in by_person.values() for row in mine]
        outlines = OutlineVersion.objects.in_bulk({row.outline_version_id for row in rows})
        for row in rows:
            row.outline_version = outlines[row.outline_version_id]

    def _by_person(self, rows: QuerySet[Any]) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = defaultdict(list)
        for row in rows:
            found[self.survivor[row.person_id]].append(row)
        return found

    def facts(self, pk: int) -> Facts:
        passed = [(attempt.lesson_key, attempt.round, attempt.pk) for attempt in self.attempts[pk]]
        return Facts(self.lessons[pk], watched_of(self.records[pk]), passed_of(passed))

    def completions(self, pk: int) -> list[Completion]:
        """Those of the year that can give hours, in the order they happened, a lesson before its course."""
        own = [lesson for lesson in self.lessons[pk] if lesson.completed_at >= self.first]
        able = [each for each in (*own, *self.courses[pk]) if each.outline_version.credit_for]
        return sorted(able, key=lambda each: (each.completed_at, isinstance(each, CourseCompletion), each.pk))
