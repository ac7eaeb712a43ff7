"""What was watched without network gives hours once a quiz was passed, or it was watched with network, too."""

from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from courses.models import Choice, QuestionSet
from lms.credits.domain.checking import ledger_faults, person_faults
from lms.credits.domain.explaining import explain
from lms.credits.domain.missing import not_yet_because, unpaid_completions
from lms.credits.domain.registering import register_credit
from lms.credits.domain.telling import tell_of_lesson
from lms.credits.models import CreditLedgerEntry, CreditRule
from lms.learning.domain.checking import answer_check, ask_check, choice_code
from lms.learning.domain.packages import accept_package_report, issue_package
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.models import LessonCompletion, QuizAttempt, WatchRecord
from lms.learning.queries import open_check
from lms.lib.stretches import Stretches
from lms.people.models import Person
from tests.credits.world import AT, Taught, adopt, complete_course, per_course, teach
from tests.factories import learning as make
from tests.learning.papers import answer_quiz
from tests.tasks import run_tasks_at_once

pytestmark = pytest.mark.django_db

SECONDS = 1800


@pytest.fixture
def worker(settings):
    """Tasks run as soon as they are enqueued."""
    run_tasks_at_once(settings)


def with_quiz(taught: Taught, *numbers: int, org: Any) -> QuestionSet:
    """The taught course, with the same quiz in some of its lessons."""
    quiz = make.quiz_of(org)
    lessons = taught.outline.lessons
    for number in numbers:
        lessons[number] |= {"quiz_id": quiz.pk, "pass_mark": 60}
    taught.outline.pk, taught.outline.number, taught.outline.sha256 = None, 2, "1" * 64
    taught.outline._state.adding = True
    taught.outline.save()
    return quiz


def watched(person, taught, video, number=0, *, online=(0, 0), offline=(0, 0), group=(0, 0)) -> LessonCompletion:
    """A lesson completed by coverage of these kinds."""
    lesson = taught.outline.lessons[number]
    kinds = {"online": Stretches.of([online]), "offline": Stretches.of([offline]), "group": Stretches.of([group])}
    record = WatchRecord(
        person=person,
        lesson_key=lesson["translation_key"],
        page_id=lesson["page_id"],
        video=video,
        decoded_seconds=SECONDS,
        last_watched_at=AT,
        **{kind: stretches.to_bytes() for kind, stretches in kinds.items()},
    )
    record.covered_seconds = record.covered.seconds
    record.save()
    return LessonCompletion.objects.create(
        person=person,
        lesson_key=lesson["translation_key"],
        page_id=lesson["page_id"],
        outline_version=taught.outline,
        rule="coverage",
        completed_at=AT,
        decoded_seconds=SECONDS,
        evidence={
            "watch_record": record.pk,
            "needed_seconds": 1620,
            "covered_seconds": record.covered_seconds,
            **{f"{kind}_seconds": stretches.seconds for kind, stretches in kinds.items()},
        },
    )


def passed(person, taught, quiz, number=0, *, is_passed=True, offline=False) -> QuizAttempt:
    lesson = taught.outline.lessons[number]
    return QuizAttempt.objects.create(
        person=person,
        lesson_key=lesson["translation_key"],
        page_id=lesson["page_id"],
        outline_version=taught.outline,
        question_set=quiz,
        number=QuizAttempt.objects.count() + 1,
        right_count=3 if is_passed else 0,
        question_count=3,
        pass_mark=60,
        passed=is_passed,
        submitted_at=AT,
        answered_offline=offline,
    )


def codes(person, taught) -> list[str]:
    return [one["code"] for one in not_yet_because(person, f"lesson:{taught.outline.lessons[0]['translation_key']}")]


def test_offline_watching_alone_gives_no_hours_and_says_why(cast, video):
    adopt()
    taught = teach(SECONDS)
    with_quiz(taught, 0, org=cast.orgs.provider)
    completion = watched(cast.learner, taught, video, offline=(0, SECONDS))

    assert register_credit(completion, at=AT) == []

    assert codes(cast.learner, taught) == ["offline_needs_quiz"]
    told = tell_of_lesson(cast.learner, completion.lesson_key)
    assert told.settled and taught.outline.lessons[0]["title"] in told.text
    (unpaid,) = unpaid_completions(cast.learner, AT.year)
    assert explain(unpaid.missing) == [told.text]
    assert list(ledger_faults()) == []


def test_a_passed_quiz_vouches_for_it_and_is_named_in_the_evidence(cast, video):
    adopt()
    taught = teach(SECONDS)
    quiz = with_quiz(taught, 0, org=cast.orgs.provider)
    completion = watched(cast.learner, taught, video, offline=(0, SECONDS))
    passed(cast.learner, taught, quiz, is_passed=False)
    assert register_credit(completion, at=AT) == []
    attempt = passed(cast.learner, taught, quiz)

    (entry,) = register_credit(completion, at=AT)

    assert (entry.hours, entry.evidence["lessons"][0]["vouched_by"]) == (Decimal("1.00"), attempt.pk)
    assert entry.evidence["lessons"][0]["witnessed_percent"] == 0
    assert list(ledger_faults()) == []


