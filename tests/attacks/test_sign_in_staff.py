"""Attacks on the sign-in of staff and on the gate before the staff pages."""

from collections.abc import Callable

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from lms.people.domain.enrolling import give_recovery_codes
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.people import PASSWORD, PersonFactory

SIGN_IN, FACTOR = "/staff/sign-in/", "/staff/factor/"


@pytest.fixture(autouse=True)
def _today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


@pytest.fixture
def device(cast: Cast) -> TOTPDevice:
    return TOTPDevice.objects.create(user=cast.officer, name="totp", confirmed=True)


def code_of(device: TOTPDevice, clock: Clock) -> str:
    moment = int(clock.now.timestamp())
    return f"{totp(device.bin_key, step=device.step, t0=device.t0, digits=device.digits) if moment else 0:06d}"


def show_password(client: Client, person: Person, password: str = PASSWORD, **data: str) -> object:
    return client.post(SIGN_IN, {"username": person.login_code, "password": password, **data})


def test_password_and_factor_open_the_page_that_was_asked_for(cast: Cast, device: TOTPDevice, clock: Clock) -> None:
    client = Client()
    asked = client.get("/desk/")
    assert asked["Location"] == f"{SIGN_IN}?next=%2Fdesk%2F"

    shown = show_password(client, cast.officer, next="/desk/")
    entered = client.post(shown["Location"], {"code": code_of(device, clock), "next": "/desk/"})

    assert shown["Location"] == f"{FACTOR}?next=%2Fdesk%2F"
    assert entered["Location"] == "/desk/"
    assert client.get("/staff/").status_code == 200


def test_a_password_alone_opens_nothing(cast: Cast, device: TOTPDevice) -> None:
    client = Client()
    show_password(client, cast.officer)

    for page in ("/desk/", "/staff/", "/staff/password/"):
        assert client.get(page)["Location"].startswith(FACTOR)


def test_a_session_by_sms_is_asked_for_the_password_first(
    cast: Cast, device: TOTPDevice, clock: Clock, signed_in: Callable[[Person], Client]
) -> None:
    client = signed_in(cast.officer)

    assert client.get("/desk/")["Location"].startswith(SIGN_IN)
    assert client.post(FACTOR, {"code": code_of(device, clock)})["Location"].startswith(SIGN_IN)


def test_fifteen_idle_minutes_close_the_desk_but_not_the_learning_pages(
    cast: Cast, device: TOTPDevice, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    """An officer watches a lesson for 45 minutes; then the desk asks for the factor alone."""
    client = at_desk(cast.officer)
    assert client.get("/staff/").status_code == 200
    for _minute in range(45):
        clock.move(minutes=1)
        assert client.get(reverse("people:account")).status_code == 200

    asked = client.get("/desk/")
    assert asked["Location"] == f"{FACTOR}?next=%2Fdesk%2F"

    assert client.post(FACTOR, {"code": code_of(device, clock), "next": "/staff/"})["Location"] == "/staff/"
    assert client.get("/staff/").status_code == 200


def test_working_keeps_the_factor_fresh_and_an_open_page_alone_does_not(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    client = at_desk(cast.officer)
    for _step in range(3):
        clock.move(minutes=14)
        assert client.get("/staff/").status_code == 200

    for _minute in range(15):
        clock.move(minutes=1)
        client.get("/staff/", headers={"X-Requested-With": "XMLHttpRequest"})

    assert client.get("/staff/")["Location"].startswith(FACTOR)


@pytest.mark.parametrize(
    ("page", "keeps"),
    [("/admin/images/multiple/add/", True), ("/admin/editing-sessions/ping/wagtailcore/page/1/", False)],
)
def test_a_long_upload_keeps_the_factor_fresh_and_a_ping_does_not(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client], page: str, keeps: bool
) -> None:
    client = at_desk(cast.trainer)
    for _minute in range(20):
        clock.move(minutes=1)
        client.post(page, headers={"X-Requested-With": "XMLHttpRequest"})

    assert (client.get("/admin/").status_code == 200) is keeps


def test_a_staff_session_ends_after_twelve_hours(cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]) -> None:
    client = at_desk(cast.officer)
    for _step in range(73):
        clock.move(minutes=10)
        response = client.get("/staff/")

    assert response["Location"].startswith(SIGN_IN)


