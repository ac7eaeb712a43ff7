"""What the desk reads from the floors beneath: facts per person, per unit, and as of a day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from lms.credits.domain.explaining import explain
from lms.credits.enums import CreditCategory
from lms.credits.models import CreditLedgerEntry
from lms.credits.queries import entries_of
from lms.learning.models import CourseCompletion, LessonCompletion
from lms.lib.durations import beijing_midnight
from lms.people.models import Belonging, Person, Post
from lms.people.models.dated import holds_on
from lms.people.policies import shown_count
from lms.reports.enums import Sorting

ZERO = Decimal("0.00")


def _of_this_person(path: str = "person") -> Q:
    """Facts of the person in the outer query, and of the accounts merged into it."""
    return Q(**{path: OuterRef("pk")}) | Q(**{f"{path}__merged_into": OuterRef("pk")})


def year_up_to(year: int, on: date) -> tuple[date, date]:
    """The first day of the year, and the day after the last one that counts (as of `on`)."""
    first = date(year, 1, 1)
    return first, max(first, min(date(year + 1, 1, 1), date.fromordinal(on.toordinal() + 1)))


def batched(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The items in lists of at most `size` (itertools.batched comes with Python 3.12)."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def with_posts(persons: QuerySet[Person], on: date) -> QuerySet[Any]:
    """Persons with `post_id`, the post held longest of those held on the day; where they have one, it stays."""
    if "post_id" in persons.query.annotations:
        return persons
    posts = Post.objects.filter(_of_this_person()).on(on).order_by("active_from", "pk")
    return persons.annotate(post_id=Subquery(posts.values("pk")[:1]))


def attach_posts(persons: Iterable[Any]) -> list[Any]:
    """Give each person of `with_posts` its `post`, with one query for all of them."""
    people = list(persons)
    posts = Post.objects.select_related("org", "cadre_authority").in_bulk({person.post_id for person in people})
    for person in people:
        person.post = posts.get(person.post_id)
    return people


def with_figures(persons: QuerySet[Any], *, year: int, on: date) -> QuerySet[Any]:
    """Persons with the year's hours by category and their completions, up to the as-of day."""
    first, end = year_up_to(year, on)
    start_at, end_at = beijing_midnight(first), beijing_midnight(end)
    entries = CreditLedgerEntry.objects.filter(_of_this_person(), day__gte=first, day__lt=end).order_by()

    def hours(category: str) -> Coalesce:
        total = entries.filter(category=category).values("category").annotate(total=Sum("hours")).values("total")
        return Coalesce(Subquery(total), Value(ZERO))

    def distinct(facts: QuerySet[Any], key: str) -> Coalesce:
        counted = (
            facts.filter(_of_this_person(), completed_at__gte=start_at, completed_at__lt=end_at)
            .order_by()
            .annotate(one=Value(1))
            .values("one")
            .annotate(count=Count(key, distinct=True))
            .values("count")
        )
        return Coalesce(Subquery(counted), 0)

    return persons.annotate(
        online_hours=hours(CreditCategory.ONLINE_SELF_STUDY),
        centralized_hours=hours(CreditCategory.CENTRALIZED_TRAINING),
        lessons_completed=distinct(LessonCompletion.objects.all(), "lesson_key"),
        courses_completed=distinct(CourseCompletion.objects.all(), "course_key"),
    )


def units_of(placed: QuerySet[Any], on: date, *, most: int) -> list[tuple[int, str]]:
    """The work units at which the persons of `overview.placing.placed` are counted, by name; at most so many."""
    posts = Post.objects.on(on).filter(pk__in=placed.order_by().values("post_id"))
    return list(posts.order_by("org__name", "org_id").values_list("org_id", "org__name").distinct()[:most])


def in_order(placed: QuerySet[Any], sort: str) -> QuerySet[Any]:
    """Cadres by name, or by the name of the unit at which each is counted; never by hours."""
    if sort == Sorting.UNIT:
        unit = Post.objects.filter(pk=OuterRef("post_id")).values("org__name")
        return placed.annotate(unit_name=Subquery(unit)).order_by("unit_name", "name", "pk")
    return placed.order_by("name", "pk")


@dataclass
class VillageFigures:
    """The farmers of one village; `farmers` and `learning` are None where too few to show."""

    name: str
    farmers: int | None
    learning: int | None
    lessons_completed: int | None


def shown_together(farmers: int, learning: int, lessons: int) -> tuple[int | None, int | None, int | None]:
    """The figures of one village as far as they may be shown; a sum over too few people tells who they are."""
    many = shown_count(farmers) is not None
    return shown_count(farmers), shown_count(learning), lessons if many else None


def village_figures(persons: QuerySet[Person], *, year: int, on: date) -> list[VillageFigures]:
    """The figures of the persons by the village they belong to, in order of its code; two queries."""
    place_of = {
        person: (code, name)
        for person, code, name in Belonging.objects.filter(
            holds_on(on), person__in=persons.order_by().values("pk")
        ).values_list("person_id", "division__code", "division__name")
    }
    counted: dict[tuple[str, str], list[int]] = {}
    figured: Any = with_figures(persons, year=year, on=on)
    for person, lessons in figured.values_list("pk", "lessons_completed"):
        line = counted.setdefault(place_of.get(person, ("", "")), [0, 0, 0])
        line[0] += 1
        line[1] += 1 if lessons else 0
        line[2] += lessons
    return [
        VillageFigures(name, *shown_together(farmers, learning, lessons))
        for (_code, name), (farmers, learning, lessons) in sorted(counted.items())
    ]


@dataclass
class EntryInWords:
    """A ledger entry, what it was for, and its explanation as sentences."""

    entry: CreditLedgerEntry
    title: str
    sentences: list[str]


def title_of(entry: CreditLedgerEntry) -> str:
    """What the entry was for, as its outline version called it; a lesson is named with its course."""
    outline = entry.outline_version
    if outline is None:
        return entry.title or str(entry.get_kind_display())
    lesson = outline.lesson(entry.achievement_key.removeprefix("lesson:"))
    return f"{outline.title} · {lesson['title']}" if lesson else outline.title


def entries_in_words(person: Person, *, year: int, on: date) -> list[EntryInWords]:
    """The person's entries of the year up to the day."""
    return [EntryInWords(entry, title_of(entry), explain(entry.why)) for entry in entries_of(person, year, until=on)]


@dataclass
class Completed:
    """A lesson or course that was completed."""

    completed_at: datetime
    title: str
    is_course: bool


def completions_of(person: Person, *, year: int, on: date) -> list[Completed]:
    """What the person completed in the year up to the day, newest first."""
    first, end = year_up_to(year, on)
    span = {"completed_at__gte": beijing_midnight(first), "completed_at__lt": beijing_midnight(end)}
    lessons = LessonCompletion.objects.of(person).filter(**span).select_related("outline_version")
    courses = CourseCompletion.objects.of(person).filter(**span).select_related("outline_version")
    done = [
        Completed(row.completed_at, (row.outline_version.lesson(row.lesson_key) or {}).get("title", ""), False)
        for row in lessons
    ]
    done += [Completed(row.completed_at, row.outline_version.title, True) for row in courses]
    return sorted(done, key=lambda row: row.completed_at, reverse=True)
