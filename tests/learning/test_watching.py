"""Reports become coverage, receipts, refused stretches and completions."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from courses.domain.outlines import write_outline
from lms.learning.domain.completing import complete_missing_courses
from lms.learning.domain.watching import (
    BeyondLesson,
    CannotPlay,
    TooOften,
    accept_report,
    adopt_resume_point,
    open_session,
    resume_point,
)
from lms.learning.enums import RefusalReason
from lms.learning.models import (
    CourseCompletion,
    CourseEnrolment,
    LessonCompletion,
    PlaySession,
    Receipt,
    RefusedStretch,
    StudyClock,
    WatchRecord,
)
from lms.learning.signals import course_completed, lesson_completed
from lms.lib.stretches import Stretches
from media.models import Video
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 4, 15, 2, tzinfo=UTC)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def watch(session: PlaySession, until: int, *, start: int = 0, at: datetime = AT, step: int = 15) -> datetime:
    """Honest watching from `start` to `until`, a report every `step` seconds; returns the moment it ends."""
    number = session.receipts.count()
    for begin in range(start, until, step):
        end = min(begin + step, until)
        number += 1
        at += seconds(end - begin)
        receipt = accept_report(session, number, stretches=Stretches.of([(begin, end)]), at=at)
        assert receipt.body["refused"] == []
    return at


def test_open_session_enrols_and_pins_the_outline():
    person, lesson = PersonFactory(), make.lesson()

    session = open_session(person, lesson, at=AT)

    enrolment = CourseEnrolment.objects.get()
    assert enrolment.person == person
    assert enrolment.outline_version == session.outline_version
    assert (session.needed_seconds, session.record.decoded_seconds) == (540, 600)


def test_open_session_of_a_draft_lesson_is_refused_and_leaves_nothing():
    lesson = make.live_lesson()
    lesson.unpublish()
    lesson.refresh_from_db()

    with pytest.raises(CannotPlay):
        open_session(PersonFactory(), lesson, at=AT)

    assert not PlaySession.objects.exists()


def test_opening_sixty_lessons_in_ten_minutes_is_too_often():
    person, lesson = PersonFactory(), make.lesson()
    for _number in range(60):
        open_session(person, lesson, at=AT)

    with pytest.raises(TooOften):
        open_session(person, lesson, at=AT + seconds(1))

    assert PlaySession.objects.count() == 60


def test_accept_report_says_what_counted():
    session = make.play_session(PersonFactory(), at=AT)

    receipt = accept_report(session, 1, stretches=Stretches.of([(0, 15)]), at=AT + seconds(15))

    assert receipt.body == {
        "number": 1,
        "accepted": [[0, 15]],
        "refused": [],
        "percent": 2,
        "resume_point": 15,
        "completed": False,
    }
    record = WatchRecord.objects.get()
    assert (record.covered.pairs, record.covered_seconds, record.resume_point) == ([(0, 15)], 15, 15)


def test_accept_report_twice_returns_the_first_receipt_and_changes_nothing():
    session = make.play_session(PersonFactory(), at=AT)
    first = accept_report(session, 1, stretches=Stretches.of([(0, 15)]), at=AT + seconds(15))
    before = WatchRecord.objects.values().get(), StudyClock.objects.values().get()

    again = accept_report(session, 1, stretches=Stretches.of([(0, 600)]), at=AT + seconds(90))

    assert again == first
    assert (WatchRecord.objects.values().get(), StudyClock.objects.values().get()) == before


def test_accept_report_pays_top_speed_at_most_and_keeps_the_rest_with_its_reason():
    session = make.play_session(PersonFactory(), at=AT)

    receipt = accept_report(session, 1, stretches=Stretches.of([(0, 600)]), at=AT + seconds(10))

    assert receipt.body["accepted"] == [[0, 20]]
    assert receipt.body["refused"] == [[20, 600, "clock"]]
    refused = RefusedStretch.objects.get()
    assert (refused.reason, Stretches.from_bytes(refused.stretches).pairs) == (RefusalReason.CLOCK, [(20, 600)])


def test_refused_stretches_of_a_day_are_united_in_one_row():
    session = make.play_session(PersonFactory(), at=AT)
    accept_report(session, 1, stretches=Stretches.of([(0, 30)]), at=AT + seconds(1))

    accept_report(session, 2, stretches=Stretches.of([(100, 110)]), at=AT + seconds(1))

    assert Stretches.from_bytes(RefusedStretch.objects.get().stretches).pairs == [(2, 30), (100, 110)]


def test_two_lessons_at_once_share_one_clock():
    person = PersonFactory()
    one, other = make.play_session(person, at=AT), make.play_session(person, at=AT)

    accept_report(one, 1, stretches=Stretches.of([(0, 60)]), at=AT + seconds(30))
    receipt = accept_report(other, 1, stretches=Stretches.of([(0, 60)]), at=AT + seconds(30))

    assert receipt.body["accepted"] == []


def test_seconds_beyond_the_lesson_are_refused_and_leave_nothing():
    session = make.play_session(PersonFactory(), at=AT)

    with pytest.raises(BeyondLesson):
        accept_report(session, 1, stretches=Stretches.of([(0, 603)]), at=AT + seconds(600))

    assert not Receipt.objects.exists()
    assert WatchRecord.objects.get().covered_seconds == 0


def test_a_player_that_rounds_up_at_the_end_is_clipped():
    session = make.play_session(PersonFactory(), at=AT)

    receipt = accept_report(session, 1, stretches=Stretches.of([(590, 602)]), at=AT + seconds(600))

    assert receipt.body["accepted"] == [[590, 600]]


def test_too_many_reports_are_answered_and_leave_no_row():
    session = make.play_session(PersonFactory(), at=AT)
    for number in range(1, 301):
        accept_report(session, number, stretches=Stretches(), at=AT)

    with pytest.raises(TooOften) as error:
        accept_report(session, 301, stretches=Stretches.of([(0, 1)]), at=AT + seconds(1))

    assert error.value.retry_after_seconds == 2
    assert Receipt.objects.count() == 300


def test_watching_ninety_percent_completes_lesson_and_course(django_capture_on_commit_callbacks):
    person, heard = PersonFactory(), []
    session = make.play_session(person, at=AT)

    def hear(signal, completion_id, **kwargs):
        heard.append((signal, completion_id))

    lesson_completed.connect(hear)
    course_completed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            at = watch(session, 539)
            assert not LessonCompletion.objects.exists()
            at = watch(session, 600, start=539, at=at)
    finally:
        lesson_completed.disconnect(hear)
        course_completed.disconnect(hear)

    completion, course = LessonCompletion.objects.get(), CourseCompletion.objects.get()
    assert heard == [(lesson_completed, completion.pk), (course_completed, course.pk)]
    assert (completion.person, completion.rule, completion.decoded_seconds) == (person, "coverage", 600)
    assert completion.evidence["covered_seconds"] == 554
    assert completion.completed_at < at
    assert course.evidence == {"lesson_completions": [completion.pk], "waived": []}


def test_a_course_waits_for_all_its_required_lessons_and_no_elective():
    person, course = PersonFactory(), make.live_course()
    one, two = make.live_lesson(course, seconds=60), make.live_lesson(course, seconds=60)
    elective = make.live_lesson(course, seconds=60, course_type="elective")
    make.published(one, two, elective)

    at = watch(open_session(person, one, at=AT), 60)
    assert not CourseCompletion.objects.exists()
    watch(open_session(person, two, at=at), 60, at=at)

    assert CourseCompletion.objects.get().person == person


def test_without_required_lessons_all_electives_count_but_none_in_person():
    person, course = PersonFactory(), make.live_course()
    one = make.live_lesson(course, seconds=60, course_type="elective")
    two = make.live_lesson(course, seconds=60, course_type="elective")
    in_person = make.live_lesson(course, kind="offline", completion_rule="offline", course_type="elective")
    make.published(one, two, in_person)

    at = watch(open_session(person, one, at=AT), 60)
    assert not CourseCompletion.objects.exists()
    watch(open_session(person, two, at=at), 60, at=at)

    assert CourseCompletion.objects.count() == 1


def test_a_withdrawn_lesson_is_waived_and_the_sweeper_completes_the_course():
    person, course = PersonFactory(), make.live_course()
    one, two = make.live_lesson(course, seconds=60), make.live_lesson(course, seconds=60)
    make.published(one, two)
    watch(open_session(person, one, at=AT), 60)
    two.unpublish()
    write_outline(course, AT + seconds(100))

    found = complete_missing_courses(at=AT + seconds(200))

    assert [enrolment.person for enrolment in found] == [person]
    assert CourseCompletion.objects.get().evidence["waived"] == [str(two.translation_key)]
    assert complete_missing_courses(at=AT + seconds(300)) == []


def test_a_lesson_added_after_enrolment_is_not_asked_of_those_who_began():
    person, course = PersonFactory(), make.live_course()
    one = make.live_lesson(course, seconds=60)
    make.published(one)
    session = open_session(person, one, at=AT)
    make.live_lesson(course, seconds=60)
    write_outline(course, AT)

    watch(session, 60)

    assert CourseCompletion.objects.get().outline_version.number == 1


def test_a_newer_outline_that_is_met_moves_the_pin():
    person, course = PersonFactory(), make.live_course()
    one, two = make.live_lesson(course, seconds=60), make.live_lesson(course, seconds=60)
    make.published(one, two)
    at = watch(open_session(person, one, at=AT), 60)
    two.course_type = "elective"
    two.save()
    newer = write_outline(course, at)

    complete_missing_courses(at=at)

    assert CourseCompletion.objects.get().outline_version == newer
    assert CourseEnrolment.objects.get().outline_version == newer


def test_what_a_merged_account_completed_is_not_completed_again():
    person, lesson = PersonFactory(), make.lesson(seconds=60)
    other = PersonFactory()
    at = watch(open_session(other, lesson, at=AT), 60)
    other.merged_into = person
    other.save()

    watch(open_session(person, lesson, at=at), 60, at=at)

    assert [completion.person for completion in LessonCompletion.objects.all()] == [other]
    assert [completion.person for completion in CourseCompletion.objects.all()] == [other]


def test_a_replaced_recording_begins_anew_and_is_judged_by_its_own_length():
    person, lesson = PersonFactory(), make.lesson()
    watch(open_session(person, lesson, at=AT), 60)
    lesson.video = make.ready_video(lesson.org, seconds=100)
    lesson.save()
    write_outline(lesson.course, AT)

    session = open_session(person, lesson, at=AT + seconds(100))

    assert (session.needed_seconds, session.record.decoded_seconds, session.record.covered_seconds) == (90, 100, 0)
    assert WatchRecord.objects.count() == 2


def test_after_a_takedown_of_the_recording_only_the_minutes_before_it_count():
    session = make.play_session(PersonFactory(), at=AT)
    Video.objects.update(taken_down_at=AT + seconds(10))
    session = PlaySession.objects.get()

    receipt = accept_report(session, 1, stretches=Stretches.of([(0, 30)]), at=AT + seconds(30))

    assert receipt.body["accepted"] == [[0, 20]]
    assert receipt.body["refused"] == [[20, 30, "taken_down"]]


def test_the_place_reached_without_an_account_is_adopted_and_nothing_counts():
    person, lesson = PersonFactory(), make.lesson()

    record = adopt_resume_point(person, lesson, resume_point=240, at=AT)

    assert (resume_point(record), record.covered_seconds) == (240, 0)
    assert adopt_resume_point(person, lesson, resume_point=30, at=AT).resume_point == 240


def test_after_the_end_the_lesson_starts_at_the_beginning():
    session = make.play_session(PersonFactory(), at=AT)
    watch(session, 600)

    assert resume_point(WatchRecord.objects.get()) == 0


def test_an_older_report_that_comes_late_does_not_move_the_resume_point():
    session = make.play_session(PersonFactory(), at=AT)
    accept_report(session, 2, stretches=Stretches.of([(100, 110)]), at=AT + seconds(30))

    accept_report(session, 1, stretches=Stretches.of([(0, 10)]), at=AT + seconds(31))

    assert WatchRecord.objects.get().resume_point == 110


@pytest.mark.parametrize("model", [Receipt, LessonCompletion, CourseCompletion])
def test_facts_are_never_changed(model):
    watch(make.play_session(PersonFactory(), make.lesson(seconds=30), at=AT), 30)
    row = model.objects.first()

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(pk=row.pk).delete()

    assert model.objects.filter(pk=row.pk).exists()


def test_new_years_eve_in_beijing_belongs_to_two_days():
    session = make.play_session(PersonFactory(), at=datetime(2026, 12, 31, 15, 59, 0, tzinfo=UTC))

    for number, moment in enumerate([(2026, 12, 31, 15, 59, 30), (2026, 12, 31, 16, 0, 30)], start=1):
        at = datetime(*moment, tzinfo=UTC)
        accept_report(session, number, stretches=Stretches.of([(300 * number - 300, 300 * number)]), at=at)

    days = RefusedStretch.objects.order_by("day").values_list("day", flat=True)
    assert [str(day) for day in days] == ["2026-12-31", "2027-01-01"]
