"""Divisions and organisations of the fictional province."""

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from lms.people.enums import DivisionLevel, OrgKind
from lms.people.models import Division, Org

DATA = Path(__file__).resolve().parent.parent / "data"
SINCE = date(2020, 1, 1)


@cache
def province() -> dict[str, Any]:
    """The file that describes the province."""
    return yaml.safe_load((DATA / "province.yaml").read_text(encoding="utf-8"))


@dataclass
class Places:
    """What the other modules ask for: divisions by code, organisations by code."""

    divisions: dict[str, Division] = field(default_factory=dict)
    orgs: dict[str, Org] = field(default_factory=dict)

    def villages(self) -> list[Division]:
        return [d for code, d in sorted(self.divisions.items()) if d.level == DivisionLevel.VILLAGE]

    def townships(self) -> list[Division]:
        return [d for code, d in sorted(self.divisions.items()) if d.level == DivisionLevel.TOWNSHIP]

    def counties(self) -> list[Division]:
        return [d for code, d in sorted(self.divisions.items()) if d.level == DivisionLevel.COUNTY]

    def org_of(self, kind: OrgKind, division: Division) -> Org:
        """The demo's organisation of this kind in exactly this division."""
        return self.orgs[org_code(kind, division)]


_SHORT = {
    OrgKind.ORGANIZATION_DEPARTMENT: ("ZZB", "{place}组织部"),
    OrgKind.CYBERSPACE_DEPARTMENT: ("WXB", "{place}网信办"),
    OrgKind.AGRICULTURE_DEPARTMENT: ("NYJ", "{place}农业农村局"),
    OrgKind.PARTY_SCHOOL: ("DX", "{place}委党校"),
    OrgKind.AGRI_BROADCAST_SCHOOL: ("NGX", "{place}农广校"),
    OrgKind.SCHOOL: ("ZJ", "{place}职业教育中心"),
    OrgKind.TECHNOLOGY_COMPANY: ("KJ", "{place}田畴科技有限公司"),
    OrgKind.SOCIAL_ORGANIZATION: ("SH", "{place}青苗公益服务中心"),
    OrgKind.COOPERATIVE: ("HZS", "{place}果蔬专业合作社"),
    OrgKind.TOWNSHIP_GOVERNMENT: ("ZF", "{place}人民政府"),
    OrgKind.VILLAGE_COMMITTEE: ("CWH", "{place}村民委员会"),
    OrgKind.PLATFORM_OPERATOR: ("PT", "{place}田间课堂运行中心"),
}
_BY_LEVEL = {
    DivisionLevel.PROVINCE: [
        OrgKind.ORGANIZATION_DEPARTMENT,
        OrgKind.CYBERSPACE_DEPARTMENT,
        OrgKind.AGRICULTURE_DEPARTMENT,
        OrgKind.TECHNOLOGY_COMPANY,
        OrgKind.PLATFORM_OPERATOR,
    ],
    DivisionLevel.PREFECTURE: [
        OrgKind.ORGANIZATION_DEPARTMENT,
        OrgKind.CYBERSPACE_DEPARTMENT,
        OrgKind.AGRICULTURE_DEPARTMENT,
        OrgKind.PARTY_SCHOOL,
    ],
    DivisionLevel.COUNTY: [
        OrgKind.ORGANIZATION_DEPARTMENT,
        OrgKind.CYBERSPACE_DEPARTMENT,
        OrgKind.AGRICULTURE_DEPARTMENT,
        OrgKind.PARTY_SCHOOL,
        OrgKind.AGRI_BROADCAST_SCHOOL,
        OrgKind.SCHOOL,
        OrgKind.SOCIAL_ORGANIZATION,
        OrgKind.COOPERATIVE,
    ],
    DivisionLevel.TOWNSHIP: [OrgKind.TOWNSHIP_GOVERNMENT],
    DivisionLevel.VILLAGE: [OrgKind.VILLAGE_COMMITTEE],
}


def org_code(kind: OrgKind, division: Division) -> str:
    """A readable code for an organisation of the demo, stable over runs."""
    return f"DEMO-{division.code}-{_SHORT[kind][0]}"


def _division(code: str, name: str, level: DivisionLevel, parent: Division | None) -> Division:
    division, _created = Division.objects.get_or_create(
        code=code, defaults={"name": name, "level": level, "parent": parent, "active_from": SINCE}
    )
    return division


def _org_name(kind: OrgKind, division: Division) -> str:
    place = division.name
    if kind == OrgKind.ORGANIZATION_DEPARTMENT:
        place = f"{place}委"
    return _SHORT[kind][1].format(place=place)


def make_places() -> Places:
    """Make, or find, every division and organisation of the province."""
    file = province()
    places = Places()

    def keep(division: Division) -> Division:
        places.divisions[division.code] = division
        for kind in _BY_LEVEL[DivisionLevel(division.level)]:
            org, _created = Org.objects.get_or_create(
                code=org_code(kind, division),
                defaults={
                    "name": _org_name(kind, division),
                    "kind": kind,
                    "division": division,
                    "active_from": SINCE,
                },
            )
            places.orgs[org.code] = org
        return division

    top = keep(_division(file["province"]["code"], file["province"]["name"], DivisionLevel.PROVINCE, None))
    middle = keep(_division(file["prefecture"]["code"], file["prefecture"]["name"], DivisionLevel.PREFECTURE, top))
    for county_row in file["counties"]:
        county = keep(_division(county_row["code"], county_row["name"], DivisionLevel.COUNTY, middle))
        for township_row in county_row["townships"]:
            township = keep(_division(township_row["code"], township_row["name"], DivisionLevel.TOWNSHIP, county))
            for number, name in enumerate(township_row["villages"]):
                # Villagers' committees are numbered from 200 on (POLICY 3.3).
                keep(_division(f"{township.code[:9]}{200 + number}", name, DivisionLevel.VILLAGE, township))
    return places
