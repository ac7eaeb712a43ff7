"""A person sits down to a quiz or an exam: it is drawn for her, and stays what it is until she hands it in."""

from datetime import datetime, timedelta
from math import ceil

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.enums import LessonKind
from courses.models import LessonPage, Question, QuestionSet
from courses.policies import can_enter
from courses.queries import current_outline
from lms.learning.domain.completing import completed_lessons
from lms.learning.domain.enrolling import NotPublished, Terms, enrol, lock_clock, terms_of
from lms.learning.domain.marking import draw, source
from lms.learning.models import CourseEnrolment, QuizAttempt, QuizSitting
from lms.learning.queries import asked_keys
from lms.people.models import Person

# Guessing must take longer than learning, however few the questions are.
LONGEST_PAUSE = timedelta(days=1)


class NoQuiz(Exception):
    """The lesson has no quiz for this person; the text says so."""


class NotNow(Exception):
    """The quiz cannot be opened now; the text says why and what to do."""


class TooSoon(NotNow):
    """The next try may start only after `wait_seconds`."""

    def __init__(self, wait: timedelta) -> None:
        self.wait_seconds = ceil(wait.total_seconds())
        if self.wait_seconds <= 120:
            words = ngettext(
                "Have another look at the lesson first. You can try again in %(count)d second.",
                "Have another look at the lesson first. You can try again in %(count)d seconds.",
                self.wait_seconds,
            ) % {"count": self.wait_seconds}
        else:
            minutes = ceil(self.wait_seconds / 60)
            words = ngettext(
                "Have another look at the lesson first. You can try again in %(count)d minute.",
                "Have another look at the lesson first. You can try again in %(count)d minutes.",
                minutes,
            ) % {"count": minutes}
        super().__init__(words)


def questions_of(lesson: LessonPage) -> list[Question]:
    """The questions that the lesson's quiz can ask, in order, each with its choices."""
    if lesson.quiz is None:
        return []
    questions = lesson.quiz.questions.prefetch_related("choices")
    return [question for question in questions if question.is_answerable]


def open_sitting(person: Person, lesson: LessonPage, *, at: datetime) -> QuizSitting:
    """The person's open sitting; where there is none, or its questions have changed in the bank, a new one is drawn.

    Raises NoQuiz; or NotNow where a pause has not passed, no try is left or the exam is not open to her yet.
    """
    quiz, questions = lesson.quiz, questions_of(lesson)
    if quiz is None or not questions or not can_enter(person, lesson, at):
        raise NoQuiz(_("This lesson has no quiz at the moment."))
    with transaction.atomic():
        lock_clock(person)
        terms, enrolment = terms_for(person, lesson, at=at)
        known = (
            QuizSitting.objects.of(person)
            .filter(lesson_key=lesson.translation_key, round=terms.round, closed_at=None)
            .first()
        )
        if known and known.question_set_id == quiz.pk and _is_fresh(known, questions):
            return known
        if known:
            QuizSitting.objects.of(person).filter(
                lesson_key=lesson.translation_key, round=terms.round, closed_at=None
            ).update(closed_at=at)
        _check_tries(quiz, tries_at(person, lesson, terms.round), at)
        if terms.entry["kind"] == LessonKind.EXAM:
            _check_rest_is_done(enrolment, lesson)
        return QuizSitting.objects.create(
            person=person,
            lesson_key=lesson.translation_key,
            page=lesson,
            question_set=quiz,
            round=terms.round,
            paper=draw(questions, quiz.draw_count),
            opened_at=at,
        )


def terms_for(person: Person, lesson: LessonPage, *, at: datetime) -> tuple[Terms, CourseEnrolment]:
    """By which rule the lesson is judged for the person, whose clock is held; NoQuiz where it is not published."""
    try:
        enrolment = enrol(person, lesson.course, at=at)
        return terms_of(enrolment, lesson), enrolment
    except NotPublished as error:
        raise NoQuiz(_("This lesson has no quiz at the moment.")) from error


def tries_at(person: Person, lesson: LessonPage, round_: int) -> QuerySet[QuizAttempt]:
    """The person's tries in a round, latest first; those of accounts merged into hers are hers."""
    tries = QuizAttempt.objects.of(person).filter(lesson_key=lesson.translation_key, round=round_)
    return tries.order_by("-submitted_at", "-pk")


def _check_tries(quiz: QuestionSet, tries: QuerySet[QuizAttempt], at: datetime) -> None:
    last = tries.first()
    if last is None:
        return
    if quiz.attempt_limit and tries.count() >= quiz.attempt_limit:
        raise NotNow(
            _("You have used all tries (%(most)d). Your result stays; ask your teacher if something went wrong.")
            % {"most": quiz.attempt_limit}
        )
    if last.passed:
        return
    pause = pause_after(_failed_in_a_row(tries), quiz)
    if at < last.submitted_at + pause:
        raise TooSoon(last.submitted_at + pause - at)


def pause_after(failed: int, quiz: QuestionSet) -> timedelta:
    """How long to wait after so many failed tries in a row: twice as long each time, a day at most."""
    return min(timedelta(minutes=quiz.pause_minutes) * 2 ** min(failed - 1, 11), LONGEST_PAUSE)


def _failed_in_a_row(tries: QuerySet[QuizAttempt]) -> int:
    passed = list(tries.values_list("passed", flat=True)[:12])
    return passed.index(True) if True in passed else len(passed)


def _check_rest_is_done(enrolment: CourseEnrolment, exam: LessonPage) -> None:
    """The exam of a course comes after its other lessons."""
    current = current_outline(enrolment.page)
    exams = {
        lesson["translation_key"]
        for outline in (enrolment.outline_version, current)
        if outline
        for lesson in outline.lessons
        if lesson["kind"] == LessonKind.EXAM
    }
    asked = {key for key in asked_keys(enrolment.outline_version, current) if str(key) not in exams}
    missing = len(asked - completed_lessons(enrolment).keys())
    if missing:
        raise NotNow(
            ngettext(
                "The exam opens when the other lessons of the course are done. %(count)d lesson is still missing.",
                "The exam opens when the other lessons of the course are done. %(count)d lessons are still missing.",
                missing,
            )
            % {"count": missing}
        )


def _is_fresh(sitting: QuizSitting, questions: list[Question]) -> bool:
    now = {question.pk: source(question) for question in questions}
    return all(now.get(item["question"]) == item["source"] for item in sitting.paper)
