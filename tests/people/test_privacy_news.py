"""Who agreed to an older privacy notice is told what is new, and asked where it rests on consent; once."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.people.domain.notices import FOLDER, current_notice, ensure_notices, newest_version, notices_due
from lms.people.enums import RosterStepKind
from lms.people.models import Consent, NoticeRead, Person, PrivacyNotice, RosterBatch, RosterStep
from tests.cast import Cast
from tests.clock import Clock

pytestmark = pytest.mark.django_db
To = Callable[[Person], Client]
ANSWER = "/account/notice/answer/"


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 12, 1, 10)
    ensure_notices()


def agreed(person: Person, version: str, at: datetime) -> Consent:
    notice = PrivacyNotice.objects.get(audience="everybody", version=version)
    return Consent.objects.create(person=person, notice=notice, means="sms_code", given_at=at)


def page_of(client: Client) -> str:
    return client.get(reverse("people:account")).content.decode()


def test_what_is_new_since_hers_is_told_until_she_has_read_it(cast: Cast, clock: Clock, signed_in: To) -> None:
    agreed(cast.farmer, "2026.11.01", clock.now)
    phone = signed_in(cast.farmer)

    page = page_of(phone)

    assert f'data-privacy-news="{newest_version()}"' in page
    assert "随机编号" in page.split("data-privacy-news")[1][:2000]
    assert 'value="agree"' not in page
    said = {"notice": newest_version(), "answer": "read", "next": reverse("people:account")}
    for _time in range(2):
        assert phone.post(ANSWER, said)["Location"] == reverse("people:account")
    assert "data-privacy-news" not in page_of(phone)
    assert "data-privacy-news" not in page_of(signed_in(cast.farmer))
    assert NoticeRead.objects.get().notice == current_notice()
    assert newest_version() in page_of(phone)


def test_who_shares_a_phone_is_told_what_others_see_of_her(cast: Cast, clock: Clock, signed_in: To) -> None:
    agreed(cast.farmer, "2026.11.30", clock.now)

    news = page_of(signed_in(cast.farmer)).split('data-privacy-news="2026.12.01"')[1][:3000]

    assert "谁拿着这部手机" in news and "登录着" in news and "随机编号" not in news
    assert 'value="read"' in news and 'value="agree"' not in news
    whole = signed_in(cast.farmer).get(reverse("people:notice")).content.decode()
    assert "同一部手机几个人用" in whole and "存在手机里的课，七天后自己删掉" in whole


def test_where_it_rests_on_consent_she_is_asked_and_may_put_it_off(cast: Cast, clock: Clock, signed_in: To) -> None:
    agreed(cast.farmer, "2026.11.01", clock.now)
    PrivacyNotice.objects.filter(version=newest_version()).update(basis="consent")
    phone, said = signed_in(cast.farmer), {"notice": newest_version()}

    assert 'value="agree"' in page_of(phone)
    phone.post(ANSWER, {**said, "answer": "read"})
    assert not NoticeRead.objects.exists()
    phone.post(ANSWER, {**said, "answer": "later"})
    assert "data-privacy-news" not in page_of(phone)
    again = signed_in(cast.farmer)
    assert 'value="agree"' in page_of(again)
    for _time in range(2):
        again.post(ANSWER, {**said, "answer": "agree"})

    assert "data-privacy-news" not in page_of(again)
    assert [(each.notice.version, each.means) for each in cast.farmer.consents.order_by("pk")] == [
        ("2026.11.01", "sms_code"),
        (newest_version(), "signed_in"),
    ]


def test_who_knows_the_newest_or_was_invited_sees_nothing(cast: Cast, clock: Clock, signed_in: To) -> None:
    agreed(cast.farmer, newest_version(), clock.now)

    for person in (cast.farmer, cast.officer):
        assert "data-privacy-news" not in page_of(signed_in(person))
    assert "data-privacy-news" not in Client().get("/").content.decode()


def test_who_came_with_a_roster_is_told_the_first_time(cast: Cast, clock: Clock, signed_in: To) -> None:
    batch = RosterBatch.objects.create(
        org=cast.orgs.organization_department,
        read_by=cast.officer,
        read_at=clock.now,
        rows=1,
        confirmed_by=cast.officer,
        confirmed_at=clock.now,
    )
    RosterStep.objects.create(
        batch=batch,
        row=2,
        kind=RosterStepKind.PERSON_CREATED,
        person_id=cast.learner.pk,
        object_id=cast.learner.pk,
    )
    phone = signed_in(cast.learner)

    page = page_of(phone)

    assert "data-privacy-news" in page
    # Her duty, not her consent.
    assert 'value="agree"' not in page


def test_a_stale_page_answers_for_nothing(cast: Cast, clock: Clock, signed_in: To) -> None:
    agreed(cast.farmer, "2026.11.01", clock.now)
    phone = signed_in(cast.farmer)

    phone.post(ANSWER, {"notice": "2026.11.29", "answer": "read"})
    phone.post(ANSWER, {"notice": newest_version(), "answer": "?"})
    answer = phone.post(ANSWER, {"notice": newest_version(), "answer": "read", "next": "//elsewhere.example/"})

    assert answer["Location"] == "/"
    assert NoticeRead.objects.count() == 1
    assert phone.get(ANSWER).status_code == 405


def test_withdrawn_consent_and_accounts_merged_into_hers(cast: Cast, clock: Clock) -> None:
    agreed(cast.farmer, newest_version(), clock.now)
    Consent.objects.update(withdrawn_at=clock.now)
    assert notices_due(cast.farmer) == []
    agreed(cast.farmer, "2026.11.30", clock.now)
    assert [notice.version for notice in notices_due(cast.farmer)] == [newest_version()]
    Person.objects.filter(pk=cast.learner.pk).update(merged_into=cast.farmer)
    agreed(cast.learner, newest_version(), clock.now)

    assert notices_due(cast.farmer) == []


def test_later_pages_of_a_session_ask_nothing(cast: Cast, clock: Clock, signed_in: To) -> None:
    agreed(cast.farmer, newest_version(), clock.now)
    phone = signed_in(cast.farmer)

    with CaptureQueriesContext(connection) as taken:
        phone.get("/")

    assert not any("people_consent" in query["sql"] for query in taken)


def test_every_change_says_its_basis_in_both_languages() -> None:
    for path in sorted((FOLDER / "changes").glob("*.zh-hans.txt")):
        audience, _, version = path.name.removesuffix(".zh-hans.txt").partition("-")
        notice = PrivacyNotice.objects.get(audience=audience, version=version)
        assert notice.changes_zh
        assert notice.changes_en
        # Where one is signed in belongs to having an account; a name stays on a phone by a press of its own.
        assert notice.basis == ("contract" if version == "2026.12.01" else "statutory_duty")
        assert notice.changes("en-gb") == notice.changes_en
        assert notice.published_at < datetime(2027, 1, 1, tzinfo=UTC)
