"""Claims at the desk and on the learner's own pages, with the whole cast."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.credits.models import CreditClaim, CreditLedgerEntry
from lms.people.enums import RoleKind
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.credits.test_claiming import CLASS, claimed, pdf, picture
from tests.factories.people import PersonFactory, RoleFactory

pytestmark = pytest.mark.django_db
To = Callable[[Person], Client]
SAID = {
    "title": "乡村振兴专题培训班",
    "organiser": "甲县县委党校",
    "category": "centralized_training",
    "starts_on": "2026-10-12",
    "ends_on": "2026-10-14",
    "hours": "24",
    "days": "3",
}


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


@pytest.fixture
def reviewer(cast: Cast) -> Person:
    person = PersonFactory(name="钱人事", staff=True)
    RoleFactory(person=person, kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=cast.orgs.township_government)
    return person


def files(*data: bytes) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"证书{number}.jpg", each) for number, each in enumerate(data)]


def test_a_claim_walks_from_the_learner_over_her_unit_to_the_record(
    cast: Cast, reviewer: Person, signed_in: To, at_desk: To
) -> None:
    learner, unit, officer = signed_in(cast.learner), at_desk(reviewer), at_desk(cast.officer)

    learner.post(reverse("credits:new_claim"), {**SAID, "evidence": files(picture(), pdf())})
    claim = CreditClaim.objects.get()
    address = reverse("desk:claim", args=[claim.pk])
    assert list(unit.get(reverse("desk:claims")).context["page"].object_list) == [claim]
    assert list(officer.get(reverse("desk:claims")).context["page"].object_list) == []
    assert list(officer.get(reverse("desk:claims"), {"state": "elsewhere"}).context["page"].object_list) == [claim]
    unit.post(address, {"outcome": "return", "seen": 1, "reason": "请写清楚主办单位"})
    assert "请写清楚主办单位" in learner.get(reverse("credits:my_claim", args=[claim.pk])).content.decode()
    kept = [file.pk for file in claim.files.all()]
    change = {**SAID, "organiser": "中共甲县县委党校", "keep": kept, "seen": 2}
    learner.post(reverse("credits:change_claim", args=[claim.pk]), change)
    unit.post(address, {"outcome": "pass_on", "seen": 3})
    decide = {"outcome": "recognise", "seen": 4, "hours": "16", "days": "2"}
    assert officer.post(address, {**decide, "reason": ""}).status_code == 422
    officer.post(address, {**decide, "reason": "缺勤一天"})

    assert CreditLedgerEntry.objects.get().hours == Decimal("16.00")
    page = learner.get(reverse("credits:my_hours")).content.decode()
    assert 'data-origin="claim"' in page
    assert "缺勤一天" in page
    assert list(officer.get(reverse("desk:claims"), {"state": "decided"}).context["page"].object_list) == [claim]


def test_claims_open_to_whose_they_are(cast: Cast, reviewer: Person, at_desk: To) -> None:
    claim = claimed(cast.learner)
    file = claim.files.get()
    everybody = {**cast.everybody, "reviewer": reviewer}

    def opened(name: str, *args: int) -> set[str]:
        address = reverse(f"desk:{name}", args=args)
        return {part for part, person in everybody.items() if at_desk(person).get(address).status_code == 200}

    assert opened("claims") == {"officer", "neighbour_officer", "prefecture_officer", "reviewer"}
    assert opened("claim", claim.pk) == {"officer", "reviewer"}
    assert opened("claim_file", claim.pk, file.pk) == {"officer", "reviewer"}


def test_a_learner_sees_her_own_claims_and_nobody_elses(cast: Cast, signed_in: To) -> None:
    claim = claimed(cast.learner)
    file = claim.files.get()
    addresses = [
        reverse("credits:my_claim", args=[claim.pk]),
        reverse("credits:claim_file", args=[claim.pk, file.pk]),
    ]

    for part, person in cast.everybody.items():
        client = signed_in(person)
        expected = 200 if part == "learner" else 404
        assert [client.get(address).status_code for address in addresses] == [expected, expected], part
    assert Client().get(addresses[0]).status_code == 302


def test_an_evidence_file_is_shown_and_never_run(cast: Cast, signed_in: To) -> None:
    claim = claimed(cast.learner)

    answer = signed_in(cast.learner).get(reverse("credits:claim_file", args=[claim.pk, claim.files.get().pk]))

    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "script-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "change",
    [
        {"evidence": files(b"MZ\x90\0" * 20)},
        {"evidence": files(picture(), b"#!/bin/sh")},
        {"evidence": []},
        {"hours": "-1"},
        {"hours": "many"},
        {"hours": "9999"},
        {"hours": "1.234"},
        {"hours": "", "days": ""},
        {"starts_on": "5/3/2026"},
        {"ends_on": "2026-12-01"},
        {"category": "king"},
        {"title": ""},
    ],
)
def test_a_claim_that_cannot_be_is_answered_on_the_form(cast: Cast, signed_in: To, change: dict[str, object]) -> None:
    said = {**SAID, "evidence": files(picture()), **change}

    answer = signed_in(cast.learner).post(reverse("credits:new_claim"), said)

    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert CreditClaim.objects.count() == 0


def test_a_claim_is_withdrawn_by_its_owner_alone(cast: Cast, signed_in: To) -> None:
    claim = claimed(cast.learner)
    address = reverse("credits:withdraw_claim", args=[claim.pk])

    assert signed_in(cast.farmer).post(address, {"seen": "1"}).status_code == 404
    signed_in(cast.learner).post(address, {"seen": "1"})

    claim.submission.refresh_from_db()
    assert claim.submission.state == "submission_withdrawn"


def test_queues_need_the_same_queries_for_one_and_three(cast: Cast, reviewer: Person, at_desk: To) -> None:
    from dataclasses import replace

    desk, counts = at_desk(reviewer), []
    for titles in (["甲"], ["乙", "丙"]):
        for title in titles:
            claimed(cast.learner, replace(CLASS, title=title))
        desk.get(reverse("desk:claims"))
        with CaptureQueriesContext(connection) as queries:
            desk.get(reverse("desk:claims"))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_personnel_officer_finds_her_claims_from_the_first_page(cast: Cast, reviewer: Person, at_desk: To) -> None:
    claimed(cast.learner)

    page = at_desk(reviewer).get(reverse("desk:overview")).content.decode()

    assert reverse("desk:claims") in page
    assert reverse("desk:imports") not in page
    assert cast.learner.name not in page
