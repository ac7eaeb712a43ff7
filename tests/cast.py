"""The fixed cast: each policy and each staff page is tried with all of it.

Two counties of one invented prefecture. In 甲县 (county A): township, village, organisation department,
agriculture department, a training provider. In 乙县 (county B): the neighbours. Everything holds since
2026-01-01; the ended officer's role ended on 2026-11-01.
"""

from dataclasses import dataclass, fields
from datetime import date

from lms.people.enums import (
    DivisionLevel,
    LearnerCategory,
    OrgKind,
    PersonnelCategory,
    ReviewStep,
    RoleKind,
)
from lms.people.models import Division, Org, Person
from tests.factories.people import DivisionFactory, OrgFactory, PersonFactory, PostFactory, RoleFactory
from tests.snapshots import kept

# A day in the life of the cast.
TODAY = date(2026, 11, 20)
ENDED = date(2026, 11, 1)


@dataclass
class Places:
    prefecture: Division
    county: Division
    township: Division
    village: Division
    neighbour_county: Division
    neighbour_township: Division
    neighbour_village: Division


@dataclass
class Orgs:
    organization_department: Org
    agriculture_department: Org
    prefecture_department: Org
    neighbour_department: Org
    township_government: Org
    village_committee: Org
    provider: Org
    neighbour_provider: Org
    operator: Org


@dataclass
class Cast:
    """`learner` is a village cadre managed by her county; `farmer` lives in the same village."""

    places: Places
    orgs: Orgs
    learner: Person
    farmer: Person
    neighbour_learner: Person
    cadre_of_prefecture: Person
    officer: Person
    neighbour_officer: Person
    ended_officer: Person
    prefecture_officer: Person
    agriculture_officer: Person
    helper: Person
    trainer: Person
    neighbour_trainer: Person
    first_reviewer: Person
    second_reviewer: Person
    final_reviewer: Person
    system_admin: Person
    security_admin: Person
    second_security_admin: Person
    audit_admin: Person
    stranger: Person

    @property
    def everybody(self) -> dict[str, Person]:
        """Each person of the cast by her part."""
        return {part.name: getattr(self, part.name) for part in fields(self) if part.type in {Person, "Person"}}


def _places() -> Places:
    province = DivisionFactory(code="990000000000", name="安宁省")
    prefecture = DivisionFactory(code="990100000000", name="和平市", level=DivisionLevel.PREFECTURE, parent=province)

    def below(parent: Division, code: str, name: str, level: DivisionLevel) -> Division:
        return DivisionFactory(code=code, name=name, level=level, parent=parent)

    county = below(prefecture, "990101000000", "甲县", DivisionLevel.COUNTY)
    township = below(county, "990101100000", "东河镇", DivisionLevel.TOWNSHIP)
    neighbour_county = below(prefecture, "990102000000", "乙县", DivisionLevel.COUNTY)
    neighbour_township = below(neighbour_county, "990102100000", "西河镇", DivisionLevel.TOWNSHIP)
    return Places(
        prefecture=prefecture,
        county=county,
        township=township,
        village=below(township, "990101100201", "柳树村", DivisionLevel.VILLAGE),
        neighbour_county=neighbour_county,
        neighbour_township=neighbour_township,
        neighbour_village=below(neighbour_township, "990102100201", "杨树村", DivisionLevel.VILLAGE),
    )


def _orgs(places: Places) -> Orgs:
    def org(name: str, kind: OrgKind, division: Division) -> Org:
        return OrgFactory(name=name, kind=kind, division=division)

    return Orgs(
        organization_department=org("甲县县委组织部", OrgKind.ORGANIZATION_DEPARTMENT, places.county),
        agriculture_department=org("甲县农业农村局", OrgKind.AGRICULTURE_DEPARTMENT, places.county),
        prefecture_department=org("和平市委组织部", OrgKind.ORGANIZATION_DEPARTMENT, places.prefecture),
        neighbour_department=org("乙县县委组织部", OrgKind.ORGANIZATION_DEPARTMENT, places.neighbour_county),
        township_government=org("东河镇人民政府", OrgKind.TOWNSHIP_GOVERNMENT, places.township),
        village_committee=org("柳树村村民委员会", OrgKind.VILLAGE_COMMITTEE, places.village),
        provider=org("甲县农广校", OrgKind.AGRI_BROADCAST_SCHOOL, places.county),
        neighbour_provider=org("乙县农广校", OrgKind.AGRI_BROADCAST_SCHOOL, places.neighbour_county),
        operator=org("田间课堂运行中心", OrgKind.PLATFORM_OPERATOR, places.prefecture),
    )


@kept
def make_cast() -> Cast:
    places = _places()
    orgs = _orgs(places)

    def cadre(name: str, village: Division, org: Org, authority: Org, category: str) -> Person:
        person = PersonFactory(name=name, kind=LearnerCategory.CADRE, village=village)
        PostFactory(person=person, org=org, cadre_authority=authority, category=category)
        return person

    def staff(name: str, kind: RoleKind, org: Org, **role: object) -> Person:
        person = PersonFactory(name=name, kind=LearnerCategory.CADRE, staff=True)
        RoleFactory(person=person, kind=kind, org=org, **role)
        return person

    neighbour_committee = OrgFactory(
        name="杨树村村民委员会", kind=OrgKind.VILLAGE_COMMITTEE, division=places.neighbour_village
    )
    village_cadre, county_servant = PersonnelCategory.VILLAGE_CADRE, PersonnelCategory.CIVIL_SERVANT
    department, operator = orgs.organization_department, orgs.operator
    return Cast(
        places=places,
        orgs=orgs,
        learner=cadre("李秀英", places.village, orgs.village_committee, department, village_cadre),
        farmer=PersonFactory(name="王大山", village=places.village),
        neighbour_learner=cadre(
            "赵国平", places.neighbour_village, neighbour_committee, orgs.neighbour_department, village_cadre
        ),
        cadre_of_prefecture=cadre(
            "孙立", places.village, orgs.township_government, orgs.prefecture_department, county_servant
        ),
        officer=staff("周敏", RoleKind.OFFICER, department),
        neighbour_officer=staff("吴刚", RoleKind.OFFICER, orgs.neighbour_department),
        ended_officer=staff("郑红", RoleKind.OFFICER, department, active_to=ENDED),
        prefecture_officer=staff("冯岩", RoleKind.OFFICER, orgs.prefecture_department),
        agriculture_officer=staff("陈田", RoleKind.OFFICER, orgs.agriculture_department),
        helper=staff("何帮", RoleKind.LEARNING_HELPER, orgs.village_committee),
        trainer=staff("褚老师", RoleKind.TRAINER, orgs.provider),
        neighbour_trainer=staff("卫老师", RoleKind.TRAINER, orgs.neighbour_provider),
        first_reviewer=staff("蒋一", RoleKind.REVIEWER, orgs.provider, step=ReviewStep.FIRST),
        second_reviewer=staff("沈二", RoleKind.REVIEWER, orgs.provider, step=ReviewStep.SECOND),
        final_reviewer=staff("韩三", RoleKind.REVIEWER, orgs.provider, step=ReviewStep.FINAL),
        system_admin=staff("杨系统", RoleKind.SYSTEM_ADMIN, operator),
        security_admin=staff("朱安全", RoleKind.SECURITY_ADMIN, operator),
        second_security_admin=staff("秦安全", RoleKind.SECURITY_ADMIN, operator),
        audit_admin=staff("尤审计", RoleKind.AUDIT_ADMIN, operator),
        stranger=PersonFactory(name="许生人"),
    )
