"""A county with two townships, some villages and offices of its own, on top of the cast."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from lms.people.enums import DivisionLevel, OrgKind
from lms.people.models import Division, Org, Person
from tests.cast import Cast
from tests.factories.people import DivisionFactory, OrgFactory, PersonFactory, PostFactory


@dataclass
class County:
    """甲县 of the cast, with 南岭乡 beside 东河镇, and an office that lies in the county itself."""

    cast: Cast
    upland: Division
    upland_government: Org
    office: Org

    def cadre(self, name: str, org: Org, **post: Any) -> Person:
        """A township-level cadre whom the county manages, and of whom something is required."""
        person = PersonFactory(name=name)
        wanted = {
            "cadre_authority": self.cast.orgs.organization_department,
            "category": "township_cadre",
            "level": "township_level_deputy",
            "title": "副镇长",
        } | post
        PostFactory(person=person, org=org, **wanted)
        return person


def make_county(cast: Cast) -> County:
    upland = DivisionFactory(
        code="990101200000", name="南岭乡", level=DivisionLevel.TOWNSHIP, parent=cast.places.county
    )
    return County(
        cast=cast,
        upland=upland,
        upland_government=OrgFactory(name="南岭乡人民政府", kind=OrgKind.TOWNSHIP_GOVERNMENT, division=upland),
        office=OrgFactory(name="甲县水利局", kind=OrgKind.COUNTY_GOVERNMENT, division=cast.places.county),
    )


def merge_upland_into_township(county: County, on: date) -> None:
    """南岭乡 becomes a part of 东河镇 on the day."""
    Division.objects.filter(pk=county.upland.pk).update(active_to=on, successor=county.cast.places.township)
