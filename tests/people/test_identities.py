"""Identity numbers: checked by their check character, encrypted, one living person's, shown in full to nobody idly."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from lms.audit.models import AuditEntry
from lms.lib.encryption import encrypt, keyed_index
from lms.people.domain.closing import close_account
from lms.people.domain.merging import MergeRefused, merge
from lms.people.domain.unmasking import UnmaskingRefused, unmask
from lms.people.enums import Purpose
from lms.people.models import Identity, Person
from lms.people.models.identities import IDENTITY_PURPOSE, mask_identity_number
from lms.people.validators import NotAnIdentityNumber, clean_identity_number, identity_check
from tests.cast import TODAY, Cast
from tests.clock import Clock
from tests.factories.people import PersonFactory
from tests.people.rosters import identity_number

NUMBER = identity_number(7)


@pytest.fixture(autouse=True)
def _today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


def give(person: Person, number: str = NUMBER) -> Identity:
    return Identity.objects.create(
        person=person,
        encrypted=encrypt(number, IDENTITY_PURPOSE),
        index=keyed_index(number, IDENTITY_PURPOSE),
        added_at=person.joined_at,
    )


def test_the_examples_of_the_standard_are_right() -> None:
    assert clean_identity_number("11010519491231002x", on=TODAY) == "11010519491231002X"
    assert clean_identity_number("１１０１０５ 19491231-002X", on=TODAY) == "11010519491231002X"
    assert identity_check("44052418800101001") == "4"


@pytest.mark.parametrize(
    "typed", ["", "110105491231002", "110105194912310021", "11010519491331002X", "010105194912310029", "abc"]
)
def test_what_is_no_number_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(NotAnIdentityNumber) as refused:
        clean_identity_number(typed, on=TODAY)

    assert not typed or typed not in str(refused.value)


def test_nobody_is_born_tomorrow() -> None:
    body = "99010120261121001"

    with pytest.raises(NotAnIdentityNumber):
        clean_identity_number(body + identity_check(body), on=TODAY)


@given(serial=st.integers(0, 999), place=st.integers(0, 16), other=st.integers(1, 9))
def test_every_single_wrong_digit_is_found(serial: int, place: int, other: int) -> None:
    number = identity_number(serial)
    wrong = number[:place] + str((int(number[place]) + other) % 10) + number[place + 1 :]

    with pytest.raises(NotAnIdentityNumber):
        clean_identity_number(wrong, on=TODAY)


@pytest.mark.django_db
def test_what_is_stored_tells_nothing_and_is_one_persons(cast: Cast) -> None:
    stored = give(cast.learner)

    assert NUMBER not in stored.encrypted + stored.index
    assert stored.encrypted.startswith("aes-gcm:test1:")
    assert stored.masked == mask_identity_number(NUMBER) == f"99************{NUMBER[-4:]}"
    for person, number in ((cast.farmer, NUMBER), (cast.learner, identity_number(8))):
        with pytest.raises(IntegrityError), transaction.atomic():
            give(person, number)


@pytest.mark.django_db
def test_only_the_keeper_of_her_roster_sees_it_in_full_and_says_why(cast: Cast, clock: Clock) -> None:
    give(cast.learner)
    seen = {}
    for part, actor in cast.everybody.items():
        for purpose in Purpose:
            try:
                shown = unmask(cast.learner, by=actor, purpose=purpose, reason="核对名册", at=clock.now)
            except UnmaskingRefused:
                continue
            if shown.identity_number:
                seen[part, purpose] = shown.identity_number

    assert seen == {("officer", Purpose.ROSTER): NUMBER}
    entry = AuditEntry.objects.filter(action="person.unmasked", detail__purpose="roster").get()
    assert (entry.actor_id, entry.subject_id) == (cast.officer.pk, str(cast.learner.pk))
    assert NUMBER not in str(entry.detail)


@pytest.mark.django_db
def test_pages_of_the_desk_mask_it(cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]) -> None:
    give(cast.learner)
    page, full = reverse("desk:person", args=[cast.learner.pk]), reverse("desk:roster_person", args=[cast.learner.pk])
    masked, shown = set(), set()
    for part, actor in cast.everybody.items():
        client = at_desk(actor)
        text = client.get(page).content.decode()
        assert NUMBER not in text
        if mask_identity_number(NUMBER) in text:
            masked.add(part)
        if NUMBER in client.post(full, {"reason": "核对名册"}).content.decode():
            shown.add(part)

    # The officer one level up sees the cadre, but keeps no roster with her in it.
    assert masked == shown == {"officer"}


@pytest.mark.django_db
def test_she_reads_her_own_masked_and_takes_it_away_in_full(cast: Cast, signed_in: Callable[[Person], Client]) -> None:
    give(cast.learner)
    client = signed_in(cast.learner)

    page = client.get(reverse("people:account")).content.decode()

    assert mask_identity_number(NUMBER) in page
    assert NUMBER not in page
    assert client.get(reverse("people:own_copy")).json()["identity_number"] == NUMBER


@pytest.mark.django_db
def test_it_goes_with_the_account(cast: Cast, clock: Clock) -> None:
    give(cast.learner)

    close_account(cast.learner, by=cast.learner, at=clock.now)

    assert not Identity.objects.exists()


@pytest.mark.django_db
def test_merging_takes_it_along_and_two_numbers_are_two_people(cast: Cast, clock: Clock) -> None:
    twin = PersonFactory(village=cast.places.village)
    give(twin)

    merge(twin, into=cast.learner, by=cast.security_admin, reason="同一个人", at=clock.now)

    assert Identity.objects.get().person == cast.learner
    give(cast.farmer, identity_number(8))
    with pytest.raises(MergeRefused):
        merge(cast.farmer, into=cast.learner, by=cast.security_admin, reason="同一个人", at=clock.now)
