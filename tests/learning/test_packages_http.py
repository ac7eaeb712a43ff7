"""POST /learn/packages/, and reports that name a package: what phones send and are told."""

import json

import pytest
from django.core.cache import cache
from django.test import Client

from lms.learning.counters import counted
from lms.learning.domain.packages import issue_package
from lms.learning.enums import RefusalReason
from lms.learning.models import OfflinePackage, PackageReceipt, WatchRecord
from lms.lib.durations import beijing_day
from tests.factories import learning as make
from tests.factories.people import PersonFactory
from tests.learning.test_report_http import MALFORMED, URL, ByTheShortWay, by_both_ways, send

pytestmark = pytest.mark.django_db

FETCH = "/learn/packages/"


@pytest.fixture
def person():
    return PersonFactory()


@pytest.fixture
def package(person, clock):
    package = issue_package(person, make.lesson(), at=clock.now)
    clock.move(seconds=60)
    return package


@pytest.fixture(params=[Client, ByTheShortWay])
def client(person, request) -> Client:
    cache.clear()
    client = request.param()
    client.force_login(person)
    return client


@pytest.fixture
def lesson():
    lesson = make.lesson()
    make.file_to_keep(lesson.video)
    return lesson


def fetch(client: Client, lesson):
    return client.post(FETCH, json.dumps({"lesson": lesson.pk}), content_type="application/json")


def test_fetching_a_lesson_tells_all_that_a_phone_needs(clock, client, lesson):
    answer = fetch(client, lesson)

    assert answer.status_code == 200
    told = answer.json()
    assert told.pop("address").endswith("lesson.mp4")
    assert told.pop("expires_at")
    assert told.pop("parts")[-1]["name"] == "lesson.mp4"
    assert told.pop("mark")
    assert told == {
        "package": OfflinePackage.objects.get().code,
        "valid_until": "2026-04-22T02:00:00+00:00",
        "valid_seconds": 604_800,
        "recording": lesson.video.code,
        "title": lesson.title,
        "course": lesson.course.title,
        "page": lesson.url,
        "seconds": 600,
        "covered": [],
        "resume_point": 0,
        "size_bytes": 15_000_000,
        "captions": [],
    }


def test_a_lesson_without_a_file_to_keep_says_so(client):
    answer = fetch(client, make.lesson())

    assert (answer.status_code, answer.json()["error"]) == (404, "no_copy")
    assert not OfflinePackage.objects.exists()


def test_fetching_needs_a_sign_in_and_a_live_lesson(client, lesson):
    stranger = fetch(Client(), lesson)
    lesson.unpublish()
    gone = fetch(client, lesson)

    assert (stranger.status_code, stranger.json()["error"]) == (401, "sign_in")
    assert (gone.status_code, gone.json()["error"]) == (403, "cannot_play")


@pytest.mark.parametrize("client", [Client, pytest.param(ByTheShortWay, marks=pytest.mark.slow)], indirect=True)
def test_fetching_too_often_is_told_when_to_come_again(client, lesson):
    answers = [fetch(client, lesson) for _number in range(61)]

    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    assert answers[60]["Retry-After"] == "600"


def test_a_report_of_a_package_is_answered_with_its_receipt(client, package):
    answer = send(client, {"package": package.code, "number": 1, "stretches": [[0, 200]]})

    assert answer.json() == {
        "package": package.code,
        "number": 1,
        "accepted": [[0, 120]],
        "refused": [{"from": 120, "to": 200, "reason": "clock", "text": str(RefusalReason.CLOCK.label)}],
        "percent": 20,
        "resume_point": 120,
        "completed": False,
        "credit": None,
        "check_due": None,
    }


def test_a_report_of_a_package_costs_eight_statements_in_one_transaction(
    client, person, package, django_assert_num_queries
):
    for number in range(1, 4):
        issue_package(person, make.lesson(), at=package.issued_at)
        send(client, {"package": package.code, "number": number, "stretches": [[0, 15 * number]]})

    # sign-in (2), package; savepoint, clock, known number, record, then record, clock, receipt; savepoint released
    with django_assert_num_queries(11):
        answer = send(client, {"package": package.code, "number": 4, "stretches": [[45, 60]]})

    assert answer.json()["accepted"] == [[45, 60]]


def test_sessions_and_packages_travel_in_one_batch(client, person, package, clock):
    session = make.play_session(person, at=clock.now)
    clock.move(seconds=30)
    reports = [
        {"package": package.code, "number": 1, "stretches": [[0, 60]]},
        {"session": session.code, "number": 1, "stretches": [[0, 30]]},
        {"package": "x" * 22, "number": 7, "stretches": [[0, 30]]},
    ]

    receipts = send(client, {"reports": reports}).json()["receipts"]

    assert [each.get("accepted") for each in receipts] == [[[0, 60]], [[0, 30]], None]
    assert {name: receipts[2][name] for name in ("package", "number", "error")} == {
        "package": "x" * 22,
        "number": 7,
        "error": "unknown_package",
    }


@pytest.mark.parametrize(
    ("client", "case"),
    by_both_ways(case for case, (body, *_rest) in MALFORMED.items() if "SESSION" in str(body)),
    indirect=["client"],
)
def test_a_bad_report_of_a_package_gets_a_clear_answer_a_counter_and_no_row(client, package, clock, case):
    body, status, code = MALFORMED[case]
    text = (body if isinstance(body, str) else json.dumps(body)).replace("SESSION", package.code)

    answer = send(client, text.replace('"session"', '"package"'))

    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert counted(code, beijing_day(clock.now)) == 1
    assert not PackageReceipt.objects.exists()
    assert WatchRecord.objects.get().covered_seconds == 0


def test_a_million_stretches_are_too_large_to_be_read(client, package):
    body = {"package": package.code, "number": 1, "stretches": [[0, 1]] * 1_000_000}

    assert send(client, body).status_code == 413


def test_somebody_elses_package_is_unknown(package):
    stranger = make.signed_in(PersonFactory())

    answer = send(stranger, {"package": package.code, "number": 1, "stretches": [[0, 15]]})

    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_package")
    assert not PackageReceipt.objects.exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "changed"}])
def test_a_suspended_person_or_an_outdated_sign_in_keeps_her_evidence(client, package, person, change):
    for name, value in change.items():
        setattr(person, name, value)
    person.save()

    answer = send(client, {"package": package.code, "number": 1, "stretches": [[0, 15]]})

    assert (answer.status_code, answer.json()["error"]) == (401, "sign_in")
    assert not PackageReceipt.objects.exists()


def test_after_a_suspension_is_lifted_what_was_kept_counts(package, person, clock):
    person.is_active = False
    person.save()
    clock.move(days=3)
    person.is_active = True
    person.save()

    answer = send(make.signed_in(person), {"package": package.code, "number": 1, "stretches": [[0, 600]]})

    assert answer.json()["accepted"] == [[0, 600]]


def test_whoever_was_merged_hands_in_what_the_other_account_fetched(package, person, clock):
    survivor = PersonFactory()
    issue_package(survivor, make.lesson(), at=clock.now)
    person.merged_into, person.is_active = survivor, False
    person.save()
    clock.move(minutes=10)

    answer = make.signed_in(survivor).post(
        URL,
        json.dumps({"package": package.code, "number": 1, "stretches": [[0, 600]]}),
        content_type="application/json",
    )

    assert answer.json()["accepted"] == [[0, 600]]
