"""Whose row it is: an officer's own cadres, found by login code or phone, and named alike. Nobody is guessed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.db.models import Q
from django.utils.translation import gettext as _

from lms.credits.domain.outside import CellRefused, Written, plain
from lms.lib.encryption import keyed_index
from lms.people.enums import Purpose
from lms.people.models import Contact, Org, Person, Post
from lms.people.models.contacts import PHONE_PURPOSE
from lms.people.policies import persons_visible_to
from lms.people.validators import NotAPhoneNumber, clean_number

CHUNK = 500
Key = TypeVar("Key", int, str)


@dataclass(frozen=True, slots=True)
class Cadres:
    """The officer's cadres as far as a list speaks of them; `managed` are those whose hours she recognises."""

    by_code: dict[str, Person] = field(default_factory=dict)
    by_phone: dict[str, list[Person]] = field(default_factory=dict)
    managed: frozenset[int] = frozenset()
    herself: int = 0


def chunks(values: Iterable[Key]) -> Iterator[list[Key]]:
    """The different values among these, a few hundred at a time, so that no query grows without bound."""
    known = sorted(set(values))
    for start in range(0, len(known), CHUNK):
        yield known[start : start + CHUNK]


def tidy_code(code: str) -> str:
    """People copy codes from paper: blanks and case do not matter."""
    return code.replace(" ", "").upper()


def index_of(phone: str) -> str:
    """The keyed index of what was written; empty where it is no mobile number."""
    try:
        return keyed_index(clean_number(phone), PHONE_PURPOSE)
    except NotAPhoneNumber:
        return ""


def cadres_named(rows: list[Written], *, officer: Person, authority: Org, on: date) -> Cadres:
    """Everybody of whom the rows may speak, among those whom the officer sees for the training of cadres (law 8)."""
    visible = persons_visible_to(officer, purpose=Purpose.CADRE_TRAINING, on=on)
    by_code: dict[str, Person] = {}
    for codes in chunks(tidy_code(row.login_code) for row in rows if row.login_code):
        for person in visible.filter(Q(login_code__in=codes) | Q(merged_from__login_code__in=codes)):
            by_code[person.login_code] = person
        merged = Person.objects.filter(login_code__in=codes, merged_into__in=visible.order_by().values("pk"))
        for account in merged.select_related("merged_into"):
            by_code[account.login_code] = account.survivor
    by_phone: dict[str, list[Person]] = defaultdict(list)
    for indexes in chunks(index_of(row.phone) for row in rows if row.phone and not row.login_code):
        contacts = Contact.objects.filter(index__in=indexes, person__in=visible.order_by().values("pk")).on(on)
        for contact in contacts.select_related("person"):
            if contact.person not in by_phone[contact.index]:
                by_phone[contact.index].append(contact.person)
    posts = Post.objects.on(on).filter(cadre_authority=authority).select_related("person__merged_into")
    managed = frozenset(post.person.survivor.pk for post in posts)
    return Cadres(by_code, dict(by_phone), managed, officer.survivor.pk)


def person_of_row(row: Written, cadres: Cadres) -> Person:
    """The person of the row. Raises CellRefused: who is not the officer's own reads like who is not there."""
    if row.login_code:
        column, person = "login_code", cadres.by_code.get(tidy_code(row.login_code))
        if person is None:
            raise CellRefused(column, _("None of your cadres has this login code."))
        if plain(person.name) != plain(row.name):
            raise CellRefused("name", _("The login code belongs to somebody with another name."))
    else:
        column, index = "phone", index_of(row.phone)
        if not index:
            raise CellRefused(column, _("This is not a mobile number."))
        reached = cadres.by_phone.get(index, [])
        if not reached:
            raise CellRefused(column, _("None of your cadres is reached on this number."))
        named = [each for each in reached if plain(each.name) == plain(row.name)]
        if not named:
            raise CellRefused("name", _("The number belongs to somebody with another name."))
        if len(named) > 1:
            raise CellRefused(column, _("Two of your cadres have this number and this name. Use the login code."))
        person = named[0]
    if person.pk == cadres.herself:
        raise CellRefused(column, _("Nobody imports her own hours. Ask a colleague."))
    if person.pk not in cadres.managed:
        raise CellRefused(column, _("This cadre is managed by another authority, which recognises the hours."))
    return person
