"""Reads about persons, shared by several callers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from lms.audit.models import AuditEntry
from lms.lib.durations import beijing_day
from lms.lib.keys import Keys
from lms.people.enums import FARMERS, UNMASKED, LearnerCategory, Purpose, RoleKind
from lms.people.models import Belonging, Contact, Division, Org, Person, Post, Role

# Whose a row with a `person` is, in a query: the account that stays.
SURVIVOR = Coalesce("person__merged_into_id", "person_id")


def same_person_ids(person: Person) -> list[int]:
    """The ids under which facts about this human being were written: her own and those merged into it."""
    survivor = person.survivor
    return [survivor.pk, *survivor.merged_from.values_list("pk", flat=True)]


def accounts_of(persons: Collection[int]) -> dict[int, int]:
    """By account: whose facts it holds, for these persons (accounts that stay) and what was merged into them."""
    accounts = {pk: pk for pk in persons}
    merged = Person.objects.filter(merged_into__in=Keys(accounts)).values_list("pk", "merged_into_id")
    return accounts | {pk: into for pk, into in merged if into is not None}


def posts_on(person: Person, day: date, *, accounts: Collection[int] | None = None) -> list[Post]:
    """The posts held on the day, the one held longest first.

    `accounts` are her `same_person_ids`, where the caller has just looked them up.
    """
    posts = Post.objects.filter(person__in=same_person_ids(person) if accounts is None else accounts).on(day)
    return list(posts.select_related("org", "cadre_authority__division").order_by("active_from", "pk"))


def categories_on(person: Person, day: date) -> frozenset[str]:
    """Every category that the person falls under on the day: what she called herself, and what her posts make her.

    Being a cadre is not a claim: without a post on the day nobody is one.
    """
    return categories_of(person, posts_on(person, day))


def categories_of(person: Person, posts: list[Post]) -> frozenset[str]:
    """The categories of a person who holds these posts."""
    kind = LearnerCategory(person.survivor.kind)
    categories = {str(post.category) for post in posts}
    if categories:
        categories.add(LearnerCategory.CADRE.value)
    if kind != LearnerCategory.CADRE:
        categories.add(kind.value)
    if kind in FARMERS:
        categories.add(LearnerCategory.FARMER.value)
    return frozenset(categories)


def home_division_on(person: Person, day: date) -> Division | None:
    """The village the person belongs to on the day, or what it has become by then."""
    belonging = (
        Belonging.objects.filter(person__in=same_person_ids(person))
        .on(day)
        .select_related("division__successor")
        .order_by("-active_from")
        .first()
    )
    return belonging.division.current(day) if belonging else None


def authority_on(person: Person, day: date) -> Org | None:
    """The organisation that manages the person as a cadre on the day; of several posts the newest decides."""
    posts = posts_on(person, day)
    return posts[-1].cadre_authority if posts else None


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody saw a person's name and numbers in full: for which organisation, in which role, and why."""

    at: datetime
    org: str
    role: str
    purpose: str
    reason: str


def looks_at(person: Person) -> list[Look]:
    """Everybody who saw the person in full, newest first; looks at accounts merged into hers are hers.

    Read from the audit log itself: what she is shown is what was written before anything was seen.
    """
    ids = [str(pk) for pk in same_person_ids(person)]
    entries = AuditEntry.objects.filter(subject_kind="person", subject_id__in=ids, action=UNMASKED).order_by("-seq")
    names = dict(Org.objects.filter(code__in={entry.detail["org"] for entry in entries}).values_list("code", "name"))
    return [
        Look(
            at=entry.at,
            org=names.get(entry.detail["org"], ""),
            role=str(RoleKind(entry.detail["role"]).label),
            purpose=str(Purpose(entry.detail["purpose"]).label),
            reason=entry.detail["reason"],
        )
        for entry in entries
    ]


def reviewers_on(org: Org, step: str, day: date) -> list[Person]:
    """Who does this step of review for the organisation on the day, by name."""
    roles = Role.objects.filter(kind=RoleKind.REVIEWER, org=org, step=step).on(day)
    return list(Person.objects.present().filter(pk__in=roles.values("person")).order_by("name", "pk"))


STARS = "*＊"


def found_by_name(near: QuerySet[Person], sought: str, *, most: int) -> list[Person]:
    """Who of these fits a login code, a whole name, or a name as it is masked (王, 王＊＊).

    Never parts of a name: character by character they would tell what the mask hides.
    """
    if not sought:
        return []
    code = sought.replace(" ", "").upper()
    fits = Q(login_code=code) | Q(name=sought)
    if not sought[1:].strip(STARS):
        fits |= Q(name__startswith=sought[0], name__regex=f"^.{{{len(sought)}}}$" if sought[1:] else "")
    return list(near.filter(fits).order_by("name", "pk")[:most])


def shown_to_helpers(people: list[Person], at: datetime) -> list[dict[str, Any]]:
    """What a helper sees of each of them: everything masked that says who it is."""
    today = beijing_day(at)
    numbers: dict[int, list[str]] = {}
    for contact in Contact.objects.filter(person__in=people).on(today):
        numbers.setdefault(contact.person_id, []).append(contact.masked)
    homes = Belonging.objects.filter(person__in=people).on(today).select_related("division__successor")
    villages = {home.person_id: home.division.current(today) for home in homes}
    return [{"person": each, "phones": numbers.get(each.pk, []), "village": villages.get(each.pk)} for each in people]
