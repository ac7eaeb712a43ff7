"""Who sets rules; who reviews, recognises and reads which claims; who attests and revokes (laws 6 and 8)."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from lms.approvals.enums import Step
from lms.credits.enums import AttestationKind
from lms.credits.models import Attestation, CreditClaim
from lms.lib.keys import Keys
from lms.people.enums import LEVEL_DIGITS, DivisionLevel, OrgKind, Purpose, RoleKind
from lms.people.models import Org, Person, Post, Role, is_or_became
from lms.people.models.dated import holds_on
from lms.people.models.places import DIVISIONS
from lms.people.policies import (
    may_recognise_hours_of,
    persons_recognised_by,
    persons_visible_to,
    role_that_shows,
    roles_on,
    stood_in_for,
    units_of_personnel_officer,
    units_of_role,
)
from lms.people.queries import SURVIVOR, accounts_of


def rule_authorities(actor: Any, on: date, *, roles: list[Role] | None = None) -> list[Org]:
    """The organisation departments whose own rules the actor may write and end on the day, as their officer.

    `roles` are those of that day, where the caller has just looked them up.
    """
    roles = roles_on(actor, on) if roles is None else roles
    orgs = {
        role.org_id: role.org
        for role in roles
        if role.kind == RoleKind.OFFICER and role.org.kind == OrgKind.ORGANIZATION_DEPARTMENT
    }
    return sorted(orgs.values(), key=lambda org: (org.name, org.pk))


def may_write_rules_of(actor: Any, org: Org | None, on: date, *, roles: list[Role] | None = None) -> bool:
    """Only an officer of that organisation department; the rule of a region, and a preset, are nobody's at the desk."""
    return org is not None and org in rule_authorities(actor, on, roles=roles)


def _claims_of(persons: QuerySet[Person], actor: Person) -> QuerySet[CreditClaim]:
    """The claims of these persons, those of the actor herself left out."""
    claims = CreditClaim.objects.alias(who=SURVIVOR).filter(who__in=persons.order_by().values("pk"))
    return claims.exclude(actor.survivor.owns())


def claims_to_review(actor: Any, *, on: date, roles: list[Role] | None = None) -> QuerySet[CreditClaim]:
    """Claims that wait for the first review by the actor's unit."""
    persons = persons_visible_to(actor, purpose=Purpose.REVIEWING_CLAIMS, on=on, roles=roles)
    return _claims_of(persons, actor).in_state(Step.SUBMITTED)  # type: ignore[attr-defined]  # of its own QuerySet


def claims_to_recognise(actor: Any, *, on: date, roles: list[Role] | None = None) -> QuerySet[CreditClaim]:
    """Claims past their first review, by somebody else, of persons whose hours the actor recognises."""
    claims = _claims_of(persons_recognised_by(actor, on=on, roles=roles), actor)
    own = Q(submission__steps__kind=Step.FIRST_REVIEW) & actor.survivor.owns("submission__steps__by")
    done = CreditClaim.objects.filter(own).values("pk")
    return claims.in_state(Step.FIRST_REVIEW).exclude(pk__in=done)  # type: ignore[attr-defined]  # of its own QuerySet


def claims_without_reviewer(actor: Any, *, on: date, roles: list[Role] | None = None) -> QuerySet[CreditClaim]:
    """Claims that wait for a first review while nobody is appointed for it in the unit: the authority's own to do."""
    roles = roles_on(actor, on) if roles is None else roles
    if not rule_authorities(actor, on, roles=roles):
        return CreditClaim.objects.none()
    waiting = _claims_of(persons_recognised_by(actor, on=on, roles=roles), actor).in_state(Step.SUBMITTED)  # type: ignore[attr-defined]  # of its own QuerySet
    who = dict(waiting.order_by().values_list("pk", SURVIVOR))
    reviewed = with_first_reviewer(set(who.values()), on=on) if who else set()
    return CreditClaim.objects.filter(pk__in=Keys(pk for pk, person in who.items() if person not in reviewed))


def claims_waiting_for(actor: Any, *, on: date, roles: list[Role] | None = None) -> QuerySet[CreditClaim]:
    """Every claim on which the actor may take the next step."""
    ids = [
        queue(actor, on=on, roles=roles).order_by().values("pk")
        for queue in (claims_to_review, claims_to_recognise, claims_without_reviewer)
    ]
    return CreditClaim.objects.filter(Q(pk__in=ids[0]) | Q(pk__in=ids[1]) | Q(pk__in=ids[2]))


def claims_visible_to(actor: Any, *, on: date, roles: list[Role] | None = None) -> QuerySet[CreditClaim]:
    """Every claim, whatever its state, that the actor may look at for her work."""
    units = persons_visible_to(actor, purpose=Purpose.REVIEWING_CLAIMS, on=on, roles=roles)
    recognised = persons_recognised_by(actor, on=on, roles=roles)
    return (_claims_of(units, actor) | _claims_of(recognised, actor)).distinct()


