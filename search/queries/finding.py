"""What a learner finds: lessons and the moments in them at which they answer, grouped by course.

The index gives candidates, as few as a ranking needs and the rarest words first; which of them may be shown is asked of
the tables themselves, at every search. The most promising of these are read line by line; what stands first is computed
here, and says why (ranking.py). However large the library is, no more is read than the numbers below allow.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nsmallest
from typing import Any, NamedTuple

from wagtail.models import Page

from courses.domain.filtering import Filter
from courses.enums import Access
from courses.models import CataloguePage, CoursePage, LessonPage
from courses.queries import CourseEntry
from lms.learning.models import CourseEnrolment
from lms.lib.durations import beijing_day
from lms.people.queries import categories_on
from search.models import PAGE_FIELDS
from search.queries.candidates import (
    Asked,
    KnownLesson,
    PageQuestion,
    live_courses,
    live_lessons,
    pages_with,
    recordings_with,
    starting,
)
from search.queries.moments import Moment, SpokenLines
from search.queries.ranking import BESIDE, Line, Reader, Standing, Texts, sure_from
from search.queries.understanding import Question, Word, telling_pairs, understood

# How much the index is asked for by each question: pages, and lines, of which those of one recording count once.
PAGES_ASKED, LINES_ASKED = 60, 100
# Words that are looked for; what else is asked only ranks. Then, of all its pairs and characters, the most telling.
WORDS_ASKED, TERMS_ASKED = 5, 8
# Lessons that hold all that is asked, from which on those that hold a part of it are not looked for.
ENOUGH = 60
# Lessons, and recordings, that are known to hold most of the question and whose texts are compared.
COMPARED = 60
# What stands in more lines than this names no moment: of several words it is not looked for by itself.
COMMON = 5_000
# Lessons that are read line by line.
LESSONS_READ = 50
# Courses and tracks whose own words answer, and lessons taken from them.
OUTER = (CoursePage, CataloguePage)
COURSES_ASKED, LESSONS_OF_COURSES = 10, 60
MOST_LESSONS = 30
MOMENTS_PER_LESSON = 3
# Up to so many, also lessons that may only have to do with the question, and those beside the best.
FEW, BEST = 10, 3
# Terms of the best that may be shared by others.
RELATED_TERMS = 16
# After a year, a lesson is half as fresh.
HALF_LIFE_DAYS = 365
# So many people who completed it make a lesson as liked as can be.
LIKED_BY = 1000


@dataclass
class FoundLesson:
    """A lesson, how well it answers, whether for sure, and the best moments in it, the best first."""

    lesson: LessonPage
    standing: Standing
    is_sure: bool
    moments: list[Moment] = field(default_factory=list)


@dataclass
class FoundCourse:
    """A course with the lessons that answer, or one that answers by itself."""

    course: CoursePage
    lessons: list[FoundLesson] = field(default_factory=list)
    score: float = 0.0


@dataclass
class Found:
    """All that was found: by course, the best first."""

    question: Question
    courses: list[FoundCourse] = field(default_factory=list)

    @property
    def lessons(self) -> list[FoundLesson]:
        """All lessons, the best first, whichever course they stand in."""
        every = [lesson for entry in self.courses for lesson in entry.lessons]
        return sorted(every, key=lambda hit: -hit.standing.score)


def find(text: str, *, person: Any, at: datetime, chosen: Filter | None = None) -> Found:
    """The lessons that answer, which this person may open; the number of queries does not depend on how much there is.

    Looks at titles, at what lessons teach and say in their texts, at explanations of their questions, at courses and
    tracks, and at approved captions of recordings that can be played. Whatever is typed, nothing is raised.
    """
    question = understood(text)
    return Found(question, _Finding(question, person, at, chosen).by_course() if question.words else [])


@dataclass(frozen=True, slots=True)
class _Row:
    """A lesson as far as ranking needs it; its texts as the index has them."""

    pk: int
    path: str
    video_id: int | None
    published_at: datetime | None
    title: str
    teaches: str
    completed_by: int

    @property
    def course_path(self) -> str:
        return self.path[: -LessonPage.steplen]


class _Place(NamedTuple):
    """A course that the person may open, and its track; texts as the index has them."""

    course_id: int
    track_id: int
    track_path: str
    # What both are called.
    called: str
    title: str
    intro: str


# Words, and what asks for all of them.
Part = tuple[Sequence[Word], Asked]


class _Finding:
    """One search, from the index to what is shown."""

    def __init__(self, question: Question, person: Any, at: datetime, chosen: Filter | None) -> None:
        self.question = question
        self.reader = Reader(question)
        self.person = person
        self.at = at
        self.chosen = chosen
        self.asked = question.telling[:WORDS_ASKED]
        # Which words a lesson holds, and which are said in a recording, as far as the index was asked.
        self.written: dict[int, set[str]] = defaultdict(set)
        self.said: dict[int, set[str]] = defaultdict(set)
        # Courses and tracks that hold all words, then those that hold one; their paths.
        self.outer: dict[int, None] = {}
        self.answering: set[str] = set()
        self.places: dict[str, _Place] = {}
        self.is_known = person is not None and person.is_authenticated
        self.mine = categories_on(person, beijing_day(at)) if self.is_known else frozenset()
        self.own_tracks = self._own_tracks()

    def by_course(self) -> list[FoundCourse]:
        """What is shown, the best course first."""
        self._ask_index([(self.asked, [word.rare_ways(COMMON) for word in self.asked])])
        if len(self.written) + len(self.said) < ENOUGH:
            self._ask_index(list(self._parts()))
        rows = self._open_ones(self._found())
        read = sorted(rows, key=lambda row: (-self._promise(row), row.path))[:LESSONS_READ]
        lines = SpokenLines({row.video_id for row in read if row.video_id}, self._terms_of_moments())
        ranked = [(row, self._stand(row, lines.of(row.video_id))) for row in read]
        ranked = sorted((each for each in ranked if each[1].score > 0), key=lambda each: (-each[1].score, each[0].path))
        sure = sure_from(standing.score for _row, standing in ranked)
        shown = [each for place, each in enumerate(ranked[:MOST_LESSONS]) if each[1].score >= sure or place < FEW]
        if len(shown) < FEW:
            shown += self._beside(shown[:BEST], {row.pk for row, _standing in shown})[: FEW - len(shown)]
        if 0 < len(shown) < FEW:
            shown += self._related(shown[:BEST], {row.pk for row, _standing in shown})[: FEW - len(shown)]
        return self._grouped(shown, sure, lines)

    def _parts(self) -> Iterator[Part]:
        """The two rarest words, each word, some of the most telling pairs and characters; nothing that is common."""
        ways = [word.rare_ways(COMMON) for word in self.asked]
        if len(self.asked) > 2:
            yield self.asked[:2], ways[:2]
        if len(self.asked) > 1:
            yield from (([word], [way]) for word, way in zip(self.asked, ways, strict=True) if word.lines <= COMMON)
        terms, lines = [], 0
        for term in self.question.telling_terms(TERMS_ASKED):
            if lines + term.lines <= COMMON:
                lines += term.lines
                terms.append((term.text,))
        if terms:
            yield [], [terms]

    def _ask_index(self, parts: Sequence[Part]) -> None:
        """Note what holds these parts of the question."""
        pages = pages_with(
            [PageQuestion(asked, (LessonPage,), PAGES_ASKED) for _words, asked in parts]
            + [PageQuestion(asked, OUTER, COURSES_ASKED) for words, asked in parts if words]
        )
        recordings = recordings_with([asked for _words, asked in parts], most=LINES_ASKED)
        for (words, _asked), lessons, videos in zip(parts, pages, recordings, strict=False):
            texts = {word.text for word in words}
            for key in lessons:
                self.written[key] |= texts
            for key in videos:
                self.said[key] |= texts
        for outer in pages[len(parts) :]:
            self.outer.update(dict.fromkeys(outer))

    def _own_tracks(self) -> set[str]:
        """The paths of the tracks in which the person takes a course."""
        if not self.is_known:
            return set()
        paths = CourseEnrolment.objects.of(self.person).values_list("page__path", flat=True)
        return {path[: -CoursePage.steplen] for path in paths}

    def _found(self) -> list[KnownLesson]:
        """The live lessons that were found themselves, by what is said in them, or by their course."""
        keys = self._most_known(self.written)
        if self.outer:
            outer = Page.objects.filter(pk__in=list(self.outer)[:COURSES_ASKED])
            self.answering = set(outer.values_list("path", flat=True))
        if self.answering:
            beneath = _beneath(sorted(self.answering)).order_by()
            keys.update(beneath.values_list("pk", flat=True)[:LESSONS_OF_COURSES])
        return live_lessons(keys, self._most_known(self.said))

    def _most_known(self, known: dict[int, set[str]]) -> set[int]:
        """Those of which most is known to be there."""
        weights = {word.text: word.weight for word in self.asked}
        return set(nsmallest(COMPARED, known, key=lambda key: (-sum(weights[text] for text in known[key]), key)))

    def _open_ones(self, found: Sequence[KnownLesson]) -> list[_Row]:
        """The lessons of courses that this person may open and chose; notes these courses."""
        above = self.answering.union(lesson.path[: -LessonPage.steplen] for lesson in found)
        for course in live_courses(above - self.places.keys()):
            if may_open(course.access, course.audience or course.track_audience, self.mine, is_known=self.is_known):
                title, _teaches, intro = _texts(course.text)
                called = f"{title} {_texts(course.track_text)[0]}"
                self.places[course.path] = _Place(course.pk, course.track, course.track_path, called, title, intro)
        if self.chosen and self.chosen.is_set:
            self.places = self._chosen(self.chosen)
        rows = []
        for pk, path, video, published_at, text, completed_by in found:
            title, teaches, _intro = _texts(text)
            row = _Row(pk, path, video, published_at, title, teaches, completed_by)
            if row.course_path in self.places:
                rows.append(row)
        return rows

    def _chosen(self, chosen: Filter) -> dict[str, _Place]:
        """The places that fit what was chosen; how long a course is, its lessons say."""
        courses = CoursePage.objects.in_bulk([place.course_id for place in self.places.values()])
        tracks = CataloguePage.objects.in_bulk({place.track_id for place in self.places.values()})
        entries = {
            path: CourseEntry(courses[place.course_id], in_season=False)
            for path, place in self.places.items()
            if place.course_id in courses and place.track_id in tracks
        }
        if chosen.length and entries:
            for lesson in _beneath(list(entries)).defer("body").select_related("video"):
                entries[lesson.path[: -LessonPage.steplen]].lessons.append(lesson)
        return {
            path: self.places[path]
            for path, entry in entries.items()
            if chosen.fits(entry, tracks[self.places[path].track_id])
        }

    def _promise(self, row: _Row) -> float:
        """About what it will be worth, by what is known before its lines are read."""
        return self.reader.promise(
            title=row.title,
            teaches=row.teaches,
            course=self.places[row.course_path].called,
            says=self.said.get(row.video_id or 0, ()),
            text=self.written.get(row.pk, ()),
        )

    def _terms_of_moments(self) -> list[Sequence[str]]:
        """What a line must hold one of to be read: a word in one of its ways, or one of the telling terms."""
        ways = [way for word in self.asked for way in word.ways]
        return [*ways, *((term.text,) for term in self.question.telling_terms(TERMS_ASKED))]

    def _stand(self, row: _Row, lines: Sequence[Line]) -> Standing:
        place = self.places[row.course_path]
        age = max((self.at - row.published_at).days, 0) if row.published_at else HALF_LIFE_DAYS
        texts = Texts(
            title=row.title,
            teaches=row.teaches,
            course=place.called,
            text=" ".join(sorted(self.written.get(row.pk, ()))),
            lines=lines,
            freshness=math.pow(0.5, age / HALF_LIFE_DAYS),
            liking=min(1.0, math.log1p(row.completed_by) / math.log1p(LIKED_BY)),
            is_own_track=place.track_path in self.own_tracks,
        )
        return self.reader.stand(texts, most_moments=MOMENTS_PER_LESSON)

    def _beside(self, best: Sequence[tuple[_Row, Standing]], known: set[int]) -> list[tuple[_Row, Standing]]:
        """The other lessons of the courses in which the best ones stand, the best one's first."""
        paths = list(dict.fromkeys(row.course_path for row, _standing in best))
        if not paths:
            return []
        near = Standing(BESIDE, {"beside": BESIDE})
        lessons = _beneath(paths).exclude(pk__in=known).values_list("pk", "path", "video_id")[:LESSONS_OF_COURSES]
        rows = [_Row(pk, path, video, None, "", "", 0) for pk, path, video in lessons]
        return [(row, near) for row in sorted(rows, key=lambda row: (paths.index(row.course_path), row.path))]

    def _related(self, best: Sequence[tuple[_Row, Standing]], known: set[int]) -> list[tuple[_Row, Standing]]:
        """Lessons that share most with what the best ones are called, teach and say where they answer."""
        told = [" ".join([row.title, row.teaches, *(line.text for line in standing.moments)]) for row, standing in best]
        terms = telling_pairs(told, most=RELATED_TERMS)
        asked = [[(term,) for term in terms]]
        if not terms:
            return []
        (pages,) = pages_with([PageQuestion(asked, (LessonPage,), PAGES_ASKED)])
        (videos,) = recordings_with([asked], most=LINES_ASKED)
        rows = [row for row in self._open_ones(live_lessons(pages, videos)) if row.pk not in known]
        total = sum(terms.values())
        near = []
        for row in rows:
            text = f"{row.title} {row.teaches}"
            share = sum(weight for term, weight in terms.items() if term in text) / total
            near.append((row, Standing(BESIDE * share, {"related": BESIDE * share})))
        return sorted(near, key=lambda each: (-each[1].score, each[0].path))

    def _grouped(self, shown: Sequence[tuple[_Row, Standing]], sure: float, lines: SpokenLines) -> list[FoundCourse]:
        """Lessons with their moments in their courses, and courses that answer by themselves."""
        paths = {row.course_path for row, _standing in shown}
        own = {path: self._own_score(self.places[path]) for path in paths | self.answering if path in self.places}
        paths |= {path for path, score in own.items() if score >= sure}
        courses = CoursePage.objects.in_bulk([self.places[path].course_id for path in paths])
        pages = LessonPage.objects.defer("body").select_related("video").in_bulk([row.pk for row, _standing in shown])
        moments = lines.moments((row.video_id, line) for row, standing in shown for line in standing.moments)
        # What was deleted this very moment is left out.
        entries = {
            path: FoundCourse(course, score=own[path])
            for path in paths
            if (course := courses.get(self.places[path].course_id)) is not None
        }
        for row, standing in shown:
            entry, lesson = entries.get(row.course_path), pages.get(row.pk)
            if entry is not None and lesson is not None:
                said = [moments[row.video_id, line] for line in standing.moments if (row.video_id, line) in moments]
                entry.lessons.append(FoundLesson(lesson, standing, standing.score >= sure, said))
                entry.score = max(entry.score, standing.score)
        for entry in entries.values():
            entry.lessons.sort(key=lambda hit: (-hit.standing.score, hit.lesson.path))
        return sorted(entries.values(), key=lambda entry: (-entry.score, entry.course.path))

    def _own_score(self, place: _Place) -> float:
        return self.reader.stand(Texts(place.title, place.intro), most_moments=0).score


