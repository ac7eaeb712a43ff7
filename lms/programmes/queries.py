"""Whom an assignment asks on a day, and how far each of them has come. Read from facts, kept nowhere."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery, Value
from wagtail.models import Page

from courses.enums import Access
from courses.models import CoursePage, Takedown
from courses.policies import admits, admitted_to
from lms.learning.models import CourseCompletion, CourseEnrolment
from lms.lib.durations import beijing_day, beijing_midnight
from lms.people.enums import LEVEL_DIGITS
from lms.people.models import Division, Org, Person, Post, in_places
from lms.people.policies import cadres_of, departments_of, holding
from lms.people.queries import SURVIVOR, categories_of, posts_on, same_person_ids
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

    def posts(self, on: date) -> QuerySet[Post]:
        """The posts of the places and units that are named, held on the day."""
        units = Q(org__in=self.org_ids)
        return Post.objects.on(on).filter(units | in_places(self.divisions, on, "org__division"))

    def names(self, on: date) -> Q:
        """The condition that a person is named: by her name, or by a post that she holds on the day."""
        if self.asked == Asked.EVERYBODY:
            return Q()
        if self.asked == Asked.PEOPLE:
            return Q(pk__in=self.person_ids) | Q(merged_from__in=self.person_ids)
        return holding(self.posts(on))


def named_by(org: Org, asking: Asking, on: date) -> QuerySet[Person]:
    """The cadres of the department who are named on the day, whether or not a course admits them."""
    return cadres_of(org, on).filter(asking.names(on)).distinct()


def posts_of(people: QuerySet[Person], on: date) -> QuerySet[Post]:
    """The posts that the people hold on the day, on whichever of their accounts they stand."""
    ids = people.order_by().values("pk")
    return Post.objects.on(on).alias(who=SURVIVOR).filter(who__in=ids)


def people_of(assignment: Assignment, on: date) -> QuerySet[Person]:
    """Whom the assignment asks on the day: those whom it names and whom the course admits."""
    return asked_among(cadres_of(assignment.org, on), assignment, on)


def asked_among(people: QuerySet[Person], assignment: Assignment, on: date) -> QuerySet[Person]:
    """Those of the people whom the assignment names and its course admits. May one see them? The caller has asked."""
    named = people.filter(Asking.of(assignment).names(on))
    return named.filter(admitted_to(assignment.course, on)).distinct()


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


def counts_of(assignments: Sequence[Assignment], people: Mapping[int, QuerySet[Person]], on: date) -> dict[int, Counts]:
    """The figures of each assignment by its id, among the people of its department (by id) whom the caller may see.

    Four queries and one for each department, however many assignments: sets of ids are put together here, which is far
    cheaper than to ask the database for each. A course for its audience alone takes one more.
    """
    cadres = {org_id: set(among.order_by().values_list("pk", flat=True)) for org_id, among in people.items()}
    named = _named_in_posts(assignments, on)
    keys = {assignment.course_key for assignment in assignments}
    end = beijing_midnight(on + timedelta(days=1))
    done = _by_course(CourseCompletion.objects.filter(course_key__in=keys, completed_at__lt=end))
    begun = _by_course(CourseEnrolment.objects.filter(course_key__in=keys, enrolled_at__lt=end))
    counted = {}
    for assignment in assignments:
        asked = _asked_ids(assignment, cadres[assignment.org_id], named.get(assignment.pk, set()), on)
        finished = asked & done[assignment.course_key]
        under_way = len((asked & begun[assignment.course_key]) - finished)
        open_still = len(asked) - len(finished)
        late = open_still if assignment.is_over(on) else 0
        counted[assignment.pk] = Counts(len(asked), len(finished), under_way, open_still - under_way, late)
    return counted


def _by_course(facts: QuerySet[Any]) -> dict[Any, set[int]]:
    """Who has such a fact, by course; of accounts that were merged the one that stays."""
    found: dict[Any, set[int]] = defaultdict(set)
    for key, human in facts.order_by().annotate(human=SURVIVOR).values_list("course_key", "human"):
        found[key].add(human)
    return found


def _named_in_posts(assignments: Sequence[Assignment], on: date) -> dict[int, set[int]]:
    """Whom those for places and units name, by assignment; one query for fifty of them."""
    branches = [
        Asking.of(each).posts(on).order_by().annotate(assignment=Value(each.pk), human=SURVIVOR)
        for each in assignments
        if each.asked == Asked.UNITS
    ]
    found: dict[int, set[int]] = defaultdict(set)
    for pk, human in _united([branch.values_list("assignment", "human") for branch in branches]):
        found[pk].add(human)
    return found


def _united(branches: Sequence[QuerySet[Any]]) -> Iterator[Any]:
    """All rows of the branches, in as few statements as databases take."""
    for start in range(0, len(branches), AT_ONCE):
        first, *rest = branches[start : start + AT_ONCE]
        yield from first.union(*rest, all=True) if rest else first


def _asked_ids(assignment: Assignment, cadres: set[int], named: set[int], on: date) -> set[int]:
    if assignment.asked == Asked.UNITS:
        asked = cadres & named
    elif assignment.asked == Asked.PEOPLE:
        targets = assignment.targets.all()
        merged = {target.person.merged_into_id or target.person_id for target in targets if target.person}
        asked = cadres & merged
    else:
        asked = cadres
    if assignment.course.access == Access.AUDIENCE and asked:
        admitted = Person.objects.filter(admitted_to(assignment.course, on)).order_by().values_list("pk", flat=True)
        asked = asked & set(admitted)
    return asked


def late_among(people: QuerySet[Person], assignment: Assignment, on: date) -> QuerySet[Any]:
    """Those of the people who have not completed it although its last day is past; nobody before that."""
    late = with_progress(people, assignment.course_key, on).filter(done_at__isnull=True)
    return late if assignment.is_over(on) else late.none()


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

    Somebody without a post costs two queries; with posts, thirteen however many assignments there are.
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
    hers = _asking(person, list(possible), posts, on)
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


def _asking(person: Person, possible: list[Assignment], posts: list[Post], on: date) -> list[Assignment]:
    """Those that ask her: the conditions of `people_of`, asked for her posts alone."""
    seen_by = departments_of(person, {assignment.org for assignment in possible}, on)
    seen = [assignment for assignment in possible if assignment.org_id in seen_by]
    held = {post.pk for post in posts}
    branches = [
        Asking.of(each).posts(on).filter(pk__in=held).order_by().annotate(assignment=Value(each.pk))
        for each in seen
        if each.asked == Asked.UNITS
    ]
    in_units = {pk for (pk,) in _united([branch.values_list("assignment") for branch in branches])}
    accounts, categories = set(same_person_ids(person)), categories_of(person, posts)

    def names(assignment: Assignment) -> bool:
        if assignment.asked == Asked.PEOPLE:
            return bool(Asking.of(assignment).person_ids & accounts)
        return assignment.asked == Asked.EVERYBODY or assignment.pk in in_units

    return [each for each in seen if names(each) and admits(each.course, categories)]


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
