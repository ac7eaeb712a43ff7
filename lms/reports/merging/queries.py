"""What an officer sees of two records before they become one."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lms.credits.domain.uniting import OVER_CAP, changes_of
from lms.credits.models import CreditLedgerEntry
from lms.learning.models import CourseCompletion, LessonCompletion
from lms.people.models import Contact, Identity, Person, Post
from lms.people.queries import home_division_on, same_person_ids
from lms.reports.queries import title_of

ZERO = Decimal("0.00")


@dataclass
class Side:
    """One of the two records, numbers masked."""

    person: Person
    identity: str
    phones: list[str]
    village: str
    posts: list[Post]
    lessons: int
    courses: int
    hours: Decimal


@dataclass
class Less:
    """An entry that counts less once the two are one: it was earned twice, or lies beyond a cap."""

    entry: CreditLedgerEntry
    title: str
    left: Decimal
    over_cap: bool

    @property
    def lost(self) -> Decimal:
        return self.entry.hours - self.left


@dataclass
class Together:
    """The hours of both, and what is left of them."""

    before: Decimal
    less: list[Less]

    @property
    def after(self) -> Decimal:
        return self.before - sum((each.lost for each in self.less), ZERO)


def side_of(person: Person, on: date) -> Side:
    identity = Identity.objects.filter(person=person).first()
    village = home_division_on(person, on)
    posts = Post.objects.filter(person.owns()).select_related("org").order_by("active_from", "pk")
    return Side(
        person,
        identity.masked if identity else "",
        [contact.masked for contact in Contact.objects.filter(person=person).on(on)],
        village.name if village else "",
        list(posts),
        LessonCompletion.objects.of(person).count(),
        CourseCompletion.objects.of(person).count(),
        _hours([person]),
    )


def together(one: Person, other: Person) -> Together:
    """What would become of the hours: what both have for one lesson counts once, and a cap holds for both together."""
    changes = changes_of([*same_person_ids(one), *same_person_ids(other)])
    less = [Less(each.entry, title_of(each.entry), each.hours, each.reason == OVER_CAP) for each in changes]
    return Together(_hours([one, other]), less)


def _hours(persons: list[Person]) -> Decimal:
    ids = [pk for person in persons for pk in same_person_ids(person)]
    hours = CreditLedgerEntry.objects.of(ids).values_list("hours", flat=True)
    return sum(hours, ZERO)