def test_what_was_typed_before_the_factor_went_stale_is_not_lost(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    client = at_desk(cast.trainer)
    clock.move(minutes=20)

    written = client.post("/admin/pages/1/edit/", {"title": "一课"})
    background = client.get("/admin/", headers={"X-Requested-With": "XMLHttpRequest"})

    assert written.status_code == 403
    assert "staff/stale.html" in [template.name for template in written.templates]
    assert (background.status_code, background["Content-Type"]) == (403, "application/json")


GATES = {
    "/admin/": {
        "trainer",
        "neighbour_trainer",
        "first_reviewer",
        "second_reviewer",
        "final_reviewer",
        "system_admin",
        "security_admin",
        "second_security_admin",
        "audit_admin",
    },
    "/desk/": {"officer", "neighbour_officer", "prefecture_officer", "agriculture_officer"},
    "/staff/people/": {"security_admin", "second_security_admin"},
    "/staff/help/phone/": {
        "officer",
        "neighbour_officer",
        "prefecture_officer",
        "agriculture_officer",
        "helper",
    },
}


@pytest.mark.parametrize("page", GATES)
def test_each_staff_page_opens_to_exactly_its_roles(cast: Cast, at_desk: Callable[[Person], Client], page: str) -> None:
    opened = set()
    for part, person in cast.everybody.items():
        response = at_desk(person).get(page)
        assert response.status_code in {200, 403} or page == "/desk/", (part, response.status_code)
        if response.status_code != 403:
            opened.add(part)

    assert opened == GATES[page]


def test_nobody_signed_out_gets_past_any_gate(cast: Cast) -> None:
    for page in (*GATES, "/admin/pages/", "/admin/images/", "/admin/users/", "/desk/export/"):
        assert Client().get(page)["Location"].startswith(SIGN_IN), page


def test_a_role_that_ended_at_midnight_opens_nothing_in_the_morning(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    clock.set(2026, 11, 20, 23, 59, 30)
    cast.trainer.roles.update(active_to="2026-11-21")
    client = at_desk(cast.trainer)
    assert client.get("/admin/").status_code == 200
    assert cast.trainer.groups.exists()

    clock.set(2026, 11, 21, 0, 0, 30)

    assert client.get("/admin/").status_code == 403


@pytest.mark.parametrize("page", ["/admin/login/", "/admin/password_reset/", "/admin/password_reset/done/"])
def test_wagtails_own_ways_in_are_closed(db: None, page: str) -> None:
    assert Client().get(page)["Location"] == SIGN_IN
    assert Client().post(page, {"username": "x", "password": "y"})["Location"] == SIGN_IN


def test_a_used_totp_code_is_refused(cast: Cast, device: TOTPDevice, clock: Clock) -> None:
    first, second = Client(), Client()
    code = code_of(device, clock)
    show_password(first, cast.officer)
    show_password(second, cast.officer)

    assert first.post(FACTOR, {"code": code}).status_code == 302
    assert second.post(FACTOR, {"code": code}).status_code == 200


def test_factor_guesses_are_slowed_down(cast: Cast, device: TOTPDevice, clock: Clock) -> None:
    client = Client()
    show_password(client, cast.officer)
    for _guess in range(5):
        client.post(FACTOR, {"code": "000000"})

    response = client.post(FACTOR, {"code": code_of(device, clock)})

    assert response.status_code == 200
    assert client.get("/staff/")["Location"].startswith(FACTOR)


def test_a_recovery_code_opens_once(cast: Cast, device: TOTPDevice) -> None:
    code = give_recovery_codes(cast.officer)[0]
    first, second = Client(), Client()
    show_password(first, cast.officer)
    show_password(second, cast.officer)

    assert first.post(FACTOR, {"code": code.lower()}).status_code == 302
    assert second.post(FACTOR, {"code": code}).status_code == 200


def test_somebody_elses_factor_does_not_fit(cast: Cast, device: TOTPDevice, clock: Clock) -> None:
    TOTPDevice.objects.create(user=cast.neighbour_officer, name="totp", confirmed=True)
    client = Client()
    show_password(client, cast.neighbour_officer)

    assert client.post(FACTOR, {"code": code_of(device, clock)}).status_code == 200


def test_five_wrong_passwords_lock_with_a_sentence_and_a_quarter_of_an_hour_opens(
    cast: Cast, device: TOTPDevice, clock: Clock
) -> None:
    client = Client()
    for _guess in range(5):
        response = show_password(client, cast.officer, "wrong")
    assert response.status_code == 429
    assert b"data-locked-out" in response.content
    assert show_password(client, cast.officer).status_code == 429

    clock.move(minutes=15, seconds=1)

    assert show_password(client, cast.officer)["Location"].startswith(FACTOR)


def test_what_was_typed_as_login_code_is_never_stored(cast: Cast) -> None:
    for typed in ("13800000001", cast.officer.login_code):
        Client().post(SIGN_IN, {"username": typed, "password": "wrong"})
        stored = str(list(AccessAttempt.objects.values()))

        assert typed not in stored
        assert "wrong" not in stored


def test_unknown_and_known_login_codes_are_answered_alike(cast: Cast) -> None:
    def answered(code: str) -> tuple[int, list[str]]:
        response = Client().post(SIGN_IN, {"username": code, "password": "wrong"})
        return response.status_code, response.context["form"].errors["__all__"]

    assert answered(cast.officer.login_code) == answered("NOBODY23")


def test_a_learner_without_password_cannot_sign_in_as_staff(cast: Cast) -> None:
    for password in ("!", ""):
        show_password(client := Client(), cast.learner, password)
        assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_no_next_leads_away_from_the_staff_pages(cast: Cast, device: TOTPDevice, clock: Clock, target: str) -> None:
    client = Client()
    shown = show_password(client, cast.officer, next=target)

    assert "evil" not in shown["Location"]
    assert client.post(FACTOR, {"code": code_of(device, clock), "next": target})["Location"] == "/staff/"


def test_the_session_key_changes_with_password_and_factor(cast: Cast, device: TOTPDevice, clock: Clock) -> None:
    client = Client()
    client.get(SIGN_IN)
    client.post(reverse("people:sign_in"), {"phone": "13800000001"})
    keys = [client.session.session_key]
    show_password(client, cast.officer)
    keys.append(client.session.session_key)
    client.post(FACTOR, {"code": code_of(device, clock)})
    keys.append(client.session.session_key)

    assert len(set(keys)) == 3


@pytest.mark.parametrize("page", [SIGN_IN, FACTOR, "/staff/invitation/", "/staff/people/1/reset/"])
def test_staff_posts_without_a_token_are_refused(cast: Cast, at_desk: Callable[[Person], Client], page: str) -> None:
    client = at_desk(cast.security_admin)
    client.handler.enforce_csrf_checks = True

    assert client.post(page, {"code": "123456"}).status_code == 403


def test_a_password_of_ninety_days_is_asked_to_be_changed(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    clock.move(days=91)
    client = at_desk(cast.officer)
    assert client.get("/staff/")["Location"] == "/staff/password/"

    weak = client.post("/staff/password/", {"password": "onlysmallletters", "again": "onlysmallletters"})
    same = client.post("/staff/password/", {"password": PASSWORD, "again": PASSWORD})
    good = client.post("/staff/password/", {"password": "New-Field-2027", "again": "New-Field-2027"})

    assert (weak.status_code, same.status_code, good.status_code) == (200, 200, 302)
    assert client.get("/staff/").status_code == 200


def test_a_closed_account_is_out_at_once(cast: Cast, at_desk: Callable[[Person], Client]) -> None:
    client = at_desk(cast.officer)
    Person.objects.filter(pk=cast.officer.pk).update(is_active=False)

    assert client.get("/staff/")["Location"].startswith(SIGN_IN)


def test_a_person_without_role_sees_why(at_desk: Callable[[Person], Client]) -> None:
    response = at_desk(PersonFactory(staff=True)).get("/desk/")

    assert response.status_code == 403
    assert "staff/no_role.html" in [template.name for template in response.templates]
