"""What the officers and the personnel officer of the demo did at their desks, through the same stories as anybody.

Last year is closed, with opening balances in it; a list of the provincial academy, a roster and an exemption came
since; the cadre of the cast has one claim recognised, one returned and one that waits. Some hold a 学时证明 or
课程学习证明: of each kind one was revoked, and one 学时证明 was superseded by a newer.
"""

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from openpyxl import Workbook
from PIL import Image, ImageDraw

from lms.credits.domain.attesting import AttestationRefused, attest_course, attest_hours, revoke
from lms.credits.domain.binding import Span
from lms.credits.domain.claim_evidence import read_evidence
from lms.credits.domain.claiming import Training, submit_claim
from lms.credits.domain.closing import close_year, confirm_unit, open_year
from lms.credits.domain.deciding_claims import pass_on, recognise_claim, return_claim
from lms.credits.domain.exempting import approve_exemption, propose_exemption, read_paper
from lms.credits.domain.importing import choose_columns, confirm_import, platform_named, receive_file
from lms.credits.domain.outside import usual_columns
from lms.credits.domain.settling_imports import settle_import
from lms.credits.enums import CreditCategory, ExemptionKind, ImportKind, Period
from lms.credits.models import Attestation, CreditClaim, Exemption, ImportBatch, YearClosing, YearlyHours
from lms.demo.clock import moved_to
from lms.demo.domain.moments import Moments
from lms.demo.domain.people import person_of
from lms.learning.models import CourseCompletion
from lms.lib.durations import BEIJING, beijing_day
from lms.lib.foreign_tables import read_table
from lms.people.domain.roster.columns import COLUMNS
from lms.people.domain.roster.confirming import confirm
from lms.people.domain.roster.planning import digest
from lms.people.domain.roster.reading import preview, read_roster
from lms.people.enums import OrgKind, PersonnelCategory, Purpose
from lms.people.models import Org, Person, Post, Role, RosterBatch
from lms.people.policies import persons_visible_to, units_of_personnel_officer
from lms.people.validators import identity_check

ACADEMY = "禾川省干部网络学院"
HOURS_HEADINGS = ("登录码", "姓名", "课程编号", "课程名称", "完成日期", "学时")
OPENING_HEADINGS = ("登录码", "姓名", "年度", "学时")
# Of last year, in the order of the cadres: more than is asked for a part of the year, about as much, and less.
OPENING_HOURS = (12, 9, 14, 10, 3)
# And of training in class, of those who owe some.
OPENING_IN_CLASS = (18, 16, 4, 20)
COURSES = (("HC-2101", "基层治理数字化", 2), ("HC-2107", "政务信息公开实务", "1.5"), ("HC-2112", "网络安全与保密", 3))
# What township cadres owe most of: hours that meet it, that are on course, and that fall short, in turn.
LONG_COURSES = (
    ("HC-2120", "乡村振兴网上专题班", CreditCategory.ONLINE_SELF_STUDY, (50, 49, 10)),
    ("DX-2603", "乡镇干部轮训班", CreditCategory.CENTRALIZED_TRAINING, (96, 88, 40)),
)
FARMERS_WITH_PAPERS = 3
NEW_CADRES = (("沈明月", "党政办公室科员", "19880312", 1), ("程远", "农业综合服务中心科员", "19920725", 2))


def tell_desk_history(moments: Moments) -> None:
    """Let the desks be worked at; what has happened already, here or by hand, is left alone."""
    officer = person_of("officer")
    authority = Role.objects.get(person=officer, org__kind=OrgKind.ORGANIZATION_DEPARTMENT).org
    for tell in (_close_last_year, _take_in_roster, _exempt, _claim, _import_hours, _attest):
        with transaction.atomic():
            tell(authority, officer, moments)


def _cadres(authority: Org, on: date) -> list[Person]:
    """Whom the department manages on the day, the officer herself left out."""
    posts = Post.objects.on(on).filter(cadre_authority=authority).order_by("person_id")
    return list(Person.objects.filter(pk__in=posts.values("person")).order_by("pk"))