def _texts(text: str) -> tuple[str, str, str]:
    """Title, what is taught, introduction: in both languages, as SearchPage has them."""
    title, title_en, teaches, teaches_en, intro = text.split("\n") if text else [""] * len(PAGE_FIELDS)
    return f"{title} {title_en}".strip(), f"{teaches} {teaches_en}".strip(), intro


def _beneath(paths: Sequence[str]) -> Any:
    """The live lessons beneath these pages."""
    beneath = starting("path", paths[0])
    for path in paths[1:]:
        beneath |= starting("path", path)
    return LessonPage.objects.live().filter(beneath).order_by("path")


def opened(lessons: Iterable[KnownLesson], *, person: Any, at: datetime) -> set[str]:
    """The paths of the courses of these lessons that this person may open; two queries, one where nobody is known."""
    paths = {lesson.path[: -LessonPage.steplen] for lesson in lessons}
    is_known = person is not None and person.is_authenticated
    mine = categories_on(person, beijing_day(at)) if is_known and paths else frozenset()
    return {
        course.path
        for course in live_courses(paths)
        if may_open(course.access, course.audience or course.track_audience, mine, is_known=is_known)
    }


def may_open(access: str, audience: Sequence[str], mine: frozenset[str], *, is_known: bool) -> bool:
    """Whether a course for this audience may be played by who has these categories; `is_known`: who is signed in."""
    if not is_known:
        return access == Access.PUBLIC
    return access != Access.AUDIENCE or not mine.isdisjoint(audience)
