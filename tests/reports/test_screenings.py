"""Group viewings at the desk: for agriculture, of its place, in counts, what is odd first."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from lms.learning.domain.objecting import object_to
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.factories import learning as make
from tests.learning.halls import Hall

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]


@pytest.fixture
def hall(cast: Cast, clock: Clock) -> Hall:
    return Hall(cast, clock)


def screened(hall: Hall, *, scanned: int = 0, named: int = 0) -> str:
    """A screening with so many people; returns the title of its lesson."""
    shown = hall.running(make.lesson())
    for _number in range(scanned):
        hall.scan(shown, hall.villager())
    for _number in range(named):
        hall.tick(shown, hall.villager())
    return hall.close(shown, minutes=10).page.title


def page(client: Client) -> str:
    return client.get(reverse("desk:screenings")).content.decode()


def test_an_agriculture_officer_sees_counts_and_no_name_of_a_villager(hall: Hall, cast: Cast, at_desk: AtDesk) -> None:
    title = screened(hall, scanned=11)

    shown = page(at_desk(cast.agriculture_officer))

    assert title in shown
    assert ">11<" in shown
    assert "测试人" not in shown
    assert "data-asked" not in shown


def test_counts_below_ten_are_not_shown(hall: Hall, cast: Cast, at_desk: AtDesk) -> None:
    screened(hall, scanned=9)

    assert ">9<" not in page(at_desk(cast.agriculture_officer))


def test_where_few_did_not_scan_it_is_said_that_they_are_few(hall: Hall, cast: Cast, at_desk: AtDesk) -> None:
    screened(hall, scanned=17, named=2)

    shown = page(at_desk(cast.agriculture_officer))

    assert ">19<" in shown
    assert "除不足 10 人外都扫了码" in shown
    assert ">17<" not in shown


def test_what_is_odd_stands_first(hall: Hall, cast: Cast, at_desk: AtDesk) -> None:
    odd, plain = screened(hall, named=20), screened(hall, scanned=20)

    shown = page(at_desk(cast.agriculture_officer))

    assert shown.index(odd) < shown.index(plain)
    assert shown.count("data-asked") == 1
    assert "几乎没有人扫码" in shown


def test_an_objection_is_shown_with_the_lesson_that_lost_its_ground(hall: Hall, cast: Cast, at_desk: AtDesk) -> None:
    person, running = hall.villager(), hall.running()
    made = hall.scan(running, person)
    hall.close(running, minutes=10)
    object_to(made, by=person, at=hall.clock.now)

    shown = page(at_desk(cast.agriculture_officer))

    assert "有人说没去" in shown
    assert "没有了依据" in shown


@pytest.mark.parametrize("part", ["officer", "neighbour_officer", "prefecture_officer"])
def test_other_officers_see_no_screening(hall: Hall, cast: Cast, at_desk: AtDesk, part: str) -> None:
    title = screened(hall, scanned=1)
    client = at_desk(cast.everybody[part])

    assert title not in page(client)
    assert reverse("desk:screenings") not in client.get(reverse("desk:overview")).content.decode()


def test_helpers_and_learners_have_no_desk(hall: Hall, cast: Cast, at_desk: AtDesk) -> None:
    for who in (cast.helper, cast.farmer, cast.trainer):
        assert at_desk(who).get(reverse("desk:screenings")).status_code == 403


def test_the_tab_is_on_the_first_page_of_agriculture(cast: Cast, at_desk: AtDesk) -> None:
    assert (
        reverse("desk:screenings") in at_desk(cast.agriculture_officer).get(reverse("desk:overview")).content.decode()
    )


@pytest.mark.parametrize("count", [1, 3])
def test_many_screenings_take_as_many_queries_as_one(
    hall: Hall, cast: Cast, at_desk: AtDesk, count: int, django_assert_max_num_queries
) -> None:
    client = at_desk(cast.agriculture_officer)
    for _number in range(count):
        screened(hall, scanned=1)
    page(client)

    with django_assert_max_num_queries(22):
        page(client)
