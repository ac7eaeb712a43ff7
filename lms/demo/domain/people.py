"""The people of the fictional province: a named cast with sign-ins, and villages full of learners."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

from django.conf import settings
from django.utils.translation import gettext as _
from django_otp.oath import totp

from lms.demo.domain.moments import Moments
from lms.demo.domain.places import Places, province
from lms.lib.durations import beijing_day
from lms.people.domain.appointing import appoint
from lms.people.domain.enrolling import begin_enrolment, finish_enrolment
from lms.people.domain.granting import grant_role
from lms.people.domain.inviting import accept_invitation, invite_again, invite_staff
from lms.people.domain.notices import current_notice, ensure_notices
from lms.people.domain.registering import register_learner
from lms.people.domain.signing_in import note_use
from lms.people.enums import LearnerCategory, OrgKind, PersonnelCategory, PostLevel, ReviewStep, RoleKind
from lms.people.models import Contact, Division, Org, Person

SEED = 20260101
COUNTY = "990121000000"
NEIGHBOUR = "990122000000"
TOWNSHIP = "990121100000"
VILLAGE = "990121100200"
CADRES = LearnerCategory.CADRE


@dataclass(frozen=True)
class Staff:
    """One staff account of the cast."""

    key: str
    name: str
    kind: RoleKind
    org: tuple[OrgKind, str]
    step: str = ""
    also: tuple[tuple[OrgKind, str], ...] = ()


PARTY_SCHOOL = (OrgKind.PARTY_SCHOOL, COUNTY)
VOCATIONAL = (OrgKind.SCHOOL, COUNTY)
OPERATOR = (OrgKind.PLATFORM_OPERATOR, "990000000000")
STAFF = (
    Staff("security_admin", "安若溪", RoleKind.SECURITY_ADMIN, OPERATOR),
    Staff("second_security_admin", "宁守信", RoleKind.SECURITY_ADMIN, OPERATOR),
    Staff("system_admin", "石立新", RoleKind.SYSTEM_ADMIN, OPERATOR),
    Staff("audit_admin", "苏明鉴", RoleKind.AUDIT_ADMIN, OPERATOR),
    Staff("trainer", "林晓燕", RoleKind.TRAINER, VOCATIONAL, also=(PARTY_SCHOOL,)),
    Staff("reviewer_first", "何雪芹", RoleKind.REVIEWER, VOCATIONAL, ReviewStep.FIRST, (PARTY_SCHOOL,)),
    Staff("reviewer_second", "郑永胜", RoleKind.REVIEWER, VOCATIONAL, ReviewStep.SECOND, (PARTY_SCHOOL,)),
    Staff("reviewer_final", "梁海涛", RoleKind.REVIEWER, VOCATIONAL, ReviewStep.FINAL, (PARTY_SCHOOL,)),
    Staff("officer", "周文斌", RoleKind.OFFICER, (OrgKind.ORGANIZATION_DEPARTMENT, COUNTY)),
    Staff("colleague_officer", "韩素梅", RoleKind.OFFICER, (OrgKind.ORGANIZATION_DEPARTMENT, COUNTY)),
    Staff("personnel_officer", "金素芬", RoleKind.UNIT_PERSONNEL_OFFICER, (OrgKind.TOWNSHIP_GOVERNMENT, TOWNSHIP)),
    Staff("neighbour_officer", "许志强", RoleKind.OFFICER, (OrgKind.ORGANIZATION_DEPARTMENT, NEIGHBOUR)),
    Staff("agriculture_officer", "唐春生", RoleKind.OFFICER, (OrgKind.AGRICULTURE_DEPARTMENT, COUNTY)),
    Staff("cyberspace_officer", "谢丽华", RoleKind.OFFICER, (OrgKind.CYBERSPACE_DEPARTMENT, COUNTY)),
    Staff("helper", "孟春兰", RoleKind.LEARNING_HELPER, (OrgKind.VILLAGE_COMMITTEE, VILLAGE)),
)
# Two who share a phone, and a village cadre: (key, name, birth year, phone)
FARMER = ("farmer", "王桂兰", 1961, "19900000001")
HUSBAND = ("farmer_husband", "张满仓", 1958, "19900000001")
CADRE = ("cadre", "李建国", 1979, "19900000002")


def role_label(key: str) -> str:
    """What an account is for, in words."""
    return role_labels()[key]


def role_labels() -> dict[str, str]:
    """Every account of the cast with what it is for, those that a newcomer tries first in front."""
    return {
        "farmer": _("Farmer"),
        "farmer_husband": _("Farmer, on the same phone"),
        "cadre": _("Village cadre"),
        "helper": _("Learning helper of a village"),
        "trainer": _("Trainer"),
        "officer": _("Officer, county organisation department"),
        "colleague_officer": _("Officer, her colleague, who decides what she proposed"),
        "personnel_officer": _("Personnel officer of a township"),
        "reviewer_first": _("Reviewer, first review"),
        "reviewer_second": _("Reviewer, second review"),
        "reviewer_final": _("Reviewer, final review"),
        "neighbour_officer": _("Officer, the neighbouring county"),
        "agriculture_officer": _("Officer, county agriculture department"),
        "cyberspace_officer": _("Officer, county cyberspace department"),
        "security_admin": _("Security administrator"),
        "second_security_admin": _("Security administrator, who approves resets"),
        "system_admin": _("System administrator"),
        "audit_admin": _("Audit administrator"),
    }


@dataclass(frozen=True)
class Account:
    """A sign-in of the demo. `phone` for learners, `password` for staff."""

    key: str
    name: str
    person_id: int
    phone: str = ""
    login_code: str = ""
    password: str = ""


def accounts_file() -> Path:
    return settings.VAR_DIR / "demo-accounts.json"


def read_accounts() -> list[Account]:
    """The accounts kept by `load_demo`, those that a newcomer tries first in front; empty before."""
    path, order = accounts_file(), list(role_labels())
    accounts = [Account(**row) for row in json.loads(path.read_text())] if path.exists() else []
    return sorted(accounts, key=lambda account: order.index(account.key))


def person_of(key: str) -> Person:
    """The person behind an account of the cast."""
    (account,) = [account for account in read_accounts() if account.key == key]
    return Person.objects.get(pk=account.person_id)


def _write_accounts(accounts: list[Account]) -> None:
    path = accounts_file()
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(json.dumps([vars(account) for account in accounts], ensure_ascii=False, indent=1))
    part.replace(path)


def _org(places: Places, key: tuple[OrgKind, str]) -> Org:
    kind, code = key
    return places.org_of(kind, places.divisions[code])


def make_cast(places: Places, moments: Moments) -> list[Account]:
    """The named accounts. A run that broke off half-way is taken up where it stopped."""
    ensure_notices()
    at = moments.settled
    accounts = {account.key: account for account in read_accounts()}
    kept = accounts.get("officer")
    password = kept.password if kept else f"Tian-{secrets.token_hex(4)}-Jian"
    security: Person | None = None
    for staff in STAFF:
        if staff.key in accounts:
            person = Person.objects.get(pk=accounts[staff.key].person_id)
        else:
            person = _hire(staff, places, password=password, by=security, at=at, now=moments.now)
            accounts[staff.key] = Account(
                staff.key, staff.name, person.pk, login_code=person.login_code, password=password
            )
            _write_accounts(list(accounts.values()))
        security = security or person
    village = places.divisions[VILLAGE]
    # Lately: a number that nobody has used for half a year asks one question more.
    at = moments.arrived
    for key, name, birth_year, phone in (FARMER, HUSBAND, CADRE):
        kind = LearnerCategory.CADRE if key == "cadre" else LearnerCategory.FARMER
        person = _register(name, birth_year, phone, village, kind=kind, at=at)
        if key == "cadre":
            _make_village_cadre(person, "村党组织书记", village, places, at=at)
        # They signed in lately: a number unused for half a year would ask a visitor for a year of birth.
        for contact in Contact.objects.filter(person=person):
            note_use(contact, at=moments.now)
        accounts[key] = Account(key, name, person.pk, phone=phone)
    _write_accounts(list(accounts.values()))
    return list(accounts.values())


def _hire(staff: Staff, places: Places, *, password: str, by: Person | None, at: datetime, now: datetime) -> Person:
    """Invited and in office since `at`; the invitation is taken up `now`, for passwords of staff grow old."""
    invitation, _code = invite_staff(
        name=staff.name, kind=staff.kind, org=_org(places, staff.org), by=by, at=at, step=staff.step
    )
    _invitation, code = invite_again(invitation.person, by=by, at=now)
    person = accept_invitation(code, password=password, at=now)
    device = begin_enrolment(person, at=now)
    if finish_enrolment(device, f"{totp(device.bin_key):06d}", at=now) is None:
        raise RuntimeError(f"The second factor of {staff.key} was not accepted; run the command again.")
    for key in staff.also:
        grant_role(person, staff.kind, _org(places, key), by=by, active_from=beijing_day(at), step=staff.step, at=at)
    return person


def _register(
    name: str,
    birth_year: int,
    phone: str | None,
    village: Division,
    *,
    kind: LearnerCategory = LearnerCategory.FARMER,
    at: datetime,
) -> Person:
    return register_learner(
        name=name,
        phone=phone,
        birth_year=birth_year,
        kind=kind,
        division=village,
        notice=current_notice(),
        at=at,
    )


def county_of(division: Division, places: Places) -> Division:
    return places.divisions[f"{division.code[:6]}000000"]


def _make_village_cadre(person: Person, title: str, village: Division, places: Places, *, at: datetime) -> None:
    appoint(
        person,
        org=places.org_of(OrgKind.VILLAGE_COMMITTEE, village),
        title=title,
        category=PersonnelCategory.VILLAGE_CADRE,
        authority=places.org_of(OrgKind.ORGANIZATION_DEPARTMENT, county_of(village, places)),
        active_from=beijing_day(at),
    )


def fill_villages(places: Places, moments: Moments) -> int:
    """Farmers, village cadres and grid workers of every village, cadres of every township; how many there are.

    Names and years come from a fixed seed, so a second run finds everybody again.
    """
    random, at, count = Random(SEED), moments.settled, 0  # noqa: S311  (fiction, no secret)
    wanted = province()["people"]
    for village in places.villages():
        authority = places.org_of(OrgKind.ORGANIZATION_DEPARTMENT, county_of(village, places))
        committee = places.org_of(OrgKind.VILLAGE_COMMITTEE, village)
        for _number in range(wanted["farmers_per_village"]):
            _villager(random, village, at=at)
            count += 1
        titles = province()["village_posts"]
        for number in range(wanted["village_cadres_per_village"]):
            _make_village_cadre(_villager(random, village, kind=CADRES, at=at), titles[number], village, places, at=at)
            count += 1
        for _number in range(wanted["grid_workers_per_village"]):
            appoint(
                _villager(random, village, kind=CADRES, at=at),
                org=committee,
                title="网格员",
                category=PersonnelCategory.GRID_WORKER,
                authority=authority,
                active_from=beijing_day(at),
            )
            count += 1
    for township in places.townships():
        county = county_of(township, places)
        home = next(v for v in places.villages() if township.contains(v))
        for title in province()["township_posts"]:
            appoint(
                _villager(random, home, kind=CADRES, at=at),
                org=places.org_of(OrgKind.TOWNSHIP_GOVERNMENT, township),
                title=title,
                category=PersonnelCategory.TOWNSHIP_CADRE,
                authority=places.org_of(OrgKind.ORGANIZATION_DEPARTMENT, county),
                level=PostLevel.TOWNSHIP_LEVEL_DEPUTY,
                active_from=beijing_day(at),
            )
            count += 1
    # The county's own leaders are managed one level up: the county's officer does not see them.
    for county in places.counties():
        home = next(v for v in places.villages() if county.contains(v))
        appoint(
            _villager(random, home, kind=CADRES, at=at),
            org=places.org_of(OrgKind.ORGANIZATION_DEPARTMENT, county),
            title="县委组织部部长",
            category=PersonnelCategory.CIVIL_SERVANT,
            authority=places.org_of(OrgKind.ORGANIZATION_DEPARTMENT, places.divisions["990100000000"]),
            level=PostLevel.COUNTY_LEVEL_DEPUTY,
            active_from=beijing_day(at),
        )
        count += 1
    return count


def _villager(
    random: Random, village: Division, *, kind: LearnerCategory = LearnerCategory.FARMER, at: datetime
) -> Person:
    """Somebody of the village, found again by name, year and phone on a second run."""
    names = province()
    name = random.choice(names["surnames"]) + random.choice(names["given_names"])
    birth_year = random.randint(1952, 1998)
    phone = str(random.randint(19_910_000_000, 19_919_999_999))
    return _register(name, birth_year, phone, village, kind=kind, at=at)
