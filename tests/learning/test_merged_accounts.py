"""Two accounts of one human being: what was learnt with either counts, is asked once and paid once."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from lms.learning.domain.answering import hand_in, last_attempt
from lms.learning.domain.appealing import appeal
from lms.learning.domain.checking import answer_check, ask_check
from lms.learning.domain.completing import complete_missing_courses
from lms.learning.domain.packages import accept_package_report, issue_package
from lms.learning.domain.rebuilding import rebuild_watch_records
from lms.learning.domain.sitting import open_sitting
from lms.learning.domain.tokens import TOKEN_VALID
from lms.learning.domain.uniting import unite_learning
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.models import (
    CourseCompletion,
    CourseEnrolment,
    LessonCompletion,
    PlaySession,
    PresenceCheck,
    QuizSitting,
    RefusedStretch,
    StudyClock,
    WaitingStretch,
    WatchRecord,
)
from lms.learning.queries import Progress, unpaid_of
from lms.lib.stretches import Stretches
from lms.people.domain.merging import merge
from lms.people.models import Person
from tests.factories import learning as make
from tests.factories.people import PersonFactory
from tests.learning.quick import Way, report, token_of
from tests.learning.test_presence import Watcher, choice_named

pytestmark = pytest.mark.django_db

AT = datetime(2026, 4, 15, 2, tzinfo=UTC)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.fixture
def survivor() -> Person:
    return PersonFactory(name="刘桂兰", phone="13800000001")


@pytest.fixture
def duplicate() -> Person:
    return PersonFactory(name="刘桂兰", phone="13800000002")


def become_one(duplicate: Person, survivor: Person, *, at: datetime = AT) -> None:
    """As a helper merges them, but for what is done after the commit."""
    merge(duplicate, into=survivor, by=PersonFactory(), reason="换了手机", at=at)
    duplicate.refresh_from_db()


def take(session: PlaySession, number: int, *pairs: tuple[int, int], after: timedelta) -> dict:
    """What a report that long after the opening brings, judged as for whoever is loaded anew."""
    session = PlaySession.objects.get(pk=session.pk)
    return accept_report(session, number, stretches=Stretches.of(pairs), at=session.opened_at + after).body


def test_a_report_of_the_merged_account_counts_for_the_one_that_stays(survivor, duplicate, clock):
    """Watched on the old phone, merged by the helper, handed in once she is signed in to the account that stays."""
    session = make.play_session(duplicate, make.lesson(seconds=100), at=clock.now)
    clock.move(seconds=60)
    become_one(duplicate, survivor, at=clock.now)

    client = make.signed_in(survivor)
    answer = client.post("/learn/reports/", json.dumps(report(session, 1, (0, 100))), content_type="application/json")

    assert answer.json()["accepted"] == [[0, 100]]
    assert answer.json()["completed"] is True
    assert [completion.person for completion in LessonCompletion.objects.all()] == [survivor]
    assert Progress(survivor).lesson(session.page).is_done
    assert list(StudyClock.objects.values_list("person", flat=True)) == [survivor.pk]
    assert rebuild_watch_records(dry_run=True) == []


def test_a_stranger_s_session_stays_a_stranger_s(survivor, duplicate, clock):
    session = make.play_session(PersonFactory(), make.lesson(), at=clock.now)
    become_one(duplicate, survivor, at=clock.move(seconds=60))

    for person in (survivor, duplicate):
        answer = make.signed_in(person).post(
            "/learn/reports/", json.dumps(report(session)), content_type="application/json"
        )
        assert (answer.status_code, answer.json()["error"]) == (404, "unknown_session")


def test_a_page_open_in_the_merged_account_goes_on_for_a_while_and_is_then_told_what_to_do(survivor, duplicate, clock):
    cache.clear()
    client: Client = make.signed_in(duplicate)
    session = make.play_session(duplicate, make.lesson(), at=clock.now)
    token = token_of(session, at=clock.now)
    become_one(duplicate, survivor, at=clock.move(minutes=5))
    way = Way()

    status, _headers, answer = way.send(token, report(session, 1, (0, 60)))
    clock.move(seconds=TOKEN_VALID.total_seconds())
    late = client.post("/learn/reports/", json.dumps(report(session, 2, (60, 90))), content_type="application/json")
    opening = client.post("/learn/sessions/", {"lesson": session.page_id}, content_type="application/json")

    assert (status, answer["accepted"], way.others) == (200, [[0, 60]], [])
    assert way.send(token, report(session, 2, (60, 90)))[0] == 299
    for refused in (late, opening):
        assert (refused.status_code, refused.json()["error"]) == (401, "merged")
        assert "138****0002" in refused.json()["message"]


def test_a_page_of_the_merged_account_ends_with_the_account_that_stays(survivor, duplicate, clock):
    session = make.play_session(duplicate, make.lesson(), at=clock.now)
    token = token_of(session, at=clock.now)
    become_one(duplicate, survivor, at=clock.move(seconds=60))
    Person.objects.filter(pk=survivor.pk).update(is_active=False)

    assert Way().send(token, report(session))[0] == 299


def test_no_second_that_paid_for_one_account_pays_again_for_the_other(survivor, duplicate):
    lessons = [make.lesson(seconds=1000) for _account in range(2)]
    hers, theirs = (
        make.play_session(person, page, at=AT) for person, page in zip((survivor, duplicate), lessons, strict=True)
    )
    take(theirs, 1, (0, 600), after=minutes(5))
    become_one(duplicate, survivor)

    same = take(hers, 1, (0, 600), after=minutes(5))
    later = take(hers, 2, (0, 600), after=minutes(6))
    again = take(theirs, 2, (600, 1000), after=minutes(6))

    assert same["accepted"] == []
    assert later["accepted"] == [[0, 120]]
    assert again["accepted"] == []
    assert RefusedStretch.objects.filter(person=duplicate).count() == 0
    assert {each.row.person_id for each in unpaid_of(survivor)} == {survivor.pk}


def test_packages_and_sessions_of_both_share_one_clock(survivor, duplicate):
    session = make.play_session(survivor, make.lesson(seconds=1000), at=AT)
    package = issue_package(duplicate, make.lesson(seconds=1000), at=AT)
    become_one(duplicate, survivor)
    take(session, 1, (0, 120), after=minutes(1))

    package.refresh_from_db()
    body = accept_package_report(package, 1, stretches=Stretches.of([(0, 1000)]), at=AT + minutes(2)).body

    assert body["accepted"] == [[0, 120]]


def test_what_waits_for_a_check_is_answered_with_the_account_that_stays():
    watcher, survivor = Watcher(), PersonFactory(cadre=True)
    session = watcher.open()
    watcher.watch(session, 750)
    check, waiting = watcher.check, WaitingStretch.objects.get().seconds.seconds
    become_one(watcher.person, survivor)

    asked = ask_check(survivor, check.code, at=watcher.at)
    right = choice_named(asked, right=True)
    answered = answer_check(survivor, check.code, 1, right, at=watcher.at)

    assert (answered.outcome, answered.person) == ("passed", survivor)
    assert waiting > 0
    assert WatchRecord.objects.get().covered_seconds == 750
    assert rebuild_watch_records(dry_run=True) == []


def test_two_open_checks_become_one_and_an_answer_still_releases_no_more_than_it_may():
    first, second = Watcher(), Watcher(PersonFactory(cadre=True))
    lessons = [make.credit_lesson(make.credit_course(), seconds=2400) for _account in range(2)]
    for watcher, lesson in zip((first, second), lessons, strict=True):
        watcher.watch(watcher.open(lesson), 1500)
    become_one(first.person, second.person)
    waited = sum(row.seconds.seconds for row in WaitingStretch.objects.all())
    counted = sum(record.covered_seconds for record in WatchRecord.objects.all())

    unite_learning(second.person, at=second.at)
    second.answer()

    checks = PresenceCheck.objects.order_by("pk")
    assert [check.outcome for check in checks] == ["waived", "passed", "open"]
    assert list(checks.filter(outcome="open").values_list("person", flat=True)) == [second.person.pk]
    released = sum(record.covered_seconds for record in WatchRecord.objects.all()) - counted
    assert released == second.due < waited
    assert sum(row.seconds.seconds for row in second.check.waiting.all()) == waited - released
    assert rebuild_watch_records(dry_run=True) == []


def test_a_pause_after_wrong_answers_is_not_got_around_by_merging():
    guesser, other = Watcher(), Watcher(PersonFactory(cadre=True))
    for watcher in (guesser, other):
        watcher.watch(watcher.open(), 750)
    for _time in range(3):
        guesser.answer(right=False)
    become_one(guesser.person, other.person)

    unite_learning(other.person, at=guesser.at)

    assert other.check.answerable_from > guesser.at


def test_parts_of_a_lesson_watched_with_each_account_complete_it_together(survivor, duplicate):
    lesson = make.lesson(seconds=600)
    hers, theirs = (make.play_session(person, lesson, at=AT) for person in (survivor, duplicate))
    take(hers, 1, (0, 400), after=minutes(10))
    take(theirs, 1, (300, 600), after=minutes(10))
    become_one(duplicate, survivor)

    for _time in range(2):
        unite_learning(survivor, at=AT + minutes(11))

    assert {record.covered_seconds for record in WatchRecord.objects.all()} == {600}
    completion = LessonCompletion.objects.get()
    assert (completion.person, completion.evidence["online_seconds"]) == (survivor, 600)
    assert CourseCompletion.objects.get().person == survivor
    assert complete_missing_courses(at=AT + minutes(12)) == []
    assert rebuild_watch_records(dry_run=True) == []


def test_what_is_watched_after_merging_is_known_to_both_records(survivor, duplicate):
    lesson = make.lesson(seconds=600)
    hers, theirs = (make.play_session(person, lesson, at=AT) for person in (survivor, duplicate))
    become_one(duplicate, survivor)

    take(theirs, 1, (0, 100), after=minutes(5))
    body = take(hers, 1, (0, 200), after=minutes(6))

    assert body["percent"] == 33
    assert [record.covered.pairs for record in WatchRecord.objects.all()] == [[(0, 200)], [(0, 200)]]
    assert rebuild_watch_records(dry_run=True) == []


def test_if_merging_was_wrong_the_facts_still_tell_the_two_apart(survivor, duplicate):
    """There is no way back at the desk; should one be made by hand, the records can be computed anew."""
    lesson = make.lesson(seconds=600)
    hers, theirs = (make.play_session(person, lesson, at=AT) for person in (survivor, duplicate))
    take(hers, 1, (0, 100), after=minutes(10))
    take(theirs, 1, (300, 400), after=minutes(10))
    become_one(duplicate, survivor)
    unite_learning(survivor, at=AT)
    Person.objects.filter(pk=duplicate.pk).update(merged_into=None, is_active=True)

    assert len(rebuild_watch_records()) == 2

    assert [record.covered.pairs for record in WatchRecord.objects.order_by("pk")] == [[(0, 100)], [(300, 400)]]
    assert take(theirs, 2, (400, 420), after=minutes(11))["accepted"] == [[400, 420]]


def test_she_goes_on_where_the_other_account_stopped(survivor, duplicate):
    lesson = make.lesson(seconds=600)
    take(make.play_session(duplicate, lesson, at=AT), 1, (0, 300), after=minutes(10))
    become_one(duplicate, survivor)

    session = open_session(survivor, lesson, at=AT + minutes(11))

    assert (session.person, session.record.covered_seconds) == (survivor, 300)
    assert (CourseEnrolment.objects.count(), WatchRecord.objects.count()) == (1, 1)
    assert take(session, 1, (300, 600), after=minutes(5))["completed"] is True


def test_an_open_quiz_and_what_was_refused_follow_her(survivor, duplicate):
    quiz = make.lesson(completion_rule="quiz", kind="practice")
    sitting = open_sitting(duplicate, quiz, at=AT)
    lesson = make.lesson(seconds=600)
    take(make.play_session(duplicate, lesson, at=AT), 1, (0, 600), after=minutes(1))
    become_one(duplicate, survivor)

    assert open_sitting(survivor, quiz, at=AT) == sitting
    shown = make.signed_in(survivor).get(reverse("learning:quiz", args=[quiz.pk])).content.decode()
    hand_in(QuizSitting.objects.get(pk=sitting.pk), given={item["id"]: item["key"] for item in sitting.paper}, at=AT)
    refused = unpaid_of(survivor)[0].row

    assert sitting.code in shown
    assert last_attempt(survivor, quiz).passed
    assert LessonCompletion.objects.get(lesson_key=quiz.translation_key).person == survivor
    assert appeal(refused, by=survivor, at=AT).refused == refused


def test_merging_puts_both_together_at_once(survivor, duplicate, clock, django_capture_on_commit_callbacks):
    lesson = make.lesson(seconds=600)
    for person, pair in ((survivor, (0, 400)), (duplicate, (300, 600))):
        take(make.play_session(person, lesson, at=AT), 1, pair, after=minutes(10))

    with django_capture_on_commit_callbacks(execute=True):
        become_one(duplicate, survivor, at=clock.now)

    assert LessonCompletion.objects.get().person == survivor
    assert StudyClock.objects.get().person == survivor
