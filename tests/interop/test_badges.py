"""Badges that a verifier of others accepts without asking us, and rejects once they no longer hold."""

import copy
import json
import subprocess
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.status import decode_encoded_list, set_indices
from openbadgeslib.ob3.status_list import DEFAULT_SIZE_BITS

from lms.credits.domain.attesting import attest_course, attest_hours, revoke
from lms.credits.domain.binding import Span
from lms.credits.enums import Period
from lms.credits.models import Attestation
from lms.interop.badges.issuing import badge_of
from lms.interop.badges.key import issuer_did
from lms.interop.badges.status import ended_in, status_list_of
from lms.learning.models import CourseCompletion
from lms.people.domain.closing import close_account
from lms.people.domain.merging import merge
from lms.people.models import Merging, Person
from lms.tools.setup import ROOT, node_folder
from tests.cast import Cast
from tests.clock import Clock
from tests.credits.world import AT, adopt, complete_course, earn, teach
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def today(cast: Cast, clock: Clock) -> None:
    clock.set(2026, 11, 20, 12)
    cache.clear()


@pytest.fixture
def made(cast: Cast) -> Attestation:
    return attest_course(complete_course(cast.learner, teach(600)), by=cast.learner, at=AT)


def elsewhere(badge: dict[str, Any], status_list: dict[str, Any] | None) -> dict[str, Any]:
    """What Digital Bazaar's verifier says of it, without network, two hours after it was issued."""
    at = (AT + timedelta(hours=2)).isoformat()
    done = subprocess.run(
        [str(node_folder() / "node"), "tests/interop/verify.mjs"],
        cwd=ROOT,
        input=json.dumps({"badge": badge, "list": status_list, "at": at}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_verifier_of_others_accepts_it_offline_and_rejects_it_once_revoked(cast: Cast, made: Attestation) -> None:
    badge, standing = badge_of(made), status_list_of(0, at=AT)

    assert elsewhere(badge, standing) == {"verified": True, "proof": True, "revoked": False, "errors": []}
    revoke(made, reason="错", by=cast.officer, at=AT)
    # Its signature is as good as before; this library leaves it to the caller what a set bit means.
    assert elsewhere(badge, status_list_of(0, at=AT + timedelta(hours=1)))["revoked"] is True


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda badge: badge["credentialSubject"]["achievement"].update(name="博士学位"), marks=pytest.mark.slow
        ),
        lambda badge: badge["credentialSubject"]["identifier"][0].update(identityHash="sha256$" + "0" * 64),
        lambda badge: badge["credentialStatus"].update(statusListIndex="77"),
        pytest.param(lambda badge: badge.update(validFrom="2020-01-01T00:00:00Z"), marks=pytest.mark.slow),
        pytest.param(lambda badge: badge["issuer"].update(name="北京大学"), marks=pytest.mark.slow),
    ],
)
def test_whatever_is_changed_is_found(made: Attestation, change: Callable[[dict[str, Any]], None]) -> None:
    badge = copy.deepcopy(badge_of(made))
    change(badge)

    assert elsewhere(badge, status_list_of(0, at=AT))["verified"] is False


def test_a_list_by_another_key_or_out_of_date_is_not_believed(made: Attestation, settings: Any) -> None:
    badge, old = badge_of(made), status_list_of(0, at=AT - timedelta(days=8))
    settings.BADGE_KEY = "33" * 32
    foreign = status_list_of(0, at=AT)

    for status_list in (old, foreign, None):
        assert elsewhere(badge, status_list)["verified"] is False


def test_it_says_the_course_and_only_a_code_for_the_name(cast: Cast, made: Attestation) -> None:
    badge = badge_of(made)

    subject = badge["credentialSubject"]
    (identity,) = subject["identifier"]
    expected = sha256((cast.learner.name + identity["salt"]).encode()).hexdigest()
    assert identity["identityHash"] == f"sha256${expected}"
    assert cast.learner.name not in json.dumps(badge, ensure_ascii=False)
    assert subject["achievement"]["name"] == made.says["title"]
    assert badge["issuer"]["id"] == issuer_did()
    assert badge == badge_of(Attestation.objects.get(pk=made.pk))
    assert OB3LdpVerifier.for_issuer_did(issuer_did()).verify(badge)
    other = attest_course(complete_course(cast.learner, teach(600)), by=cast.learner, at=AT)
    assert badge_of(other)["credentialSubject"]["identifier"][0]["salt"] != identity["salt"]


