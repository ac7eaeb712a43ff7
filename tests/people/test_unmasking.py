"""Seeing somebody in full: for whom, with a reason, logged, told to her, so many times a day."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from lms.audit.models import AuditEntry
from lms.people.domain.merging import merge
from lms.people.domain.unmasking import UnmaskingRefused, unmask
from lms.people.enums import Purpose
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.people import PersonFactory

PHONE = "13800000001"
# By which page each of the cast sees the farmer in full; everybody who is not named sees nothing.
SEEN = {
    "desk:farmer": {"agriculture_officer"},
    "staff:see_in_full": {"helper", "officer", "prefecture_officer", "agriculture_officer"},
}


@pytest.fixture(autouse=True)
def _today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


@pytest.fixture
def farmer(cast: Cast) -> Person:
    return PersonFactory(name="刘桂兰", phone=PHONE, village=cast.places.village)


def test_unmasking_is_for_those_who_see_and_is_logged(cast: Cast, farmer: Person, clock: Clock) -> None:
    may = set()
    for part, actor in cast.everybody.items():
        try:
            seen = unmask(farmer, by=actor, purpose=Purpose.FARMER_TRAINING, reason="核对名单", at=clock.now)
        except UnmaskingRefused:
            continue
        may.add(part)
        assert (seen.name, seen.phones) == ("刘桂兰", [PHONE])

    assert may == {"agriculture_officer"}
    entry = AuditEntry.objects.get(action="person.unmasked")
    assert (entry.actor_id, entry.subject_id) == (cast.agriculture_officer.pk, str(farmer.pk))
    assert entry.detail == {
        "purpose": "farmer_training",
        "reason": "核对名单",
        "role": "officer",
        "org": cast.orgs.agriculture_department.code,
    }


@pytest.mark.parametrize("reason", ["", "  ", "给刘桂兰打电话", "打 138 0000 0001", "身份证990101197001011234"])
def test_a_reason_is_needed_that_names_nobody(cast: Cast, farmer: Person, clock: Clock, reason: str) -> None:
    with pytest.raises(UnmaskingRefused):
        unmask(farmer, by=cast.helper, purpose=Purpose.HELPING, reason=reason, at=clock.now)

    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("purpose", [Purpose.CADRE_TRAINING, Purpose.ACCOUNT_ADMINISTRATION])
def test_a_purpose_that_masks_nobody_gives_no_numbers(cast: Cast, clock: Clock, purpose: Purpose) -> None:
    for actor in (cast.officer, cast.security_admin):
        for person in (cast.learner, cast.trainer):
            with pytest.raises(UnmaskingRefused):
                unmask(person, by=actor, purpose=purpose, reason="核对名单", at=clock.now)


def test_so_many_times_a_day_and_actor(cast: Cast, farmer: Person, clock: Clock, settings: Settings) -> None:
    settings.UNMASKINGS_PER_DAY = 2
    clock.set(2026, 11, 20, 23, 59)

    def look(by: Person) -> str:
        try:
            unmask(farmer, by=by, purpose=Purpose.HELPING, reason="核对名单", at=clock.now)
        except UnmaskingRefused as error:
            return str(error)
        return ""

    assert [look(cast.helper) for _time in range(3)] == [
        "",
        "",
        "今天您已查看 2 次完整信息，到了一天的上限。请明天再查。",
    ]
    assert look(cast.officer) == ""
    clock.move(minutes=1)
    assert look(cast.helper) == ""


@pytest.mark.parametrize("page", SEEN)
def test_each_of_the_cast_sees_in_full_whom_the_list_shows(
    cast: Cast, farmer: Person, at_desk: Callable[[Person], Client], page: str
) -> None:
    address, may = reverse(page, args=[farmer.pk]), set()
    for part, actor in cast.everybody.items():
        answer = at_desk(actor).post(address, {"reason": "核对名单"})
        if PHONE in answer.content.decode():
            may.add(part)
        else:
            assert answer.status_code in {302, 403, 404}, part

    assert may == SEEN[page]


def test_it_is_shown_once_kept_nowhere_and_named_in_no_history(
    cast: Cast, farmer: Person, at_desk: Callable[[Person], Client]
) -> None:
    client, page = at_desk(cast.agriculture_officer), reverse("desk:farmer", args=[farmer.pk])
    assert page in client.get(reverse("desk:overview")).content.decode()

    asked = client.get(page)
    refused = client.post(page, {"reason": ""})
    shown = client.post(page, {"reason": "通知开班"})
    again = client.get(page)

    for hidden in (asked, refused, again):
        assert PHONE not in hidden.content.decode()
        assert "刘桂兰" not in hidden.content.decode()
        assert "刘＊＊" in hidden.content.decode()
    text = shown.content.decode()
    assert PHONE in text
    assert "刘桂兰" not in text[: text.index("</title>")]
    assert "no-store" in shown["Cache-Control"]
    assert PHONE not in str(dict(client.session))


def test_unmasking_without_a_token_is_refused(cast: Cast, farmer: Person, at_desk: Callable[[Person], Client]) -> None:
    client = at_desk(cast.helper)
    client.handler.enforce_csrf_checks = True

    assert client.post(reverse("staff:see_in_full", args=[farmer.pk]), {"reason": "核对名单"}).status_code == 403


def test_the_learner_reads_when_who_looked_and_why(
    cast: Cast, farmer: Person, clock: Clock, signed_in: Callable[[Person], Client]
) -> None:
    twin = PersonFactory(village=cast.places.village)
    unmask(twin, by=cast.helper, purpose=Purpose.HELPING, reason="号码登记错了", at=clock.now - timedelta(hours=1))
    unmask(farmer, by=cast.agriculture_officer, purpose=Purpose.FARMER_TRAINING, reason="通知开班", at=clock.now)
    merge(twin, into=farmer, by=cast.security_admin, reason="同一个人", at=clock.now)
    client = signed_in(farmer)

    looks = client.get(reverse("people:account")).context["looks"]

    assert [(look.org, look.role, look.reason) for look in looks] == [
        ("甲县农业农村局", "干教管理员", "通知开班"),
        ("柳树村村民委员会", "村级辅导员", "号码登记错了"),
    ]
    assert [look["reason"] for look in client.get(reverse("people:own_copy")).json()["seen_in_full"]] == [
        "通知开班",
        "号码登记错了",
    ]
    # Nobody else's looks are hers, and no official's name is told.
    assert signed_in(cast.farmer).get(reverse("people:account")).context["looks"] == []
    assert cast.helper.name not in client.get(reverse("people:account")).content.decode()
