"""What an officer chooses from when she assigns a course, and the people of one assignment as she sees them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from courses.queries import tracks_on_show
from lms.people.enums import LEVEL_DIGITS
from lms.people.models import Division, Org, Person, Role
from lms.people.policies import cadres_of
from lms.programmes.enums import ProgressState
from lms.programmes.models import Assignment
from lms.programmes.policies import scope_of
from lms.programmes.queries import Asking, Progress, asked_among, posts_of, with_progress
from lms.reports.queries import attach_posts, with_posts

# More units are not listed one by one: their places are.
MOST_UNITS = 600


def course_choices(at: datetime) -> list[tuple[str, list[tuple[int, str]]]]:
    """The courses that learners find, by track."""
    return [
        (entry.track.title, [(each.course.pk, each.course.title) for each in entry.courses if each.lessons])
        for entry in tracks_on_show(at)
        if any(each.lessons for each in entry.courses)
    ]


@dataclass
class Branch:
    """A place below the department's own, or the place itself, with the units in it and how many cadres they have."""

    division: Division
    is_whole: bool
    people: int = 0
    units: list[tuple[Org, int]] = field(default_factory=list)


def branches_of(org: Org, on: date) -> list[Branch]:
    """The units in which the department's cadres hold posts, by the place right below its own; three queries."""
    posts = posts_of(cadres_of(org, on), on)
    counted = posts.order_by().values_list("org").annotate(people=Count("person", distinct=True))
    numbers = dict(counted.values_list("org", "people"))
    units = Org.objects.filter(pk__in=numbers).select_related("division__successor")
    below = {each.code_prefix: each for each in Division.objects.filter(parent=org.division.current(on))}
    branches: dict[str, Branch] = {}
    for unit in units:
        place = _below(unit.division.current(on), below) or org.division
        branch = branches.setdefault(place.code, Branch(place, is_whole=place != org.division))
        branch.units.append((unit, numbers[unit.pk]))
        branch.people += numbers[unit.pk]
    if len(numbers) > MOST_UNITS:
        for branch in branches.values():
            branch.units = []
    return sorted(branches.values(), key=lambda branch: branch.division.code)


def _below(place: Division, below: dict[str, Division]) -> Division | None:
    """Which of the places holds this one."""
    prefixes = (place.code[:digits] for digits in sorted(LEVEL_DIGITS.values(), reverse=True))
    return next((below[prefix] for prefix in prefixes if prefix in below), None)


def found_people(org: Org, words: str, on: date, *, most: int) -> list[Any]:
    """The department's cadres whose name holds the words, with their posts; three queries."""
    if not words.strip():
        return []
    found = with_posts(cadres_of(org, on).filter(name__icontains=words.strip()), on).order_by("name", "pk")
    return attach_posts(found[:most])


def chosen_people(org: Org, ids: Sequence[int], on: date) -> list[Any]:
    """Those of the ids that are the department's cadres, with their posts."""
    return attach_posts(with_posts(cadres_of(org, on).filter(pk__in=ids), on).order_by("name", "pk"))


def people_seen(assignment: Assignment, actor: Any, *, on: date, roles: list[Role]) -> QuerySet[Person]:
    """Whom the assignment asks on the day, among those whom the actor sees by her roles of today in its department."""
    return asked_among(scope_of(assignment.org, actor, on=on, roles=roles), assignment, on)


def rows_of(people: QuerySet[Person], assignment: Assignment, *, on: date, state: str = "") -> QuerySet[Any]:
    """The people with posts and progress, of one state or of all, by name."""
    rows = with_progress(
        with_posts(Person.objects.filter(pk__in=people.order_by().values("pk")), on), assignment.course_key, on
    )
    conditions = {
        ProgressState.DONE: Q(done_at__isnull=False),
        ProgressState.UNDER_WAY: Q(done_at__isnull=True, has_begun=True),
        ProgressState.NOT_BEGUN: Q(done_at__isnull=True, has_begun=False),
        "late": Q(done_at__isnull=True) if assignment.is_over(on) else Q(pk__in=[]),
    }
    return rows.filter(conditions.get(state, Q())).order_by("name", "pk")


def with_words(rows: Iterable[Any], assignment: Assignment, on: date) -> list[Any]:
    """Each with `post` and `progress`; one query for all."""
    people = attach_posts(rows)
    for person in people:
        person.progress = Progress.of(person.done_at, person.has_begun, assignment, on)
    return people


def names_of(asking: Asking, *, most: int = 12) -> tuple[list[str], int]:
    """The places, units and people that are named, the first few, and how many more there are."""
    names = [division.name for division in asking.divisions]
    names += Org.objects.filter(pk__in=asking.org_ids).order_by("name").values_list("name", flat=True)
    people = Person.objects.filter(pk__in=asking.person_ids).select_related("merged_into").order_by("name", "pk")
    names += [person.survivor.name for person in people]
    return names[:most], max(len(names) - most, 0)
