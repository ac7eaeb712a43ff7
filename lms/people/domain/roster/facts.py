"""What is known about the people of a roster, loaded for all rows together: a row costs no query of its own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Q

from lms.lib.encryption import keyed_index
from lms.people.domain.roster.columns import Unit
from lms.people.domain.roster.lines import Line
from lms.people.enums import ContactKind
from lms.people.models import Belonging, Contact, Identity, Org, Person, Post, in_place
from lms.people.models.contacts import PHONE_PURPOSE
from lms.people.models.identities import IDENTITY_PURPOSE

# So many values stand in one query.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post as it stands, with the organisation that manages it."""

    pk: int
    org_id: int
    org_name: str
    title: str
    category: str
    level: str
    authority_id: int
    active_from: date
    active_to: date | None

    def is_open(self, day: date) -> bool:
        """Whether it holds on the day or later."""
        return self.active_to is None or self.active_to > day


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody with an account: its posts, those of accounts merged into it included."""

    person_id: int
    name: str
    is_present: bool
    has_identity: bool
    posts: tuple[HeldPost, ...] = ()

    def is_elsewhere(self, day: date, *, of: int) -> bool:
        """Whether others manage her, and the organisation `of` does not."""
        open_posts = [post for post in self.posts if post.is_open(day)]
        return bool(open_posts) and all(post.authority_id != of for post in open_posts)


@dataclass(frozen=True, slots=True)
class Facts:
    """By row of the file: who has its identity number, and who may be meant without one."""

    known: dict[int, Known] = field(default_factory=dict)
    candidates: dict[int, tuple[Known, ...]] = field(default_factory=dict)


def units_in_place(org: Org, on: date) -> list[Unit]:
    """The organisations that a roster of this department may name."""
    found = Org.objects.on(on).filter(in_place(org.division, on, "division")).order_by("name", "code")
    return [Unit(*row) for row in found.values_list("pk", "name", "code")]


def load_facts(lines: Sequence[Line], *, org: Org, on: date) -> Facts:
    """Who of the file is known, and who may be meant by it.

    May be meant, where the identity number is new: somebody reached on the row's phone under the row's name, if she is
    managed as a cadre or belongs to the place; and a cadre of the department with this name in this unit. Whoever has
    an identity number already is somebody else.
    """
    holders = _holders(lines)
    by_row = {line.row: holders.get(keyed_index(line.identity_number, IDENTITY_PURPOSE)) for line in lines}
    unknown = [line for line in lines if by_row[line.row] is None]
    reached, here = _reached(unknown, org, on), _without_number(unknown, org, on)
    meant = {pk for pks in (*reached.values(), *here.values()) for pk in pks}
    people = _known(meant | {pk for pk in by_row.values() if pk})
    candidates = {}
    for line in unknown:
        pks = sorted(reached.get((line.phone, line.name), set()) | here.get((line.org_id, line.name), set()))
        found = tuple(people[pk] for pk in pks if not people[pk].has_identity and people[pk].is_present)
        if found:
            candidates[line.row] = found
    return Facts({row: people[pk] for row, pk in by_row.items() if pk}, candidates)


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """The values in lists of at most CHUNK."""
    rest = iter(values)
    while part := list(islice(rest, CHUNK)):
        yield part


def _holders(lines: Sequence[Line]) -> dict[str, int]:
    """Person by the keyed index of her identity number."""
    found: dict[str, int] = {}
    for part in chunks(keyed_index(line.identity_number, IDENTITY_PURPOSE) for line in lines):
        found.update(Identity.objects.filter(index__in=part).values_list("index", "person_id"))
    return found


def _reached(lines: Sequence[Line], org: Org, on: date) -> dict[tuple[str, str], set[int]]:
    """Persons by phone and name, of the rows' phones and names alone."""
    numbers = {keyed_index(line.phone, PHONE_PURPOSE): line.phone for line in lines if line.phone}
    names = {line.name for line in lines}
    found: list[tuple[str, int, str]] = []
    for part in chunks(numbers):
        contacts = Contact.objects.filter(kind=ContactKind.PHONE, index__in=part).on(on)
        rows = contacts.filter(person__in=Person.objects.present()).values_list("index", "person_id", "person__name")
        found += [row for row in rows if row[2] in names]
    here = _of_the_place({pk for _index, pk, _name in found}, org, on)
    reached: dict[tuple[str, str], set[int]] = {}
    for index, pk, name in found:
        if pk in here:
            reached.setdefault((numbers[index], name), set()).add(pk)
    return reached


def _of_the_place(person_ids: set[int], org: Org, on: date) -> set[int]:
    """Those who hold a post, belong to the place, or belong nowhere: a learner from elsewhere is never hinted at."""
    stay = set(person_ids)
    for part in chunks(sorted(person_ids)):
        belongings = Belonging.objects.on(on).filter(person__in=part)
        elsewhere = set(belongings.exclude(in_place(org.division, on)).values_list("person_id", flat=True))
        posts = Post.objects.filter(Q(person__in=part) | Q(person__merged_into__in=part)).on(on)
        holders = {merged or pk for pk, merged in posts.values_list("person_id", "person__merged_into_id")}
        stay -= elsewhere - holders
    return stay


def _without_number(lines: Sequence[Line], org: Org, on: date) -> dict[tuple[int, str], set[int]]:
    """The department's own cadres whose identity number is not known, by unit and name."""
    wanted = {(line.org_id, line.name) for line in lines}
    posts = Post.objects.on(on).filter(cadre_authority=org, person__identity__isnull=True)
    found: dict[tuple[int, str], set[int]] = {}
    rows = posts.filter(person__in=Person.objects.present()).values_list("org_id", "person__name", "person_id")
    for org_id, name, pk in rows if lines else ():
        if (org_id, name) in wanted:
            found.setdefault((org_id, name), set()).add(pk)
    return found


def _known(person_ids: set[int]) -> dict[int, Known]:
    people = {}
    for part in chunks(sorted(person_ids)):
        posts: dict[int, list[HeldPost]] = {}
        rows = Post.objects.filter(Q(person__in=part) | Q(person__merged_into__in=part)).order_by("active_from", "pk")
        names = ("pk", "org_id", "org__name", "title", "category", "level", "cadre_authority_id")
        held: Any = rows.values_list("person_id", "person__merged_into_id", *names, "active_from", "active_to")
        for pk, merged, *post in held:
            posts.setdefault(merged or pk, []).append(HeldPost(*post))
        present = set(Person.objects.present().filter(pk__in=part).values_list("pk", flat=True))
        numbered = set(Identity.objects.filter(person__in=part).values_list("person_id", flat=True))
        for pk, name in Person.objects.filter(pk__in=part).values_list("pk", "name"):
            people[pk] = Known(pk, name, pk in present, pk in numbered, tuple(posts.get(pk, ())))
    return people
