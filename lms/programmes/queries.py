"""Whom an assignment asks on a day, and how far each of them has come. Read from facts, kept nowhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery, Value
from wagtail.models import Page

from courses.models import CoursePage, Takedown
from courses.policies import admitted_to
from lms.learning.models import CourseCompletion, CourseEnrolment
from lms.lib.durations import beijing_day, beijing_midnight
from lms.people.enums import LEVEL_DIGITS
from lms.people.models import Division, Org, Person, Post, in_place
from lms.people.policies import cadres_of
from lms.people.queries import posts_on
from lms.programmes.enums import Asked, ProgressState
from lms.programmes.models import SHOWN_DAYS, Assignment

# So many branches of one statement; SQLite takes five hundred.
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom an assignment names, or would name: everybody, or places and units, or people."""

    asked: str
    divisions: tuple[Division, ...] = ()
    org_ids: frozenset[int] = frozenset()
    person_ids: frozenset[int] = frozenset()

    @classmethod
    def of(cls, assignment: Assignment) -> "Asking":
        targets = list(assignment.targets.all()) if assignment.asked != Asked.EVERYBODY else []
        return cls(
            assignment.asked,
            tuple(target.division for target in targets if target.division is not None),
            frozenset(target.org_id for target in targets if target.org_id),
            frozenset(target.person_id for target in targets if target.person_id),
        )

    def may_name(self, account_ids: set[int], org_ids: set[int], places: set[str]) -> bool:
        """Whether it could name somebody with these accounts, units and places around them: never no where `names` says
        yes, and cheap, so that a learner's page asks the database about few assignments."""
        if self.asked == Asked.UNITS:
            return bool(self.org_ids & org_ids) or any(place.code in places for place in self._places())
        return self.asked == Asked.EVERYBODY or bool(self.person_ids & account_ids)

    def _places(self) -> Iterable[Division]:
        return (each for division in self.divisions for each in (division, division.successor) if each)

    def names(self, on: date) -> Q:
        """The condition that a person is named: by her name, or by a post that she holds on the day."""
        if self.asked == Asked.EVERYBODY:
            return Q()
        if self.asked == Asked.PEOPLE:
            return Q(pk__in=self.person_ids) | Q(merged_from__in=self.person_ids)
        places = Q(org__in=self.org_ids)
        for division in self.divisions:
            places |= in_place(division, on, "org__division")
        posts = Post.objects.on(on).filter(places)
        return Q(pk__in=posts.values("person")) | Q(merged_from__in=posts.values("person"))


def named_by(org: Org, asking: Asking, on: date) -> QuerySet[Person]:
    """The cadres of the department who are named on the day, whether or not a course admits them."""
    return cadres_of(org, on).filter(asking.names(on)).distinct()


def people_of(assignment: Assignment, on: date) -> QuerySet[Person]:
    """Whom the assignment asks on the day: those whom it names and whom the course admits."""
    return named_by(assignment.org, Asking.of(assignment), on).filter(admitted_to(assignment.course, on))


def on_show(courses: Iterable[int]) -> set[int]:
    """Those of the courses that learners find: live in a live track, and not taken down. Two queries."""
    down = Takedown.objects.filter(page=OuterRef("pk"), lifted_at=None)
    live = list(CoursePage.objects.live().filter(~Exists(down), pk__in=list(courses)))
    tracks = {course.path[: -Page.steplen] for course in live}
    shut = set(Page.objects.filter(path__in=tracks, live=False).values_list("path", flat=True)) if tracks else set()
    return {course.pk for course in live if course.path[: -Page.steplen] not in shut}


def _of_this_person() -> Q:
    return Q(person=OuterRef("pk")) | Q(person__merged_into=OuterRef("pk"))


