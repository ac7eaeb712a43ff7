"""What learners say about a lesson, and what its trainers answer."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import LessonPage
from courses.policies import can_enter
from lms.learning.models import LessonCompletion, LessonProblem, QuizAttempt, UnderstandingVote, WatchRecord
from lms.people.models import Person

PROBLEMS_AN_HOUR = 5
WORDS_LENGTH = 300


class CannotSay(Exception):
    """It was not taken; the text says why."""


def vote(person: Person, lesson: LessonPage, *, understood: bool, at: datetime) -> UnderstandingVote:
    """Keep whether the person understood the lesson; her last word holds. Raises CannotSay before she has begun it."""
    begun = (WatchRecord, LessonCompletion, QuizAttempt)
    if not any(model.objects.of(person).filter(lesson_key=lesson.translation_key).exists() for model in begun):
        raise CannotSay(_("Please look at the lesson first."))
    made, _created = UnderstandingVote.objects.update_or_create(
        person=person,
        lesson_key=lesson.translation_key,
        defaults={"page": lesson, "understood": understood, "voted_at": at},
    )
    return made


def report_problem(person: Person, lesson: LessonPage, *, words: str, at: datetime) -> LessonProblem:
    """Keep what the person finds wrong in the lesson, for its trainers. The same words while unanswered give the first.

    Raises CannotSay without words, after too many in an hour, and where the lesson is not open to her.
    """
    words = _tidy(words)
    if not words:
        raise CannotSay(_("Please write what is wrong."))
    if not can_enter(person, lesson, at):
        raise CannotSay(_("This lesson is not open to you at the moment."))
    mine = LessonProblem.objects.filter(reported_by=person)
    with transaction.atomic():
        if known := mine.filter(page=lesson, words=words, replied_at=None).first():
            return known
        if mine.filter(reported_at__gt=at - timedelta(hours=1)).count() >= PROBLEMS_AN_HOUR:
            raise CannotSay(_("Thank you, that is enough for now. Please report more in an hour."))
        return LessonProblem.objects.create(page=lesson, reported_by=person, words=words, reported_at=at)


def answer_problem(problem: LessonProblem, *, reply: str, by: Person, at: datetime) -> LessonProblem:
    """Answer the learner; the first answer stands. Whoever calls has checked that `by` looks after the lesson."""
    reply = _tidy(reply)
    if not reply:
        raise CannotSay(_("Please write an answer: the learner reads it."))
    LessonProblem.objects.filter(pk=problem.pk, replied_at=None).update(reply=reply, replied_by=by, replied_at=at)
    problem.refresh_from_db()
    return problem


def _tidy(words: str) -> str:
    """In one line, no longer than what is kept."""
    return " ".join(words.split())[:WORDS_LENGTH]
