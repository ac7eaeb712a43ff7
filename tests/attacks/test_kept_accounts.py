"""Attacks on accounts that stay on a phone: copied, forged and old cookies, other people's rows, staff, and what a
person who merely holds the phone must not do."""

import pytest
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from lms.people.backends.sms import Message
from lms.people.domain.changing_phone import change_phone, change_phone_in_person
from lms.people.domain.closing import close_account
from lms.people.domain.joining import move_to_village
from lms.people.domain.keeping import ENTRIES_PER_HOUR, NotKept, enter, keep, kept_on, may_be_kept, new_phone
from lms.people.domain.merging import merge
from lms.people.domain.notices import newest_version
from lms.people.models import KeptAccount, Person, PhoneSession
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.people import PersonFactory, RoleFactory
from tests.people.test_keeping import SWITCH, choose, sign_in, who

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "13800000001", "13800000002"


@pytest.fixture
def phone(clock: Clock, outbox: list[Message]) -> Client:
    """A phone on which one person is kept, and signed out."""
    PersonFactory(phone=NUMBER)
    phone = Client()
    sign_in(phone, NUMBER, outbox)
    phone.post(reverse("people:sign_out"))
    return phone


@pytest.fixture
def person(phone: Client) -> Person:
    return KeptAccount.objects.get().person


def copied(phone: Client) -> Client:
    """Another browser with the cookie of the phone."""
    thief = Client()
    thief.cookies["kept_phone"] = phone.cookies["kept_phone"].value
    return thief


def test_without_the_cookie_a_right_row_opens_nothing(phone: Client, person: Person) -> None:
    stranger = Client()

    choose(stranger, person)

    assert who(stranger) is None and stranger.get(SWITCH).context["people"] == []


@pytest.mark.parametrize("forged", ["", "x", "x:y:z", "../../etc"])
def test_a_forged_cookie_opens_nothing(phone: Client, person: Person, forged: str) -> None:
    thief = Client()
    own = phone.cookies["kept_phone"].value
    thief.cookies["kept_phone"] = forged or own[:-1] + ("B" if own.endswith("A") else "A")

    choose(thief, person)

    assert who(thief) is None


def test_the_table_holds_nothing_that_a_phone_could_show(phone: Client) -> None:
    value = phone.cookies["kept_phone"].value.partition(":")[0]

    assert KeptAccount.objects.get().phone_index != value
    assert not KeptAccount.objects.filter(phone_index=value).exists()


def test_the_cookie_is_for_the_account_pages_alone_and_for_no_script(phone: Client) -> None:
    cookie = phone.cookies["kept_phone"]

    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/account/", True, "Lax")


def test_ones_own_cookie_opens_nobody_of_another_phone(phone: Client, clock: Clock, outbox: list[Message]) -> None:
    neighbour = PersonFactory(phone=OTHER_NUMBER)
    elsewhere = Client()
    sign_in(elsewhere, OTHER_NUMBER, outbox)
    row = KeptAccount.objects.get(person=neighbour)

    phone.post(SWITCH, {"kept": row.pk})
    phone.post(SWITCH, {"off": row.pk})

    assert who(phone) is None
    assert KeptAccount.objects.filter(pk=row.pk).exists()


def test_a_copied_cookie_is_worthless_once_its_owner_ends_it_elsewhere(
    phone: Client, person: Person, clock: Clock, outbox: list[Message]
) -> None:
    thief = copied(phone)
    choose(thief, person)
    assert who(thief) == str(person.pk)
    clock.move(minutes=2)
    sign_in(phone, NUMBER, outbox)

    phone.post(reverse("people:end_session"), {"session": "all"})

    assert thief.get("/account/").status_code == 302
    assert thief.get(SWITCH).context["people"] == []
    assert [each.person for each in phone.get(SWITCH).context["people"]] == [person]


@pytest.mark.parametrize("page", ["own_copy", "close", "phone", "correct", "move"])
def test_who_was_chosen_by_name_neither_takes_data_nor_changes_the_account(
    phone: Client, person: Person, page: str
) -> None:
    choose(phone, person)

    seen, sent = phone.get(reverse(f"people:{page}")), phone.post(reverse(f"people:{page}"), {"sure": "yes"})

    assert seen.status_code == sent.status_code == 302
    assert seen["Location"].startswith(reverse("people:sign_in"))
    assert Person.objects.present().filter(pk=person.pk).exists()


def test_who_was_chosen_by_name_cannot_end_the_owners_sessions_or_keep_herself_anew(
    phone: Client, person: Person, clock: Clock, outbox: list[Message]
) -> None:
    own = Client()
    clock.move(minutes=2)
    sign_in(own, NUMBER, outbox, keep=False)
    since = KeptAccount.objects.get().kept_at
    choose(phone, person)

    phone.post(reverse("people:end_session"), {"session": "all"})
    phone.post(reverse("people:stay"), {"stay": "yes"})

    assert own.get("/account/").status_code == 200
    assert KeptAccount.objects.get().kept_at == since


def test_nobody_agrees_for_somebody_else_to_new_purposes(phone: Client, person: Person) -> None:
    choose(phone, person)
    before = person.consents.count()

    response = phone.post(reverse("people:notice_answer"), {"answer": "agree", "notice": newest_version()})

    assert response["Location"].startswith(reverse("people:sign_in")) and person.consents.count() == before


