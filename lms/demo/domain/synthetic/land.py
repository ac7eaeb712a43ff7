"""Places, organisations and courses of a synthetic province, in the shape of a real one: most units are villages."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from wagtail.models import Locale, Page

from courses.domain.outlines import write_outline
from courses.enums import Audience, CompletionRule
from courses.models import CataloguePage, CoursePage, HomePage, LessonPage, OutlineVersion
from lms.people.enums import DivisionLevel, OrgKind
from lms.people.models import Division, Org
from media.enums import VideoStatus
from media.models import Video

SINCE = date(2015, 1, 1)
# No real province has a code that begins so; organisations and accounts are recognised by the other.
PROVINCE, MARK = "99", "SYN"
PEOPLE_OF_A_VILLAGE, VILLAGES_OF_A_TOWNSHIP, TOWNSHIPS_OF_A_COUNTY, COUNTIES_OF_A_PREFECTURE = 25, 14, 14, 7
# Villages hold half of all people.
PEOPLE_BY_VILLAGE = 2 * PEOPLE_OF_A_VILLAGE
UNITS_OF_A_COUNTY, UNITS_OF_A_PREFECTURE, UNITS_OF_THE_PROVINCE = 60, 50, 40
COURSES, LESSONS_OF_A_COURSE = 10, 12
LESSON_SECONDS = (420, 780, 1200, 1500, 2100, 2700)


@dataclass(frozen=True, slots=True)
class Unit:
    """Where people work: its level of place, and who manages them there; `higher` manages those one level up."""

    org_id: int
    level: DivisionLevel
    authority_id: int
    higher_id: int


@dataclass
class Land:
    units: dict[DivisionLevel, list[Unit]] = field(default_factory=lambda: {level: [] for level in DivisionLevel})
    departments: list[Org] = field(default_factory=list)


def make_land(people: int) -> Land:
    """Divisions and organisations for so many people: one village for every fifty."""
    land = Land()
    top = _division(f"{PROVINCE}0000000000", "合成省", DivisionLevel.PROVINCE, None)
    top_department = _department(land, top, "合成省委组织部")
    _units(land, top, UNITS_OF_THE_PROVINCE, top_department, top_department)
    villages = max(people // PEOPLE_BY_VILLAGE, 1)
    prefecture = county = township = top
    middle = low = top_department
    for number in range(villages):
        in_township, above = number % VILLAGES_OF_A_TOWNSHIP, number // VILLAGES_OF_A_TOWNSHIP
        in_county, above = above % TOWNSHIPS_OF_A_COUNTY, above // TOWNSHIPS_OF_A_COUNTY
        in_prefecture, in_province = above % COUNTIES_OF_A_PREFECTURE, above // COUNTIES_OF_A_PREFECTURE
        if in_township == in_county == in_prefecture == 0:
            prefecture = _below(top, DivisionLevel.PREFECTURE, in_province)
            middle = _department(land, prefecture, f"{prefecture.name}委组织部")
            _units(land, prefecture, UNITS_OF_A_PREFECTURE, middle, top_department)
        if in_township == in_county == 0:
            county = _below(prefecture, DivisionLevel.COUNTY, in_prefecture)
            low = _department(land, county, f"{county.name}委组织部")
            _units(land, county, UNITS_OF_A_COUNTY, low, middle)
        if in_township == 0:
            township = _below(county, DivisionLevel.TOWNSHIP, in_county)
            name = f"{township.name}人民政府"
            _unit(land, township, [_org(township, name, OrgKind.TOWNSHIP_GOVERNMENT)], low, middle)
        village = _below(township, DivisionLevel.VILLAGE, in_township)
        _unit(land, village, [_org(village, f"{village.name}村民委员会", OrgKind.VILLAGE_COMMITTEE)], low, middle)
    return land


_WORDS = {
    DivisionLevel.PREFECTURE: ("市", 2),
    DivisionLevel.COUNTY: ("县", 2),
    DivisionLevel.TOWNSHIP: ("镇", 3),
    DivisionLevel.VILLAGE: ("村", 3),
}


def _below(parent: Division, level: DivisionLevel, number: int) -> Division:
    """The place of this number, from 0 on, in the parent."""
    word, digits = _WORDS[level]
    first = {DivisionLevel.TOWNSHIP: 100, DivisionLevel.VILLAGE: 200}.get(level, 1)
    code = (parent.code_prefix + str(first + number).rjust(digits, "0")).ljust(12, "0")
    return _division(code, f"第{code[2:].rstrip('0') or '0'}{word}", level, parent)


def _division(code: str, name: str, level: DivisionLevel, parent: Division | None) -> Division:
    return Division.objects.create(code=code, name=name, level=level, parent=parent, active_from=SINCE)


def _org(division: Division, name: str, kind: OrgKind) -> Org:
    return Org(code=f"{MARK}-{division.code}-{name[-5:]}", name=name, kind=kind, division=division, active_from=SINCE)


def _department(land: Land, division: Division, name: str) -> Org:
    department = _org(division, name, OrgKind.ORGANIZATION_DEPARTMENT)
    department.save()
    land.departments.append(department)
    return department


def _units(land: Land, division: Division, count: int, authority: Org, higher: Org) -> None:
    orgs = [_org(division, f"{division.name}第{n}局", OrgKind.COUNTY_GOVERNMENT) for n in range(1, count + 1)]
    _unit(land, division, orgs, authority, higher)


def _unit(land: Land, division: Division, orgs: list[Org], authority: Org, higher: Org) -> None:
    level = DivisionLevel(division.level)
    for org in Org.objects.bulk_create(orgs):
        land.units[level].append(Unit(org.pk, level, authority.pk, higher.pk))


def make_courses(land: Land, *, seed: Random, at: datetime) -> list[OutlineVersion]:
    """Courses whose recordings have a length and no film, so that completing them has an outline."""
    Locale.objects.get_or_create(language_code="zh-hans")
    root = Page.get_first_root_node() or Page.add_root(title="Root")
    home = HomePage.objects.first() or root.add_child(instance=HomePage(title="合成省", slug="synthetic"))
    track = home.add_child(instance=CataloguePage(title="数字治理", slug="synthetic-governance"))
    outlines = []
    for number in range(1, COURSES + 1):
        outline = write_outline(_course(track, number, land.departments[0], seed, at), at)
        if outline is not None:
            outlines.append(outline)
    return outlines


def _course(track: Page, number: int, org: Org, seed: Random, at: datetime) -> CoursePage:
    course = track.add_child(
        instance=CoursePage(
            title=f"合成课程{number}",
            slug=f"synthetic-{number}",
            org=org,
            credit_for=[Audience.CADRE.value],
        )
    )
    for part in range(1, LESSONS_OF_A_COURSE + 1):
        course.add_child(
            instance=LessonPage(
                title=f"合成课程{number}第{part}课",
                slug=f"lesson-{part}",
                org=org,
                live=False,
                completion_rule=CompletionRule.COVERAGE,
                video=_recording(org, seed.choice(LESSON_SECONDS), at),
            )
        )
    Page.objects.filter(path__startswith=course.path).update(live=True)
    return CoursePage.objects.get(pk=course.pk)


def _recording(org: Org, seconds: int, at: datetime) -> Video:
    return Video.objects.create(
        title="合成录像",
        org=org,
        source="synthetic/none.mp4",
        source_sha256="0" * 64,
        source_size_bytes=1,
        received_at=at,
        ready_at=at,
        status=VideoStatus.READY,
        decoded_seconds=seconds,
        has_picture=True,
        has_sound=True,
        stream_folder="synthetic/none",
    )


def lessons_of(outlines: list[OutlineVersion]) -> Iterator[tuple[OutlineVersion, dict]]:
    for outline in outlines:
        for lesson in outline.lessons:
            yield outline, lesson
