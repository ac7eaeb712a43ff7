"""What a question that is being typed may become: words that stand in lessons, and lessons by their titles."""

from datetime import datetime
from typing import Any, NamedTuple

from courses.models import LessonPage
from search.backends import analysis
from search.backends.asking import LONGEST_QUESTION, as_can_be_kept
from search.models import SearchTerm
from search.queries.candidates import PageQuestion, live_lessons, pages_with, starting
from search.queries.finding import opened

MOST_WORDS, MOST_LESSONS = 5, 3
# Looked at before those that this person may not open are left out.
LESSONS_ASKED = 20
# A single letter begins too many sounds to be a wish.
SHORTEST_SPOKEN = 2


class Suggestions(NamedTuple):
    """Words, those in most lines first, and lessons."""

    words: list[str]
    lessons: list[LessonPage]


def suggestions(typed: str, *, person: Any, at: datetime) -> Suggestions:
    """At most eight, for text, pinyin (zhibo) or initials (zbdh) that begin so."""
    text = analysis.normalised(as_can_be_kept(typed[:LONGEST_QUESTION])).strip()
    runs = analysis.runs(text)
    if not runs:
        return Suggestions([], [])
    words = _words(text, runs)
    return Suggestions(words, _lessons(runs, words, person, at))


def _words(text: str, runs: list[str]) -> list[str]:
    """Words that go on as what was typed does. Letters may be meant as they are, as pinyin, or as initials."""
    prefix = "".join(runs)
    begins = starting("text", text)
    if prefix.isascii() and prefix.isalpha() and len(prefix) >= SHORTEST_SPOKEN:
        begins |= starting("pinyin", prefix) | starting("initials", prefix)
    found = SearchTerm.objects.filter(begins, is_word=True, lines__gt=0).order_by("-lines", "text")
    return list(found.values_list("text", flat=True)[:MOST_WORDS])


def _lessons(runs: list[str], words: list[str], person: Any, at: datetime) -> list[LessonPage]:
    """Live lessons with this, or one of the words, in their titles, which this person may open; short titles first."""
    typed = [term for run in runs if analysis.is_han(run) for term in analysis.word_terms(run)]
    ways = [way for way in (typed, *map(analysis.word_terms, words)) if way]
    if not ways:
        return []
    (keys,) = pages_with([PageQuestion([ways], (LessonPage,), LESSONS_ASKED, in_title=True)])
    lessons = live_lessons(keys, [])
    open_courses = opened(lessons, person=person, at=at)
    said = "".join(runs)
    best = sorted(
        (lesson for lesson in lessons if lesson.path[: -LessonPage.steplen] in open_courses),
        key=lambda lesson: (said not in lesson.text.replace(" ", ""), len(lesson.text.split("\n", 1)[0]), lesson.path),
    )[:MOST_LESSONS]
    pages = LessonPage.objects.defer("body").in_bulk([lesson.pk for lesson in best])
    return [pages[lesson.pk] for lesson in best if lesson.pk in pages]
