"""Checks fall due where credit hangs on watching; what waits is neither lost nor paid twice."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from courses.models import Choice
from lms.learning.domain.checking import NoSuchCheck, NotAChoice, answer_check, ask_check, choice_code
from lms.learning.domain.checks import PAUSE_AFTER_FAILING, due_after
from lms.learning.domain.evidence import PaidTime
from lms.learning.domain.rebuilding import rebuild_watch_records
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.enums import RefusalReason
from lms.learning.models import (
    LessonCompletion,
    PlaySession,
    PresenceCheck,
    RefusedStretch,
    StudyClock,
    WaitingStretch,
    WatchRecord,
)
from lms.lib.stretches import Stretches
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 4, 15, 2, tzinfo=UTC)


class Watcher:
    """A village cadre who watches at ordinary speed, a report every 15 seconds."""

    def __init__(self, person=None) -> None:
        self.person, self.at = person or PersonFactory(cadre=True), AT
        self.places: dict[int, int] = {}

    def open(self, lesson=None) -> PlaySession:
        return open_session(self.person, lesson or make.credit_lesson(), at=self.at)

    def watch(self, session: PlaySession, seconds: int) -> dict:
        """Watch on for so long; returns the last receipt."""
        start = self.places.get(session.page_id, 0)
        body: dict = {}
        for begin in range(start, start + seconds, 15):
            end = min(begin + 15, start + seconds)
            self.at += timedelta(seconds=end - begin)
            number = session.receipts.count() + 1
            body = accept_report(session, number, stretches=Stretches.of([(begin, end)]), at=self.at).body
            assert body["refused"] == []
        self.places[session.page_id] = start + seconds
        return body

    def until_due(self, session: PlaySession) -> PresenceCheck:
        """Watch until a check is open."""
        while not (check := self.check):
            self.watch(session, 15)
        return check

    @property
    def check(self) -> PresenceCheck | None:
        return PresenceCheck.objects.filter(person=self.person, outcome="open").first()

    @property
    def clock(self) -> StudyClock:
        return StudyClock.objects.get(person=self.person)

    @property
    def due(self) -> int:
        return due_after(self.clock.seed, self.clock.checks_answered)

    def covered(self) -> int:
        return sum(record.covered_seconds for record in WatchRecord.objects.filter(person=self.person))

    def answer(self, *, right: bool = True, check: PresenceCheck | None = None) -> PresenceCheck:
        check = ask_check(self.person, (check or self.check).code, at=self.at)
        number, choice = len(check.asked), choice_named(check, right=right)
        return answer_check(self.person, check.code, number, choice, at=self.at)


def choice_named(check: PresenceCheck, *, right: bool) -> str:
    """What one of the choices of the check's question is called outside."""
    choices = Choice.objects.filter(question_id=check.asked[-1]["question"], is_right=right)
    return choice_code(check, choices[0].pk)


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


def test_checks_fall_due_only_where_credit_hangs_on_watching_for_this_person():
    lesson, cadre = make.credit_lesson(), PersonFactory(cadre=True)
    course = make.credit_course()
    quiz = make.credit_lesson(course, completion_rule="quiz", video=make.ready_video(course.org))
    farmer = PersonFactory(elder_mode=True)
    for_farmers = make.credit_lesson(make.credit_course(credit_for=["farmer"]))
    cadre_in_elder_mode = PersonFactory(cadre=True, elder_mode=True)

    said = [
        open_session(person, page, at=AT).has_checks
        for person, page in [
            (cadre, lesson),
            (cadre, make.lesson()),
            (cadre, quiz),
            (farmer, lesson),
            (PersonFactory(), for_farmers),
            (farmer, for_farmers),
            (cadre_in_elder_mode, lesson),
        ]
    ]

    assert said == [True, False, False, False, True, False, True]


def test_who_has_watched_enough_watches_again_without_checks(watcher):
    lesson = make.credit_lesson(seconds=300)
    watcher.watch(watcher.open(lesson), 300)

    assert watcher.open(lesson).has_checks is False


def test_watching_counts_up_to_the_moment_the_check_falls_due_and_waits_from_then_on(watcher):
    session = watcher.open()

    body = watcher.watch(session, 750)

    assert watcher.covered() == watcher.clock.unchecked_seconds == watcher.due
    assert body["check_due"] == {"check": watcher.check.code, "after": watcher.due}
    assert (body["accepted"], body["waiting"]) == ([], [[735, 750]])
    row = WaitingStretch.objects.get()
    assert row.seconds == Stretches.of([(watcher.due, 750)])
    assert not RefusedStretch.objects.exists()


