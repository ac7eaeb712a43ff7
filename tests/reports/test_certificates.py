"""课程学习证明 of people who are no cadres: whoever answers for them revokes, and nobody else finds them."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.audit.models import AuditEntry
from lms.credits.domain.attesting import AttestationRefused, attest_course, attest_hours, revoke
from lms.credits.domain.binding import Span
from lms.credits.domain.vouching import verdict_of
from lms.credits.enums import AttestationState, Period
from lms.credits.models import Attestation, AttestationRevocation
from lms.interop.badges.status import ended_in
from lms.people.enums import RoleKind
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.credits.world import AT, adopt, complete_course, earn, load, teach
from tests.factories.people import PersonFactory, RoleFactory

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def today(cast: Cast, clock: Clock) -> None:
    clock.set(2026, 11, 20, 12)


def certificate_of(person: Person) -> Attestation:
    return attest_course(complete_course(person, teach(600)), by=person, at=AT)


@pytest.fixture
def made(cast: Cast) -> Attestation:
    return certificate_of(cast.farmer)


@pytest.fixture
def operators_officer(cast: Cast) -> Person:
    person = PersonFactory(name="施运行", staff=True)
    RoleFactory(person=person, kind=RoleKind.OFFICER, org=cast.orgs.operator)
    return person


def test_every_page_and_act_is_for_whoever_answers(
    cast: Cast, made: Attestation, operators_officer: Person, at_desk: AtDesk
) -> None:
    page = reverse("desk:certificate", args=[made.number])
    acts = [
        (reverse(f"desk:{name}", args=[made.number]), {"reason": "错"})
        for name in ("revoke_certificate", "issue_certificate_anew")
    ]
    for part, somebody in {**cast.everybody, "operators_officer": operators_officer}.items():
        client = at_desk(somebody)
        if part == "agriculture_officer":
            assert client.get(page).status_code == 200
            continue
        answers = [client.get(page).status_code, *(client.post(address, data).status_code for address, data in acts)]
        assert set(answers) <= {302, 403, 404}, part
        found = client.get(reverse("desk:certificates"), {"number": made.number})
        assert found.status_code in {302, 403, 422} and made.number not in found.get("Location", ""), part
        with pytest.raises(AttestationRefused):
            revoke(made, reason="错", by=somebody, at=AT)
    assert Attestation.objects.count() == 1 and not AttestationRevocation.objects.exists()


def test_who_has_no_village_is_the_operators(cast: Cast, operators_officer: Person, at_desk: AtDesk) -> None:
    made = certificate_of(cast.stranger)

    assert at_desk(cast.agriculture_officer).get(reverse("desk:certificate", args=[made.number])).status_code == 404
    revoke(made, reason="冒名学习", by=operators_officer, at=AT)

    assert verdict_of(made).state == AttestationState.REVOKED
    own = certificate_of(operators_officer)
    with pytest.raises(AttestationRefused):
        revoke(own, reason="错", by=operators_officer, at=AT)


def test_one_is_found_by_its_number_revoked_and_issued_anew(
    cast: Cast, made: Attestation, at_desk: AtDesk, signed_in: AtDesk, client: Client
) -> None:
    desk = at_desk(cast.agriculture_officer)
    page = reverse("desk:certificate", args=[made.number])

    found = desk.get(reverse("desk:certificates"), {"number": made.shown_number.lower()})
    assert found["Location"] == page
    assert cast.farmer.name not in desk.get(page).content.decode()
    address = reverse("desk:revoke_certificate", args=[made.number])
    assert desk.post(address, {"reason": " "}).status_code == 422
    assert desk.post(address, {"reason": "冒名学习"}).status_code == 302
    entry = AuditEntry.objects.get(action="attestation_revoked")
    assert (entry.actor_id, entry.subject_id) == (cast.agriculture_officer.pk, made.number)
    assert (entry.detail["reason"], entry.detail["org"]) == ("冒名学习", cast.orgs.agriculture_department.code)
    public = client.get(reverse("verify:attestation", args=[made.number])).content.decode()
    assert "已撤销" in public and "2026年11月20日" in public and "冒名学习" not in public
    assert ended_in(0) == [made.pk], "its badge is no longer good either"
    mine = signed_in(cast.farmer)
    assert "冒名学习" in mine.get(reverse("credits:my_attestation", args=[made.number])).content.decode()
    mine.post(reverse("credits:attest_my_course", args=[made.says["completion"]]))
    assert Attestation.objects.count() == 1

    desk.post(reverse("desk:issue_certificate_anew", args=[made.number]))

    newer = Attestation.objects.exclude(pk=made.pk).get()
    assert (newer.org, newer.supersedes) == (cast.orgs.agriculture_department, made)
    assert verdict_of(newer).is_valid and verdict_of(made).state == AttestationState.REVOKED


def test_papers_of_cadres_are_not_among_them(cast: Cast, made: Attestation, at_desk: AtDesk) -> None:
    load()
    adopt()
    earn(cast.learner)
    hours = attest_hours(cast.learner, Span(Period.ANNUAL, 2026), by=cast.learner, at=AT)
    of_cadre = certificate_of(cast.learner)
    desk = at_desk(cast.agriculture_officer)

    assert [each.pk for each, _verdict in desk.get(reverse("desk:certificates")).context["rows"]] == [made.pk]
    for paper in (hours, of_cadre):
        assert desk.get(reverse("desk:certificate", args=[paper.number])).status_code == 404


def test_the_list_costs_the_same_for_many(cast: Cast, made: Attestation, at_desk: AtDesk) -> None:
    desk, page = at_desk(cast.agriculture_officer), reverse("desk:certificates")
    desk.get(page)
    with CaptureQueriesContext(connection) as few:
        desk.get(page)
    for _number in range(2):
        certificate_of(PersonFactory(village=cast.places.village))
    with CaptureQueriesContext(connection) as many:
        assert len(desk.get(page).context["rows"]) == 3

    assert len(few) == len(many)