def test_a_quiz_that_was_itself_answered_without_network_vouches_for_nothing(cast, video):
    adopt()
    taught = teach(SECONDS)
    quiz = with_quiz(taught, 0, org=cast.orgs.provider)
    completion = watched(cast.learner, taught, video, offline=(0, SECONDS))
    passed(cast.learner, taught, quiz, offline=True)

    assert register_credit(completion, at=AT) == []
    assert codes(cast.learner, taught) == ["offline_needs_quiz"]

    attempt = passed(cast.learner, taught, quiz)
    (entry,) = register_credit(completion, at=AT)
    assert entry.evidence["lessons"][0]["vouched_by"] == attempt.pk
    assert list(ledger_faults()) == []


def test_hours_for_a_passed_test_wait_for_the_quiz_with_network(
    cast, video, worker, django_capture_on_commit_callbacks
):
    adopt("yn_2024")
    rule = CreditRule.objects.exclude(region_code="").get()
    rule.parameters |= {"test_pass_hours": "0.5"}
    rule.save()
    course = make.live_course(cast.orgs.provider, audience=["village_cadre"], credit_for=["village_cadre"])
    lesson = make.published(make.live_lesson(course, completion_rule="quiz", kind="practice"))
    key = f"lesson:{lesson.translation_key}"
    right = {each.pk: each.choices.get(is_right=True).pk for each in lesson.quiz.questions.all()}
    with django_capture_on_commit_callbacks(execute=True):
        assert answer_quiz(cast.learner, lesson, answers=right, at=AT, offline=True).passed

    assert LessonCompletion.objects.count() == 1 and not CreditLedgerEntry.objects.exists()
    assert [one["code"] for one in not_yet_because(cast.learner, key)] == ["offline_test"]

    with django_capture_on_commit_callbacks(execute=True):
        again = answer_quiz(cast.learner, lesson, answers=right, at=AT + timedelta(minutes=5))
    entry = CreditLedgerEntry.objects.get()
    assert (entry.component, entry.hours) == ("test_bonus", Decimal("0.50"))
    assert entry.evidence["lessons"][0]["test_vouched_by"] == again.pk
    assert list(ledger_faults()) == []


def test_watching_it_with_network_gives_the_hours_without_a_quiz(cast, video):
    adopt()
    taught = teach(SECONDS)
    completion = watched(cast.learner, taught, video, offline=(0, SECONDS))
    assert codes(cast.learner, taught) == ["offline_needs_network"]
    record = WatchRecord.objects.get()
    record.online = Stretches.of([(0, 1619)]).to_bytes()
    record.save()
    assert register_credit(completion, at=AT) == []
    record.online = Stretches.of([(0, 1620)]).to_bytes()
    record.save()

    (entry,) = register_credit(completion, at=AT)

    assert entry.hours == Decimal("1.00")


@pytest.mark.parametrize(
    "kinds",
    [
        {"online": (0, 1620)},
        {"online": (0, 1620), "offline": (0, SECONDS)},
        {"online": (0, 1000), "group": (900, 1700)},
        {"group": (0, 1700), "offline": (0, 900)},
    ],
)
def test_what_was_watched_online_or_in_a_group_needs_no_quiz(cast, video, kinds):
    rule = adopt()
    rule.parameters = rule.parameters | {"group_share": "1"}
    rule.save()
    completion = watched(cast.learner, teach(SECONDS), video, **kinds)

    (entry,) = register_credit(completion, at=AT)

    assert entry.hours == Decimal("1.00")


def test_a_rule_may_do_without_the_quiz_and_says_so_in_its_terms(cast, video):
    rule = adopt()
    rule.offline_needs_quiz = False
    rule.save()
    completion = watched(cast.learner, teach(SECONDS), video, offline=(0, SECONDS))

    (entry,) = register_credit(completion, at=AT)

    assert entry.evidence["terms"]["offline_needs_quiz"] is False
    assert list(ledger_faults()) == []


def test_terms_of_the_usual_rule_are_those_of_entries_written_before(cast):
    assert adopt().terms.keys() == {"code", "unit", "parameters"}


def test_adopting_a_preset_takes_over_whether_a_quiz_is_needed(cast):
    adopt(region="991100000000")
    CreditRule.objects.filter(code="sx_legacy", region_code="").update(offline_needs_quiz=False)

    assert adopt("sx_legacy").offline_needs_quiz is False


def test_a_rule_says_yes_or_no_about_the_quiz(cast):
    rule = adopt()
    rule.offline_needs_quiz = "perhaps"

    with pytest.raises(ValidationError):
        rule.full_clean()


def test_a_lesson_without_a_quiz_is_vouched_for_by_any_quiz_of_its_course(cast, video):
    adopt()
    taught = teach(SECONDS, SECONDS)
    quiz = with_quiz(taught, 1, org=cast.orgs.provider)
    completion = watched(cast.learner, taught, video, offline=(0, SECONDS))
    assert codes(cast.learner, taught) == ["offline_needs_course_quiz"]
    passed(cast.learner, taught, quiz, 1)

    (entry,) = register_credit(completion, at=AT)

    assert entry.hours == Decimal("1.00")


