"""Putting right what one said oneself: name, year of birth, village."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from lms.audit.models import AuditEntry
from lms.lib.durations import beijing_day
from lms.people.domain.correcting import CORRECTIONS_PER_HOUR, CorrectionRefused, correct_name, correct_village
from lms.people.models import Person
from lms.people.queries import home_division_on
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db


def test_name_and_year_are_put_right_and_the_log_says_that_but_not_what(
    cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    said = {"name": "王桂蘭", "birth_year": "1958年"}

    response = signed_in(cast.farmer).post(reverse("people:correct"), said)

    assert response.status_code == 302
    cast.farmer.refresh_from_db()
    assert (cast.farmer.name, cast.farmer.birth_year) == ("王桂蘭", 1958)
    entry = AuditEntry.objects.get(action="person.corrected")
    assert entry.detail == {"fields": "name_and_birth_year"} and "王桂蘭" not in str(entry.detail)


def test_the_village_is_put_right_from_today_on(
    cast: Cast, signed_in: Callable[[Person], Client], clock: Clock
) -> None:
    village, client = cast.places.neighbour_village, signed_in(cast.farmer)

    assert client.get(reverse("people:move")).status_code == 200
    client.post(reverse("people:move"), {"village": village.code})

    assert home_division_on(cast.farmer, beijing_day(clock.now)) == village


def test_what_is_no_village_is_refused(cast: Cast, clock: Clock) -> None:
    with pytest.raises(CorrectionRefused):
        correct_village(cast.farmer, cast.places.county, at=clock.now)


def test_nobody_becomes_a_child_without_a_guardian(cast: Cast, clock: Clock) -> None:
    with pytest.raises(CorrectionRefused):
        correct_name(cast.farmer, name=cast.farmer.name, birth_year=clock.now.year - 10, at=clock.now)


def test_a_cadre_is_sent_to_her_department(cast: Cast, signed_in: Callable[[Person], Client]) -> None:
    client = signed_in(cast.learner)

    page = client.get(reverse("people:account")).content.decode()
    client.post(reverse("people:correct"), {"name": "别人", "birth_year": "1970"})

    assert reverse("people:correct") not in page and "请组织部门在名册里改" in page
    assert Person.objects.get(pk=cast.learner.pk).name == cast.learner.name


def test_nothing_changed_is_nothing_logged_and_often_is_slowed_down(clock: Clock) -> None:
    person = PersonFactory(birth_year=1960)
    for _each in range(CORRECTIONS_PER_HOUR):
        correct_name(person, name=person.name, birth_year=1960, at=clock.now)

    with pytest.raises(CorrectionRefused):
        correct_name(person, name="又一个", birth_year=1960, at=clock.now)
    assert not AuditEntry.objects.filter(action="person.corrected").exists()
