"""Several people on one phone: staying by one's own wish, being chosen by name, and ending it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from lms.people.backends.sms import Message
from lms.people.domain.forgetting import forget_expired
from lms.people.domain.keeping import MOST_ON_A_PHONE, NotKept, enter, keep, kept_on, new_phone
from lms.people.enums import DeviceKind, Picture
from lms.people.models import KeptAccount, Person, PhoneSession
from lms.people.models.phones import KEPT_AT_MOST, KEPT_UNUSED
from tests.clock import Clock
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db

SWITCH = reverse("people:switch")
SETTINGS = reverse("people:settings")


def sign_in(phone: Client, number: str, outbox: list[Message], *, keep: bool = True, agent: str = "") -> None:
    """By the pages, with a code, on this phone."""
    phone.post(reverse("people:sign_in"), {"phone": number})
    code = outbox[-1].variables["code"]
    said = {"code": code, "keep": "on"} if keep else {"code": code}
    assert phone.post(reverse("people:code"), said, headers={"User-Agent": agent}).status_code == 302


def who(phone: Client) -> str | None:
    return phone.session.get("_auth_user_id")


def choose(phone: Client, person: Person) -> None:
    kept = KeptAccount.objects.get(person=person)
    phone.post(SWITCH, {"kept": kept.pk, "next": "/learn/"})


@pytest.fixture
def couple(clock: Clock, outbox: list[Message]) -> tuple[Client, Person, Person]:
    """A wife and her husband, each with a number of their own, kept on one phone; he is signed in."""
    wife, husband = PersonFactory(phone="13800000001"), PersonFactory(phone="13800000002")
    phone = Client()
    sign_in(phone, "13800000001", outbox)
    sign_in(phone, "13800000002", outbox)
    return phone, wife, husband


def test_who_wishes_it_stays_on_the_phone_and_is_chosen_by_name(couple: tuple[Client, Person, Person]) -> None:
    phone, wife, husband = couple
    assert who(phone) == str(husband.pk)

    page = phone.get(SWITCH).content.decode()
    response = phone.post(SWITCH, {"kept": KeptAccount.objects.get(person=wife).pk, "next": "/learn/"})

    assert wife.name in page and husband.name in page
    assert (response.status_code, response["Location"]) == (302, "/learn/")
    assert who(phone) == str(wife.pk)


def test_who_does_not_wish_it_stays_nowhere(outbox: list[Message], clock: Clock) -> None:
    PersonFactory(phone="13800000001")
    phone = Client()

    sign_in(phone, "13800000001", outbox, keep=False)

    assert not KeptAccount.objects.exists() and "kept_phone" not in phone.cookies


def test_signing_in_offers_the_names_first_and_a_number_all_the_same(couple: tuple[Client, Person, Person]) -> None:
    phone, _wife, _husband = couple
    phone.post(reverse("people:sign_out"))

    first = phone.get(reverse("people:sign_in") + "?next=/learn/")

    assert (first.status_code, first["Location"]) == (302, f"{SWITCH}?next=%2Flearn%2F")
    assert phone.get(reverse("people:sign_in") + "?number=yes").status_code == 200
    assert who(phone) is None


def test_signing_out_says_that_the_name_stays_and_where_to_take_it_off(couple: tuple[Client, Person, Person]) -> None:
    phone, _wife, husband = couple

    page = phone.post(reverse("people:sign_out"), follow=True).content.decode()

    assert who(phone) is None
    assert "您的名字还在这部手机上" in page and f"拿掉 {husband.name}" in page


def test_no_two_on_a_phone_have_the_same_picture_unless_they_choose_it(couple: tuple[Client, Person, Person]) -> None:
    phone, _wife, husband = couple
    assert len(set(KeptAccount.objects.values_list("picture", flat=True))) == 2

    phone.post(reverse("people:stay"), {"stay": Picture.OX})
    phone.post(reverse("people:stay"), {"stay": "https://example.com/me.jpg"})

    assert KeptAccount.objects.get(person=husband).picture == Picture.OX


def test_the_right_ends_after_thirty_days_without_use_and_after_half_a_year_with_it(clock: Clock) -> None:
    person, phone = PersonFactory(), new_phone()
    kept = keep(person, phone, at=clock.now)

    assert enter(phone, kept.pk, at=clock.now + KEPT_UNUSED - timedelta(hours=1)) == person
    with pytest.raises(NotKept):
        enter(phone, kept.pk, at=clock.now + 2 * KEPT_UNUSED)
    KeptAccount.objects.update(last_used_at=clock.now + KEPT_AT_MOST)
    with pytest.raises(NotKept):
        enter(phone, kept.pk, at=clock.now + KEPT_AT_MOST)


def test_six_at_most_stay_on_a_phone_in_as_many_queries_as_one(clock: Clock, django_assert_num_queries: object) -> None:
    phone = new_phone()
    keep(PersonFactory(), phone, at=clock.now)
    with django_assert_num_queries(1):  # type: ignore[operator]  # a fixture of pytest-django
        kept_on(phone, at=clock.now)
    for _each in range(MOST_ON_A_PHONE - 1):
        keep(PersonFactory(), phone, at=clock.now)

    with django_assert_num_queries(1):  # type: ignore[operator]
        people = kept_on(phone, at=clock.now)

    assert len(people) == len({each.picture for each in people}) == MOST_ON_A_PHONE
    with pytest.raises(NotKept):
        keep(PersonFactory(), phone, at=clock.now)


def test_kept_twice_it_stays_once(clock: Clock) -> None:
    person, phone = PersonFactory(), new_phone()

    keep(person, phone, at=clock.now)
    keep(person, phone, at=clock.now)

    assert KeptAccount.objects.count() == 1


def test_a_name_is_taken_off_by_whoever_holds_the_phone(couple: tuple[Client, Person, Person]) -> None:
    phone, wife, _husband = couple

    phone.post(SWITCH, {"off": KeptAccount.objects.get(person=wife).pk})

    assert not KeptAccount.objects.filter(person=wife).exists()
    assert Person.objects.present().filter(pk=wife.pk).exists()


def test_settings_show_where_one_is_signed_in_and_end_one_of_it(outbox: list[Message], clock: Clock) -> None:
    person = PersonFactory(phone="13800000001")
    own, other = Client(), Client()
    sign_in(other, "13800000001", outbox, keep=False, agent="Mozilla/5.0 (Windows NT 10.0)")
    clock.move(minutes=2)
    sign_in(own, "13800000001", outbox, keep=False, agent="Mozilla/5.0 (Linux; Android 9) MicroMessenger/8.0")
    elsewhere = PhoneSession.objects.get(person=person, device=DeviceKind.COMPUTER)

    page = own.get(SETTINGS).content.decode()
    own.post(reverse("people:end_session"), {"session": elsewhere.pk})

    assert "手机微信" in page and "电脑" in page
    assert other.get("/account/")["Location"].startswith(reverse("people:sign_in"))
    assert own.get("/account/").status_code == 200


def test_signing_out_everywhere_else_keeps_this_phone(couple: tuple[Client, Person, Person]) -> None:
    phone, _wife, husband = couple
    other = new_phone()
    keep(husband, other, at=KeptAccount.objects.first().kept_at)  # type: ignore[union-attr]  # two were kept

    phone.post(reverse("people:end_session"), {"session": "all"})

    assert who(phone) == str(husband.pk) and phone.get("/account/").status_code == 200
    assert KeptAccount.objects.filter(person=husband).count() == 1
    assert len(phone.get(SWITCH).context["people"]) == 2


def test_settings_are_there_for_whoever_is_not_signed_in(client: Client) -> None:
    page = client.get(SETTINGS).content.decode()

    assert "长辈版" in page and "我在哪儿登录着" not in page


def test_what_is_over_is_forgotten(couple: tuple[Client, Person, Person], clock: Clock) -> None:
    assert forget_expired(at=clock.now)["people.KeptAccount"] == 0

    counted = forget_expired(at=clock.now + timedelta(days=31))

    assert (counted["people.KeptAccount"], counted["people.PhoneSession"]) == (2, 1)


def test_a_copy_of_ones_data_says_where_one_is_kept_and_signed_in(couple: tuple[Client, Person, Person]) -> None:
    phone, _wife, _husband = couple

    copy = phone.get(reverse("people:own_copy")).json()

    assert len(copy["kept_on_phones"]) == len(copy["signed_in_on"]) == 1
