"""证明 at the desk: for the cadres of the officer's own department, and nobody else's."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.credits.domain.attesting import attest_course, attest_hours
from lms.credits.domain.binding import Span
from lms.credits.enums import Period
from lms.credits.models import Attestation, AttestationRevocation
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.credits.world import AT, adopt, complete_course, earn, load, teach

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]
YEAR = Span(Period.ANNUAL, 2026)


@pytest.fixture(autouse=True)
def today(cast: Cast, clock: Clock) -> None:
    clock.set(2026, 11, 20, 12)
    load()
    adopt()
    earn(cast.learner)


@pytest.fixture
def made(cast: Cast) -> Attestation:
    return attest_hours(cast.learner, YEAR, by=cast.learner, at=AT)


def test_every_page_and_act_is_for_the_department_alone(cast: Cast, made: Attestation, at_desk: AtDesk) -> None:
    completion = complete_course(cast.learner, teach(600))
    person, number = [cast.learner.pk], [made.number]
    pages = [
        reverse("desk:attestations", args=person),
        reverse("desk:attestation", args=number),
        reverse("desk:attestation_pdf", args=number),
    ]
    acts = [
        (reverse("desk:attest_hours", args=person), {"period": "annual-2026"}),
        (reverse("desk:attest_course", args=[cast.learner.pk, completion.pk]), {}),
        (reverse("desk:revoke_attestation", args=number), {"reason": "错"}),
    ]
    for part, somebody in cast.everybody.items():
        client = at_desk(somebody)
        if part == "officer":
            assert [client.get(page).status_code for page in pages] == [200, 200, 200]
            continue
        answers = [client.get(page).status_code for page in pages]
        answers += [client.post(address, data).status_code for address, data in acts]
        assert set(answers) <= {302, 403, 404}, part
    assert Attestation.objects.count() == 1 and not AttestationRevocation.objects.exists()


def test_an_officer_issues_both_kinds_and_revokes_one(cast: Cast, at_desk: AtDesk) -> None:
    completion = complete_course(cast.learner, teach(600))
    client = at_desk(cast.officer)

    answer = client.post(reverse("desk:attest_hours", args=[cast.learner.pk]), {"period": "annual-2026"})
    statement = Attestation.objects.get()
    assert answer["Location"] == reverse("desk:attestation", args=[statement.number])
    client.post(reverse("desk:attest_course", args=[cast.learner.pk, completion.pk]))
    assert set(Attestation.objects.values_list("org", flat=True)) == {cast.orgs.organization_department.pk}
    address = reverse("desk:revoke_attestation", args=[statement.number])
    assert client.post(address, {"reason": "  "}).status_code == 422
    assert client.post(address, {"reason": "长" * 201}).status_code == 422
    assert client.post(address, {"reason": "姓名有误"}).status_code == 302
    assert "姓名有误" in client.get(reverse("desk:attestation", args=[statement.number])).content.decode()
    assert client.post(reverse("desk:attest_hours", args=[cast.learner.pk]), {"period": "x"}).status_code == 422


def test_a_course_of_somebody_else_is_not_attested(cast: Cast, at_desk: AtDesk) -> None:
    completion = complete_course(cast.farmer, teach(600))

    answer = at_desk(cast.officer).post(reverse("desk:attest_course", args=[cast.learner.pk, completion.pk]))

    assert answer.status_code == 404 and not Attestation.objects.exists()


def test_the_list_costs_the_same_for_many(cast: Cast, made: Attestation, at_desk: AtDesk) -> None:
    client, page = at_desk(cast.officer), reverse("desk:attestations", args=[cast.learner.pk])
    attest_course(complete_course(cast.learner, teach(600)), by=cast.officer, at=AT)
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    for _number in range(3):
        attest_course(complete_course(cast.learner, teach(600)), by=cast.officer, at=AT)
    with CaptureQueriesContext(connection) as many:
        client.get(page)

    assert len(few) == len(many)
