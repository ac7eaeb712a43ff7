"""Attacks on the sign-in of learners: wrong, late and replayed codes, guessing, probing, leading astray."""

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from lms.lib.encryption import keyed_index
from lms.people.backends.sms import Message
from lms.people.domain.signing_in import TooMany, WrongCode, check_code, send_code
from lms.people.models import Contact, SentMessage, SmsDevice, Tally
from tests.clock import Clock
from tests.factories.people import PersonFactory

PHONE = "13800000001"
ADDRESS = "203.0.113.7"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _outbox(outbox: list[Message]) -> Iterator[None]:
    yield


def newest_code(outbox: list[Message]) -> str:
    return outbox[-1].variables["code"]


def ask(client: Client, phone: str = PHONE, address: str = ADDRESS, **data: str) -> object:
    return client.post(reverse("people:sign_in"), {"phone": phone, **data}, REMOTE_ADDR=address)


def answer(client: Client, code: str) -> object:
    return client.post(reverse("people:code"), {"code": code}, REMOTE_ADDR=ADDRESS)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_right_code_signs_in_and_goes_on(client: Client, outbox: list[Message], clock: Clock) -> None:
    person = PersonFactory(phone=PHONE)
    ask(client, next="/learn/")

    response = answer(client, newest_code(outbox))

    assert (response.status_code, response["Location"]) == (302, "/learn/")
    assert client.session["_auth_user_id"] == str(person.pk)
    assert Contact.objects.get(person=person).last_used_at == clock.now


def test_a_wrong_code_is_refused_with_a_sentence(client: Client, outbox: list[Message]) -> None:
    PersonFactory(phone=PHONE)
    ask(client)
    wrong = f"{(int(newest_code(outbox)) + 1) % 10**6:06d}"

    response = answer(client, wrong)

    assert response.status_code == 200
    assert response.context["form"].errors["code"]
    assert not is_signed_in(client)


def test_a_late_code_is_refused(client: Client, outbox: list[Message], clock: Clock) -> None:
    PersonFactory(phone=PHONE)
    ask(client)
    clock.move(minutes=10)

    answer(client, newest_code(outbox))

    assert not is_signed_in(client)


def test_a_code_just_in_time_is_taken(client: Client, outbox: list[Message], clock: Clock) -> None:
    PersonFactory(phone=PHONE)
    ask(client)
    clock.move(minutes=9, seconds=59)

    answer(client, newest_code(outbox))

    assert is_signed_in(client)


def test_a_replayed_code_is_refused(client: Client, outbox: list[Message]) -> None:
    PersonFactory(phone=PHONE)
    ask(client)
    code = newest_code(outbox)
    answer(client, code)
    thief = Client()
    SmsDevice.objects.update(last_generated_timestamp=None)
    ask(thief)
    outbox.clear()

    answer(thief, code)

    assert not is_signed_in(thief)


def test_an_older_code_dies_with_the_newer(client: Client, outbox: list[Message], clock: Clock) -> None:
    PersonFactory(phone=PHONE)
    ask(client)
    older = newest_code(outbox)
    clock.move(seconds=61)
    ask(client)
    if older == newest_code(outbox):
        pytest.fail("two codes in a row were the same: one in a million")

    answer(client, older)

    assert not is_signed_in(client)


def test_after_five_wrong_tries_the_right_code_is_dead(client: Client, outbox: list[Message]) -> None:
    PersonFactory(phone=PHONE)
    ask(client)
    right = int(newest_code(outbox))
    for step in range(1, 6):
        answer(client, f"{(right + step) % 10**6:06d}")

    answer(client, f"{right:06d}")

    assert not is_signed_in(client)


def test_within_a_minute_no_second_message_is_sent(client: Client, outbox: list[Message], clock: Clock) -> None:
    ask(client)
    clock.move(seconds=30)
    ask(client)
    assert len(outbox) == 1

    clock.move(seconds=31)
    ask(client)

    assert len(outbox) == 2


def test_a_number_gets_five_codes_an_hour(client: Client, outbox: list[Message], clock: Clock) -> None:
    clock.set(2026, 4, 15, 11)
    for _number in range(8):
        response = ask(client)
        clock.move(seconds=61)

    assert len(outbox) == 5
    assert response.context["form"].errors["phone"]


