"""Lessons fetched to be watched without network: what is paid, what is kept, what is complete."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from courses.domain.outlines import write_outline
from lms.learning.domain.packages import PACKAGES_IN_AN_HOUR, accept_package_report, issue_package
from lms.learning.domain.rebuilding import rebuild_watch_records
from lms.learning.domain.watching import BeyondLesson, CannotPlay, TooOften, accept_report, open_session
from lms.learning.enums import EvidenceKind, RefusalReason
from lms.learning.models import (
    CourseCompletion,
    CourseEnrolment,
    LessonCompletion,
    OfflinePackage,
    PackageReceipt,
    RefusedStretch,
    StudyClock,
    WatchRecord,
)
from lms.learning.queries import ADVICE, unpaid_of
from lms.learning.signals import evidence_improved
from lms.lib.stretches import Stretches
from media.models import Video
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db

# Ten in the morning in Beijing.
AT = datetime(2026, 4, 15, 2, tzinfo=UTC)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def hand_in(package: OfflinePackage, number: int, *stretches: tuple[int, int], after: timedelta) -> dict:
    """Report that long after the package was fetched."""
    return accept_package_report(package, number, stretches=Stretches.of(stretches), at=package.issued_at + after).body


def test_issue_package_enrols_and_says_how_long_it_is_good():
    person, lesson = PersonFactory(), make.lesson()

    package = issue_package(person, lesson, at=AT)

    assert CourseEnrolment.objects.get().outline_version == package.outline_version
    assert (package.needed_seconds, package.record.decoded_seconds) == (540, 600)
    assert package.valid_until == AT + timedelta(days=7)


def test_issue_package_of_a_draft_lesson_is_refused_and_leaves_nothing():
    lesson = make.live_lesson()
    lesson.unpublish()
    lesson.refresh_from_db()

    with pytest.raises(CannotPlay):
        issue_package(PersonFactory(), lesson, at=AT)

    assert not OfflinePackage.objects.exists()


def test_fetching_sixty_lessons_in_an_hour_is_too_often():
    person, lesson = PersonFactory(), make.lesson()
    for _number in range(PACKAGES_IN_AN_HOUR):
        issue_package(person, lesson, at=AT)

    with pytest.raises(TooOften):
        issue_package(person, lesson, at=AT + minutes(1))

    assert issue_package(person, lesson, at=AT + minutes(61))


def test_a_report_of_a_package_is_paid_from_its_issue_to_its_arrival():
    package = issue_package(PersonFactory(), make.lesson(), at=AT)

    body = hand_in(package, 1, (0, 600), after=minutes(2))

    assert body == {
        "number": 1,
        "accepted": [[0, 240]],
        "refused": [[240, 600, "clock"]],
        "days": {"2026-04-15": 240},
        "percent": 40,
        "resume_point": 240,
        "completed": False,
    }
    record = WatchRecord.objects.get()
    assert record.coverage(EvidenceKind.OFFLINE).pairs == [(0, 240)]
    assert not record.online
    refused = RefusedStretch.objects.get()
    assert (refused.reason, Stretches.from_bytes(refused.stretches).pairs) == (RefusalReason.CLOCK, [(240, 600)])


def test_the_same_number_returns_the_first_receipt_and_changes_nothing():
    package = issue_package(PersonFactory(), make.lesson(), at=AT)
    first = hand_in(package, 1, (0, 60), after=minutes(10))
    before = WatchRecord.objects.values().get(), StudyClock.objects.values().get()

    again = hand_in(package, 1, (0, 600), after=minutes(50))

    assert again == first
    assert (WatchRecord.objects.values().get(), StudyClock.objects.values().get()) == before


def test_what_was_watched_without_network_completes_the_lesson_and_says_what_it_rests_on():
    package = issue_package(PersonFactory(), make.lesson(), at=AT)

    body = hand_in(package, 1, (0, 600), after=minutes(30))

    completion = LessonCompletion.objects.get()
    assert body["completed"] is True
    assert completion.evidence == {
        "watch_record": package.record_id,
        "video": package.video_id,
        "needed_seconds": 540,
        "covered_seconds": 600,
        "online_seconds": 0,
        "offline_seconds": 600,
        "group_seconds": 0,
        "settled_seconds": 0,
    }
    assert CourseCompletion.objects.count() == 1


def test_watching_online_what_was_only_known_offline_pays_and_betters_it(django_capture_on_commit_callbacks):
    person, lesson, heard = PersonFactory(), make.lesson(), []
    package = issue_package(person, lesson, at=AT)
    hand_in(package, 1, (0, 600), after=minutes(30))
    session = open_session(person, lesson, at=AT + minutes(60))
    paid = StudyClock.objects.get().paid

    def hear(watch_record_id, **kwargs):
        heard.append(watch_record_id)

    evidence_improved.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            accept_report(session, 1, stretches=Stretches.of([(0, 300)]), at=AT + minutes(65))
    finally:
        evidence_improved.disconnect(hear)

    record = WatchRecord.objects.get()
    assert record.coverage(EvidenceKind.ONLINE).pairs == [(0, 300)]
    assert record.coverage(EvidenceKind.OFFLINE).pairs == [(0, 600)]
    assert (record.covered_seconds, record.witnessed_percent) == (600, 50)
    assert len(StudyClock.objects.get().paid) > len(paid)
    assert heard == [record.pk]


def test_watching_on_after_the_lesson_was_complete_is_announced_by_the_percent(django_capture_on_commit_callbacks):
    """A rule of credit may ask for more than the lesson does."""
    session, heard = make.play_session(PersonFactory(), make.lesson(seconds=600), at=AT), []
    accept_report(session, 1, stretches=Stretches.of([(0, 540)]), at=AT + minutes(9))

    def hear(watch_record_id, **kwargs):
        heard.append(watch_record_id)

    evidence_improved.connect(hear)
    try:
        for number, (start, end) in enumerate([(540, 543), (543, 548), (540, 548)], start=2):
            with django_capture_on_commit_callbacks(execute=True):
                accept_report(session, number, stretches=Stretches.of([(start, end)]), at=AT + minutes(8 + number))
    finally:
        evidence_improved.disconnect(hear)

    assert heard == [session.record_id]


@pytest.mark.parametrize("online_first", [True, False])
def test_the_record_is_the_same_whichever_of_two_phones_is_heard_first(online_first):
    person, lesson = PersonFactory(), make.lesson()
    package = issue_package(person, lesson, at=AT)
    session = open_session(person, lesson, at=AT)
    sent = [
        lambda: accept_report(session, 1, stretches=Stretches.of([(0, 200)]), at=AT + minutes(14)),
        lambda: hand_in(package, 1, (100, 500), after=minutes(14)),
    ]

    for send in sent if online_first else reversed(sent):
        send()

    record = WatchRecord.objects.get()
    assert record.coverage(EvidenceKind.ONLINE).pairs == [(0, 200)]
    assert record.coverage(EvidenceKind.OFFLINE).pairs == [(100, 500)]


def test_what_was_watched_in_a_group_is_not_paid_again_without_network():
    person, lesson = PersonFactory(), make.lesson()
    make.group_watched(person, lesson, (0, 600), at=AT)
    package = issue_package(person, lesson, at=AT + minutes(60))

    body = hand_in(package, 1, (0, 600), after=minutes(1))

    assert (body["accepted"], body["days"]) == ([[0, 600]], {})


def test_a_package_handed_in_after_seven_days_pays_nothing_and_is_kept_with_its_reason():
    person = PersonFactory()
    package = issue_package(person, make.lesson(), at=AT)

    body = hand_in(package, 1, (0, 600), after=timedelta(days=7, seconds=1))

    assert (body["accepted"], body["refused"]) == ([], [[0, 600, "package_over"]])
    (unpaid,) = unpaid_of(person)
    assert unpaid.stretches.pairs == [(0, 600)]
    assert unpaid.advice == str(ADVICE[RefusalReason.PACKAGE_OVER])


def test_all_packages_of_a_person_together_pay_four_hours_of_a_day():
    person, hour = PersonFactory(), 3600
    packages = [issue_package(person, make.lesson(seconds=hour), at=AT) for _number in range(5)]

    bodies = [hand_in(package, 1, (0, hour), after=timedelta(hours=12)) for package in packages]

    assert [sum(end - start for start, end in body["accepted"]) for body in bodies] == [hour] * 4 + [0]
    assert bodies[4]["refused"] == [[0, hour, "day_full"]]
    assert StudyClock.objects.get().offline_days == {"2026-04-15": 4 * hour}
    assert RefusedStretch.objects.get().reason == RefusalReason.DAY_FULL


def test_days_that_no_package_reaches_any_more_are_forgotten():
    person = PersonFactory()
    hand_in(issue_package(person, make.lesson(), at=AT), 1, (0, 60), after=minutes(10))

    hand_in(issue_package(person, make.lesson(), at=AT + timedelta(days=9)), 1, (0, 60), after=minutes(10))

    assert StudyClock.objects.get().offline_days == {"2026-04-24": 60}


def test_only_the_time_before_a_takedown_pays():
    package = issue_package(PersonFactory(), make.lesson(), at=AT)
    Video.objects.update(taken_down_at=AT + minutes(2))

    body = hand_in(OfflinePackage.objects.get(), 1, (0, 600), after=minutes(60))

    assert body["accepted"] == [[0, 240]]
    assert body["refused"] == [[240, 600, "taken_down"]]
    assert package.record.video_id == package.video_id


def test_after_its_recording_was_replaced_a_package_still_counts_for_what_was_fetched():
    person, lesson = PersonFactory(), make.lesson()
    package = issue_package(person, lesson, at=AT)
    lesson.video = make.ready_video(lesson.org, seconds=100)
    lesson.save()
    write_outline(lesson.course, AT)

    body = hand_in(package, 1, (0, 600), after=minutes(30))

    assert (body["percent"], body["completed"]) == (100, True)
    assert LessonCompletion.objects.get().decoded_seconds == 600


def test_seconds_beyond_the_lesson_are_refused_and_leave_nothing():
    package = issue_package(PersonFactory(), make.lesson(), at=AT)

    with pytest.raises(BeyondLesson):
        hand_in(package, 1, (0, 603), after=minutes(60))

    assert not PackageReceipt.objects.exists() and not RefusedStretch.objects.exists()


def test_more_reports_than_a_person_can_send_leave_no_row():
    package = issue_package(PersonFactory(), make.lesson(), at=AT)
    for number in range(1, 301):
        hand_in(package, number, after=minutes(1))

    with pytest.raises(TooOften):
        hand_in(package, 301, (0, 1), after=minutes(1))

    assert PackageReceipt.objects.count() == 300


def test_a_package_that_comes_late_does_not_take_the_place_reached_since():
    person, lesson = PersonFactory(), make.lesson()
    package = issue_package(person, lesson, at=AT)
    session = open_session(person, lesson, at=AT + timedelta(days=1))
    accept_report(session, 1, stretches=Stretches.of([(300, 400)]), at=AT + timedelta(days=1, minutes=5))

    body = hand_in(package, 1, (0, 200), after=timedelta(days=2))

    assert body["resume_point"] == 400


def test_after_a_merging_a_package_is_paid_from_the_one_clock_of_both_accounts():
    person, other = PersonFactory(), PersonFactory()
    hour = 3600
    mine = issue_package(person, make.lesson(seconds=3 * hour), at=AT)
    hers = issue_package(other, make.lesson(seconds=3 * hour), at=AT)
    later = issue_package(other, make.lesson(seconds=3 * hour), at=AT)
    hand_in(mine, 1, (0, 3 * hour), after=timedelta(hours=3))
    hand_in(hers, 1, (0, 600), after=timedelta(hours=3))
    other.merged_into, other.is_active = person, False
    other.save()

    body = hand_in(OfflinePackage.objects.get(pk=later.pk), 1, (0, 3 * hour), after=timedelta(hours=9))

    left = 4 * hour - 3 * hour - 600
    assert (body["accepted"], body["days"]) == ([[0, left]], {"2026-04-15": left})
    clocks = {clock.person_id: clock.offline_days for clock in StudyClock.objects.all()}
    assert clocks == {person.pk: {"2026-04-15": 4 * hour}}


def test_a_second_fetching_is_a_package_of_its_own():
    """Two phones number their reports alike; one must not answer for the other."""
    person, lesson = PersonFactory(), make.lesson()
    one, other = issue_package(person, lesson, at=AT), issue_package(person, lesson, at=AT)

    hand_in(one, 1, (0, 60), after=minutes(10))
    body = hand_in(other, 1, (60, 120), after=minutes(10))

    assert body["accepted"] == [[60, 120]]
    assert WatchRecord.objects.get().covered_seconds == 120


def test_rebuilding_knows_packages():
    person, lesson = PersonFactory(), make.lesson()
    hand_in(issue_package(person, lesson, at=AT), 1, (0, 120), after=minutes(10))
    session = open_session(person, lesson, at=AT + minutes(20))
    accept_report(session, 1, stretches=Stretches.of([(100, 150)]), at=AT + minutes(25))
    assert rebuild_watch_records() == []
    WatchRecord.objects.update(offline=Stretches.of([(0, 600)]).to_bytes(), covered_seconds=600)

    (found,) = rebuild_watch_records()

    assert (found.kind, found.proven.pairs) == (EvidenceKind.OFFLINE, [(0, 120)])
    record = WatchRecord.objects.get()
    assert (record.covered.pairs, record.covered_seconds) == ([(0, 150)], 150)
    assert record.coverage(EvidenceKind.ONLINE).pairs == [(100, 150)]


def test_receipts_of_packages_are_never_changed():
    hand_in(issue_package(PersonFactory(), make.lesson(), at=AT), 1, (0, 60), after=minutes(10))

    with pytest.raises(IntegrityError), transaction.atomic():
        PackageReceipt.objects.update(number=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        PackageReceipt.objects.all().delete()

    assert PackageReceipt.objects.get().number == 1


def test_a_minute_before_midnight_in_beijing_pays_for_the_day_that_ends():
    midnight = datetime(2026, 4, 15, 16, tzinfo=UTC)
    package = issue_package(PersonFactory(), make.lesson(), at=midnight - minutes(1))

    body = hand_in(package, 1, (0, 180), after=minutes(2))

    assert {date.fromisoformat(day): seconds for day, seconds in body["days"].items()} == {
        date(2026, 4, 15): 120,
        date(2026, 4, 16): 60,
    }