def test_a_right_answer_counts_what_waited_and_the_next_check_is_minutes_away(watcher):
    session = watcher.open()
    watcher.watch(session, 750)

    check = watcher.answer()

    assert check.outcome == "passed"
    assert watcher.covered() == 750
    assert (watcher.clock.checks_answered, watcher.check) == (1, None)
    body = watcher.watch(session, 15)
    assert "check_due" not in body and body["accepted"] == [[750, 765]]
    assert rebuild_watch_records() == []


def test_the_counter_is_the_person_s_across_lessons_and_sessions(watcher):
    lessons = [make.credit_lesson(seconds=480) for _number in range(4)]

    for lesson in lessons:
        watcher.watch(watcher.open(lesson), 420)
        if watcher.check:
            break

    assert watcher.covered() == watcher.due <= 720
    assert watcher.check.page_id == lesson.pk


def test_waiting_is_paid_when_reported_and_never_again(watcher):
    session = watcher.open()
    check = watcher.until_due(session)
    watcher.watch(session, 120)
    paid = PaidTime.from_bytes(watcher.clock.paid).ms
    place = watcher.places[session.page_id]

    # The same minutes reported again while they wait, in a second later: nothing to pay them with is needed.
    watcher.at += timedelta(seconds=1)
    again = accept_report(session, 999, stretches=Stretches.of([(place - 120, place)]), at=watcher.at)
    watcher.answer(check=check)

    assert again.body["waiting"] == [[place - 120, place]] and again.body["refused"] == []
    assert PaidTime.from_bytes(watcher.clock.paid).ms == paid
    assert watcher.covered() == place


def test_what_the_clock_refuses_does_not_wait_either(watcher):
    session = watcher.open(make.credit_lesson(seconds=10_000))
    watcher.until_due(session)

    body = accept_report(session, 9999, stretches=Stretches.of([(0, 10_000)]), at=watcher.at).body

    known = watcher.covered() + sum(row.seconds.seconds for row in WaitingStretch.objects.all())
    assert known == 2 * (watcher.at - AT).total_seconds()
    assert body["refused"] == [[known, 10_000, "clock"]]


def test_three_wrong_answers_discard_what_waited_keep_it_as_refused_and_another_check_is_due(watcher):
    session = watcher.open()
    watcher.watch(session, 750)
    covered, first = watcher.covered(), watcher.check

    for _time in range(3):
        first = watcher.answer(right=False, check=first)

    assert first.outcome == "failed" and watcher.covered() == covered
    refused = RefusedStretch.objects.get()
    assert (refused.reason, Stretches.from_bytes(refused.stretches).pairs) == (RefusalReason.CHECK, [(covered, 750)])
    again = watcher.check
    assert again.answerable_from == watcher.at + PAUSE_AFTER_FAILING
    assert watcher.clock.checks_answered == 0
    assert rebuild_watch_records() == []


def test_after_failing_one_looks_again_and_what_is_watched_meanwhile_counts_with_the_next_answer(watcher):
    session = watcher.open()
    watcher.watch(session, 750)
    covered = watcher.covered()
    for _time in range(3):
        watcher.answer(right=False)
    early = ask_check(watcher.person, watcher.check.code, at=watcher.at)
    watcher.places[session.page_id] = covered

    watcher.watch(session, 480)
    waited = watcher.covered()
    while watcher.check:
        watcher.answer()

    assert (early.asked, early.outcome) == ([], "open")
    assert (waited, watcher.covered()) == (covered, covered + 480)


def test_one_wrong_answer_asks_another_question_and_two_right_ones_make_up_for_it(watcher):
    session = watcher.open()
    watcher.watch(session, 750)

    outcomes = [watcher.answer(right=right, check=watcher.check).outcome for right in (False, True, True)]

    assert outcomes == ["open", "open", "passed"]
    asked = PresenceCheck.objects.get().asked
    assert len({each["question"] for each in asked}) == 3
    assert watcher.covered() == 750


def test_an_answer_releases_no_more_than_falls_due_again(watcher):
    """A check left open for an hour is not one answer for an hour."""
    session = watcher.open(make.credit_lesson(seconds=3600))
    watcher.until_due(session)
    watcher.watch(session, 1500)
    answered = 0

    while watcher.check:
        before = watcher.covered()
        watcher.answer()
        answered += 1
        assert watcher.covered() - before <= 720

    assert answered >= 3
    assert watcher.covered() == watcher.places[session.page_id]
    assert rebuild_watch_records() == []