def test_the_quiz_of_another_lesson_does_not_vouch_for_one_that_has_its_own(cast, video):
    adopt()
    taught = teach(SECONDS, SECONDS)
    quiz = with_quiz(taught, 0, 1, org=cast.orgs.provider)
    completion = watched(cast.learner, taught, video, offline=(0, SECONDS))
    passed(cast.learner, taught, quiz, 1)

    assert register_credit(completion, at=AT) == []


def test_somebody_elses_quiz_vouches_for_nobody(cast, video):
    adopt()
    taught = teach(SECONDS)
    quiz = with_quiz(taught, 0, org=cast.orgs.provider)
    completion = watched(cast.learner, taught, video, offline=(0, SECONDS))
    passed(cast.neighbour_learner, taught, quiz)

    assert register_credit(completion, at=AT) == []


def test_a_course_waits_for_the_quiz_of_the_lesson_that_was_watched_offline(cast, video):
    per_course(adopt("sx_legacy"))
    taught = teach(SECONDS, SECONDS)
    quiz = with_quiz(taught, 0, 1, org=cast.orgs.provider)
    watched(cast.learner, taught, video, 0, offline=(0, SECONDS))
    watched(cast.learner, taught, video, 1, online=(0, SECONDS))
    completion = complete_course(cast.learner, taught)
    assert register_credit(completion, at=AT) == []
    passed(cast.learner, taught, quiz, 0)

    (entry,) = register_credit(completion, at=AT)

    assert entry.hours == Decimal("1.33")


def test_an_entry_whose_quiz_was_never_passed_is_found(cast, video):
    adopt()
    taught = teach(SECONDS)
    quiz = with_quiz(taught, 0, org=cast.orgs.provider)
    completion = watched(cast.learner, taught, video, offline=(0, SECONDS))
    attempt = passed(cast.learner, taught, quiz)
    register_credit(completion, at=AT)

    with pytest.MonkeyPatch.context() as patch:
        # The row itself cannot be changed: the database refuses.
        patch.setattr(QuizAttempt.objects, "filter", lambda **_terms: QuizAttempt.objects.exclude(pk=attempt.pk))
        faults = list(person_faults(cast.learner.pk))

    assert faults == ["entry 1: no passed quiz vouches for what was watched without network"]


def answer_what_is_asked(person: Person, *, at: datetime) -> None:
    """Rightly, until no question in between waits any more."""
    while check := open_check(person.pk):
        check = ask_check(person, check.code, at=at)
        asked = check.asked[-1]
        right = Choice.objects.get(question_id=asked["question"], is_right=True)
        answer_check(person, check.code, len(check.asked), choice_code(check, right.pk), at=at)


@pytest.mark.parametrize("way", ["quiz", "network"])
def test_from_the_fields_to_the_ledger(cast, worker, way, django_capture_on_commit_callbacks):
    """With nothing faked: fetched, watched without network, complete, no hours; then vouched for, and registered."""
    adopt()
    person = cast.learner
    course = make.live_course(cast.orgs.provider, audience=["village_cadre"], credit_for=["village_cadre"])
    lesson = make.published(make.live_lesson(course, seconds=SECONDS, quiz=make.quiz_of(cast.orgs.provider)))
    package = issue_package(person, lesson, at=AT)
    with django_capture_on_commit_callbacks(execute=True):
        later = AT + timedelta(hours=2)
        accept_package_report(package, 1, stretches=Stretches.of([(0, SECONDS)]), at=later)
    assert LessonCompletion.objects.count() == 1
    assert CreditLedgerEntry.objects.count() == 0

    with django_capture_on_commit_callbacks(execute=True):
        if way == "quiz":
            answers = {each.pk: each.choices.get(is_right=True).pk for each in lesson.quiz.questions.all()}
            assert answer_quiz(person, lesson, answers=answers, at=later).passed
        else:
            session = open_session(person, lesson, at=later)
            for number in (1, 2):
                at = later + timedelta(minutes=14 * number)
                start = 840 * (number - 1)
                accept_report(session, number, stretches=Stretches.of([(start, start + 840)]), at=at)
                answer_what_is_asked(person, at=at + timedelta(seconds=30))

    entry = CreditLedgerEntry.objects.get()
    assert (entry.source_id, entry.hours) == (LessonCompletion.objects.get().pk, Decimal("1.00"))
    assert list(ledger_faults()) == []


def test_the_sweeper_registers_what_a_lost_task_left_behind(cast, video):
    adopt()
    taught = teach(SECONDS)
    quiz = with_quiz(taught, 0, org=cast.orgs.provider)
    watched(cast.learner, taught, video, offline=(0, SECONDS))
    call_command("register_missing_credits", stdout=StringIO())
    assert CreditLedgerEntry.objects.count() == 0
    passed(cast.learner, taught, quiz)

    call_command("register_missing_credits", stdout=StringIO())

    assert CreditLedgerEntry.objects.get().hours == Decimal("1.00")