def _close_last_year(authority: Org, officer: Person, moments: Moments) -> None:
    """In January: opening balances come, the township confirms, the department closes. Not before it can be over."""
    year = beijing_day(moments.now).year - 1
    january = [datetime(year + 1, 1, day, 10, tzinfo=BEIJING) for day in (5, 8, 12, 20)]
    if YearClosing.objects.filter(authority=authority).exists() or january[-1] >= moments.now:
        return
    opened, balanced, confirmed, closed = january
    closing = open_year(authority, year, cutoff=date(year + 1, 1, 15), by=officer, at=opened)
    cadres = _cadres(authority, date(year, 12, 31))
    posts = Post.objects.filter(person__in=cadres, category=PersonnelCategory.TOWNSHIP_CADRE)
    owing = set(posts.values_list("person_id", flat=True))
    for category, people, hours in (
        (CreditCategory.ONLINE_SELF_STUDY, cadres, OPENING_HOURS),
        (CreditCategory.CENTRALIZED_TRAINING, [cadre for cadre in cadres if cadre.pk in owing], OPENING_IN_CLASS),
    ):
        rows = [(cadre.login_code, cadre.name, year, hours[place % len(hours)]) for place, cadre in enumerate(people)]
        _import(ImportKind.OPENING_BALANCE, OPENING_HEADINGS, rows, authority, officer, category=category, at=balanced)
    reviewer = person_of("personnel_officer")
    managed = Post.objects.on(date(year, 12, 31)).filter(cadre_authority=authority).values("org")
    for unit in units_of_personnel_officer(reviewer, beijing_day(confirmed)).filter(pk__in=managed):
        with moved_to(confirmed):
            confirm_unit(closing, unit, by=reviewer, at=confirmed)
    with moved_to(closed):
        close_year(closing, by=officer, reason="其余单位还没有组织人事干部账号，已由组织部逐一电话核对。", at=closed)


def _import_hours(authority: Org, officer: Person, moments: Moments) -> None:
    """A list of the provincial academy for a dozen cadres, the cadre of the cast among them."""
    if ImportBatch.objects.filter(authority=authority, kind=ImportKind.EXTERNAL).exists():
        return
    at, ours = moments.day_at(8, 15), person_of("cadre")
    others = [each for each in _cadres(authority, beijing_day(moments.day_at(60, 9))) if each != ours][:12]
    rows = [
        (cadre.login_code, cadre.name, number, title, beijing_day(moments.day_at(60 - place, 9)), hours)
        for place, cadre in enumerate(others)
        for number, title, hours in COURSES[: 1 + place % len(COURSES)]
    ]
    rows += [
        (ours.login_code, ours.name, number, title, beijing_day(moments.day_at(12, 9)), hours)
        for number, title, hours in COURSES[:2]
    ]
    _import(ImportKind.EXTERNAL, HOURS_HEADINGS, rows, authority, officer, at=at)
    posts = Post.objects.on(beijing_day(at)).filter(
        cadre_authority=authority, category=PersonnelCategory.TOWNSHIP_CADRE
    )
    owing = Person.objects.filter(pk__in=posts.values("person")).order_by("pk")
    for number, title, category, amounts in LONG_COURSES:
        rows = [
            (cadre.login_code, cadre.name, number, title, beijing_day(moments.day_at(20, 9)), amounts[place % 3])
            for place, cadre in enumerate(owing)
        ]
        _import(ImportKind.EXTERNAL, HOURS_HEADINGS, rows, authority, officer, category=category, at=at)


def _import(
    kind: ImportKind,
    headings: Sequence[str],
    rows: Sequence[Sequence[Any]],
    authority: Org,
    officer: Person,
    *,
    category: CreditCategory = CreditCategory.ONLINE_SELF_STUDY,
    at: datetime,
) -> None:
    data = _sheet(headings, rows)
    with moved_to(at):
        batch = receive_file(
            data,
            file_name="学时.xlsx" if kind == ImportKind.EXTERNAL else "期初学时.xlsx",
            kind=kind,
            category=category,
            platform=platform_named(ACADEMY) if kind == ImportKind.EXTERNAL else None,
            authority=authority,
            by=officer,
            at=at,
        )
        choose_columns(batch, usual_columns(read_table(data).headings, kind))
        # Settled before the commit that would wake a worker with another clock.
        settle_import(confirm_import(batch, by=officer, at=at), at=at)