def test_the_answer_completes_the_lesson_that_waited_for_it(watcher):
    session = watcher.open(make.credit_lesson(seconds=750))
    body = watcher.watch(session, 750)
    covered = watcher.covered()
    assert covered < 675 or body["completed"]

    while watcher.check:
        watcher.answer()

    assert LessonCompletion.objects.get().person == watcher.person
    assert watcher.covered() == 750


def test_an_answered_check_stays_answered(watcher):
    session = watcher.open()
    watcher.watch(session, 750)
    check = ask_check(watcher.person, watcher.check.code, at=watcher.at)
    choice = choice_named(check, right=True)
    answer_check(watcher.person, check.code, 1, choice, at=watcher.at)
    before = watcher.covered(), watcher.clock.checks_answered

    again = [answer_check(watcher.person, check.code, 1, each, at=watcher.at) for each in (choice, "x" * 16)]

    assert [each.outcome for each in again] == ["passed", "passed"]
    assert (watcher.covered(), watcher.clock.checks_answered) == before


def test_a_wrong_answer_sent_twice_counts_once(watcher):
    session = watcher.open()
    watcher.watch(session, 750)
    check = ask_check(watcher.person, watcher.check.code, at=watcher.at)
    wrong = choice_named(check, right=False)

    for _time in range(5):
        check = answer_check(watcher.person, check.code, 1, wrong, at=watcher.at)

    assert (check.wrong_count, len(check.asked), check.outcome) == (1, 2, "open")


def test_a_check_is_answered_by_its_person_with_one_of_its_choices(watcher):
    session = watcher.open()
    watcher.watch(session, 750)
    check = ask_check(watcher.person, watcher.check.code, at=watcher.at)

    with pytest.raises(NoSuchCheck):
        ask_check(PersonFactory(), check.code, at=watcher.at)
    for number, choice in [(1, "x" * 16), (2, choice_named(check, right=True))]:
        with pytest.raises(NotAChoice):
            answer_check(watcher.person, check.code, number, choice, at=watcher.at)

    check.refresh_from_db()
    assert (check.wrong_count, check.right_count, check.outcome) == (0, 0, "open")


def test_where_there_is_nothing_to_ask_nothing_waits_and_the_next_lesson_with_questions_asks_at_once(watcher):
    silent = make.published(make.live_lesson(make.credit_course(), seconds=1200))

    watcher.watch(watcher.open(silent), 1000)
    assert (watcher.covered(), watcher.check) == (1000, None)
    watcher.watch(watcher.open(make.credit_lesson()), 15)

    assert watcher.check is not None
    assert watcher.covered() == 1000


def test_a_short_lesson_lets_the_check_ask_about_the_lesson_before(watcher):
    long, short = make.credit_lesson(), make.published(make.live_lesson(make.credit_course(), seconds=400))

    watcher.watch(watcher.open(long), 450)
    watcher.watch(watcher.open(short), 300)

    assert watcher.check.page_id == long.pk
    assert WaitingStretch.objects.get().record.page_id == short.pk


def test_a_check_about_which_nothing_can_be_asked_any_more_is_waived(watcher):
    lesson = make.credit_lesson()
    session = watcher.open(lesson)
    watcher.watch(session, 750)
    lesson.presence_questions.questions.all().delete()

    check = ask_check(watcher.person, watcher.check.code, at=watcher.at)

    assert check.outcome == "waived"
    assert watcher.covered() == 750
    assert rebuild_watch_records() == []


def test_a_question_edited_while_it_is_asked_is_replaced(watcher):
    session = watcher.open()
    watcher.watch(session, 750)
    check = ask_check(watcher.person, watcher.check.code, at=watcher.at)
    Choice.objects.filter(question_id=check.asked[0]["question"]).first().delete()

    again = ask_check(watcher.person, check.code, at=watcher.at)

    assert len(again.asked) == 1
    assert again.asked != check.asked


def test_the_database_keeps_one_open_check_to_a_person(watcher):
    session = watcher.open()
    check = watcher.until_due(session)

    with pytest.raises(IntegrityError, match=r"person_id|learning_check_one_open"), transaction.atomic():
        PresenceCheck.objects.create(
            person=watcher.person,
            session=session,
            page=check.page,
            after_seconds=1,
            opened_at=AT,
            answerable_from=AT,
        )


def test_checks_never_come_more_often_than_every_eight_counted_minutes(watcher):
    session = watcher.open(make.credit_lesson(seconds=3600))
    counted = []

    while watcher.places.get(session.page_id, 0) < 3000:
        watcher.watch(session, 15)
        if watcher.check:
            counted.append(watcher.covered())
            watcher.answer()

    gaps = [after - before for before, after in zip([0, *counted], counted, strict=False)]
    assert len(gaps) >= 4 and all(480 <= gap <= 720 for gap in gaps)