def with_progress(people: QuerySet[Person], course_key: Any, on: date) -> QuerySet[Any]:
    """The people with `done_at`, the first moment up to the day at which the course was complete, and `has_begun`.

    An earlier round, or a completion before the assignment, is one: what somebody knows she need not learn again.
    """
    end = beijing_midnight(on + timedelta(days=1))
    done = (
        CourseCompletion.objects.filter(_of_this_person(), course_key=course_key, completed_at__lt=end)
        .order_by()
        .values("course_key")
        .annotate(first=Min("completed_at"))
        .values("first")
    )
    begun = CourseEnrolment.objects.filter(_of_this_person(), course_key=course_key, enrolled_at__lt=end)
    return people.annotate(done_at=Subquery(done), has_begun=Exists(begun))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one person has come with one assignment as of a day."""

    state: ProgressState
    done_on: date | None = None
    is_late: bool = False

    @classmethod
    def of(cls, done_at: datetime | None, has_begun: bool, assignment: Assignment, on: date) -> "Progress":
        if done_at is not None:
            day = beijing_day(done_at)
            return cls(ProgressState.DONE, day, day > assignment.due_on)
        state = ProgressState.UNDER_WAY if has_begun else ProgressState.NOT_BEGUN
        return cls(state, None, assignment.is_over(on))

    @property
    def is_done(self) -> bool:
        return self.state == ProgressState.DONE


@dataclass(frozen=True, slots=True)
class Counts:
    """An assignment in figures as of a day."""

    people: int = 0
    done: int = 0
    under_way: int = 0
    not_begun: int = 0
    late: int = 0

    @property
    def done_percent(self) -> int:
        return self.done * 100 // self.people if self.people else 0


def counts_of(people: Sequence[tuple[Assignment, QuerySet[Person]]], on: date) -> dict[int, Counts]:
    """The figures of each assignment among these people, by its id: one query for all of them."""
    branches = []
    for assignment, among in people:
        rows = with_progress(Person.objects.filter(pk__in=among.order_by().values("pk")), assignment.course_key, on)
        branches.append(
            rows.order_by()
            .annotate(assignment=Value(assignment.pk))
            .values("assignment")
            .annotate(
                people=Count("pk"),
                done=Count("pk", filter=Q(done_at__isnull=False)),
                begun=Count("pk", filter=Q(done_at__isnull=True, has_begun=True)),
            )
            .values_list("assignment", "people", "done", "begun")
        )
    if not branches:
        return {}
    found = branches[0].union(*branches[1:], all=True) if len(branches) > 1 else branches[0]
    over = {assignment.pk for assignment, _among in people if assignment.is_over(on)}
    counted = {
        pk: Counts(number, done, begun, number - done - begun, number - done if pk in over else 0)
        for pk, number, done, begun in found
    }
    return {assignment.pk: counted.get(assignment.pk, Counts()) for assignment, _among in people}


def late_people(assignment: Assignment, on: date) -> QuerySet[Any]:
    """Those whom it asks and who have not completed it although its last day is past; nobody before that."""
    people = with_progress(people_of(assignment, on), assignment.course_key, on)
    return people.filter(done_at__isnull=True) if assignment.is_over(on) else people.none()


@dataclass(frozen=True, slots=True)
class Task:
    """An assigned course as a learner sees it."""

    assignment: Assignment
    progress: Progress
    is_on_show: bool

    @property
    def is_waiting(self) -> bool:
        """Whether there is something for her to do."""
        return self.is_on_show and not self.progress.is_done


def _places_around(posts: Iterable[Post], on: date) -> set[str]:
    """Codes of every place in which one of the posts lies, from its unit's own place up to the province."""
    codes = set()
    for own in Division.objects.filter(orgs__in={post.org_id for post in posts}).select_related("successor"):
        for division in (own, own.current(on)):
            codes |= {division.code[:digits].ljust(12, "0") for digits in LEVEL_DIGITS.values()}
    return codes


def tasks_of(person: Person, on: date) -> list[Task]:
    """The courses that she is asked to complete, and those asked of her and done, the next due day first.

    Somebody without a post costs two queries; with posts, eleven however many assignments there are.
    """
    posts = posts_on(person, on)
    if not posts:
        return []
    places = _places_around(posts, on)
    possible = (
        Assignment.objects.standing()
        .filter(due_on__gte=on - timedelta(days=SHOWN_DAYS), assigned_at__lt=beijing_midnight(on + timedelta(days=1)))
        .filter(org__division__code__in=places)
        .select_related("course", "org__division__successor")
        .prefetch_related("targets__division__successor")
        .order_by("due_on", "pk")
    )
    accounts, orgs = {person.survivor.pk, *(post.person_id for post in posts)}, {post.org_id for post in posts}
    hers = _asking(person, [each for each in possible if Asking.of(each).may_name(accounts, orgs, places)], on)
    if not hers:
        return []
    shown = on_show(assignment.course_id for assignment in hers)
    done, begun = _facts_of(person, [assignment.course_key for assignment in hers])
    return [
        Task(
            assignment,
            Progress.of(done.get(assignment.course_key), assignment.course_key in begun, assignment, on),
            assignment.course_id in shown,
        )
        for assignment in hers
    ]


def _asking(person: Person, possible: list[Assignment], on: date) -> list[Assignment]:
    """Those that ask her: the same definition as for lists, asked of the database for fifty at a time."""
    survivor = person.survivor.pk
    branches = [
        people_of(assignment, on)
        .filter(pk=survivor)
        .order_by()
        .annotate(assignment=Value(assignment.pk))
        .values_list("assignment", flat=True)
        for assignment in possible
    ]
    asking: set[int] = set()
    for start in range(0, len(branches), AT_ONCE):
        first, *rest = branches[start : start + AT_ONCE]
        asking |= set(first.union(*rest, all=True) if rest else first)
    return [assignment for assignment in possible if assignment.pk in asking]


def _facts_of(person: Person, keys: list[Any]) -> tuple[dict[Any, datetime], set[Any]]:
    done = (
        CourseCompletion.objects.of(person)
        .filter(course_key__in=keys)
        .order_by()
        .values("course_key")
        .annotate(first=Min("completed_at"))
        .values_list("course_key", "first")
    )
    begun = CourseEnrolment.objects.filter(person.owns(), course_key__in=keys).values_list("course_key", flat=True)
    return dict(done), set(begun)
