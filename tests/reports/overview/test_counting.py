"""The recount: everybody once, parts that add up, whatever the scope, the place and the day."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lms.people.enums import DivisionLevel, OrgKind, Purpose, RoleKind
from lms.people.models import Division, Person
from lms.people.policies import persons_visible_to, roles_on
from lms.reports.overview.counting import count_place, count_trend, trend_days
from lms.reports.overview.placing import place_called, trail_to
from lms.reports.overview.shapes import Inquiry, PlaceFigures, Scope, Stand
from tests.cast import TODAY, Cast
from tests.clock import Clock
from tests.credits.world import complete, load, teach
from tests.factories.people import DivisionFactory, OrgFactory, PersonFactory, PostFactory, RoleFactory
from tests.reports.overview.county import County, make_county, merge_upland_into_township
from tests.reports.test_standing import sixty_hours

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 12)


@pytest.fixture
def county(cast: Cast) -> County:
    load()
    return make_county(cast)


def scope_of(officer: Person) -> Scope:
    roles = roles_on(officer, TODAY)
    return Scope(
        tuple({role.org for role in roles}),
        lambda on: persons_visible_to(officer, purpose=Purpose.CADRE_TRAINING, on=on, acting_on=TODAY, roles=roles),
    )


def figures(officer: Person, place: Division | None = None, *, on: date = TODAY, category: str = "") -> PlaceFigures:
    return count_place(Inquiry(scope_of(officer), 2026, on, category), place)


def test_everybody_is_counted_once_and_parts_add_up(county: County) -> None:
    cast = county.cast
    county.cadre("钱进", cast.orgs.township_government)
    county.cadre("孙勤", county.upland_government)
    county.cadre("李水", county.office)

    found = figures(cast.officer, cast.places.county)

    assert [(each.name, each.code, each.stand.people) for each in found.children] == [
        ("东河镇", "990101100000", 2),
        ("南岭乡", "990101200000", 1),
    ]
    assert [(each.name, each.unit_id, each.stand.people) for each in found.units] == [
        ("甲县水利局", county.office.pk, 1)
    ]
    parts = [*found.children, *found.units]
    assert sum((each.stand for each in parts), Stand()) == found.total
    # The village cadre has no requirement; the three others have nothing yet.
    assert found.total == Stand(people=4, asked=3, short=3)
    assert found.total.met_percent == Decimal("0.0")


def test_the_way_down_ends_at_units_with_the_same_people(county: County) -> None:
    cast = county.cast
    county.cadre("钱进", cast.orgs.township_government)

    township = figures(cast.officer, cast.places.township)
    village = figures(cast.officer, cast.places.village)

    assert [(each.name, each.stand.people) for each in township.children] == [("柳树村", 1)]
    assert [(each.name, each.stand.people) for each in township.units] == [("东河镇人民政府", 1)]
    assert [(each.name, each.stand.people) for each in village.units] == [("柳树村村民委员会", 1)]
    assert village.children == []


def test_a_prefecture_counts_its_own_and_those_of_its_counties(county: County) -> None:
    cast = county.cast

    found = figures(cast.prefecture_officer, cast.places.prefecture)

    # 甲县: her own cadre in 东河镇 and the county's village cadre; 乙县: the neighbour's.
    assert [(each.name, each.stand.people) for each in found.children] == [("甲县", 2), ("乙县", 1)]
    assert figures(cast.officer, cast.places.county).total.people == 1


def test_whoever_is_managed_elsewhere_is_not_counted(county: County) -> None:
    """市管干部 and 垂管单位: they sit in the county, and the county neither counts nor names them."""
    cast = county.cast
    tax_above = OrgFactory(name="和平市税务局", kind="county_government", division=cast.places.prefecture)
    tax = OrgFactory(name="甲县税务局", kind="county_government", division=cast.places.county)
    clerk = county.cadre("陶税", tax, cadre_authority=tax_above)
    before = figures(cast.officer, cast.places.county)

    clerk.posts.update(cadre_authority=cast.orgs.organization_department)
    after = figures(cast.officer, cast.places.county)

    assert (before.total.people, [unit.name for unit in before.units]) == (1, [])
    assert (after.total.people, [unit.name for unit in after.units]) == (2, ["甲县税务局"])


def test_an_older_post_elsewhere_does_not_move_somebody_out_of_view(county: County) -> None:
    cast = county.cast
    both = county.cadre("周双", county.office)
    PostFactory(
        person=both,
        org=cast.orgs.neighbour_provider,
        cadre_authority=cast.orgs.neighbour_department,
        category="civil_servant",
        active_from=date(2020, 1, 1),
    )

    assert [unit.name for unit in figures(cast.officer, cast.places.county).units] == ["甲县水利局"]
    assert [unit.name for unit in figures(cast.neighbour_officer, cast.places.neighbour_county).units] == ["乙县农广校"]
    # The prefecture sees both posts: she is one person, at the one she has held longest.
    assert figures(cast.prefecture_officer, cast.places.prefecture).total.people == 4


def test_a_merged_township_counts_where_it_went_from_that_day_on(county: County) -> None:
    cast = county.cast
    county.cadre("孙勤", county.upland_government)
    merge_upland_into_township(county, date(2026, 6, 1))

    def names(on: date) -> list[tuple[str, int]]:
        return [(each.name, each.stand.people) for each in figures(cast.officer, cast.places.county, on=on).children]

    assert names(date(2026, 5, 31)) == [("东河镇", 1), ("南岭乡", 1)]
    assert names(date(2026, 6, 1)) == [("东河镇", 2)]
    scope = scope_of(cast.officer)
    assert place_called(county.upland.code, scope, TODAY) == cast.places.township


def test_a_level_that_does_not_exist_somewhere_is_skipped(county: County) -> None:
    """省直辖县: no prefecture lies between the province and the county."""
    cast = county.cast
    province = cast.places.prefecture.parent
    assert province is not None
    alone = DivisionFactory(code="999001000000", name="直管县", level=DivisionLevel.COUNTY, parent=province)
    department = OrgFactory(name="安宁省委组织部", kind=OrgKind.ORGANIZATION_DEPARTMENT, division=province)
    county_department = OrgFactory(name="直管县委组织部", kind=OrgKind.ORGANIZATION_DEPARTMENT, division=alone)
    officer = PersonFactory(name="省干部", staff=True)
    RoleFactory(person=officer, kind=RoleKind.OFFICER, org=department)
    office = OrgFactory(name="直管县水利局", kind=OrgKind.COUNTY_GOVERNMENT, division=alone)
    county.cadre("何直", office, cadre_authority=county_department)

    found = figures(officer, province)

    assert [(each.name, each.stand.people) for each in found.children] == [("和平市", 3), ("直管县", 1)]
    assert [unit.name for unit in figures(officer, alone).units] == ["直管县水利局"]


def test_two_records_of_one_cadre_are_one_person(county: County) -> None:
    cast = county.cast
    stays, goes = county.cadre("钱进", county.office), county.cadre("钱进", county.upland_government)
    complete(goes, teach(1800, 1800), 0)
    Person.objects.filter(pk=goes.pk).update(merged_into=stays)

    found = figures(cast.officer, cast.places.county)

    assert (found.total.people, found.total.lessons_completed) == (2, 1)
    assert [(unit.name, unit.stand.people) for unit in found.units] == [("甲县水利局", 1)]
    assert found.total == count_trend(Inquiry(scope_of(cast.officer), 2026, TODAY), cast.places.county)[-1].stand


def test_a_category_leaves_the_others_out(county: County) -> None:
    cast = county.cast
    county.cadre("钱进", cast.orgs.township_government)

    assert figures(cast.officer, cast.places.county, category="village_cadre").total == Stand(people=1)
    assert figures(cast.officer, cast.places.county, category="grid_worker").total == Stand()


def test_units_with_most_people_short_come_first_and_no_person_is_named(county: County) -> None:
    cast = county.cast
    for name in ("甲", "乙", "丙"):
        county.cadre(name, county.upland_government)
    county.cadre("丁", county.office)

    found = figures(cast.officer, cast.places.county)

    assert [(unit.name, unit.stand.short) for unit in found.neediest] == [("南岭乡人民政府", 3), ("甲县水利局", 1)]


def test_hours_and_states_of_a_trend_are_those_of_its_days(county: County) -> None:
    cast = county.cast
    sixty_hours(county.cadre("钱进", cast.orgs.township_government))

    trend = count_trend(Inquiry(scope_of(cast.officer), 2026, TODAY), cast.places.county)

    assert [point.day for point in trend][-2:] == [date(2026, 10, 31), TODAY]
    assert len(trend) == 11
    assert [point.stand.online_hours for point in trend][-2:] == [Decimal("0.00"), Decimal("60.00")]
    assert trend[-1].stand == figures(cast.officer, cast.places.county).total


def test_days_of_a_trend_end_with_the_day_asked_for() -> None:
    assert trend_days(2026, date(2026, 1, 31)) == [date(2026, 1, 31)]
    assert trend_days(2026, date(2026, 2, 1)) == [date(2026, 1, 31), date(2026, 2, 1)]
    assert len(trend_days(2025, date(2026, 11, 20))) == 13
    assert trend_days(2026, date(2025, 3, 1)) == [date(2025, 3, 1)]


def test_a_place_outside_the_scope_is_not_there(county: County) -> None:
    cast = county.cast
    scope = scope_of(cast.officer)

    assert place_called(cast.places.village.code, scope, TODAY) == cast.places.village
    for code in (cast.places.neighbour_county.code, cast.places.prefecture.code, "000000000000", "", "'; --", "９９"):
        assert place_called(code, scope, TODAY) is None


def test_the_trail_begins_where_the_scope_does(county: County) -> None:
    cast = county.cast

    assert [one.name for one in trail_to(cast.places.village, scope_of(cast.officer), TODAY)] == [
        "甲县",
        "东河镇",
        "柳树村",
    ]
    assert [one.name for one in trail_to(cast.places.county, scope_of(cast.prefecture_officer), TODAY)] == [
        "和平市",
        "甲县",
    ]


def test_more_units_take_no_more_queries(county: County) -> None:
    cast = county.cast

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            figures(cast.officer, cast.places.county)
        return len(caught)

    county.cadre("钱进", cast.orgs.township_government)
    few = queries()
    for number in range(6):
        county.cadre(f"干部{number}", OrgFactory(division=cast.places.county, kind="county_government"))

    assert queries() == few
