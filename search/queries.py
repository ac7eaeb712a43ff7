"""What a learner finds: lessons by what they are called, teach and say, grouped by course."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from courses.enums import Access
from courses.models import CataloguePage, CoursePage, LessonPage
from lms.lib.durations import beijing_day
from lms.people.queries import categories_on
from media.enums import TranscriptState
from media.models import Cue, Video

MAX_LENGTH = 100
MAX_WORDS = 8
MAX_COURSES = 20
MAX_LINES = 200
LINES_PER_LESSON = 2
COURSE_FIELDS = ("title", "title_en", "intro")
LESSON_FIELDS = ("title", "title_en", "teaches", "teaches_en")


@dataclass
class FoundLesson:
    """A lesson, and the lines of its captions that hold all the words."""

    lesson: LessonPage
    lines: list[Cue] = field(default_factory=list)


@dataclass
class FoundCourse:
    """A course whose own words match, or with lessons that do."""

    course: CoursePage
    lessons: list[FoundLesson] = field(default_factory=list)


def words_of(text: str) -> list[str]:
    """The words that must all be found: split at blanks, cut to a reasonable length, without control characters."""
    printable = "".join(character if character.isprintable() else " " for character in text[:MAX_LENGTH])
    return list(dict.fromkeys(printable.split()))[:MAX_WORDS]


def find(text: str, *, person: Any, at: datetime) -> list[FoundCourse]:
    """The courses on show, and their lessons, in which every word occurs, and which this person may open.

    Looks at titles, at what lessons teach, and at approved captions of recordings that can be played. Nothing is
    found for no words. The number of queries does not depend on how much there is.
    """
    words = words_of(text)
    if not words:
        return []
    courses = {course.path: course for course in _courses_open_to(person, at)}
    lines = _lines(words)
    found = {path: FoundCourse(course) for path, course in courses.items() if _holds(course, words)}
    hits = LessonPage.objects.live().filter(_all(words, LESSON_FIELDS) | Q(video__in=lines.keys()))
    for lesson in hits.defer("body").order_by("path"):
        path = lesson.path[: -lesson.steplen]
        if path in courses:
            entry = found.setdefault(path, FoundCourse(courses[path]))
            entry.lessons.append(FoundLesson(lesson, lines.get(lesson.video_id, [])))
    return sorted(found.values(), key=lambda entry: (not entry.lessons, entry.course.path))[:MAX_COURSES]


def _courses_open_to(person: Any, at: datetime) -> list[CoursePage]:
    tracks = set(CataloguePage.objects.live().values_list("path", flat=True))
    courses = [each for each in CoursePage.objects.live().order_by("path") if each.path[: -each.steplen] in tracks]
    if person is None or not person.is_authenticated:
        return [course for course in courses if course.access == Access.PUBLIC]
    mine = categories_on(person, beijing_day(at))
    audience = dict(CataloguePage.objects.values_list("path", "audience"))
    return [
        course
        for course in courses
        if course.access != Access.AUDIENCE
        or not mine.isdisjoint(course.audience or audience[course.path[: -course.steplen]])
    ]


def _lines(words: list[str]) -> dict[int, list[Cue]]:
    """The first lines of approved captions that hold every word, by recording; only what may be played."""
    cues = Cue.objects.filter(
        _all(words, ("text",)),
        transcript__state=TranscriptState.APPROVED,
        transcript__video__in=Video.objects.playable(),
    ).select_related("transcript")
    lines: dict[int, list[Cue]] = defaultdict(list)
    for cue in cues.order_by("transcript", "number")[:MAX_LINES]:
        if len(lines[cue.transcript.video_id]) < LINES_PER_LESSON:
            lines[cue.transcript.video_id].append(cue)
    return dict(lines)


def _all(words: list[str], fields: tuple[str, ...]) -> Q:
    condition = Q()
    for word in words:
        anywhere = Q()
        for name in fields:
            anywhere |= Q(**{f"{name}__icontains": word})
        condition &= anywhere
    return condition


def _holds(course: CoursePage, words: list[str]) -> bool:
    text = "\n".join(getattr(course, name) for name in COURSE_FIELDS).casefold()
    return all(word.casefold() in text for word in words)
