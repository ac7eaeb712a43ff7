"""The pages of the account, of the security administrator and of helpers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from lms.audit.models import AuditEntry
from lms.lib.durations import beijing_day
from lms.people.backends.sms import Message
from lms.people.models import Contact, FactorReset, Person, Role
from lms.people.views.common import remember_choices
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.people import PASSWORD, PersonFactory, RoleFactory

PHONE, NEW_PHONE = "13800000001", "13800000002"


@pytest.fixture(autouse=True)
def _today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


# My account


def test_my_account_shows_my_data_masked(cast: Cast, signed_in: Callable[[Person], Client]) -> None:
    person = PersonFactory(name="刘桂兰", phone=PHONE, village=cast.places.village)

    page = signed_in(person).get(reverse("people:account")).content.decode()

    assert "刘桂兰" in page
    assert "柳树村" in page
    assert "138****0001" in page
    assert PHONE not in page


def test_my_copy_is_mine_and_complete(cast: Cast, signed_in: Callable[[Person], Client]) -> None:
    person = PersonFactory(name="刘桂兰", phone=PHONE, village=cast.places.village)

    copy = signed_in(person).get(reverse("people:own_copy")).json()

    assert (copy["name"], copy["phones"], copy["village_code"]) == ("刘桂兰", [PHONE], cast.places.village.code)


@pytest.mark.parametrize("page", ["account", "own_copy", "phone", "close"])
def test_account_pages_ask_strangers_to_sign_in(db: None, page: str) -> None:
    response = Client().get(reverse(f"people:{page}"))

    assert response["Location"].startswith(reverse("people:sign_in"))


def test_the_number_changes_with_a_code_of_each(
    cast: Cast, signed_in: Callable[[Person], Client], outbox: list[Message], clock: Clock
) -> None:
    person = PersonFactory(phone=PHONE)
    client, page = signed_in(person), reverse("people:phone")
    assert client.get(page).status_code == 200
    client.post(page, {"phone": NEW_PHONE})
    assert outbox[-1].number == PHONE

    client.post(page, {"code": "000000"})
    assert Contact.objects.get(person=person).active_to is None
    client.post(page, {"code": outbox[-1].variables["code"]})
    client.post(page, {"phone": NEW_PHONE})
    assert outbox[-1].number == NEW_PHONE
    client.post(page, {"code": outbox[-1].variables["code"]})

    current = Contact.objects.filter(person=person).on(beijing_day(clock.now))
    assert [contact.masked for contact in current] == ["138****0002"]


def test_closing_asks_once_more_and_signs_out(signed_in: Callable[[Person], Client], db: None) -> None:
    person = PersonFactory(phone=PHONE)
    client, page = signed_in(person), reverse("people:close")
    client.post(page)
    assert Person.objects.get(pk=person.pk).closed_at is None

    client.post(page, {"sure": "yes"})

    assert Person.objects.get(pk=person.pk).closed_at is not None
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(("value", "kept"), [("on", True), ("largest", True), ("off", False)])
def test_large_print_is_kept_on_the_phone_and_with_the_person(
    signed_in: Callable[[Person], Client], db: None, value: str, kept: bool
) -> None:
    person = PersonFactory(elder_mode=not kept)
    client = signed_in(person)

    response = client.post(reverse("people:elder_mode"), {"elder_mode": value, "next": "/account/"})

    assert response["Location"] == "/account/"
    assert client.cookies["elder_mode"].value == value
    assert Person.objects.get(pk=person.pk).elder_mode is kept


@pytest.mark.parametrize(("value", "kept"), [("on", True), ("off", False)])
def test_saving_data_is_kept_on_the_phone_and_with_the_person(
    signed_in: Callable[[Person], Client], db: None, value: str, kept: bool
) -> None:
    person = PersonFactory(saves_data=not kept)
    client = signed_in(person)
    before = client.get("/account/settings/").content

    response = client.post(reverse("people:saving_data"), {"saves_data": value, "next": "/account/settings/"})

    assert (b"data-saving" in before) is not kept
    assert (b"data-saving" in client.get(response["Location"]).content) is kept
    assert Person.objects.get(pk=person.pk).saves_data is kept
    assert client.cookies["saves_data"].value == value


def test_saving_data_goes_along_to_a_new_phone_and_a_phone_without_a_person_has_its_own(db: None) -> None:
    phone = Client()
    assert b"data-saving" not in phone.get("/help/").content

    phone.post(reverse("people:saving_data"), {"saves_data": "on"})
    phone.post(reverse("people:saving_data"), {"saves_data": "maybe"})

    assert b"data-saving" in phone.get("/help/").content
    request = RequestFactory().get("/")
    chosen = remember_choices(HttpResponse(), request, PersonFactory(saves_data=True)).cookies
    assert chosen["saves_data"].value == "on"


def test_language_is_kept_on_the_phone_and_with_the_person(signed_in: Callable[[Person], Client], db: None) -> None:
    person = PersonFactory()
    client = signed_in(person)
    client.post(reverse("people:language"), {"language": "en"})
    client.post(reverse("people:language"), {"language": "xx"})

    assert Person.objects.get(pk=person.pk).language == "en"
    assert "My data" in client.get(reverse("people:account")).content.decode()


# The security administrator


def test_an_invited_trainer_comes_all_the_way_in(cast: Cast, at_desk: Callable[[Person], Client], clock: Clock) -> None:
    handed = at_desk(cast.security_admin).post(
        reverse("staff:invite"), {"name": "新老师", "kind": "trainer", "step": "", "org": cast.orgs.provider.pk}
    )
    link = handed.context["link"]
    person = Person.objects.get(name="新老师")
    newcomer = Client()

    assert newcomer.get(link)["Location"] == reverse("staff:invitation")
    assert person.login_code in newcomer.get(reverse("staff:invitation")).content.decode()
    newcomer.post(reverse("staff:invitation"), {"password": PASSWORD, "again": PASSWORD})
    enrol = newcomer.get(reverse("staff:enrol"))
    assert b"<svg" in enrol.content
    device = TOTPDevice.objects.get(user=person)
    shown = newcomer.post(reverse("staff:enrol"), {"code": f"{totp(device.bin_key):06d}"})

    assert len(shown.context["codes"]) == 8
    assert newcomer.get("/admin/").status_code == 200
    # The invitation is used up, and the secret is shown to nobody again.
    assert Client().get(link, follow=True).status_code == 403
    assert newcomer.get(reverse("staff:enrol"))["Location"] == reverse("staff:factor")


def test_roles_are_granted_and_ended_on_the_page(cast: Cast, at_desk: Callable[[Person], Client]) -> None:
    client = at_desk(cast.security_admin)
    page = reverse("staff:person", args=[cast.trainer.pk])
    client.post(page, {"kind": "officer", "step": "", "org": cast.orgs.organization_department.pk})
    role = Role.objects.get(person=cast.trainer, kind="officer")
    assert role.granted_by == cast.security_admin

    client.post(reverse("staff:end_role", args=[role.pk]))

    role.refresh_from_db()
    assert role.active_to == role.active_from


def test_a_refused_role_says_why(cast: Cast, at_desk: Callable[[Person], Client]) -> None:
    client = at_desk(cast.security_admin)
    for person, kind in (
        (cast.audit_admin, "system_admin"),
        (cast.trainer, "reviewer"),
        (cast.security_admin, "officer"),
    ):
        said = {"kind": kind, "step": "", "org": cast.orgs.operator.pk}
        response = client.post(reverse("staff:person", args=[person.pk]), said)

        assert response.context["form"].non_field_errors()


def test_nobody_ends_her_own_role(cast: Cast, at_desk: Callable[[Person], Client]) -> None:
    own = cast.security_admin.roles.get()

    assert at_desk(cast.security_admin).post(reverse("staff:end_role", args=[own.pk])).status_code == 404


def test_a_reset_on_the_pages_takes_two(cast: Cast, at_desk: Callable[[Person], Client]) -> None:
    TOTPDevice.objects.create(user=cast.officer, name="totp", confirmed=True)
    first, second = at_desk(cast.security_admin), at_desk(cast.second_security_admin)
    first.post(reverse("staff:ask_reset", args=[cast.officer.pk]), {"reason": "手机丢了"})
    reset = FactorReset.objects.get()

    first.post(reverse("staff:approve_reset", args=[reset.pk]))
    assert TOTPDevice.objects.filter(user=cast.officer).exists()
    handed = second.post(reverse("staff:approve_reset", args=[reset.pk]))

    assert not TOTPDevice.objects.filter(user=cast.officer).exists()
    assert "link" in handed.context


def test_learners_are_not_on_the_security_administrators_pages(cast: Cast, at_desk: Callable[[Person], Client]) -> None:
    client = at_desk(cast.security_admin)

    assert "李秀英" not in client.get(reverse("staff:people")).content.decode()
    assert client.get(reverse("staff:people"), {"q": "李秀英"}).context["rows"] == []
    assert client.get(reverse("staff:person", args=[cast.learner.pk])).status_code == 404


POSTS = ["reinvite", "ask_reset", "approve_reset", "end_role"]


@pytest.mark.parametrize("page", POSTS)
def test_buttons_work_for_security_administrators_only(
    cast: Cast, at_desk: Callable[[Person], Client], page: str
) -> None:
    for part, person in cast.everybody.items():
        if "security" not in part:
            response = at_desk(person).post(reverse(f"staff:{page}", args=[1]))
            assert response.status_code == 403, part


def test_the_list_takes_as_many_queries_for_many_as_for_few(
    cast: Cast, at_desk: Callable[[Person], Client], django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = at_desk(cast.security_admin)
    client.get(reverse("staff:people"))
    for _number in range(10):
        RoleFactory(person=PersonFactory(staff=True), org=cast.orgs.provider)

    with django_assert_max_num_queries(11):
        assert len(client.get(reverse("staff:people")).context["rows"]) > 20


# Wagtail


def test_wagtails_user_pages_are_open_to_nobody(cast: Cast, at_desk: Callable[[Person], Client]) -> None:
    for person in (cast.trainer, cast.system_admin, cast.security_admin, cast.audit_admin):
        for page in ("/admin/users/", "/admin/users/new/", "/admin/groups/"):
            response = at_desk(person).get(page)
            assert response.status_code == 302, (person, page)
            assert response["Location"] == "/admin/"


def test_the_admin_greets_by_name_and_leads_out_over_our_pages(cast: Cast, at_desk: Callable[[Person], Client]) -> None:
    client = at_desk(cast.trainer)
    assert "褚老师" in client.get("/admin/").content.decode()
    settings_page = client.get("/admin/account/")
    assert settings_page.status_code == 200
    assert b"first_name" not in settings_page.content

    client.post("/admin/logout/")

    assert client.get("/admin/")["Location"].startswith(reverse("staff:sign_in"))


# Helpers


def test_a_helper_changes_a_number_with_the_learner_beside_her(
    cast: Cast, at_desk: Callable[[Person], Client], outbox: list[Message], clock: Clock
) -> None:
    client, page = at_desk(cast.helper), reverse("staff:help_with_phone")
    said = {"birth_year": "1970", "phone": NEW_PHONE, "reason": "旧手机丢了"}
    elsewhere = client.post(page, {"name": cast.neighbour_learner.name, **said})
    assert elsewhere.context["form"].errors["name"]
    assert outbox == []

    client.post(page, {"name": cast.farmer.name, **said})
    client.post(page, {"code": outbox[-1].variables["code"]})

    assert Contact.objects.get(person=cast.farmer).masked == "138****0002"
    entry = AuditEntry.objects.get(action="phone.changed")
    assert (entry.actor_id, entry.detail["reason"]) == (cast.helper.pk, "旧手机丢了")
