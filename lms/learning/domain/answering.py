"""A learner hands in a quiz; it is marked here, and the key never leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courses.enums import CompletionRule, LessonKind, QuestionKind
from courses.models import LessonPage, QuestionSet
from courses.policies import can_enter
from lms.learning.domain.completing import complete_lesson
from lms.learning.domain.enrolling import lock_clock
from lms.learning.domain.marking import Item, in_words, is_answered, is_right
from lms.learning.domain.showing import HERE_AND_NOW, OFFLINE_FOR, ONLINE_FOR, Arrival
from lms.learning.domain.sitting import NoQuiz, terms_for
from lms.learning.models import QuizAttempt, QuizSitting
from lms.learning.signals import announce, quiz_passed
from lms.people.models import Person


class AnswersMissing(Exception):
    """Some questions were not answered, or not with what stands on the paper."""


class Replaced(Exception):
    """The sitting was replaced by another, because questions were changed meanwhile; the text says so."""


class Stale(Exception):
    """The questions were sent so long ago that they are shown once more before they are handed in; the text says so."""


class NeedsNetwork(Exception):
    """An exam was answered without network; the text says what to do."""


class TooLate(Exception):
    """What was answered without network came too late; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is said about one answer afterwards; `item` is the part of it that may travel, where it is known."""

    text: str
    chosen: str
    is_right: bool
    explanation: str
    item: str = ""
    has_image: bool = False
    image_alt: str = ""


def hand_in(
    sitting: QuizSitting, *, given: Mapping[str, Any], at: datetime, arrival: Arrival = HERE_AND_NOW
) -> QuizAttempt:
    """Mark what was given, keep the attempt, and complete the lesson if its rule is the quiz.

    A sitting handed in before returns its attempt, whatever is given now. Raises NoQuiz, AnswersMissing or Replaced,
    and where the answers took their time Stale, NeedsNetwork or TooLate, leaving nothing. Whoever calls has found the
    sitting among the person's own. Pauses and tries are counted from the arrival, whenever it was answered.
    """
    with transaction.atomic():
        person = sitting.person.survivor
        lock_clock(person)
        sitting.refresh_from_db()
        if sitting.attempt:
            return sitting.attempt
        lesson = sitting.page
        if sitting.closed_at:
            raise Replaced(_("The questions were changed meanwhile. Please answer the new ones."))
        if not lesson.quiz or not can_enter(person, lesson, at):
            raise NoQuiz(_("This lesson has no quiz at the moment."))
        _check_arrival(lesson, arrival, at)
        if not all(is_answered(item, given.get(item["id"])) for item in sitting.paper):
            raise AnswersMissing(_("Please answer every question."))
        terms, _enrolment = terms_for(person, lesson, at=at)
        attempt = _attempt(sitting, lesson.quiz, terms.outline_version.pk, given, arrival, at)
        sitting.attempt, sitting.closed_at = attempt, at
        sitting.given = {item["id"]: given[item["id"]] for item in sitting.paper}
        sitting.save(update_fields=["attempt", "closed_at", "given"])
        if attempt.passed:
            announce(quiz_passed, attempt_id=attempt.pk)
        if attempt.passed and terms.entry["rule"] == CompletionRule.QUIZ and terms.round == sitting.round:
            evidence = {"attempt": attempt.pk, "right": attempt.right_count, "questions": attempt.question_count}
            if attempt.answered_offline:
                evidence["answered_offline"] = True
            complete_lesson(person, lesson, terms, evidence=evidence, at=at)
    return attempt


def _check_arrival(lesson: LessonPage, arrival: Arrival, at: datetime) -> None:
    took = at - (arrival.shown_at or at)
    if not arrival.offline:
        if took > ONLINE_FOR:
            raise Stale(_("You opened this page more than two hours ago. Look through it once more, then hand in."))
    elif lesson.kind == LessonKind.EXAM:
        raise NeedsNetwork(_("An exam is taken with network. Open it again while you have network."))
    elif took > OFFLINE_FOR:
        raise TooLate(
            _("Your answers came more than seven days after the questions were fetched. Please take the quiz again.")
        )


def _attempt(
    sitting: QuizSitting,
    quiz: QuestionSet,
    outline_version_id: int,
    given: Mapping[str, Any],
    arrival: Arrival,
    at: datetime,
) -> QuizAttempt:
    marked = [_marked(item, given[item["id"]]) for item in sitting.paper]
    right = sum(answer["right"] for answer in marked)
    tries = QuizAttempt.objects.filter(person_id=sitting.person_id, lesson_key=sitting.lesson_key, round=sitting.round)
    last = tries.order_by("-number").first()
    return QuizAttempt.objects.create(
        person_id=sitting.person_id,
        lesson_key=sitting.lesson_key,
        page_id=sitting.page_id,
        outline_version_id=outline_version_id,
        question_set_id=sitting.question_set_id,
        round=sitting.round,
        number=last.number + 1 if last else 1,
        answers=marked,
        right_count=right,
        question_count=len(marked),
        pass_mark=quiz.pass_mark,
        passed=right * 100 >= quiz.pass_mark * len(marked),
        submitted_at=at,
        answered_offline=arrival.offline,
        noted_at=arrival.noted_at if arrival.offline else None,
    )


def _marked(item: Item, given: Any) -> dict[str, Any]:
    """One answer as the attempt keeps it for ever: ids, nothing that somebody wrote."""
    answer = {"question": item["question"], "right": is_right(item, given)}
    if item["kind"] == QuestionKind.SINGLE:
        answer["choice"] = next(option["choice"] for option in item["options"] if option["id"] == given)
    return answer


def last_attempt(person: Person, lesson: LessonPage) -> QuizAttempt | None:
    """The person's latest try at the lesson's quiz."""
    return QuizAttempt.objects.of(person).filter(lesson_key=lesson.translation_key).order_by("-pk").first()


def feedback_on(attempt: QuizAttempt) -> list[Feedback]:
    """What was answered and whether it was right, question by question; the right answer is not told."""
    sitting = QuizSitting.objects.filter(attempt=attempt).first()
    if sitting is None:
        return _feedback_without_paper(attempt)
    right = {answer["question"]: answer["right"] for answer in attempt.answers}
    return [
        Feedback(
            text=item["text"],
            chosen=in_words(item, sitting.given[item["id"]]) if item["id"] in sitting.given else "",
            is_right=right[item["question"]],
            explanation=item["explanation"],
            item=item["id"],
            has_image=bool(item["image"]),
            image_alt=item["image_alt"],
        )
        for item in sitting.paper
    ]


def _feedback_without_paper(attempt: QuizAttempt) -> list[Feedback]:
    """For attempts whose sitting is gone: the questions as they stand in the bank now."""
    questions = {each.pk: each for each in attempt.question_set.questions.prefetch_related("choices")}
    found = []
    for answer in attempt.answers:
        question = questions.get(answer["question"])
        if question:
            chosen = [each.text for each in question.choices.all() if each.pk == answer.get("choice")]
            found.append(Feedback(question.text, "".join(chosen), answer["right"], question.explanation))
    return found
