"""Exemptions and requirements on the desk, tried with the whole cast."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.credits.models import CreditRequirement, Exemption
from lms.people.enums import RoleKind
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.credits.test_exempting import PDF
from tests.credits.world import load
from tests.factories.people import PersonFactory, RoleFactory

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def place(clock: Clock, settings: Any, tmp_path: Path) -> None:
    clock.set(2026, 11, 20, 12)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def second_officer(cast: Cast) -> Person:
    person = PersonFactory(name="钱二", staff=True)
    RoleFactory(person=person, kind=RoleKind.OFFICER, org=cast.orgs.organization_department)
    return person


def said(**more: Any) -> dict[str, Any]:
    return {
        "kind": "maternity_leave",
        "first_day": "2026-03-10",
        "last_day": "2026-10-09",
        "reason": "产假",
        "document": SimpleUploadedFile("批件.pdf", PDF, content_type="text/html"),
    } | more


def proposed(cast: Cast, client: Client) -> Exemption:
    answer = client.post(reverse("desk:propose_exemption", args=[cast.learner.pk]), said())
    assert answer.status_code == 302
    return Exemption.objects.latest("pk")


def opened_by(cast: Cast, at_desk: AtDesk, address: str) -> set[str]:
    return {part for part, person in cast.everybody.items() if at_desk(person).get(address).status_code == 200}


def test_an_officer_proposes_and_another_approves(cast: Cast, at_desk: AtDesk, second_officer: Person) -> None:
    exemption = proposed(cast, at_desk(cast.officer))
    other = at_desk(second_officer)

    listed = other.get(reverse("desk:exemptions")).context["waiting"]
    answer = other.post(reverse("desk:decide_exemption", args=[exemption.pk]), {"decision": "approve"})

    assert [(one.exemption, one.is_hers) for one in listed] == [(exemption, True)]
    assert answer.status_code == 302
    exemption.refresh_from_db()
    assert (exemption.state, str(exemption.active_to)) == ("approved", "2026-10-10")
    assert other.get(reverse("desk:exemptions")).context["waiting"] == []
    assert "产假" in other.get(reverse("desk:person", args=[cast.learner.pk])).content.decode()


def test_the_proposer_is_offered_no_decision_and_gets_none(cast: Cast, at_desk: AtDesk) -> None:
    officer = at_desk(cast.officer)
    exemption = proposed(cast, officer)

    page = officer.get(reverse("desk:exemption", args=[exemption.pk]))
    answer = officer.post(reverse("desk:decide_exemption", args=[exemption.pk]), {"decision": "approve"})

    assert page.context["decide"] is None and page.context["withdraw"] is not None
    assert [one.is_hers for one in officer.get(reverse("desk:exemptions")).context["waiting"]] == [False]
    assert answer.status_code == 422
    exemption.refresh_from_db()
    assert exemption.state == "proposed"


def test_pages_open_to_those_who_see_the_cadre(cast: Cast, at_desk: AtDesk) -> None:
    exemption = proposed(cast, at_desk(cast.officer))
    seeing = {"officer", "prefecture_officer"}

    for name in ("exemption", "exemption_document"):
        assert opened_by(cast, at_desk, reverse(f"desk:{name}", args=[exemption.pk])) == seeing
    assert opened_by(cast, at_desk, reverse("desk:propose_exemption", args=[cast.learner.pk])) == seeing
    assert opened_by(cast, at_desk, reverse("desk:exemptions")) == seeing | {"neighbour_officer", "agriculture_officer"}
    assert at_desk(cast.neighbour_officer).get(reverse("desk:exemptions")).context["waiting"] == []


def test_nobody_else_decides_or_takes_back(cast: Cast, at_desk: AtDesk) -> None:
    exemption = proposed(cast, at_desk(cast.officer))

    for part, person in cast.everybody.items():
        for name in ("decide_exemption", "withdraw_exemption"):
            if part != "officer":
                answer = at_desk(person).post(
                    reverse(f"desk:{name}", args=[exemption.pk]), {"decision": "approve", "reason": "x"}
                )
                assert answer.status_code in {302, 403, 404, 422}
    exemption.refresh_from_db()
    assert exemption.state == "proposed"


def test_the_document_is_a_download_that_is_never_sniffed(cast: Cast, at_desk: AtDesk) -> None:
    officer = at_desk(cast.officer)
    exemption = proposed(cast, officer)

    answer = officer.get(reverse("desk:exemption_document", args=[exemption.pk]))

    assert b"".join(answer) == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="exemption-{exemption.pk}.pdf"'
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"document": SimpleUploadedFile("批件.pdf", b"MZ\x90\x00")}, "document"),
        ({"document": ""}, "document"),
        ({"last_day": "2026-03-09"}, "last_day"),
        ({"last_day": "2099-03-09"}, "__all__"),
        ({"kind": "holiday"}, "kind"),
        ({"hours": "-1"}, "hours"),
        ({"reason": " "}, "reason"),
    ],
)
def test_a_form_says_what_is_wrong(cast: Cast, at_desk: AtDesk, wrong: dict[str, Any], field: str) -> None:
    answer = at_desk(cast.officer).post(reverse("desk:propose_exemption", args=[cast.learner.pk]), said(**wrong))

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert Exemption.objects.count() == 0


def test_one_that_waits_and_three_take_the_same_queries(cast: Cast, at_desk: AtDesk, second_officer: Person) -> None:
    client, other = at_desk(cast.officer), at_desk(second_officer)
    other.get(reverse("desk:exemptions"))
    counts = []
    for more in (1, 2):
        for _ in range(more):
            proposed(cast, client)
        with CaptureQueriesContext(connection) as queries:
            other.get(reverse("desk:exemptions"))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 16


def setting(**more: Any) -> dict[str, Any]:
    return {
        "bound": "village_cadres",
        "category": "centralized_training",
        "period": "annual",
        "hours": "24",
        "part_year": "by_months",
        "catch_up_months": "0",
        "active_from": "2027-01-01",
        "source": "甲组发〔2026〕8号",
    } | more


def test_requirements_open_to_officers_of_organisation_departments(cast: Cast, at_desk: AtDesk) -> None:
    load()

    opened = opened_by(cast, at_desk, reverse("desk:requirements"))

    assert opened == {"officer", "neighbour_officer", "prefecture_officer"}


def test_an_officer_sets_and_ends_a_requirement_of_her_own(cast: Cast, at_desk: AtDesk) -> None:
    load()
    officer, own = at_desk(cast.officer), cast.orgs.organization_department.pk

    answer = officer.post(reverse("desk:requirements"), setting(authority=own))
    row = CreditRequirement.objects.get(authority=own)
    clash = officer.post(reverse("desk:requirements"), setting(authority=own, hours="30"))
    ended = officer.post(reverse("desk:end_requirement", args=[row.pk]), {"active_to": "2028-01-01"})
    listed = officer.get(reverse("desk:requirements")).context["lists"][0][1]

    assert (answer.status_code, clash.status_code, ended.status_code) == (302, 422, 302)
    row.refresh_from_db()
    assert (str(row.active_to), row.source) == ("2028-01-01", "甲组发〔2026〕8号")
    assert [(one.is_own, one.has_begun, one.holds) for one, _form in listed if one.row == row] == [(True, False, False)]
    assert sum(one.row.is_national and one.holds for one, _form in listed) == 3


def test_nobody_sets_or_ends_one_of_another_authority(cast: Cast, at_desk: AtDesk) -> None:
    load()
    own = cast.orgs.organization_department.pk
    at_desk(cast.officer).post(reverse("desk:requirements"), setting(authority=own))
    row = CreditRequirement.objects.get(authority=own)
    national = CreditRequirement.objects.filter(authority=None).first()
    assert national is not None

    for part in ("neighbour_officer", "prefecture_officer", "agriculture_officer", "trainer", "system_admin"):
        client = at_desk(getattr(cast, part))
        set_answer = client.post(reverse("desk:requirements"), setting(authority=own, bound="all_cadres"))
        end_answer = client.post(reverse("desk:end_requirement", args=[row.pk]), {"active_to": "2028-01-01"})
        assert set_answer.status_code in {403, 422} and end_answer.status_code in {403, 404}
    ending = at_desk(cast.officer).post(
        reverse("desk:end_requirement", args=[national.pk]), {"active_to": "2028-01-01"}
    )
    assert ending.status_code == 404
    assert CreditRequirement.objects.count() == 4
    row.refresh_from_db()
    assert row.active_to is None
