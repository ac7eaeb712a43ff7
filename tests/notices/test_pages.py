"""The message centre: a person's own messages, read when she says so, and her word about SMS."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from lms.notices.domain.forgetting import forget_messages
from lms.notices.domain.telling import choose_sms, tell
from lms.notices.models import LastReminder, Message, Reminder, Sms, SmsRefusal
from lms.people.domain.closing import close_account
from lms.people.domain.merging import merge
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.people import PersonFactory
from tests.notices.world import LATE, SAID, press

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Person], Client]
CENTRE = "/messages/"


@pytest.fixture(autouse=True)
def told(cast: Cast, clock: Clock) -> None:
    for number in range(3):
        tell([cast.farmer.pk, cast.learner.pk], LATE, SAID, cause=f"assignment:{number}", at=clock.move(minutes=1))


def test_told_twice_it_happens_once(cast, clock):
    assert tell([cast.farmer.pk], LATE, SAID, cause="assignment:1", at=clock.now) == 0
    assert Message.objects.of(cast.farmer).count() == 3


def test_a_person_reads_her_own_messages_newest_first(cast, signed_in: SignedIn):
    page = signed_in(cast.farmer).get(CENTRE)

    assert [each.message.cause for each in page.context["shown"]] == ["assignment:2", "assignment:1", "assignment:0"]
    assert "“手机防骗”该在2026年11月1日前学完。" in page.content.decode()
    assert page.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert signed_in(cast.stranger).get(CENTRE).context["shown"] == []


def test_the_head_of_each_page_counts_what_is_unread(cast, signed_in: SignedIn):
    client = signed_in(cast.farmer)

    assert "消息，3 条未读" in client.get(reverse("people:account")).content.decode()
    client.post("/messages/read/")
    page = client.get(reverse("people:account")).content.decode()
    assert "未读" not in page and "消息" in page


def test_looking_marks_nothing_and_pressing_marks_one(cast, clock, signed_in: SignedIn):
    client = signed_in(cast.farmer)
    client.get(CENTRE)
    newest = Message.objects.of(cast.farmer).first()
    assert newest is not None and newest.read_at is None

    answer = client.post(f"/messages/{newest.pk}/read/", {"next": "/learn/"})

    assert (answer.status_code, answer.url) == (302, "/learn/")
    newest.refresh_from_db()
    assert newest.read_at == clock.now
    assert Message.objects.of(cast.farmer).unread().count() == 2


def test_nobody_marks_the_message_of_another(cast, signed_in: SignedIn):
    hers = Message.objects.of(cast.learner).first()
    assert hers is not None

    answer = signed_in(cast.farmer).post(f"/messages/{hers.pk}/read/", {"next": "https://evil.example/"})

    assert answer.url == CENTRE
    assert Message.objects.of(cast.learner).unread().count() == 3


@pytest.mark.parametrize("address", [CENTRE, "/messages/read/", "/messages/1/read/", "/messages/sms/"])
def test_the_message_centre_is_for_whoever_is_signed_in(client: Client, address):
    answer = client.get(address) if address == CENTRE else client.post(address)

    assert answer.status_code == 302 and "/account/sign-in/" in answer.url


def test_reading_takes_a_post(cast, signed_in: SignedIn):
    assert signed_in(cast.farmer).get("/messages/read/").status_code == 405
    assert signed_in(cast.farmer).get("/messages/sms/").status_code == 405


def test_sms_can_be_refused_and_wanted_again(cast, signed_in: SignedIn):
    client = signed_in(cast.farmer)

    client.post("/messages/sms/", {"sms": "no"})
    client.post("/messages/sms/", {"sms": "no"})
    assert SmsRefusal.objects.filter(person=cast.farmer).count() == 1
    assert "不再接收短信提醒" in client.get(CENTRE).content.decode()
    client.post("/messages/sms/", {"sms": "yes"})
    assert not SmsRefusal.objects.exists()


def test_messages_and_refusal_follow_a_merged_account(cast, clock, signed_in: SignedIn):
    signed_in(cast.farmer).post("/messages/sms/", {"sms": "no"})
    merge(cast.farmer, into=cast.stranger, by=cast.officer, reason="同一个人", at=clock.now)
    client = signed_in(cast.stranger)

    assert len(client.get(CENTRE).context["shown"]) == 3
    assert client.get(CENTRE).context["wants_sms"] is False
    client.post("/messages/sms/", {"sms": "yes"})
    assert not SmsRefusal.objects.exists()


def test_a_closed_account_takes_its_messages_along(cast, clock, django_capture_on_commit_callbacks):
    press(cast, [cast.farmer], at=clock.now)
    with django_capture_on_commit_callbacks(execute=True):
        close_account(cast.farmer, by=cast.farmer, at=clock.now)

    assert not Message.objects.filter(person=cast.farmer).exists()
    assert not LastReminder.objects.filter(person=cast.farmer).exists()
    assert Message.objects.of(cast.learner).count() == 3


def test_the_sweeper_finds_what_a_lost_closing_left(cast, clock):
    close_account(cast.farmer, by=cast.farmer, at=clock.now)
    choose_sms(cast.farmer, False, at=clock.now)
    assert Message.objects.filter(person=cast.farmer).exists(), "the announcement was lost with its transaction's end"

    forget_messages(at=clock.now)

    assert not Message.objects.filter(person=cast.farmer).exists() and not SmsRefusal.objects.exists()
    assert Message.objects.of(cast.learner).count() == 3


def test_what_has_had_its_time_is_forgotten(cast, clock):
    press(cast, [PersonFactory(phone="19900000001")], at=clock.now)
    assert forget_messages(at=clock.now) == {
        "notices.Message": 0,
        "notices.Reminder": 0,
        "notices.LastReminder": 0,
        "notices.SmsRefusal": 0,
    }

    clock.move(days=366)
    assert forget_messages(at=clock.now, dry_run=True)["notices.Message"] == 7
    forget_messages(at=clock.now)
    assert not Message.objects.exists() and not Sms.objects.exists() and not LastReminder.objects.exists()
    assert Reminder.objects.count() == 1
    clock.move(days=2 * 365)
    forget_messages(at=clock.now)
    assert not Reminder.objects.exists()


def test_many_messages_are_leafed_through_with_the_same_queries(cast, clock, signed_in, django_assert_max_num_queries):
    for number in range(60):
        tell([cast.farmer.pk], LATE, SAID, cause=f"more:{number}", at=clock.now)
    client = signed_in(cast.farmer)
    with django_assert_max_num_queries(12):
        page = client.get(CENTRE)

    assert len(page.context["shown"]) == 20
    assert len(client.get(f"{CENTRE}?page=4").context["shown"]) == 3
    assert client.get(f"{CENTRE}?page=nonsense").status_code == 200


def test_the_copy_of_my_data_holds_my_messages_of_all_my_accounts(
    cast, clock, signed_in, django_assert_max_num_queries
):
    twin = PersonFactory(name=cast.farmer.name, village=cast.places.village, phone="19900000001")
    press(cast, [twin], at=clock.move(minutes=1))
    Person.objects.filter(pk=twin.pk).update(merged_into=cast.farmer)
    client = signed_in(cast.farmer)

    with django_assert_max_num_queries(25):
        copy = client.get(reverse("people:own_copy")).json()["messages"]

    assert [each["kind"] for each in copy["received"]] == ["reminder", "notice", "notice", "notice"]
    assert copy["received"][0]["text"] == "“手机防骗”该在2026年11月1日前学完。"
    assert (copy["received"][0]["sms"]["state"], copy["received"][1]["sms"]) == ("queued", None)
    assert copy["reminders_by_sms"] is True
