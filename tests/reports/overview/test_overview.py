"""The first page: what it says, whom it leads to, and what an odd address gets."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.people.enums import RoleKind
from lms.people.models import Person
from lms.reports import metrics
from lms.reports.overview.shapes import Stand, TrendPoint
from lms.reports.overview.words import in_a_sentence, what_changed, without_requirement
from tests.cast import Cast
from tests.clock import Clock
from tests.credits.world import load
from tests.factories.people import OrgFactory, PersonFactory, RoleFactory
from tests.reports.overview.county import County, make_county
from tests.reports.test_standing import sixty_hours

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]
OVERVIEW = reverse("desk:overview")


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 12)


@pytest.fixture
def county(cast: Cast) -> County:
    load()
    made = make_county(cast)
    made.cadre("钱进", cast.orgs.township_government)
    made.cadre("孙勤", made.upland_government)
    made.cadre("李水", made.office)
    return made


def test_the_first_sentence_answers_how_we_stand(county: County, at_desk: AtDesk) -> None:
    page = at_desk(county.cast.officer).get(OVERVIEW)

    text = re.sub(r"\s+", " ", page.content.decode())
    assert "甲县应训干部 3 人：达标 0 人，达标率 0.0%；进度正常 0 人；未达标 3 人。" in text
    assert "另有 1 人免修或未设要求，不计在内。" in text
    assert "与 2026-10-31 相比：没有变化。" in text
    assert "数据截至 2026-11-20 12:00:00。" in text


def test_a_category_is_named_in_the_sentence(county: County, at_desk: AtDesk) -> None:
    page = at_desk(county.cast.officer).get(OVERVIEW, {"category": "village_cadre"}).content.decode()

    assert "甲县（村干部）共有干部 1 人，都没有应训要求。" in page


def test_sentences_for_places_where_little_is_to_be_said() -> None:
    assert in_a_sentence("甲县", Stand()) == "甲县：没有符合条件的干部。"
    assert in_a_sentence("甲县", Stand(people=2)) == "甲县共有干部 2 人，都没有应训要求。"
    assert without_requirement(Stand(people=2)) == ""
    before = TrendPoint(date(2026, 10, 31), Stand(5, 5, 1, 1, 3))
    now = TrendPoint(date(2026, 11, 20), Stand(6, 6, 3, 1, 2))
    assert what_changed([now]) == ""
    assert what_changed([before, now]) == "与 2026-10-31 相比：达标增加 2 人，未达标减少 1 人，应训增加 1 人。"


def test_every_figure_opens_its_definition(county: County, at_desk: AtDesk) -> None:
    page = at_desk(county.cast.officer).get(OVERVIEW).content.decode()

    for metric in (metrics.CADRES, *metrics.STANDING):
        assert page.count(str(metric.definition)) >= 2, metric.code  # beside the figure, and in the list of all
    for metric in (metrics.ONLINE_HOURS, metrics.CENTRALIZED_HOURS, metrics.LESSONS_COMPLETED):
        assert str(metric.definition) in page


def test_units_are_named_for_help_and_no_person(county: County, at_desk: AtDesk) -> None:
    page = at_desk(county.cast.officer).get(OVERVIEW)

    assert [unit.name for unit in page.context["figures"].neediest] == [
        "东河镇人民政府",
        "南岭乡人民政府",
        "甲县水利局",
    ]
    assert not any(name in page.content.decode() for name in ("钱进", "孙勤", "李水", "李秀英"))


def test_one_goes_down_from_place_to_unit_to_person(county: County, at_desk: AtDesk) -> None:
    officer, cast = at_desk(county.cast.officer), county.cast

    top = officer.get(OVERVIEW).content.decode()
    assert f'href="?place={cast.places.township.code}"' in top
    township = officer.get(OVERVIEW, {"place": cast.places.township.code})
    unit = cast.orgs.township_government
    link = f"{reverse('desk:people')}?place={cast.places.township.code}&amp;unit={unit.pk}"
    assert f'href="{link}"' in township.content.decode()
    people = officer.get(reverse("desk:people"), {"place": cast.places.township.code, "unit": unit.pk})

    assert [step.name for step in township.context["trail"]] == ["甲县", "东河镇"]
    assert [person.name for person in people.context["page"].object_list] == ["钱进"]


def test_a_count_on_the_page_is_the_length_of_the_list_behind_it(county: County, at_desk: AtDesk) -> None:
    sixty_hours(Person.objects.get(name="钱进"))
    officer = at_desk(county.cast.officer)
    figures = officer.get(OVERVIEW).context["figures"]

    def listed(**asked: object) -> int:
        return officer.get(reverse("desk:people"), asked).context["page"].paginator.count

    assert listed() == figures.total.people
    for state in ("met", "on_course", "short"):
        assert listed(standing=state) == getattr(figures.total, state)
        for place in figures.children:
            assert listed(place=place.code, standing=state) == getattr(place.stand, state)
        for unit in figures.units:
            assert listed(unit=unit.unit_id, standing=state) == getattr(unit.stand, state)


ODD = [
    {"place": "990102000000"},
    {"place": "990100000000"},
    {"place": "990000000000"},
    {"place": "'; drop table people_person; --"},
    {"place": "９９０１０１００００００"},
    {"place": "9" * 5000},
    {"on": "2026-02-30"},
    {"on": "2099-01-01"},
    {"on": "0001-01-01"},
    {"year": "10000"},
    {"year": "x"},
    {"category": "king"},
    {"unit": "99999999999999999999999"},
    {"unit": "-1"},
    {"standing": "rich"},
    {"sort": "hours"},
    {"page": "99999999999999999999"},
    {"page": "-3"},
]


# The first page reads its address as the list does, and takes much longer.
@pytest.mark.parametrize(
    ("page", "asked"),
    [
        pytest.param(page, asked, marks=[] if asked in telling else pytest.mark.slow)
        for page, telling in (("desk:people", ODD[::2]), ("desk:overview", ODD[:1]))
        for asked in ODD
    ],
)
def test_odd_addresses_are_answered_within_the_scope(
    county: County, at_desk: AtDesk, page: str, asked: dict[str, str]
) -> None:
    answer = at_desk(county.cast.officer).get(reverse(page), asked)

    assert answer.status_code == 200
    text = answer.content.decode()
    assert "赵国平" not in text and "孙立" not in text and "乙县" not in text
    if not {"page", "year", "on"} & asked.keys():
        assert "网址里的条件有问题" in text


def test_an_unfollowable_filter_gives_no_file(county: County, at_desk: AtDesk) -> None:
    officer = at_desk(county.cast.officer)

    answer = officer.get(reverse("desk:export", args=["cadre-hours", "csv"]), {"place": "990102000000"})

    assert answer.status_code == 302 and answer["Location"].startswith(reverse("desk:people"))


def test_a_file_holds_whom_the_filters_leave_and_says_so(county: County, at_desk: AtDesk) -> None:
    asked = {"place": county.upland.code, "standing": "short", "category": "township_cadre"}

    answer = at_desk(county.cast.officer).get(reverse("desk:export", args=["cadre-hours", "csv"]), asked)

    text = b"".join(answer).decode("utf-8-sig")
    assert "孙勤" in text and "钱进" not in text and "李水" not in text
    assert "只含：南岭乡 · 乡镇干部 · 还差学时" in text


@pytest.mark.parametrize(
    "part", [pytest.param("officer", marks=pytest.mark.slow), "prefecture_officer", "neighbour_officer"]
)
def test_each_officer_counts_her_own(county: County, at_desk: AtDesk, part: str) -> None:
    # The prefecture: its own cadre, four of 甲县, one of 乙县. Farmers are nobody's here.
    expected = {"officer": 4, "prefecture_officer": 6, "neighbour_officer": 1}

    answer = at_desk(getattr(county.cast, part)).get(OVERVIEW)

    assert answer.context["figures"].total.people == expected[part]
    assert county.cast.farmer.name not in answer.content.decode()


def test_an_officer_of_two_places_begins_with_both(county: County, at_desk: AtDesk) -> None:
    cast = county.cast
    RoleFactory(person=cast.officer, kind=RoleKind.OFFICER, org=cast.orgs.neighbour_department)

    answer = at_desk(cast.officer).get(OVERVIEW)

    figures = answer.context["figures"]
    assert [(place.name, place.stand.people) for place in figures.children] == [("甲县", 4), ("乙县", 1)]
    assert (figures.total.people, figures.units) == (5, [])
    assert "您负责的各地应训干部 3 人" in answer.content.decode()


def test_more_units_and_people_take_no_more_queries(county: County, at_desk: AtDesk) -> None:
    officer = at_desk(county.cast.officer)
    officer.get(OVERVIEW)
    counts = []
    for number in range(2):
        for _each in range(5 * number):
            county.cadre("又一", OrgFactory(division=county.cast.places.county, kind="county_government"))
        with CaptureQueriesContext(connection) as queries:
            officer.get(OVERVIEW)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_personnel_officer_has_no_tab_that_stays_shut(cast: Cast, at_desk: AtDesk) -> None:
    personnel = PersonFactory(name="钱人事", staff=True)
    RoleFactory(person=personnel, kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=cast.orgs.township_government)
    client = at_desk(personnel)

    page = client.get(OVERVIEW).content.decode()

    tabs = re.findall(r'<li><a href="([^"]+)"', page[page.index('class="tabs') :])
    assert reverse("desk:appeals") not in tabs
    assert {client.get(tab).status_code for tab in tabs if tab.startswith("/desk/")} == {200}
    assert reverse("desk:appeals") in at_desk(cast.agriculture_officer).get(OVERVIEW).content.decode()


def test_the_list_is_sorted_by_name_or_unit_alone(county: County, at_desk: AtDesk) -> None:
    officer = at_desk(county.cast.officer)

    def names(**asked: str) -> list[str]:
        return [each.name for each in officer.get(reverse("desk:people"), asked).context["page"].object_list]

    units = {"钱进": "东河镇人民政府", "孙勤": "南岭乡人民政府", "李水": "甲县水利局", "李秀英": "柳树村村民委员会"}
    assert names() == sorted(units)
    assert names(sort="unit") == sorted(units, key=units.__getitem__)
    assert names(sort="-online_hours") == names()


@pytest.mark.slow
@pytest.mark.any_database
def test_hours_of_a_filter_are_those_of_the_year(county: County, at_desk: AtDesk) -> None:
    sixty_hours(Person.objects.get(name="钱进"))
    officer = at_desk(county.cast.officer)

    some = officer.get(reverse("desk:people"), {"hours": "some"}).context["page"].object_list
    none = officer.get(reverse("desk:people"), {"hours": "none"}).context["page"].object_list
    export = officer.get(reverse("desk:export", args=["cadre-hours", "csv"]), {"hours": "some"})

    assert [(each.name, each.online_hours) for each in some] == [("钱进", Decimal("60.00"))]
    assert len(none) == 3
    assert "孙勤" not in b"".join(export).decode("utf-8-sig")
