"""Appeals and the trainer's pages, tried by those whom they are not for."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import LessonPage
from lms.learning.domain.appealing import appeal
from lms.learning.models import Appeal, LessonCompletion, LessonProblem, Settlement, WatchRecord
from lms.lib.stretches import Stretches
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.factories import learning as make
from tests.learning.test_appealing import refused_for

pytestmark = pytest.mark.django_db
SETTLED = {"outcome": "granted", "reason": "好"}


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


@pytest.fixture
def lesson(cast: Cast) -> LessonPage:
    return make.published(make.live_lesson(make.live_course(cast.orgs.provider), seconds=100))


def test_nobody_appeals_for_somebody_else(cast: Cast, clock: Clock, signed_in: Callable[[Person], Client]) -> None:
    refused = refused_for(cast.learner, clock)

    answers = {
        part: signed_in(person).post(f"/learn/refused/{refused.pk}/appeal/").status_code
        for part, person in cast.everybody.items()
        if part != "learner"
    }

    assert set(answers.values()) == {404}
    assert not Appeal.objects.exists()


def test_an_appeal_claims_nothing_beyond_what_was_refused(
    cast: Cast, clock: Clock, signed_in: Callable[[Person], Client], at_desk: Callable[[Person], Client]
) -> None:
    refused = refused_for(cast.learner, clock)
    sent = {"stretches": "[[0,999999]]", "from": 0, "to": 999999, "seconds": 999999, "granted": 999999}

    signed_in(cast.learner).post(f"/learn/refused/{refused.pk}/appeal/", sent)
    at_desk(cast.officer).post(reverse("desk:appeal", args=[Appeal.objects.get().pk]), {**sent, **SETTLED})

    gained = Stretches.from_bytes(Settlement.objects.get().granted)
    assert gained == Stretches.from_bytes(refused.stretches)
    assert WatchRecord.objects.get().covered_seconds == 100


def test_appealing_alone_gains_nothing(cast: Cast, clock: Clock, signed_in: Callable[[Person], Client]) -> None:
    refused = refused_for(cast.learner, clock)
    before = WatchRecord.objects.get().covered_seconds

    for _try in range(100):
        signed_in(cast.learner).post(f"/learn/refused/{refused.pk}/appeal/")

    assert (Appeal.objects.count(), WatchRecord.objects.get().covered_seconds) == (1, before)
    assert not LessonCompletion.objects.exists()


def test_only_whose_it_is_settles_over_http(cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]) -> None:
    made = appeal(refused_for(cast.learner, clock), by=cast.learner, at=clock.now)
    address = reverse("desk:appeal", args=[made.pk])

    for part, person in cast.everybody.items():
        if part not in {"officer", "prefecture_officer"}:
            assert at_desk(person).get(address).status_code in {403, 404}, part
            assert at_desk(person).post(address, SETTLED).status_code in {403, 404}, part

    assert not Settlement.objects.exists()


def test_without_the_second_factor_nobody_settles(
    cast: Cast, clock: Clock, signed_in: Callable[[Person], Client]
) -> None:
    made = appeal(refused_for(cast.learner, clock), by=cast.learner, at=clock.now)

    signed_in(cast.officer).post(reverse("desk:appeal", args=[made.pk]), SETTLED)

    assert not Settlement.objects.exists()


def test_a_lessons_figures_open_for_trainers_of_its_organisation_alone(
    cast: Cast, lesson: LessonPage, at_desk: Callable[[Person], Client]
) -> None:
    address = reverse("teaching:lesson", args=[lesson.pk])

    opened = {part for part, person in cast.everybody.items() if at_desk(person).get(address).status_code == 200}

    assert opened == {"trainer"}


def test_a_trainer_of_another_organisation_answers_nothing(
    cast: Cast, clock: Clock, lesson: LessonPage, at_desk: Callable[[Person], Client]
) -> None:
    theirs = make.published(make.live_lesson(make.live_course(cast.orgs.neighbour_provider)))
    problem = LessonProblem.objects.create(page=lesson, reported_by=cast.learner, words="错", reported_at=clock.now)
    neighbour = at_desk(cast.neighbour_trainer)

    for page in (lesson, theirs):  # under its own lesson, and passed off as one of hers
        address = reverse("teaching:answer", args=[page.pk, problem.pk])
        assert neighbour.post(address, {"reply": "没错"}).status_code == 404

    problem.refresh_from_db()
    assert problem.reply == ""
    assert str(lesson.title) not in neighbour.get(reverse("teaching:lessons")).content.decode()


@pytest.mark.parametrize(
    "path", ["/learn/lessons/{}/understood/", "/learn/lessons/{}/problem/", "/learn/refused/{}/appeal/"]
)
def test_what_changes_something_is_neither_got_nor_forged(
    cast: Cast, lesson: LessonPage, signed_in: Callable[[Person], Client], path: str
) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in(cast.learner).cookies

    assert signed_in(cast.learner).get(path.format(lesson.pk)).status_code == 405
    assert strict.post(path.format(lesson.pk), {"understood": "yes", "words": "错"}).status_code == 403


@pytest.mark.parametrize("number", [0, 10**20])
def test_numbers_that_cannot_be_are_not_there(cast: Cast, at_desk: Callable[[Person], Client], number: int) -> None:
    assert at_desk(cast.trainer).get(f"/studio/lessons/{number}/").status_code == 404
    assert at_desk(cast.officer).get(f"/desk/appeals/{number}/").status_code == 404
    assert at_desk(cast.officer).post(f"/learn/refused/{number}/appeal/").status_code == 404
    assert at_desk(cast.officer).post(f"/learn/courses/{number}/again/").status_code == 404
