"""Law 8: scope is place ∩ purpose ∩ authority, on a day. Every list, page, export and search asks here."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.http import HttpRequest
from django.utils import timezone

from lms.lib.durations import beijing_day
from lms.people.enums import DESK_ROLES, FARMERS, HELPING_ROLES, DivisionLevel, OrgKind, Purpose, RoleKind
from lms.people.models import Belonging, Delegation, Division, Org, Person, Post, Role, in_place, under_prefixes
from lms.people.models.dated import holds_on

# Counts below this are not shown: they would tell who it is (law 8).
SMALLEST_COUNT = 10

# What a session remembers of a staff sign-in, as seconds since the epoch.
PASSWORD_SHOWN_AT = "staff_password_at"  # noqa: S105  (the name of a session key)
FACTOR_SEEN_AT = "staff_factor_at"
STAFF_SESSION_SECONDS = 12 * 3600
# Staff change their password every 90 days.
PASSWORD_LASTS = timedelta(days=90)


def roles_on(actor: Any, day: date) -> list[Role]:
    """The roles an actor holds on the day; nobody who is signed out, closed or merged holds any."""
    if not getattr(actor, "is_authenticated", False) or not actor.is_active or actor.merged_into_id:
        return []
    roles = Role.objects.filter(person=actor).on(day).filter(holds_on(day, "org__"))
    return list(roles.select_related("org__division__successor").order_by("kind", "org_id", "step"))


def roles_today(request: HttpRequest) -> list[Role]:
    """The roles of whoever asks, on this day: looked up once in a request, and anew in the next one.

    Kept on the request and not on the person, who may live longer than a role.
    """
    asked = (request.user.pk, beijing_day(timezone.now()))
    known: dict[Any, list[Role]] = request.__dict__.setdefault("_roles_on", {})
    if asked not in known:
        known[asked] = roles_on(request.user, asked[1])
    return known[asked]


def has_role(actor: Any, kind: RoleKind, on: date) -> bool:
    return any(role.kind == kind for role in roles_on(actor, on))


def is_officer(actor: Any, on: date) -> bool:
    """Whether the desk has anything for the actor on the day."""
    return any(role.kind in DESK_ROLES for role in roles_on(actor, on))


def _orgs_of(actor: Any, kind: RoleKind, on: date) -> list[Org]:
    return [role.org for role in roles_on(actor, on) if role.kind == kind]


def holding(posts: QuerySet[Post]) -> Q:
    """Persons who hold one of the posts, themselves or by an account merged into theirs.

    One question about each person: a database joins it for a list, and an index answers it for a single one.
    """
    held = posts.filter(person=OuterRef("pk")).order_by()
    return Q(Exists(Person.objects.accounts_of(OuterRef("pk")).filter(Exists(held))))


def _cadre_posts(org: Org, on: date) -> QuerySet[Post]:
    """Posts in the org's place that the org manages, or that somebody below it in place manages.

    Whoever is managed one level up, or from elsewhere, is not hers, although she sits in the same building.
    """
    place = org.division.current(on)
    return _posts_managed_within(org.pk, place.code_prefix, place.level, on).all()


def _cadres_of(org: Org, on: date) -> Q:
    """Persons with such a post."""
    place = org.division.current(on)
    return _holding_posts_managed_within(org.pk, place.code_prefix, place.level, on)


# Every page of the desk asks this several times, and putting the question together took longer than answering it. What
# is kept is the question, never an answer; all that it depends on is among the arguments.
@lru_cache(maxsize=512)
def _posts_managed_within(authority: int, prefix: str, level: str, on: date) -> QuerySet[Post]:
    return (
        Post.objects.on(on)
        .filter(under_prefixes([prefix], on, "org__division"))
        .filter(
            Q(cadre_authority=authority)
            | under_prefixes([prefix], on, "cadre_authority__division") & ~Q(cadre_authority__division__level=level)
        )
    )


@lru_cache(maxsize=512)
def _holding_posts_managed_within(authority: int, prefix: str, level: str, on: date) -> Q:
    return holding(_posts_managed_within(authority, prefix, level, on))


def cadres_of(org: Org, on: date) -> QuerySet[Person]:
    """Whom every officer of this organisation department sees for the training of cadres on the day.

    For what a department asks of people in its own name, which outlives the role of whoever asked.
    """
    if org.kind != OrgKind.ORGANIZATION_DEPARTMENT:
        return Person.objects.none()
    return Person.objects.present().filter(_cadres_of(org, on))


def departments_of(person: Person, orgs: Iterable[Org], on: date) -> set[int]:
    """The ids of those of the organisation departments in whose `cadres_of` the person is on the day: one query."""
    accounts = Person.objects.filter(Q(pk=person.survivor.pk) | Q(merged_into=person.survivor.pk)).values("pk")
    branches = [
        _cadre_posts(org, on).filter(person__in=accounts).order_by().annotate(seen_by=Value(org.pk)).values("seen_by")
        for org in orgs
        if org.kind == OrgKind.ORGANIZATION_DEPARTMENT
    ]
    if not branches or person.survivor.closed_at is not None or not person.survivor.is_active:
        return set()
    first, *rest = branches
    return {row["seen_by"] for row in (first.union(*rest) if rest else first)}


def _managed_by(org: Org, on: date) -> Q:
    """Persons with a post on the day that the org itself manages: whose roster it keeps."""
    posts = Post.objects.on(on).filter(cadre_authority=org)
    return holding(posts)


def _belonging_to(org: Org, on: date) -> Q:
    belongings = Belonging.objects.on(on).filter(in_place(org.division, on))
    return Q(pk__in=belongings.values("person"))


def _farmers_of(org: Org, on: date) -> Q:
    return Q(kind__in=FARMERS) & _belonging_to(org, on)


def _units_under(org: Org, on: date, path: str = "") -> Q:
    """The unit itself; a township government answers for its village committees as well."""
    units = Q(**{f"{path}pk": org.pk})
    if org.kind == OrgKind.TOWNSHIP_GOVERNMENT:
        villages = in_place(org.division, on, f"{path}division")
        units |= villages & Q(**{f"{path}kind": OrgKind.VILLAGE_COMMITTEE})
    return units


def units_of_personnel_officer(actor: Any, on: date, *, roles: list[Role] | None = None) -> QuerySet[Org]:
    """The units for whose people the actor answers on the day as their personnel officer."""
    roles = roles_on(actor, on) if roles is None else roles
    units = Q(pk__in=[])
    for role in roles:
        if role.kind == RoleKind.UNIT_PERSONNEL_OFFICER:
            units |= _units_under(role.org, on)
    return Org.objects.filter(units)


def units_of_role(role: Role, on: date) -> QuerySet[Org]:
    """The units for which this one role answers on the day."""
    return Org.objects.filter(_units_under(role.org, on))


def stood_in_for(actor: Any, on: date, *, roles: list[Role] | None = None) -> list[Role]:
    """The roles of colleagues for whom the actor does the first review on the day.

    Only who is a personnel officer herself stands in, and only while the colleague's role lasts. `roles` are the
    actor's own of that day, where the caller has just looked them up.
    """
    roles = roles_on(actor, on) if roles is None else roles
    if not any(role.kind == RoleKind.UNIT_PERSONNEL_OFFICER for role in roles):
        return []
    handed = Role.objects.filter(delegations__in=Delegation.objects.on(on).filter(taker=actor)).on(on)
    handed = handed.filter(holds_on(on, "org__"), person__in=Person.objects.present(), person__is_active=True)
    return list(handed.select_related("person", "org__division__successor").distinct())


def _working_in(org: Org, on: date) -> Q:
    """Persons with a post in a unit for which the organisation answers."""
    posts = Post.objects.on(on).filter(_units_under(org, on, "org__"))
    return holding(posts)


def _no_cadres_of(org: Org, on: date) -> Q:
    """For whom the org answers among those who are no cadres: an agriculture department for everybody of its place.

    For people without a village the operator of the site does, so that nobody is left to nobody.
    """
    cadres = holding(Post.objects.on(on))
    if org.kind == OrgKind.AGRICULTURE_DEPARTMENT:
        return _belonging_to(org, on) & ~cadres
    if org.kind == OrgKind.PLATFORM_OPERATOR:
        return ~Q(pk__in=Belonging.objects.on(on).values("person")) & ~cadres
    return Q(pk__in=[])


def _appealing_to(org: Org, on: date) -> Q:
    """Whose appeals officers of the org settle: its cadres, or those for whom it answers who are none."""
    return _cadres_of(org, on) if org.kind == OrgKind.ORGANIZATION_DEPARTMENT else _no_cadres_of(org, on)


_DEPARTMENT = frozenset({OrgKind.ORGANIZATION_DEPARTMENT})
_AGRICULTURE = frozenset({OrgKind.AGRICULTURE_DEPARTMENT})
_FOR_OTHERS = _AGRICULTURE | {OrgKind.PLATFORM_OPERATOR}
# For each purpose: whose role, of which organisations (None: of any), opens which persons.
_SCOPES: dict[Purpose, tuple[frozenset[RoleKind], frozenset[OrgKind] | None, Callable[[Org, date], Q]]] = {
    Purpose.CADRE_TRAINING: (frozenset({RoleKind.OFFICER}), _DEPARTMENT, _cadres_of),
    Purpose.FARMER_TRAINING: (frozenset({RoleKind.OFFICER}), _AGRICULTURE, _farmers_of),
    Purpose.HELPING: (HELPING_ROLES, None, _belonging_to),
    Purpose.REVIEWING_CLAIMS: (frozenset({RoleKind.UNIT_PERSONNEL_OFFICER}), None, _working_in),
    Purpose.SETTLING_APPEALS: (frozenset({RoleKind.OFFICER}), None, _appealing_to),
    Purpose.CERTIFICATES: (frozenset({RoleKind.OFFICER}), _FOR_OTHERS, _no_cadres_of),
    Purpose.ROSTER: (frozenset({RoleKind.OFFICER}), _DEPARTMENT, _managed_by),
    Purpose.UNIT_TRAINING: (frozenset({RoleKind.UNIT_PERSONNEL_OFFICER}), None, _working_in),
}


def persons_visible_to(
    actor: Any, *, purpose: Purpose, on: date, acting_on: date | None = None, roles: list[Role] | None = None
) -> QuerySet[Person]:
    """The persons whom the actor may see for the purpose, as of the day. The one query form of law 8.

    `acting_on` is the day on which the actor looks, where that is not `on`: looking back needs a role held today,
    whatever roles the actor once held. `roles` are those of that day, where the caller has just looked them up.

    An officer of an organisation department sees the cadres it manages, one of an agriculture department the
    farmers of its place (masked: see `is_masked`). Numbers of cadres are for the department that keeps their roster,
    masked as well. A personnel officer sees the people of her units, and reviews for a colleague who handed that over
    for the day. A helper finds the people of her place while
    they sit beside her, a security administrator the holders of staff accounts. Appeals are settled without a name.
    For certificates of people who are no cadres an agriculture department answers, or the operator of the site.
    Everybody else sees nobody, and is told counts.
    """
    present = Person.objects.present()
    roles = roles_on(actor, acting_on or on) if roles is None else roles
    if purpose == Purpose.ACCOUNT_ADMINISTRATION:
        if not any(role.kind == RoleKind.SECURITY_ADMIN for role in roles):
            return present.none()
        return present.filter(Q(pk__in=Role.objects.values("person")))
    scope = Q(pk__in=[])
    for org in {role.org for role in _opening(roles, purpose)}:
        scope |= _SCOPES[purpose][2](org, on)
    if purpose == Purpose.REVIEWING_CLAIMS:
        for role in stood_in_for(actor, acting_on or on, roles=roles):
            # Not the colleague's own: nobody chooses who reviews hers.
            scope |= _working_in(role.org, on) & ~Q(pk=role.person_id)
    return present.filter(scope)


def _opening(roles: list[Role], purpose: Purpose) -> list[Role]:
    """Those of the roles that open persons for the purpose."""
    role_kinds, org_kinds, _scope_of = _SCOPES[purpose]
    return [role for role in roles if role.kind in role_kinds and (org_kinds is None or role.org.kind in org_kinds)]


def opens_anybody(roles: list[Role], purpose: Purpose) -> bool:
    """Whether one of the roles is of the kind that opens persons for the purpose, be there any or not."""
    return bool(_opening(roles, purpose))


def villages_helped_by(roles: list[Role], on: date) -> QuerySet[Division]:
    """The villages of the place of whoever holds these roles: where she signs people up who sit beside her."""
    lies = Q(pk__in=[])
    for org in {role.org for role in _opening(roles, Purpose.HELPING)}:
        lies |= Q(code__startswith=org.division.current(on).code_prefix)
    return Division.objects.on(on).filter(lies, level=DivisionLevel.VILLAGE).order_by("code")


def role_that_shows(person: Person, *, to: Any, purpose: Purpose, on: date) -> Role | None:
    """By which role the actor sees the person for the purpose on the day; None where she does not see her."""
    for role in _opening(roles_on(to, on), purpose):
        if Person.objects.present().filter(_SCOPES[purpose][2](role.org, on), pk=person.pk).exists():
            return role
    return None


def is_masked(purpose: Purpose) -> bool:
    """Whether names and numbers are masked until each unmasking is asked for and logged."""
    return purpose in {Purpose.FARMER_TRAINING, Purpose.HELPING, Purpose.ROSTER, Purpose.CERTIFICATES}


def roster_orgs(roles: list[Role]) -> list[Org]:
    """The organisation departments whose rosters the holder of the roles keeps, by name."""
    return sorted({role.org for role in _opening(roles, Purpose.ROSTER)}, key=lambda org: (org.name, org.pk))


def count_visible_to(actor: Any, *, among: QuerySet[Person], on: date) -> int | None:
    """How many of the persons belong to the places of the actor's organisations; None below ten.

    This is all that an officer learns whose organisation has no purpose of its own for persons.
    """
    places = Q(pk__in=[])
    for role in roles_on(actor, on):
        if role.kind in DESK_ROLES:
            places |= _belonging_to(role.org, on)
    return shown_count(among.filter(places).distinct().count())


def shown_count(count: int) -> int | None:
    """The count, or None where it is too small to show."""
    return count if count >= SMALLEST_COUNT else None


def may_recognise_hours_of(actor: Any, person: Person, on: date) -> bool:
    """Only officers of the organisation that manages the person as a cadre on the day."""
    orgs = _orgs_of(actor, RoleKind.OFFICER, on)
    posts = Post.objects.filter(person.owns()).on(on)
    return posts.filter(cadre_authority__in=orgs).exists()


def persons_recognised_by(actor: Any, *, on: date, roles: list[Role] | None = None) -> QuerySet[Person]:
    """Everybody for whom `may_recognise_hours_of` says yes on the day, without the actor herself.

    `roles` are the actor's of that day, where the caller has just looked them up.
    """
    roles = roles_on(actor, on) if roles is None else roles
    orgs = [role.org for role in roles if role.kind == RoleKind.OFFICER]
    posts = Post.objects.on(on).filter(cadre_authority__in=orgs)
    return Person.objects.present().filter(holding(posts)).exclude(pk=actor.pk)


def orgs_of_trainer(actor: Any, on: date) -> QuerySet[Org]:
    """The organisations whose content the actor may make and publish on the day."""
    return Org.objects.filter(pk__in=[org.pk for org in _orgs_of(actor, RoleKind.TRAINER, on)])


def may_manage_content_of(actor: Any, org: Org, on: date) -> bool:
    """Trainers work only in the content of their own organisations."""
    return any(own == org for own in _orgs_of(actor, RoleKind.TRAINER, on))


def is_reviewer(actor: Any, org: Org, step: str, on: date) -> bool:
    """Whether the actor does this step of review for the organisation on the day."""
    return any(
        role.kind == RoleKind.REVIEWER and role.org_id == org.pk and role.step == step for role in roles_on(actor, on)
    )


def orgs_of_reviewer(actor: Any, on: date) -> QuerySet[Org]:
    """The organisations for whose content the actor does any step of review on the day."""
    return Org.objects.filter(pk__in=[org.pk for org in _orgs_of(actor, RoleKind.REVIEWER, on)])


def has_second_factor(request: HttpRequest) -> bool:
    """Whether a second factor was shown in this session and staff pages were used within the idle minutes since.

    Only requests to staff pages keep it fresh, so whoever watched lessons for an hour is asked again.
    """
    if not request.user.is_authenticated or not request.user.is_verified():  # type: ignore[attr-defined]  # put there by django-otp
        return False
    seen = request.session.get(FACTOR_SEEN_AT)
    idle_seconds = settings.STAFF_IDLE_MINUTES * 60
    return seen is not None and 0 <= timezone.now().timestamp() - seen < idle_seconds


def has_staff_password(request: HttpRequest) -> bool:
    """Whether this session began with a password, today: a code by SMS alone opens no staff page."""
    shown = request.session.get(PASSWORD_SHOWN_AT)
    return shown is not None and 0 <= timezone.now().timestamp() - shown < STAFF_SESSION_SECONDS


def is_password_old(person: Person) -> bool:
    """Whether staff pages ask for a new password first."""
    changed = person.password_changed_at
    return changed is not None and timezone.now() - changed > PASSWORD_LASTS