def test_a_code_lifts_that(phone: Client, person: Person, clock: Clock, outbox: list[Message]) -> None:
    choose(phone, person)
    clock.move(minutes=2)

    sign_in(phone, NUMBER, outbox, keep=False)

    assert phone.get(reverse("people:own_copy")).status_code == 200


def test_entering_by_name_does_not_lengthen_the_half_year(phone: Client, person: Person, clock: Clock) -> None:
    since = KeptAccount.objects.get().kept_at
    clock.move(days=29)

    choose(phone, person)

    assert who(phone) == str(person.pk)
    assert KeptAccount.objects.get().kept_at == since


def test_staff_are_not_kept(clock: Clock, cast: Cast) -> None:
    with pytest.raises(NotKept):
        keep(cast.officer, new_phone(), at=clock.now)


@pytest.mark.parametrize("became", ["role", "factor"])
def test_who_becomes_staff_is_not_entered_any_more(phone: Client, person: Person, clock: Clock, became: str) -> None:
    if became == "role":
        RoleFactory(person=person, active_from=clock.now.date())
    else:
        TOTPDevice.objects.create(user=person, name="totp", confirmed=True)

    choose(phone, person)

    assert who(phone) is None and not may_be_kept(person, at=clock.now)
    assert phone.get(SWITCH).context["people"] == []


def test_a_closed_account_is_not_entered(phone: Client, person: Person, clock: Clock) -> None:
    pk = KeptAccount.objects.get().pk
    close_account(person, by=person, at=clock.now)

    phone.post(SWITCH, {"kept": pk})

    assert who(phone) is None and not KeptAccount.objects.exists()


def test_a_merged_account_is_not_entered_and_its_survivor_not_through_it(
    phone: Client, person: Person, clock: Clock, cast: Cast
) -> None:
    pk, survivor = KeptAccount.objects.get().pk, PersonFactory()
    merge(person, into=survivor, by=cast.helper, reason="同一个人", at=clock.now)

    phone.post(SWITCH, {"kept": pk})

    assert who(phone) is None and not KeptAccount.objects.exists()


def test_a_new_number_ends_it_on_every_phone(phone: Client, person: Person, clock: Clock) -> None:
    pk = KeptAccount.objects.get().pk
    change_phone(person, OTHER_NUMBER, at=clock.now)

    phone.post(SWITCH, {"kept": pk})

    assert who(phone) is None and not KeptAccount.objects.exists()


def test_choosing_somebody_takes_nothing_along_from_who_was_there_before(
    phone: Client, person: Person, clock: Clock, outbox: list[Message]
) -> None:
    PersonFactory(phone=OTHER_NUMBER)
    sign_in(phone, OTHER_NUMBER, outbox)
    session = phone.session
    session["left_behind"] = "yes"
    session.save()

    choose(phone, person)

    assert who(phone) == str(person.pk) and "left_behind" not in phone.session


def test_a_page_elsewhere_cannot_choose_for_her(phone: Client, person: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["kept_phone"] = phone.cookies["kept_phone"].value

    response = strict.post(SWITCH, {"kept": KeptAccount.objects.get().pk})

    assert response.status_code == 403 and who(strict) is None


def test_choosing_goes_on_to_pages_of_this_site_only(phone: Client, person: Person) -> None:
    response = phone.post(SWITCH, {"kept": KeptAccount.objects.get().pk, "next": "https://example.com/"})

    assert response["Location"] == "/"


def test_a_phone_that_enters_without_end_is_slowed_down(clock: Clock) -> None:
    person, phone = PersonFactory(), new_phone()
    kept = keep(person, phone, at=clock.now)
    for _each in range(ENTRIES_PER_HOUR):
        enter(phone, kept.pk, at=clock.now)

    with pytest.raises(NotKept):
        enter(phone, kept.pk, at=clock.now)


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 18, "-1", "x", "٣", "²", "", "1 OR 1=1"])
def test_numbers_that_no_row_has_open_and_end_nothing(
    phone: Client, person: Person, clock: Clock, outbox: list[Message], number: str
) -> None:
    for said in ({"kept": number}, {"off": number}):
        assert phone.post(SWITCH, said).status_code == 302
    clock.move(minutes=2)
    sign_in(phone, NUMBER, outbox)

    phone.post(reverse("people:end_session"), {"session": number})

    assert who(phone) == str(person.pk) and KeptAccount.objects.filter(person=person).count() == 1


def test_nobody_ends_the_session_of_somebody_else(
    phone: Client, person: Person, clock: Clock, outbox: list[Message]
) -> None:
    neighbour = PersonFactory(phone=OTHER_NUMBER)
    elsewhere = Client()
    sign_in(elsewhere, OTHER_NUMBER, outbox)
    clock.move(minutes=2)
    sign_in(phone, NUMBER, outbox)

    phone.post(reverse("people:end_session"), {"session": PhoneSession.objects.get(person=neighbour).pk})

    assert elsewhere.get("/account/").status_code == 200


def test_a_lost_phone_is_out_when_a_helper_changes_the_number(
    phone: Client, person: Person, clock: Clock, cast: Cast
) -> None:
    move_to_village(person, cast.places.village, active_from=clock.now.date())
    choose(phone, person)
    assert phone.get("/account/").status_code == 200

    change_phone_in_person(person, OTHER_NUMBER, by=cast.helper, reason="手机丢了", at=clock.now)

    assert phone.get("/account/").status_code == 302
    assert kept_on("", at=clock.now) == []
