"""Wide cells: a prefecture is summed over its counties, and says what a recount says."""

from datetime import date

import pytest
from django.utils import timezone

from lms.people.enums import DivisionLevel, OrgKind
from lms.people.models import Division
from lms.reports.overview.counting import count_place, count_trend
from lms.reports.overview.figures import figures_of, trend_of
from lms.reports.overview.shapes import Inquiry
from lms.reports.rollups.folding import fold_all
from lms.reports.rollups.models import Cell, CellPost, FoldState, UnitTally
from lms.reports.rollups.reading import roll_up_for
from lms.reports.rollups.rebuilding import differences
from tests.cast import TODAY, Cast
from tests.clock import Clock
from tests.credits.world import adopt
from tests.factories.people import DivisionFactory, OrgFactory, PostFactory
from tests.reports.overview.county import County, make_county
from tests.reports.rollups.test_folding import scopes

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(cast: Cast, clock: Clock) -> County:
    clock.set(2026, 11, 20, 12)
    adopt()
    county = make_county(cast)
    county.cadre("钱进步", cast.orgs.township_government)
    both = county.cadre("孙立方", county.upland_government)
    PostFactory(
        person=both, org=county.office, cadre_authority=cast.orgs.organization_department, active_from=date(2025, 3, 1)
    )
    return county


def assert_prefecture_equals_recount(cast: Cast, *days: date) -> None:
    scope, place = scopes(cast)[2]
    for on in days:
        for within in (place, None):
            inquiry = Inquiry(scope, on.year, on)
            roll_up = roll_up_for(inquiry)
            assert roll_up is not None
            assert roll_up.figures_of(within) == count_place(inquiry, within), (on, within)
        assert trend_of(inquiry, place, figures_of(inquiry, place).total) == count_trend(inquiry, place)
    assert list(differences()) == []


def test_units_of_one_county_are_together_one_wide_cell(cast: Cast, county: County) -> None:
    county.cadre("周立新", county.upland_government)
    fold_all(at=timezone.now())

    wide = Cell.objects.get(
        key__startswith=cast.places.county.code, key__endswith=":township_cadre", posts__is_only=True
    )
    assert {part.posts.get().org for part in wide.parts.all()} == {
        cast.orgs.township_government,
        county.upland_government,
    }
    assert list(wide.posts.values_list("org", "org_code")) == [(None, cast.places.county.code)]


def test_a_town_in_the_prefecture_itself_and_a_county_nobody_entered_stand_for_themselves(
    cast: Cast, county: County
) -> None:
    for code, name in (("990100100000", "直属镇"), ("990199100000", "新区镇")):
        town = DivisionFactory(code=code, name=name, level=DivisionLevel.TOWNSHIP, parent=cast.places.prefecture)
        unit = OrgFactory(name=f"{name}人民政府", kind=OrgKind.TOWNSHIP_GOVERNMENT, division=town)
        county.cadre(name, unit, cadre_authority=cast.orgs.organization_department)
        county.cadre(name, unit, cadre_authority=cast.orgs.township_government)

    fold_all(at=timezone.now())

    codes = CellPost.objects.filter(org=None).values_list("org_code", flat=True)
    assert {"990100100000", "990199100000"} < set(codes)
    assert_prefecture_equals_recount(cast, TODAY, date(2026, 5, 4))


@pytest.mark.slow
@pytest.mark.any_database
def test_cells_go_along_with_a_town_that_comes_to_another_county(cast: Cast, county: County) -> None:
    county.cadre("周立新", county.upland_government)
    fold_all(at=timezone.now())
    day = date(2026, 9, 10)
    moved = DivisionFactory(
        code="990102900000",
        name="南岭镇",
        level=DivisionLevel.TOWNSHIP,
        parent=cast.places.neighbour_county,
        active_from=day,
    )

    Division.objects.filter(pk=county.upland.pk).update(active_to=day, successor=moved)
    fold_all(at=timezone.now())

    assert FoldState.objects.get().places_since == day
    assert_prefecture_equals_recount(cast, TODAY, day, date(2026, 9, 9), date(2026, 3, 3))


def test_the_units_with_most_people_who_need_help_are_found_among_many(
    cast: Cast, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        office = OrgFactory(name=f"第{number}局", kind=OrgKind.COUNTY_GOVERNMENT, division=cast.places.county)
        for _cadre in range(1 + number % 3):
            county.cadre("王", office)
    fold_all(at=timezone.now())
    scope, place = scopes(cast)[2]
    inquiry = Inquiry(scope, 2026, TODAY)

    for looked_at in ((1, 2), (6, 7), (25, 250)):
        monkeypatch.setattr("lms.reports.rollups.reading.LOOKED_AT", looked_at)
        roll_up = roll_up_for(inquiry)
        assert roll_up is not None
        assert roll_up.figures_of(place).neediest == count_place(inquiry, place).neediest


def test_a_unit_that_is_wrong_is_said(cast: Cast, county: County) -> None:
    fold_all(at=timezone.now())
    unit = UnitTally.objects.filter(short__gt=0).first()
    assert unit is not None

    UnitTally.objects.filter(pk=unit.pk).update(short=unit.short + 1)

    assert list(differences()) == [f"unit {unit.org_id} {unit.year}: [{unit.short + 1}] → [{unit.short}]"]
