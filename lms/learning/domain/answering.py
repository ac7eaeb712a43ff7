"""A learner answers a lesson's quiz; it is marked here, and the key never leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db import transaction
from django.utils.translation import gettext as _

from courses.enums import CompletionRule
from courses.models import LessonPage, Question
from courses.policies import can_enter
from lms.learning.domain.completing import complete_lesson
from lms.learning.domain.enrolling import NotPublished, enrol, lock_clock, terms_of
from lms.learning.models import QuizAttempt
from lms.learning.signals import announce, quiz_passed
from lms.people.models import Person

# Tries are not limited, their pace is: guessing at every combination must take longer than watching.
PAUSE_AFTER_FAILING = timedelta(minutes=1)


class NoQuiz(Exception):
    """The lesson has no quiz for this person; the text says so."""


class AnswersMissing(Exception):
    """Some questions were not answered, or not with one of their choices."""


class TooSoon(Exception):
    """The next try may start only after `wait_seconds`."""

    def __init__(self, wait: timedelta) -> None:
        self.wait_seconds = ceil(wait.total_seconds())
        super().__init__(
            _("Have another look at the lesson first. You can try again in %(seconds)d seconds.")
            % {"seconds": self.wait_seconds}
        )


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is said about one answer afterwards."""

    question: Question
    chosen: str
    is_right: bool


def questions_of(lesson: LessonPage) -> list[Question]:
    """The lesson's questions in order, each with its choices."""
    return list(lesson.quiz.questions.prefetch_related("choices")) if lesson.quiz else []


def answer_quiz(person: Person, lesson: LessonPage, *, answers: Mapping[int, int], at: datetime) -> QuizAttempt:
    """Mark the answers (choice id by question id), keep the attempt, and complete the lesson if its rule is the quiz.

    Raises NoQuiz, AnswersMissing or TooSoon, leaving nothing.
    """
    quiz, questions = lesson.quiz, questions_of(lesson)
    if quiz is None or not questions or not can_enter(person, lesson, at):
        raise NoQuiz(_("This lesson has no quiz at the moment."))
    marked = []
    for question in questions:
        choice = next((each for each in question.choices.all() if each.pk == answers.get(question.pk)), None)
        if choice is None:
            raise AnswersMissing(_("Please answer every question."))
        marked.append({"question": question.pk, "choice": choice.pk, "right": choice.is_right})
    with transaction.atomic():
        lock_clock(person)
        try:
            terms = terms_of(enrol(person, lesson.course, at=at), lesson)
        except NotPublished as error:
            raise NoQuiz(_("This lesson has no quiz at the moment.")) from error
        tries = QuizAttempt.objects.filter(person=person, lesson_key=lesson.translation_key, round=terms.round)
        last = tries.order_by("-number").first()
        if last and not last.passed and at < last.submitted_at + PAUSE_AFTER_FAILING:
            raise TooSoon(last.submitted_at + PAUSE_AFTER_FAILING - at)
        right = sum(answer["right"] for answer in marked)
        attempt = QuizAttempt.objects.create(
            person=person,
            lesson_key=lesson.translation_key,
            page=lesson,
            outline_version=terms.outline_version,
            question_set=quiz,
            round=terms.round,
            number=last.number + 1 if last else 1,
            answers=marked,
            right_count=right,
            question_count=len(marked),
            pass_mark=quiz.pass_mark,
            passed=right * 100 >= quiz.pass_mark * len(marked),
            submitted_at=at,
        )
        if attempt.passed:
            announce(quiz_passed, attempt_id=attempt.pk)
        if attempt.passed and terms.entry["rule"] == CompletionRule.QUIZ:
            evidence = {"attempt": attempt.pk, "right": right, "questions": len(marked)}
            complete_lesson(person, lesson, terms, evidence=evidence, at=at)
    return attempt


def last_attempt(person: Person, lesson: LessonPage) -> QuizAttempt | None:
    """The person's latest try at the lesson's quiz."""
    return QuizAttempt.objects.filter(person=person, lesson_key=lesson.translation_key).order_by("-pk").first()


def feedback_on(attempt: QuizAttempt) -> list[Feedback]:
    """What was chosen and whether it was right, question by question; the right choice is not told."""
    questions = {question.pk: question for question in questions_of(attempt.page)}
    return [
        Feedback(
            questions[answer["question"]],
            next(
                (each.text for each in questions[answer["question"]].choices.all() if each.pk == answer["choice"]), ""
            ),
            answer["right"],
        )
        for answer in attempt.answers
        if answer["question"] in questions
    ]
