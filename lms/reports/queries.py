"""What the desk reads from the floors beneath: facts per person, per unit, and as of a day."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable

from courses.models import OutlineVersion
from lms.credits.domain.explaining import explain
from lms.credits.enums import CreditCategory
from lms.credits.models import CreditLedgerEntry
from lms.credits.queries import entries_of
from lms.learning.models import CourseCompletion, LessonCompletion
from lms.lib.batches import batched
from lms.lib.durations import beijing_midnight
from lms.lib.keys import Keys
from lms.people.models import Belonging, Person, Post
from lms.people.models.dated import holds_on
from lms.people.policies import shown_count
from lms.people.queries import SURVIVOR, accounts_of
from lms.reports.enums import Sorting

ZERO = Decimal("0.00")
_BATCH = 5000


def year_up_to(year: int, on: date) -> tuple[date, date]:
    """The first day of the year, and the day after the last one that counts (as of `on`)."""
    first = date(year, 1, 1)
    return first, max(first, min(date(year + 1, 1, 1), date.fromordinal(on.toordinal() + 1)))


class PostInWords(NamedTuple):
    """The post at which one person is counted: her work unit, what she is there, and the code of the category."""

    unit: str
    title: str
    category: str


def posts_by_person(accounts: Mapping[int, int], posts: QuerySet[Post]) -> dict[int, PostInWords]:
    """By person: that of the posts which is held longest, as `with_posts` has it; one query. For `accounts_of` them."""
    held = posts.filter(person__in=Keys(accounts)).order_by("active_from", "pk")
    found: dict[int, PostInWords] = {}
    for account, *words in held.values_list("person_id", "org__name", "title", "category"):
        found.setdefault(accounts[account], PostInWords(*words))
    return found


def with_posts(persons: QuerySet[Person], on: date, near: Q | None = None) -> QuerySet[Any]:
    """Persons with `post_id`: the post held longest of those held on the day, wherever it is or `near` (of posts)."""
    # Her accounts first, by their index: an OR over the join would read every post for every person.
    own = Person.objects.accounts_of(OuterRef(OuterRef("pk")))
    posts = Post.objects.filter(near or Q(), person__in=own.values("pk")).on(on).order_by("active_from", "pk")
    return persons.annotate(post_id=Subquery(posts.values("pk")[:1]))


def attach_posts(persons: Iterable[Any]) -> list[Any]:
    """Give each person with a `post_id` (`with_posts`, `overview.placing.placed`) her `post`; one query for all."""
    people = list(persons)
    posts = Post.objects.select_related("org", "cadre_authority").in_bulk({person.post_id for person in people})
    for person in people:
        person.post = posts.get(person.post_id)
    return people


class Figures(NamedTuple):
    """What one person has in a year up to a day: hours by category, and different lessons and courses completed."""

    online_hours: Decimal = ZERO
    centralized_hours: Decimal = ZERO
    lessons_completed: int = 0
    courses_completed: int = 0


def _in_span(facts: QuerySet[Any], year: int, on: date) -> QuerySet[Any]:
    """Completions of the year up to the day."""
    first, end = year_up_to(year, on)
    span = {"completed_at__gte": beijing_midnight(first), "completed_at__lt": beijing_midnight(end)}
    return facts.filter(**span).order_by()


def _entries_in_span(year: int, on: date) -> QuerySet[Any]:
    first, end = year_up_to(year, on)
    return CreditLedgerEntry.objects.filter(day__gte=first, day__lt=end).order_by()


def figures_by_person(ids: Collection[int], *, year: int, on: date) -> dict[int, Figures]:
    """By person (accounts that stay): her figures; facts of accounts merged into hers count. Four queries a batch."""
    found: dict[int, Figures] = {}
    for batch in batched(ids, _BATCH):
        found |= figures_of(accounts_of(batch), year=year, on=on)
    return found


def figures_of(accounts: Mapping[int, int], *, year: int, on: date) -> dict[int, Figures]:
    """The same for `accounts_of` not too many persons; three queries."""
    persons = set(accounts.values())
    # Where nobody has two accounts, nobody need be looked up for each of her facts.
    whose = SURVIVOR if len(accounts) > len(persons) else F("person_id")
    mine = {"person__in": Keys(accounts)}
    hours = dict(_sums(_entries_in_span(year, on).filter(**mine), whose))
    lessons = _counted(_in_span(LessonCompletion.objects.filter(**mine), year, on), "lesson_key", whose)
    courses = _counted(_in_span(CourseCompletion.objects.filter(**mine), year, on), "course_key", whose)
    return {pk: Figures(*hours.get(pk, (ZERO, ZERO)), lessons.get(pk, 0), courses.get(pk, 0)) for pk in persons}


def _sums(entries: QuerySet[Any], whose: Combinable) -> Iterator[tuple[int, tuple[Decimal, Decimal]]]:
    """Person and hours in each counter."""
    sums = {str(category): Sum("hours", filter=Q(category=category)) for category in CreditCategory}
    for pk, online, centralized in entries.values_list(whose).annotate(**sums):
        yield pk, ((online or ZERO).quantize(ZERO), (centralized or ZERO).quantize(ZERO))


def _counted(facts: QuerySet[Any], key: str, whose: Combinable) -> dict[int, int]:
    """By person: how many different ones there are."""
    return dict(facts.values_list(whose).annotate(Count(key, distinct=True)))


def attach_figures(persons: Iterable[Any], *, year: int, on: date) -> list[Any]:
    """Give each person her figures as attributes of their names."""
    people = list(persons)
    figures = figures_by_person([person.pk for person in people], year=year, on=on)
    for person in people:
        for name, amount in figures[person.pk]._asdict().items():
            setattr(person, name, amount)
    return people


def with_hours(persons: QuerySet[Any], *, year: int, on: date) -> QuerySet[Any]:
    """Those who have any hours of the year up to the day, in either counter."""
    sums = _entries_in_span(year, on).annotate(who=SURVIVOR).values("who", "category").annotate(total=Sum("hours"))
    return persons.filter(pk__in=sums.filter(total__gt=0).values("who"))


def who_learned(persons: QuerySet[Any], *, year: int, on: date) -> QuerySet[Any]:
    """Those who completed any lesson in the year up to the day."""
    return persons.filter(pk__in=_in_span(LessonCompletion.objects.all(), year, on).values_list(SURVIVOR))


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
    """The figures of the persons by the village they belong to, in order of its code."""
    place_of = {
        person: (code, name)
        for person, code, name in Belonging.objects.filter(
            holds_on(on), person__in=persons.order_by().values("pk")
        ).values_list("person_id", "division__code", "division__name")
    }
    counted: dict[tuple[str, str], list[int]] = {}
    figures = figures_by_person(list(persons.order_by().values_list("pk", flat=True)), year=year, on=on)
    for person, one in figures.items():
        line = counted.setdefault(place_of.get(person, ("", "")), [0, 0, 0])
        line[0] += 1
        line[1] += 1 if one.lessons_completed else 0
        line[2] += one.lessons_completed
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


class Titles:
    """What many entries with an outline version were for, as `title_of` says; each version is read once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[str, dict[str, str]]] = {}

    def read(self, outlines: Iterable[int | None]) -> None:
        """Look up those of these versions that are not known yet; at most one query."""
        if wanted := {pk for pk in outlines if pk is not None} - self._known.keys():
            versions = OutlineVersion.objects.filter(pk__in=wanted).values_list("pk", "title", "lessons")
            for pk, title, lessons in versions:
                self._known[pk] = title, {each["translation_key"]: each["title"] for each in lessons}

    def of(self, outline: int, achievement_key: str) -> str:
        title, lessons = self._known[outline]
        lesson = lessons.get(achievement_key.removeprefix("lesson:"))
        return title if lesson is None else f"{title} · {lesson}"


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