def _take_in_roster(authority: Org, officer: Person, moments: Moments) -> None:
    """Two new cadres of the township come with a file, seen and confirmed."""
    if RosterBatch.objects.filter(org=authority).exists():
        return
    at, since = moments.day_at(25, 10), beijing_day(moments.day_at(45, 9))
    township = Role.objects.get(person=person_of("personnel_officer")).org
    said: list[dict[str, Any]] = [
        {
            "name": name,
            "identity_number": _number(born, serial),
            "unit": township.name,
            "title": title,
            "category": str(PersonnelCategory.TOWNSHIP_CADRE.label),
            "start": since.isoformat(),
        }
        for name, title, born, serial in NEW_CADRES
    ]
    data = _sheet([column.heading for column in COLUMNS], [[row.get(c.key, "") for c in COLUMNS] for row in said])
    with moved_to(at):
        batch = read_roster(data, org=authority, by=officer, at=at)
        seen = preview(batch, by=officer, at=at)
        if seen.is_confirmable:
            confirm(batch, shown=digest(seen.planned), by=officer, at=at)


def _number(born: str, serial: int) -> str:
    """An identity number of a place that cannot be real."""
    body = f"990121{born}{serial:03d}"
    return body + identity_check(body)


def _exempt(authority: Org, officer: Person, moments: Moments) -> None:
    """The officer proposes months of sick leave for one cadre of the township; her colleague approves."""
    if Exemption.objects.exists():
        return
    first, last = beijing_day(moments.day_at(150, 9)), beijing_day(moments.day_at(60, 9))
    posts = Post.objects.on(first).filter(cadre_authority=authority, category=PersonnelCategory.TOWNSHIP_CADRE)
    person = posts.select_related("person").order_by("person_id")[0].person
    proposed, approved = moments.day_at(58, 10), moments.day_at(57, 16)
    with moved_to(proposed):
        exemption = propose_exemption(
            person,
            kind=ExemptionKind.LONG_SICK_LEAVE,
            active_from=first,
            active_to=last + timedelta(days=1),
            reason="住院治疗和康复，医院证明见附件。",
            document=read_paper(_paper(), "证明.png"),
            by=officer,
            at=proposed,
        )
    with moved_to(approved):
        approve_exemption(exemption, by=person_of("colleague_officer"), at=approved)


def _claim(authority: Org, officer: Person, moments: Moments) -> None:
    """The cadre of the cast claims what she learned elsewhere, and takes out a 学时证明 once one is recognised."""
    cadre, reviewer = person_of("cadre"), person_of("personnel_officer")
    if CreditClaim.objects.filter(person=cadre).exists():
        return

    def send(title: str, organiser: str, *, days_ago: int, length: int, hours: str, days: str, at: datetime) -> Any:
        ends = beijing_day(moments.day_at(days_ago, 17))
        training = Training(
            title=title,
            organiser=organiser,
            category=CreditCategory.CENTRALIZED_TRAINING,
            starts_on=ends - timedelta(days=length - 1),
            ends_on=ends,
            hours=Decimal(hours),
            days=Decimal(days),
        )
        with moved_to(at):
            return submit_claim(cadre, training, files=[read_evidence(_paper(), "证书.png")], at=at)

    first = send(
        "乡村建设专题培训班", "青禾县委党校", days_ago=22, length=3, hours="18", days="3", at=moments.day_at(20, 20)
    )
    reviewed, decided = moments.day_at(18, 9), moments.day_at(17, 15)
    with moved_to(reviewed):
        pass_on(first, by=reviewer, seen=1, at=reviewed)
    with moved_to(decided):
        recognise_claim(first, hours=first.hours, days=first.days, by=officer, seen=2, at=decided)
    _attest_year(cadre, beijing_day(moments.now).year, by=cadre, at=moments.day_at(16, 20))
    second = send(
        "防汛应急演练", "云渡镇人民政府", days_ago=14, length=1, hours="4", days="0.5", at=moments.day_at(12, 19)
    )
    with moved_to(moments.day_at(11, 10)):
        words = "照片看不清签到表上您的名字，请重新拍一张。"
        return_claim(second, reason=words, by=reviewer, seen=1, at=moments.day_at(11, 10))
    send("数字乡村现场观摩", "明溪市委党校", days_ago=5, length=1, hours="6", days="1", at=moments.day_at(2, 20))