@pytest.mark.slow
@pytest.mark.any_database
def test_sixty_people_behind_one_hotspot_sign_in_within_ten_minutes(outbox: list[Message], clock: Clock) -> None:
    """Each mistypes once, every third asks twice; all sign in, none is refused."""
    clock.set(2026, 4, 15, 11)
    started, refused = clock.now, 0
    for number in range(60):
        phone, client = f"1390000{number:04d}", Client()
        PersonFactory(phone=phone)
        refused += ask(client, phone).status_code != 302
        if number % 3 == 0:
            SmsDevice.objects.filter(number_index=keyed_index(phone, "phone")).update(last_generated_timestamp=None)
            refused += ask(client, phone).status_code != 302
        right = newest_code(outbox)
        answer(client, f"{(int(right) + 1) % 10**6:06d}")
        answer(client, right)
        refused += not is_signed_in(client)
        clock.move(seconds=9)

    assert refused == 0
    assert (clock.now - started).total_seconds() <= 600


@pytest.mark.slow
def test_ten_thousand_guesses_are_all_refused(outbox: list[Message], clock: Clock) -> None:
    """A machine asks for a code whenever it may, and guesses on; among its guesses are the right codes, too late."""
    clock.set(2026, 4, 15, 11)
    PersonFactory(phone=PHONE)
    refused = 0
    for guess in range(10_000):
        if guess % 250 == 0:
            clock.move(minutes=5)
            with suppress(TooMany):
                send_code(PHONE, address=ADDRESS, at=clock.now)
        right = int(newest_code(outbox))
        # Five times something else, then the right code over and over.
        code = f"{right:06d}" if guess % 250 > 5 else f"{(right + 1 + guess % 250) % 10**6:06d}"
        try:
            check_code(PHONE, code, address=ADDRESS, at=clock.now)
        except (WrongCode, TooMany):
            refused += 1

    assert refused == 10_000
    # What could have hit: five live tries for each code that was sent.
    assert len(outbox) <= 20


def test_guesses_over_many_numbers_are_stopped_by_address(outbox: list[Message], clock: Clock) -> None:
    clock.set(2026, 4, 15, 11)
    answers = []
    for number in range(300):
        try:
            check_code(f"1370000{number:04d}", "000000", address=ADDRESS, at=clock.now)
        except (WrongCode, TooMany) as error:
            answers.append(type(error))

    assert answers == [WrongCode] * 240 + [TooMany] * 60
    # Somebody else is let through.
    send_code(PHONE, address="198.51.100.1", at=clock.now)
    check_code(PHONE, newest_code(outbox), address="198.51.100.1", at=clock.now)


