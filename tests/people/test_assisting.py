"""A helper signs somebody up who sits beside her."""

import re

import pytest
from django.urls import reverse

from lms.audit.models import AuditEntry
from lms.people.domain.assisting import register_in_person
from lms.people.domain.notices import current_notice
from lms.people.domain.registering import RegistrationRefused
from lms.people.enums import ConsentMeans
from lms.people.models import Belonging, Consent, Contact, Person
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db

ABOUT = {"name": "刘桂兰", "birth_year": "1958", "kind": "farmer", "phone": ""}


@pytest.fixture
def helper(cast, clock, at_desk):
    return at_desk(cast.helper)


def sign_up(helper, cast, **said):
    about = {**ABOUT, "village": cast.places.village.code, **said}
    return helper.post(reverse("staff:sign_up"), about, follow=True)


def agree(helper, do="agree"):
    return helper.post(reverse("staff:sign_up_consent"), {"notice": current_notice().version, "do": do}, follow=True)


def test_somebody_without_a_phone_is_signed_up_with_her_consent(helper, cast, clock):
    page = sign_up(helper, cast).content.decode()
    assert "请刘桂兰看一看" in page
    assert not Person.objects.filter(name="刘桂兰").exists()

    agree(helper)

    person = Person.objects.get(name="刘桂兰")
    consent = Consent.objects.get(person=person)
    assert (consent.notice, consent.means, consent.given_at) == (current_notice(), ConsentMeans.IN_PERSON, clock.now)
    assert Belonging.objects.get(person=person).division == cast.places.village
    assert not Contact.objects.filter(person=person).exists()
    entry = AuditEntry.objects.get(action="person.registered_in_person")
    assert (entry.actor_id, entry.subject_id) == (cast.helper.pk, str(person.pk))
    assert "刘桂兰" not in str(entry.detail)


def test_without_a_code_the_number_is_unproved_until_her_own_first_sign_in(helper, cast, outbox, client, clock):
    page = sign_up(helper, cast, phone="13800000009").content.decode()
    assert "千万不要问学员要验证码" in page
    agree(helper)
    contact = Contact.objects.get(person__name="刘桂兰")
    assert contact.last_used_at is None
    assert contact.is_stale(clock.now)
    assert outbox == []

    client.post(reverse("people:sign_in"), {"phone": "13800000009"})
    page = client.post(reverse("people:code"), {"code": outbox[-1].variables["code"]}, follow=True).content.decode()
    assert "刘＊＊" in page
    page = client.post(reverse("people:choose_person"), {"contact": contact.pk}, follow=True).content.decode()
    assert "还没有人用这个手机号登录过" in page
    client.post(reverse("people:known_fact"), {"answer": "1958"})

    contact.refresh_from_db()
    assert contact.last_used_at == clock.now


def test_the_learner_writes_the_code_herself_and_the_number_is_proved(helper, cast, outbox, clock):
    sign_up(helper, cast, phone="13800000009")
    page = agree(helper, do="code").content.decode()
    assert "把手机交给学员" in page

    helper.post(reverse("staff:sign_up_code"), {"code": outbox[-1].variables["code"]})

    assert Contact.objects.get(person__name="刘桂兰").last_used_at == clock.now
    assert Consent.objects.get(person__name="刘桂兰").means == ConsentMeans.IN_PERSON


def test_a_wrong_code_signs_nobody_up(helper, cast, outbox):
    sign_up(helper, cast, phone="13800000009")
    agree(helper, do="code")
    wrong = "000000" if outbox[-1].variables["code"] != "000000" else "111111"

    helper.post(reverse("staff:sign_up_code"), {"code": wrong})

    assert not Person.objects.filter(name="刘桂兰").exists()


def test_no_code_page_without_a_notice_that_was_agreed_to(helper, cast):
    sign_up(helper, cast, phone="13800000009")

    answer = helper.get(reverse("staff:sign_up_code"))

    assert answer.url == reverse("staff:sign_up_consent")


@pytest.mark.parametrize(
    ("said", "why"), [({"birth_year": "2020"}, "监护人"), ({"birth_year": ""}, "年份|出生"), ({"name": ""}, "姓名")]
)
def test_what_is_missing_is_said(helper, cast, said, why):
    page = sign_up(helper, cast, **said).content.decode()

    assert re.search(why, page)
    assert not Person.objects.filter(name="刘桂兰").exists()


def test_a_village_elsewhere_is_no_choice(helper, cast):
    sign_up(helper, cast, village=cast.places.neighbour_village.code)

    assert "刘桂兰" not in helper.get(reverse("staff:sign_up_consent"), follow=True).content.decode()
    with pytest.raises(RegistrationRefused):
        register_in_person(
            name="刘桂兰",
            phone=None,
            birth_year=1958,
            kind="farmer",
            division=cast.places.neighbour_village,
            notice=current_notice(),
            by=cast.helper,
            at=cast.helper.joined_at,
        )


def test_somebody_signed_up_already_is_not_signed_up_twice(helper, cast):
    PersonFactory(name="刘桂兰", birth_year=1958, village=cast.places.village)

    page = sign_up(helper, cast).content.decode()

    assert "已有同名" in page


def test_an_unproved_number_never_opens_the_account_of_its_owner(helper, cast):
    """Name, year and number of somebody elsewhere, guessed: the helper gets a new account, not hers."""
    owner = PersonFactory(name="刘桂兰", birth_year=1958, phone="13800000009", village=cast.places.neighbour_village)

    sign_up(helper, cast, phone="13800000009")
    page = agree(helper).content.decode()

    assert owner.login_code not in page
    assert Person.objects.filter(name="刘桂兰").count() == 2


def test_only_helpers_and_officers_sign_people_up(cast, at_desk, signed_in, clock):
    for part in ("trainer", "security_admin", "first_reviewer"):
        assert at_desk(cast.everybody[part]).get(reverse("staff:sign_up")).status_code == 403
    assert signed_in(cast.helper).get(reverse("staff:sign_up")).status_code == 302
    assert at_desk(cast.helper).get(reverse("staff:sign_up")).status_code == 200


def test_it_leads_back_to_where_the_helper_came_from(helper, cast):
    helper.post(reverse("staff:sign_up") + "?next=/learn/screenings/", {**ABOUT, "village": cast.places.village.code})

    answer = helper.post(reverse("staff:sign_up_consent"), {"notice": current_notice().version, "do": "agree"})

    assert answer.url == "/learn/screenings/"
