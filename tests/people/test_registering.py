"""Registering over the pages: village, a few words, a guardian for children, the notice."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lms.lib.encryption import decrypt
from lms.people.backends.sms import Message
from lms.people.domain.notices import FOLDER, NoticeChanged, current_notice, ensure_notices
from lms.people.domain.registering import (
    GUARDIAN_PURPOSE,
    Guardian,
    RegistrationRefused,
    needs_guardian,
    register_learner,
)
from lms.people.enums import ConsentMeans, NoticeAudience
from lms.people.models import Consent, Person, PrivacyNotice
from lms.people.queries import home_division_on
from tests.cast import Cast
from tests.clock import Clock

PHONE = "13900000001"
pytestmark = pytest.mark.django_db


@pytest.fixture
def proved(client: Client, cast: Cast, outbox: list[Message], clock: Clock) -> Client:
    """Somebody unknown who has written the right code."""
    clock.set(2026, 11, 20, 10)
    client.post(reverse("people:sign_in"), {"phone": PHONE, "next": "/learn/"})
    response = client.post(reverse("people:code"), {"code": outbox[-1].variables["code"]})
    assert response["Location"] == reverse("people:register_village")
    return client


def _say(client: Client, cast: Cast, **about: object) -> str:
    client.post(reverse("people:register_village"), {"village": cast.places.village.code})
    said = {"name": "刘桂兰", "birth_year": "1966", "kind": "farmer", **about}
    return client.post(reverse("people:register"), said)["Location"]


def _agree(client: Client) -> str:
    return client.post(reverse("people:register_notice"), {"notice": current_notice().version})["Location"]


def test_an_unknown_number_registers_with_village_notice_and_consent(proved: Client, cast: Cast, clock: Clock) -> None:
    assert _say(proved, cast) == reverse("people:register_notice")

    assert _agree(proved) == "/learn/"

    person = Person.objects.get(pk=proved.session["_auth_user_id"])
    assert (person.name, person.birth_year, person.kind) == ("刘桂兰", 1966, "farmer")
    assert home_division_on(person, clock.now.date()) == cast.places.village
    assert person.contacts.get().masked == "139****0001"
    consent = person.consents.get()
    assert (consent.notice, consent.means, consent.given_at) == (
        current_notice(),
        ConsentMeans.SMS_CODE,
        clock.now,
    )


def test_the_village_is_chosen_by_pressing_names(proved: Client, cast: Cast) -> None:
    page = reverse("people:register_village")
    counties = proved.get(page)
    # One province and one prefecture only: the first choice is the county.
    assert [place.name for place in counties.context["places"]] == ["甲县", "乙县"]

    villages = proved.get(page, {"in": cast.places.county.code})

    assert [place.name for place in villages.context["places"]] == ["柳树村"]


def test_a_township_is_no_village(proved: Client, cast: Cast) -> None:
    response = proved.post(reverse("people:register_village"), {"village": cast.places.township.code})

    assert response.status_code == 200


def test_nothing_is_made_before_agreeing(proved: Client, cast: Cast) -> None:
    before = Person.objects.count()
    _say(proved, cast)
    proved.get(reverse("people:register_notice"))
    proved.post(reverse("people:register_notice"), {"notice": "1999.01.01"})

    assert Person.objects.count() == before


def test_steps_cannot_be_skipped(proved: Client, cast: Cast) -> None:
    before = Person.objects.count()

    assert proved.post(reverse("people:register_notice"), {"notice": current_notice().version}).status_code == 302
    assert Client().post(reverse("people:register_notice"), {"notice": "x"}).status_code == 302
    assert Person.objects.count() == before


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"birth_year": "66"}, {"birth_year": "2999"}, {"birth_year": "x"}, {"kind": "emperor"}]
)
def test_a_wrong_answer_is_asked_again(proved: Client, cast: Cast, wrong: dict[str, str]) -> None:
    proved.post(reverse("people:register_village"), {"village": cast.places.village.code})
    said = {"name": "刘桂兰", "birth_year": "1966", "kind": "farmer", **wrong}

    response = proved.post(reverse("people:register"), said)

    assert response.status_code == 200
    assert list(response.context["form"].errors) == list(wrong)


def test_a_child_needs_a_guardian_who_writes_a_code(
    proved: Client, cast: Cast, outbox: list[Message], clock: Clock
) -> None:
    assert _say(proved, cast, birth_year="2014") == reverse("people:guardian")
    assert _agree(proved) == reverse("people:guardian")

    proved.post(reverse("people:guardian"), {"name": "刘父", "phone": "13900000002"})
    assert _agree(proved) == reverse("people:guardian")
    proved.post(reverse("people:guardian_code"), {"code": outbox[-1].variables["code"]})
    _agree(proved)

    child = Person.objects.get(pk=proved.session["_auth_user_id"])
    separate = child.consents.get(separate=True)
    assert separate.notice.audience == NoticeAudience.GUARDIAN
    assert decrypt(separate.guardian_name, GUARDIAN_PURPOSE) == "刘父"
    assert "刘父" not in separate.guardian_name
    assert child.consents.count() == 2


def test_who_may_be_thirteen_is_taken_for_thirteen(clock: Clock) -> None:
    now = clock.set(2026, 11, 20, 10)

    assert [year for year in (2011, 2012, 2013, 2026) if needs_guardian(year, now)] == [2012, 2013, 2026]


def _register(cast: Cast, clock: Clock, **said: Any) -> Person:
    given: dict[str, Any] = {
        "name": "刘桂兰",
        "phone": PHONE,
        "birth_year": 1966,
        "kind": "farmer",
        "division": cast.places.village,
        "notice": current_notice(),
        "at": clock.now,
        **said,
    }
    return register_learner(**given)


def test_register_learner_twice_returns_the_first_person(cast: Cast, clock: Clock) -> None:
    first = _register(cast, clock)

    assert _register(cast, clock) == first
    assert Consent.objects.filter(person=first).count() == 1
    assert _register(cast, clock, name="刘桂芳") != first


def test_registering_again_does_not_open_an_account_over_a_stale_number(cast: Cast, clock: Clock) -> None:
    first = _register(cast, clock)
    clock.move(days=181)

    assert _register(cast, clock) != first


def test_a_child_without_guardian_is_refused_by_the_story_itself(cast: Cast, clock: Clock) -> None:
    with pytest.raises(RegistrationRefused):
        _register(cast, clock, birth_year=2014)

    child = _register(cast, clock, birth_year=2014, guardian=Guardian("刘父", "13900000002"))
    assert child.consents.filter(separate=True).count() == 1


def test_a_village_that_ended_yesterday_is_refused(cast: Cast, clock: Clock) -> None:
    cast.places.village.active_to = clock.now.date() - timedelta(days=1)
    cast.places.village.save()

    with pytest.raises(RegistrationRefused):
        _register(cast, clock)


def test_a_couple_shares_a_phone_and_each_picks_herself(
    cast: Cast, client: Client, outbox: list[Message], clock: Clock
) -> None:
    wife, husband = _register(cast, clock), _register(cast, clock, name="王大山", birth_year=1964)
    client.post(reverse("people:sign_in"), {"phone": PHONE})

    chosen = client.post(reverse("people:code"), {"code": outbox[-1].variables["code"]})
    page = client.get(chosen["Location"])
    client.post(chosen["Location"], {"contact": str(husband.contacts.get().pk)})

    assert [name for _contact, name in page.context["people"]] == [wife.name, husband.name]
    assert client.session["_auth_user_id"] == str(husband.pk)


def _ask_after(client: Client, outbox: list[Message], clock: Clock, days: int) -> str:
    clock.move(days=days)
    client.post(reverse("people:sign_in"), {"phone": PHONE})
    return client.post(reverse("people:code"), {"code": outbox[-1].variables["code"]})["Location"]


def test_a_number_unused_for_180_days_asks_one_more_fact(
    cast: Cast, client: Client, outbox: list[Message], clock: Clock
) -> None:
    person = _register(cast, clock)
    assert _ask_after(client, outbox, clock, 180) == "/"
    client.post(reverse("people:sign_out"))

    assert _ask_after(client, outbox, clock, 181) == reverse("people:choose_person")
    # The number may have a new owner: the name is not shown to her.
    page = client.get(reverse("people:choose_person"))
    assert person.name not in page.content.decode()
    client.post(reverse("people:choose_person"), {"contact": str(person.contacts.get().pk)})
    assert "_auth_user_id" not in client.session
    client.post(reverse("people:known_fact"), {"answer": "1967"})
    assert "_auth_user_id" not in client.session

    client.post(reverse("people:known_fact"), {"answer": "1966年"})

    assert client.session["_auth_user_id"] == str(person.pk)


def test_the_fact_may_be_guessed_three_times_a_day(
    cast: Cast, client: Client, outbox: list[Message], clock: Clock
) -> None:
    clock.set(2026, 4, 15, 10)
    person = _register(cast, clock, birth_year=None)
    _ask_after(client, outbox, clock, 181)
    client.post(reverse("people:choose_person"), {"contact": str(person.contacts.get().pk)})
    for wrong in ("杨树村", "槐树村", "榆树村"):
        client.post(reverse("people:known_fact"), {"answer": wrong})

    client.post(reverse("people:known_fact"), {"answer": "柳树村"})
    assert "_auth_user_id" not in client.session

    # The next day the village is enough, with or without its last character.
    _ask_after(client, outbox, clock, 1)
    client.post(reverse("people:choose_person"), {"contact": str(person.contacts.get().pk)})
    client.post(reverse("people:known_fact"), {"answer": "柳树"})
    assert client.session["_auth_user_id"] == str(person.pk)


def test_a_published_notice_is_not_changed_in_place(db: None) -> None:
    ensure_notices()
    assert PrivacyNotice.objects.count() == len(list(FOLDER.glob("*.zh-hans.txt"))) > 1
    PrivacyNotice.objects.update(text_zh="别的")

    with pytest.raises(NoticeChanged):
        ensure_notices()