@pytest.mark.slow
@pytest.mark.any_database
def test_beyond_the_sites_ceiling_known_and_unknown_numbers_are_answered_alike(
    outbox: list[Message], clock: Clock, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Sixty people behind one hotspot get in before it; then toll fraud gets nothing from anywhere."""
    settings.SMS_PER_DAY = 60
    clock.set(2026, 4, 15, 23, 50)
    for number in range(60):
        phone, client = f"1390000{number:04d}", Client()
        PersonFactory(phone=phone)
        ask(client, phone)
        answer(client, newest_code(outbox))
        assert is_signed_in(client)
    PersonFactory(phone=PHONE)
    seen = []
    for phone, address in ((PHONE, "192.0.2.1"), ("13800000002", "192.0.2.2")):
        with CaptureQueriesContext(connection) as queries:
            response = ask(Client(), phone, address)
        seen.append((len(queries), response.status_code, _without_token(response.content)))

    assert seen[0] == seen[1]
    assert "请明天再来" in seen[0][2]
    assert len(outbox) == 60
    # Those who run the site hear of it twice, without a number.
    assert [(record.args, record.levelname) for record in caplog.records] == [((80,), "WARNING"), ((100,), "WARNING")]
    # Nobody who was refused used up a code of her own, and midnight in Beijing begins anew.
    assert not SmsDevice.objects.filter(number_index=keyed_index(PHONE, "phone")).exists()
    clock.move(minutes=10)
    assert ask(Client()).status_code == 302


def test_a_code_on_its_way_is_not_denied_when_it_was_the_sites_last(
    client: Client, outbox: list[Message], settings: Settings
) -> None:
    settings.SMS_PER_DAY = 1
    PersonFactory(phone=PHONE)
    ask(client)

    again = ask(client)
    answer(client, newest_code(outbox))

    assert (again.status_code, len(outbox), is_signed_in(client)) == (302, 1, True)


def _without_token(body: bytes) -> str:
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", body.decode())
    text = re.sub(r'name="code" value="\d{6}"', "CODE", text)
    return re.sub(r"1\d{2}\*{4}\d{4}|1\d{10}", "PHONE", text)


def test_known_and_unknown_numbers_are_answered_alike(outbox: list[Message], clock: Clock) -> None:
    """The same pages, the same statuses, the same statements in the database."""
    PersonFactory(phone=PHONE)
    ask(Client(), "13800000003")  # the first message of the day makes the site's count
    outbox.clear()
    seen = []
    for phone, address in ((PHONE, "192.0.2.1"), ("13800000002", "192.0.2.2")):
        client = Client()
        with CaptureQueriesContext(connection) as queries:
            first = ask(client, phone, address)
        statements = len(queries)
        page = client.get(first["Location"])
        wrong = answer(client, f"{(int(newest_code(outbox)) + 1) % 10**6:06d}")
        seen.append(
            (
                statements,
                first.status_code,
                first["Location"],
                _without_token(page.content),
                wrong.status_code,
                _without_token(wrong.content),
            )
        )

    assert seen[0] == seen[1]
    assert len(outbox) == 2


def test_only_after_the_right_code_does_anything_tell_who_is_reached(client: Client, outbox: list[Message]) -> None:
    PersonFactory(phone=PHONE, name="王小花")
    PersonFactory(phone=PHONE, name="张大力")
    ask(client)

    assert client.get(reverse("people:choose_person")).status_code == 302
    assert client.get(reverse("people:register_village")).status_code == 302

    answer(client, newest_code(outbox))
    assert "王小花" in client.get(reverse("people:choose_person")).content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example", "\thttps://evil"]
)
def test_no_next_leads_away(client: Client, outbox: list[Message], target: str) -> None:
    PersonFactory(phone=PHONE)
    ask(client, next=target)

    assert answer(client, newest_code(outbox))["Location"] == "/"


def test_a_planted_session_does_not_become_the_victims(client: Client, outbox: list[Message]) -> None:
    PersonFactory(phone=PHONE)
    ask(client)
    planted = client.session.session_key

    answer(client, newest_code(outbox))

    assert is_signed_in(client)
    assert client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


@pytest.mark.parametrize("page", ["sign_in", "code", "sign_out", "elder_mode", "language"])
def test_posts_without_a_token_are_refused(page: str) -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.post(reverse(f"people:{page}"), {"phone": PHONE}).status_code == 403


def test_someone_elses_contact_cannot_be_picked(client: Client, outbox: list[Message]) -> None:
    PersonFactory(phone=PHONE)
    PersonFactory(phone=PHONE)
    other = PersonFactory(phone="13800000009").contacts.get()
    ask(client)
    answer(client, newest_code(outbox))

    client.post(reverse("people:choose_person"), {"contact": str(other.pk)})

    assert not is_signed_in(client)


def test_a_forged_forwarded_header_changes_nothing(outbox: list[Message], clock: Clock) -> None:
    clock.set(2026, 4, 15, 11)
    answers = set()
    for number in range(245):
        client = Client(headers={"X-Forwarded-For": f"192.0.2.{number}"})
        answers.add(ask(client, f"1360000{number:04d}").status_code)

    assert answers == {302, 200}
    assert len(outbox) == 240


def test_no_code_and_no_number_is_stored_or_logged_in_clear(
    client: Client, outbox: list[Message], caplog: pytest.LogCaptureFixture
) -> None:
    person = PersonFactory(phone=PHONE)
    ask(client)
    code = newest_code(outbox)
    answer(client, f"{(int(code) + 1) % 10**6:06d}")
    stored = [
        *SmsDevice.objects.values_list("number_index", "token"),
        *Contact.objects.values_list("encrypted", "index"),
        *Tally.objects.values_list("scope", "key"),
        *SentMessage.objects.values_list("number_index", "reference"),
        *[(str(session.get_decoded()),) for session in Session.objects.all()],
    ]

    for row in stored:
        assert not any(PHONE in str(value) or code in str(value) for value in row)
    assert PHONE not in caplog.text
    assert code not in caplog.text
    assert PHONE not in repr(outbox[-1])
    assert person.contacts.get().masked == "138****0001"


def test_every_message_warns_and_none_carries_a_link(client: Client, outbox: list[Message]) -> None:
    ask(client)

    text = outbox[-1].text
    assert "不要告诉任何人" in text
    assert text.startswith("【田间课堂】")
    assert not re.search(r"https?:|www\.|\.(cn|com)|/", text)