def with_first_reviewer(persons: Collection[int], *, on: date) -> set[int]:
    """Those of the persons (accounts that stay) in whose unit somebody else is appointed to review claims on the day.

    For a village committee its township government is. Three queries, however many they are.
    """
    whose = accounts_of(persons)
    units: dict[int, set[int]] = defaultdict(set)
    towns: dict[int, set[str]] = defaultdict(set)
    for post in Post.objects.filter(person__in=Keys(whose)).on(on).select_related(f"org__{DIVISIONS}"):
        units[whose[post.person_id]].add(post.org_id)
        if post.org.kind == OrgKind.VILLAGE_COMMITTEE:
            village = post.org.division.current(on)
            town = village.code[: LEVEL_DIGITS[DivisionLevel.TOWNSHIP]].ljust(12, "0")
            towns[whose[post.person_id]].add(town)
    near = Q(org__in=Keys(set().union(*units.values())))
    if codes := set().union(*towns.values()):
        near |= Q(org__kind=OrgKind.TOWNSHIP_GOVERNMENT) & is_or_became("org__division", codes)
    roles = Role.objects.filter(near, kind=RoleKind.UNIT_PERSONNEL_OFFICER, person__in=Person.objects.present())
    appointed: dict[int | str, set[int]] = defaultdict(set)
    for role in roles.on(on).filter(holds_on(on, "org__")).select_related(f"org__{DIVISIONS}"):
        appointed[role.org_id].add(role.person_id)
        if role.org.kind == OrgKind.TOWNSHIP_GOVERNMENT:
            appointed[role.org.division.current(on).code].add(role.person_id)
    return {who for who in units if any(appointed[where] - {who} for where in units[who] | towns[who])}


def has_first_reviewer(person: Person, *, on: date) -> bool:
    """The same of one person."""
    return bool(with_first_reviewer([person.survivor.pk], on=on))


def may_review(actor: Any, claim: CreditClaim, *, on: date) -> bool:
    """The personnel officer of the unit does the first review; without one, an officer of the authority does.

    Then another officer of the authority recognises.
    """
    person = claim.person.survivor
    if actor.survivor == person:
        return False
    seen = persons_visible_to(actor, purpose=Purpose.REVIEWING_CLAIMS, on=on)
    if seen.filter(pk=person.pk).exists():
        return True
    return may_recognise_hours_of(actor, person, on) and not has_first_reviewer(person, on=on)


def stands_in_by(actor: Any, claim: CreditClaim, *, on: date) -> Role | None:
    """The colleague's role by which alone the actor may do the first review; None where it is hers to do anyway."""
    person = claim.person.survivor
    own = units_of_personnel_officer(actor, on)
    if Post.objects.filter(person.owns(), org__in=own.order_by().values("pk")).on(
        on
    ).exists() or may_recognise_hours_of(actor, person, on):
        return None
    for role in stood_in_for(actor, on):
        if Post.objects.filter(person.owns(), org__in=units_of_role(role, on).order_by().values("pk")).on(on).exists():
            return role
    return None


def may_recognise(actor: Any, claim: CreditClaim, *, on: date) -> bool:
    """Only an officer of the person's authority on the day of deciding, who is not she and did not review it first."""
    person = claim.person.survivor
    if actor.survivor == person or not may_recognise_hours_of(actor, person, on):
        return False
    first = claim.submission.steps.filter(kind=Step.FIRST_REVIEW)
    return not first.filter(actor.survivor.owns("by")).exists()


def attestations_of(person: Person) -> QuerySet[Attestation]:
    """Everything that was ever attested to this human being, newest first."""
    return Attestation.objects.filter(person.owns()).select_related("person__merged_into", "org")


def department_that_attests(actor: Any, person: Person, *, on: date, roles: list[Role] | None = None) -> Org | None:
    """The organisation department for which the actor attests to this cadre on the day; None where she may not.

    Only an officer of the department that manages the person, and never for herself.
    """
    person = person.survivor
    if getattr(actor, "survivor", None) == person:
        return None
    posts = Post.objects.filter(person.owns()).on(on)
    managing = set(posts.values_list("cadre_authority", flat=True))
    return next((org for org in rule_authorities(actor, on, roles=roles) if org.pk in managing), None)


def certificates_answered_for(actor: Any, *, on: date, roles: list[Role] | None = None) -> QuerySet[Attestation]:
    """The 课程学习证明 of people who are no cadres for which the actor answers on the day; never her own."""
    persons = persons_visible_to(actor, purpose=Purpose.CERTIFICATES, on=on, roles=roles).order_by().values("pk")
    of_them = Q(person__in=persons) | Q(person__merged_into__in=persons)
    certificates = Attestation.objects.filter(of_them, kind=AttestationKind.COURSE_CERTIFICATE)
    return certificates.exclude(actor.survivor.owns()).select_related("person__merged_into", "org")


def org_that_certifies(actor: Any, person: Person, *, on: date) -> Org | None:
    """For which organisation the actor answers for this person's 课程学习证明 on the day; None where she does not.

    Of a cadre the department that manages her; of anybody else the agriculture department of her place, or the
    operator of the site where she has none. Never for herself.
    """
    person = person.survivor
    if actor.survivor == person:
        return None
    department = department_that_attests(actor, person, on=on)
    if department is not None:
        return department
    role = role_that_shows(person, to=actor, purpose=Purpose.CERTIFICATES, on=on)
    return role.org if role else None


def org_that_revokes(actor: Any, attestation: Attestation, *, on: date) -> Org | None:
    """For which organisation the actor may revoke it on the day: whichever could issue it anew."""
    if attestation.kind == AttestationKind.COURSE_CERTIFICATE:
        return org_that_certifies(actor, attestation.person, on=on)
    return department_that_attests(actor, attestation.person, on=on)
