"""What of a lesson and its questions can be read aloud: texts in the order in which pages show them.

A text is what stands in one paragraph, heading or choice. Choices are told apart, so that each person hears them in her
own order: the bank keeps many of them in the right one.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from django.conf import settings
from django.utils.translation import override, pgettext

from courses.enums import QuestionKind
from courses.models import LessonPage, Question
from media.domain.speaking import Outcome, plain, speak

_BLOCKS = frozenset({"p", "li", "h2", "h3", "h4"})


class _Paragraphs(HTMLParser):
    """The texts of rich text, one for each of its blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = [""]

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in _BLOCKS:
            self.found.append("")
        elif tag == "br":
            self.found[-1] += "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.found.append("")

    def handle_data(self, data: str) -> None:
        self.found[-1] += data


def paragraphs_of(html: str) -> list[str]:
    """The texts of rich text in order."""
    parser = _Paragraphs()
    parser.feed(html)
    parser.close()
    return _said(parser.found)


def texts_of_lesson(lesson: LessonPage) -> list[str]:
    """The text of the lesson as its page shows it."""
    found: list[str] = []
    for block in lesson.body:
        match block.block_type:
            case "heading":
                found.append(block.value)
            case "steps":
                found += block.value
            case "paragraph":
                found += paragraphs_of(block.value.source)
    return _said(found)


def texts_of_question(question: Question) -> list[str]:
    """The question, each of its choices and what they are matched with, in no order that anybody is shown."""
    found = [question.text]
    for choice in question.choices.all():
        found += [choice.text, choice.partner]
    return _said(found)


def truth_words() -> list[str]:
    """The two choices of every "right or wrong", in Chinese."""
    with override(settings.LANGUAGE_CODE):
        return [pgettext("a statement", "Right"), pgettext("a statement", "Wrong")]


def questions_of_lesson(lesson: LessonPage) -> Iterator[Question]:
    """All that the lesson may ask: its quiz, presence checks and the questions in its video."""
    sets = {lesson.quiz_id, lesson.presence_questions_id} - {None}
    in_video = lesson.video_questions.values("question")
    for query in (Question.objects.filter(question_set__in=sets), Question.objects.filter(pk__in=in_video)):
        yield from query.prefetch_related("choices")


def all_texts_of(lesson: LessonPage) -> Iterator[str]:
    """Everything that the lesson's pages offer to read aloud."""
    yield from texts_of_lesson(lesson)
    for question in questions_of_lesson(lesson):
        yield from texts_of_question(question)
        if question.kind == QuestionKind.TRUE_FALSE:
            yield from truth_words()


def speak_lesson(lesson_id: int, *, at: datetime) -> Outcome:
    """Have the lesson's texts and questions spoken, should it still be live."""
    lesson = LessonPage.objects.live().filter(pk=lesson_id).first()
    return speak(all_texts_of(lesson), at=at) if lesson and lesson.language == "zh" else Outcome()


def wanted_texts() -> Iterator[str]:
    """The texts of all live lessons in Chinese."""
    for lesson in LessonPage.objects.live().select_related("locale").iterator():
        if lesson.language == "zh":
            yield from all_texts_of(lesson)


def _said(texts: Iterable[str]) -> list[str]:
    return [each for text in texts if re.search(r"\w", each := plain(text))]
