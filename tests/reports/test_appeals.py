"""Appeals at the desk: listed oldest first without names, settled once."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from lms.learning.domain.appealing import appeal
from lms.learning.domain.watching import open_session
from lms.learning.models import Appeal, Settlement
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.factories import learning as make
from tests.learning.test_appealing import refused_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


def appeal_of(person: Person, clock: Clock, words: str = "") -> Appeal:
    return appeal(refused_for(person, clock), by=person, words=words, at=clock.now)


def test_the_longest_waiting_comes_first_and_settled_ones_are_elsewhere(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    first, second, third = (appeal_of(cast.learner, clock) for _number in range(3))
    desk = at_desk(cast.officer)
    answer = {"outcome": "declined", "reason": "同时开了两节课"}
    desk.post(reverse("desk:appeal", args=[second.pk]), answer)

    waiting = desk.get(reverse("desk:appeals")).context["page"].object_list
    settled = desk.get(reverse("desk:appeals"), {"state": "settled"}).context["page"].object_list

    assert ([each.pk for each in waiting], [each.pk for each in settled]) == ([first.pk, third.pk], [second.pk])


def test_filters_narrow_by_reason_and_lesson(cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]) -> None:
    made = appeal_of(cast.learner, clock)
    desk = at_desk(cast.officer)

    def found(**chosen: str) -> list[int]:
        return [each.pk for each in desk.get(reverse("desk:appeals"), chosen).context["page"].object_list]

    assert found(reason="clock", lesson=made.refused.page.title) == [made.pk]
    assert found(reason="taken_down") == found(lesson="没有这一课") == []


def test_each_officer_finds_the_appeals_that_are_hers(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    made = {appeal_of(getattr(cast, part), clock).pk: part for part in ("learner", "farmer", "cadre_of_prefecture")}

    found = {}
    for part in ("officer", "prefecture_officer", "agriculture_officer", "neighbour_officer"):
        page = at_desk(getattr(cast, part)).get(reverse("desk:appeals"))
        found[part] = [made[each.pk] for each in page.context["page"].object_list]

    assert found == {
        "officer": ["learner"],
        "prefecture_officer": ["learner", "cadre_of_prefecture"],
        "agriculture_officer": ["farmer"],
        "neighbour_officer": [],
    }


def test_the_page_tells_what_and_when_and_how_often_and_no_name(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    appeal_of(cast.learner, clock)
    other = open_session(cast.learner, make.lesson(), at=clock.now)
    made = appeal_of(cast.learner, clock, words="手机没电了")

    page = at_desk(cast.officer).get(reverse("desk:appeal", args=[made.pk]))

    text = page.content.decode()
    before = page.context["before"]
    assert (before.refused, before.appeals, before.granted) == (1, 1, 0)
    assert [each.is_this for each in page.context["opened"]] == [False, False, True]
    assert other.page.title in text and "手机没电了" in text and "0:20–1:40" in text
    assert cast.learner.name not in text and cast.learner.masked_name in text


def test_settling_counts_the_seconds_and_goes_back_to_the_list(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    made = appeal_of(cast.learner, clock)

    answer = at_desk(cast.officer).post(
        reverse("desk:appeal", args=[made.pk]), {"outcome": "granted", "reason": "停电属实"}
    )

    assert answer.headers["Location"] == reverse("desk:appeals")
    settlement = Settlement.objects.get()
    assert (settlement.seconds, settlement.settled_by, settlement.record.percent) == (80, cast.officer, 20 + 80)


def test_a_part_is_counted_by_the_times_on_the_player(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    made = appeal_of(cast.learner, clock)
    desk, address = at_desk(cast.officer), reverse("desk:appeal", args=[made.pk])
    form = desk.get(address).context["form"]
    granted = {"outcome": "granted", "reason": "前半段"}

    wrong = [
        desk.post(address, {**granted, "begin": begin, "end": end}).status_code
        for begin, end in [("一分钟", "1:40"), ("1:70", "1:40"), ("1:40", "0:20"), ("-1", "5")]
    ]
    desk.post(address, {**granted, "begin": "0：20", "end": "1:00"})

    assert (form["begin"].value(), form["end"].value()) == ("0:20", "1:40")
    assert wrong == [422] * 4
    assert Settlement.objects.get().counted.pairs == [(20, 60)]
    assert "其余的还是不算" in desk.get(address).content.decode()
    assert "其余的还是不算" in desk.get(reverse("desk:appeals"), {"state": "settled"}).content.decode()


@pytest.mark.parametrize("sent", [{}, {"outcome": "granted"}, {"reason": "好"}, {"outcome": "doubled", "reason": "好"}])
def test_half_a_settlement_is_none(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client], sent: dict[str, str]
) -> None:
    made = appeal_of(cast.learner, clock)

    answer = at_desk(cast.officer).post(reverse("desk:appeal", args=[made.pk]), sent)

    assert answer.status_code == 422
    assert not Settlement.objects.exists()


def test_who_comes_second_is_told_so(cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]) -> None:
    made = appeal_of(cast.learner, clock)
    address = reverse("desk:appeal", args=[made.pk])
    at_desk(cast.officer).post(address, {"outcome": "declined", "reason": "不符"})
    clock.move(minutes=1)

    page = at_desk(cast.prefecture_officer).post(address, {"outcome": "granted", "reason": "符合"}, follow=True)

    assert "以第一次的结果为准" in page.content.decode()
    assert Settlement.objects.get().outcome == "declined"


def test_the_list_opens_for_officers_alone(cast: Cast, at_desk: Callable[[Person], Client]) -> None:
    opened = {
        part
        for part, person in cast.everybody.items()
        if at_desk(person).get(reverse("desk:appeals")).status_code == 200
    }

    assert opened == {"officer", "neighbour_officer", "prefecture_officer", "agriculture_officer"}


@pytest.mark.parametrize("how_many", [1, 3])
def test_the_list_needs_the_same_queries_for_one_and_three(
    cast: Cast,
    clock: Clock,
    at_desk: Callable[[Person], Client],
    django_assert_num_queries: Callable,
    how_many: int,
) -> None:
    for _number in range(how_many):
        appeal_of(cast.learner, clock)
    desk = at_desk(cast.officer)
    desk.get(reverse("desk:appeals"))

    with django_assert_num_queries(QUERIES_OF_APPEALS):
        desk.get(reverse("desk:appeals"))


# Session, person, second factor, roles, groups; memberships and accounts for the scope, twice with the tab; the rows.
QUERIES_OF_APPEALS = 17