def test_a_key_of_its_own_may_be_named(settings: Any) -> None:
    derived = issuer_did()
    settings.BADGE_KEY = "33" * 32

    assert issuer_did() != derived and issuer_did().startswith("did:key:z6Mk")


def test_the_list_names_what_is_revoked_superseded_or_parted(cast: Cast, made: Attestation) -> None:
    other = PersonFactory(name=cast.farmer.name, village=cast.places.village)
    completion = complete_course(other, teach(600))
    merge(other, into=cast.farmer, by=cast.helper, reason="同一个人", at=AT)
    completion.refresh_from_db()
    parted = attest_course(completion, by=cast.farmer, at=AT)
    fine = attest_course(complete_course(cast.farmer, teach(600)), by=cast.farmer, at=AT)
    assert ended_in(0) == []

    Merging.objects.update(undone_at=AT + timedelta(days=1), undone_by=cast.helper)
    Person.objects.filter(pk=other.pk).update(merged_into=None)
    revoke(made, reason="错", by=cast.officer, at=AT)
    again = CourseCompletion.objects.get(pk=made.says["completion"])
    newer = attest_course(again, by=cast.officer, at=AT)

    listed = status_list_of(0, at=AT)["credentialSubject"]["encodedList"]
    assert set_indices(decode_encoded_list(listed)) == {made.pk, parted.pk}
    assert fine.pk not in ended_in(0) and newer.pk not in ended_in(0)
    assert len(decode_encoded_list(listed)) * 8 == DEFAULT_SIZE_BITS


def test_the_list_costs_the_same_however_many_there_are(cast: Cast, made: Attestation) -> None:
    revoke(made, reason="错", by=cast.officer, at=AT)
    with CaptureQueriesContext(connection) as few:
        ended_in(0)
    for _number in range(4):
        another = attest_course(complete_course(cast.learner, teach(600)), by=cast.learner, at=AT)
        revoke(another, reason="错", by=cast.officer, at=AT)
    with CaptureQueriesContext(connection) as many:
        assert len(ended_in(0)) == 5

    assert len(few) == len(many)


def test_the_badge_is_given_to_its_owner_alone(cast: Cast, made: Attestation, signed_in: SignedIn) -> None:
    address = reverse("badges:badge", args=[made.number])
    for part, person in cast.everybody.items():
        assert signed_in(person).get(address).status_code == (200 if part == "learner" else 404), part
    assert Client().get(address).status_code == 302

    answer = signed_in(cast.learner).get(address)
    assert json.loads(answer.content) == badge_of(made)
    assert answer["Content-Disposition"] == f'attachment; filename="{made.shown_number}.json"'
    assert b"badges/" in signed_in(cast.learner).get(reverse("credits:my_attestation", args=[made.number])).content
    revoke(made, reason="错", by=cast.officer, at=AT)
    assert signed_in(cast.learner).get(address).status_code == 302


def test_there_is_no_badge_of_hours_or_of_nobody(cast: Cast, made: Attestation, signed_in: SignedIn) -> None:
    adopt()
    earn(cast.learner)
    statement = attest_hours(cast.learner, Span(Period.ANNUAL, 2026), by=cast.learner, at=AT)
    client = signed_in(cast.learner)

    assert client.get(reverse("badges:badge", args=[statement.number])).status_code == 404
    assert client.get(reverse("badges:badge", args=["X" * 300])).status_code == 404


def test_a_badge_outlives_its_account(cast: Cast) -> None:
    made = attest_course(complete_course(cast.farmer, teach(600)), by=cast.farmer, at=AT)
    badge = badge_of(made)
    close_account(cast.farmer, by=cast.farmer, at=AT)

    assert ended_in(0) == []
    assert elsewhere(badge, status_list_of(0, at=AT))["verified"] is True


def test_issuer_and_list_are_for_everybody(made: Attestation, cast: Cast, clock: Clock) -> None:
    client, address = Client(), reverse("badges:status_list", args=[0])

    profile = client.get(reverse("badges:issuer"))
    assert json.loads(profile.content)["id"] == issuer_did() and profile["Access-Control-Allow-Origin"] == "*"
    first = client.get(address)
    assert json.loads(first.content)["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    revoke(made, reason="错", by=cast.officer, at=AT)
    assert client.get(address).content == first.content
    cache.clear()
    assert client.get(address).content != first.content
    assert client.get(reverse("badges:status_list", args=[1])).status_code == 404
    assert client.get(reverse("badges:status_list", args=[10**30])).status_code == 404
