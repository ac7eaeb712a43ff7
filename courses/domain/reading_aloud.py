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
from django.db.models import Q, QuerySet
from django.utils.translation import override, pgettext

from courses.enums import QuestionKind
from courses.models import LessonPage, Question, VideoQuestion
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


def _texts_of(lessons: QuerySet[LessonPage], *, also: Q) -> Iterator[str]:
    """What the pages of these lessons offer to read aloud, in as many queries for many lessons as for one."""
    for lesson in lessons.iterator():
        yield from texts_of_lesson(lesson)
    of_lessons = Q(question_set__lessons__in=lessons) | Q(question_set__presence_lessons__in=lessons)
    in_videos = Q(pk__in=VideoQuestion.objects.filter(page__in=lessons).values("question"))
    asked = Question.objects.filter(of_lessons | in_videos | also).order_by("pk").distinct()
    for question in asked.prefetch_related("choices").iterator(chunk_size=500):
        yield from texts_of_question(question)
        if question.kind == QuestionKind.TRUE_FALSE:
            yield from truth_words()


def _live() -> QuerySet[LessonPage]:
    return LessonPage.objects.live().filter(locale__language_code__startswith="zh")


def speak_lesson(lesson_id: int, *, at: datetime) -> Outcome:
    """Have the lesson's texts and questions spoken, should it still be live."""
    return speak(_texts_of(_live().filter(pk=lesson_id), also=Q(pk=None)), at=at)


def wanted_texts() -> Iterator[str]:
    """The texts of all live lessons in Chinese, and the tests before and after live courses."""
    yield from _texts_of(_live(), also=Q(question_set__tested_courses__live=True))


def _said(texts: Iterable[str]) -> list[str]:
    return [each for text in texts if re.search(r"\w", each := plain(text))]
