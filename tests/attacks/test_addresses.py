"""Addresses that nobody was given: answered plainly, never by a fault."""

from collections.abc import Callable

import pytest
from django.test import Client

from lms.people.models import Person
from tests.cast import Cast

pytestmark = pytest.mark.django_db
HUGE = 10**20


@pytest.mark.parametrize("path", ["/hours/lessons/{}/", "/learn/lessons/{}/quiz/", "/learn/lessons/{}/quiz/result/"])
@pytest.mark.parametrize("number", [0, HUGE])
def test_a_lesson_that_cannot_be(cast: Cast, signed_in: Callable[[Person], Client], path: str, number: int) -> None:
    assert signed_in(cast.learner).get(path.format(number)).status_code == 404


@pytest.mark.parametrize("path", ["/staff/people/{}/", "/admin/pages/{}/edit/"])
def test_a_row_that_cannot_be(cast: Cast, at_desk: Callable[[Person], Client], path: str) -> None:
    for person in (cast.security_admin, cast.trainer):
        assert at_desk(person).get(path.format(HUGE)).status_code in {302, 403, 404}
