"""A learner has read a lesson to its end."""

from datetime import datetime
from math import ceil

from django.core import signing
from django.db import transaction
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from courses.enums import CompletionRule
from courses.models import LessonPage
from courses.policies import can_enter
from lms.learning.domain.completing import complete_lesson
from lms.learning.domain.enrolling import NotPublished, enrol, lock_clock, terms_of
from lms.learning.models import LessonCompletion
from lms.people.models import Person

# Nobody reads faster: twice the speed of a practised reader of Chinese.
CHARACTERS_PER_SECOND = 15
LEAST_SECONDS, MOST_SECONDS = 5, 180
OPENED_VALID_SECONDS = 7 * 24 * 3600
_SALT = "lms.learning.reading"


class NotRead(Exception):
    """The lesson does not count as read; the text says why."""


def least_seconds(lesson: LessonPage) -> int:
    """How long reading the lesson takes at least."""
    characters = len("".join(strip_tags(str(lesson.body)).split()))
    return min(max(ceil(characters / CHARACTERS_PER_SECOND), LEAST_SECONDS), MOST_SECONDS)


def opened_token(person: Person, lesson: LessonPage, *, at: datetime) -> str:
    """Signed word that the person opened the lesson at this moment; it travels in the page and costs no row."""
    return signing.dumps([person.pk, lesson.pk, int(at.timestamp())], salt=_SALT)


def finish_reading(person: Person, lesson: LessonPage, *, opened: str, at: datetime) -> LessonCompletion:
    """Complete a lesson whose rule is reading, if the person has had it open long enough to read it."""
    if lesson.completion_rule != CompletionRule.READING or not can_enter(person, lesson, at):
        raise NotRead(_("This lesson is not completed by reading it."))
    try:
        person_id, lesson_id, opened_at = signing.loads(opened, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise NotRead(_("Please open the lesson again.")) from error
    read_seconds = int(at.timestamp()) - opened_at
    if (person_id, lesson_id) != (person.pk, lesson.pk) or read_seconds > OPENED_VALID_SECONDS:
        raise NotRead(_("Please open the lesson again."))
    if read_seconds < least_seconds(lesson):
        raise NotRead(_("That was quick. Please read to the end first."))
    with transaction.atomic():
        lock_clock(person)
        try:
            terms = terms_of(enrol(person, lesson.course, at=at), lesson)
        except NotPublished as error:
            raise NotRead(_("This lesson is not completed by reading it.")) from error
        if terms.entry["rule"] != CompletionRule.READING:
            raise NotRead(_("This lesson is not completed by reading it."))
        return complete_lesson(person, lesson, terms, evidence={"read_seconds": read_seconds}, at=at)
