"""A question at a moment of the video: asked below the paused picture, answered or left, and never worth anything.

Choices travel under names that hold for this person and this row alone, in an order of her own. Which one is right is
said to a phone that keeps the lesson, for it must tell without network, and to no other page. The first answer is
kept, so that the trainer sees which question fails; every further one is only told.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.crypto import salted_hmac
from django.utils.translation import pgettext

from courses.enums import QuestionKind
from courses.models import LessonPage, VideoQuestion
from courses.models.videoquestions import questions_in_video
from lms.learning.models import OfflinePackage, VideoAnswer
from lms.people.models import Person


class NotAsked(Exception):
    """The lesson does not ask this, or not with this choice; it may have been changed meanwhile."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A choice as it travels."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Practice:
    """A question as one person is asked it."""

    row: VideoQuestion
    choices: list[Offered]
    # The name of the right choice.
    right: str
    is_answered: bool

    @property
    def texts(self) -> list[str]:
        """The question and its choices as they are shown."""
        return [self.row.question.text, *(choice.text for choice in self.choices)]


@dataclass(frozen=True, slots=True)
class Told:
    """What is said about an answer."""

    is_right: bool
    explanation: str


def practice_of(person: Person, lesson: LessonPage) -> list[Practice]:
    """The questions of the lesson's video in order, as this person is asked them."""
    rows = questions_in_video(lesson)
    answered = set(VideoAnswer.objects.filter(person.owns(), page=lesson).values_list("question", flat=True))
    return [_asked(person, row, row.question_id in answered) for row in rows]


def _asked(person: Person, row: VideoQuestion, is_answered: bool) -> Practice:
    choices = _choices(person, row)
    right = next((offered.name for offered, is_right in choices if is_right), "")
    return Practice(row, [offered for offered, _is_right in choices], right, is_answered)


def practise(person: Person, lesson: LessonPage, row_id: int, choice: str, *, at: datetime) -> Told:
    """Say whether the choice is right, and keep it if it is her first answer; raises NotAsked."""
    return _answer(person, person, lesson, questions_in_video(lesson), row_id, choice, at=at)


def hand_in_practice(person: Person, package: OfflinePackage, answers: list[tuple[int, str]], *, at: datetime) -> int:
    """Keep what was answered without network, each by its row and choice; how many were questions of the lesson.

    `person` is whoever fetched the package, or the account that hers has become. A question that was changed
    meanwhile is passed over: it earned nothing. The moment is that of arrival, as with everything a phone tells.
    """
    rows, kept = questions_in_video(package.page), 0
    for row_id, choice in answers:
        try:
            _answer(person, package.person, package.page, rows, row_id, choice, at=at)
        except NotAsked:
            continue
        kept += 1
    return kept


def _answer(
    person: Person,
    asked: Person,
    lesson: LessonPage,
    rows: list[VideoQuestion],
    row_id: int,
    choice: str,
    *,
    at: datetime,
) -> Told:
    """Mark the choice by the name that it has for `asked`, and keep it for `person` if it is her first answer."""
    row = next((row for row in rows if row.pk == row_id), None)
    found = [is_right for offered, is_right in _choices(asked, row) if offered.name == choice] if row else []
    if row is None or not found:
        raise NotAsked
    VideoAnswer.objects.get_or_create(
        person=person, page=lesson, question=row.question, defaults={"is_right": found[0], "answered_at": at}
    )
    return Told(found[0], row.question.explanation)


def _choices(person: Person, row: VideoQuestion) -> list[tuple[Offered, bool]]:
    """Every choice and whether it is right, in the person's own order."""
    question = row.question
    if question.kind == QuestionKind.TRUE_FALSE:
        texts = {"true": pgettext("a statement", "Right"), "false": pgettext("a statement", "Wrong")}
        return [
            (Offered(_name(person, row, said), text), (said == "true") == question.is_true)
            for said, text in texts.items()
        ]
    named = [(Offered(_name(person, row, str(each.pk)), each.text), each.is_right) for each in question.choices.all()]
    return sorted(named, key=lambda pair: pair[0].name)


def _name(person: Person, row: VideoQuestion, said: str) -> str:
    text = f"{person.pk}:{row.pk}:{row.question_id}:{said}"
    return salted_hmac("lms.learning.practising", text, algorithm="sha256").hexdigest()[:16]