def _attest_year(cadre: Person, year: int, *, by: Person, at: datetime) -> Attestation | None:
    """A 学时证明, or None where there is nothing to attest: in January the year may have brought no hours yet."""
    try:
        return attest_hours(cadre, Span(Period.ANNUAL, year), by=by, at=at)
    except AttestationRefused:
        return None


def _attest(authority: Org, officer: Person, moments: Moments) -> None:
    """A list came since the cadre of the cast took hers out: a newer one supersedes it. Others are issued theirs.

    Of those one is revoked, and one of the 课程学习证明 that farmers take out.
    """
    if Attestation.objects.filter(org=authority).exists():
        return
    ours, year = person_of("cadre"), beijing_day(moments.now).year
    _attest_year(ours, year, by=ours, at=moments.day_at(1, 20))
    issued_at = moments.day_at(6, 10)
    others = [cadre for cadre in _with_hours(authority, year, beijing_day(issued_at)) if cadre != ours]
    for cadre in others[:1]:
        _attest_year(cadre, year - 1, by=cadre, at=moments.day_at(30, 20))
    issued = [made for each in others[:3] if (made := _attest_year(each, year, by=officer, at=issued_at))]
    for attestation in issued[-1:]:
        revoke(attestation, reason="证明上的任职信息有误，更正后另开。", by=officer, at=moments.day_at(4, 9))
    _certify(moments)


def _with_hours(authority: Org, year: int, on: date) -> list[Person]:
    """The department's cadres who have hours of the year, by account."""
    having = set(YearlyHours.objects.filter(year=year).values_list("person_id", flat=True))
    return [cadre for cadre in _cadres(authority, on) if cadre.pk in having]


def _certify(moments: Moments) -> None:
    """The first farmers who finished a course take out a certificate; one is revoked by whoever answers for it."""
    officer, at = person_of("agriculture_officer"), moments.day_at(5, 20)
    seen = persons_visible_to(officer, purpose=Purpose.CERTIFICATES, on=beijing_day(at))
    completions = CourseCompletion.objects.filter(person__in=seen.order_by().values("pk"), completed_at__lt=at)
    of_farmers = completions.select_related("person__merged_into", "outline_version").order_by("pk")[
        :FARMERS_WITH_PAPERS
    ]
    made = [attest_course(completion, by=completion.person, at=at) for completion in of_farmers]
    for certificate in made[-1:]:
        revoke(certificate, reason="有人反映课程由他人代学，经核实属实。", by=officer, at=moments.day_at(3, 15))


def _sheet(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for line in [headings, *rows]:
        book.active.append(list(line))
    book.save(out)
    return out.getvalue()


def _paper() -> bytes:
    """A page with lines and a red round mark: nobody's certificate."""
    page, out = Image.new("RGB", (600, 420), "white"), io.BytesIO()
    draw = ImageDraw.Draw(page)
    draw.rectangle((20, 20, 580, 400), outline="#8a6d3b", width=6)
    for number in range(6):
        draw.line((80, 110 + 36 * number, 520 - 60 * (number % 3), 110 + 36 * number), fill="#999999", width=4)
    draw.ellipse((420, 270, 530, 380), outline="#c0392b", width=6)
    page.save(out, "PNG")
    return out.getvalue()
