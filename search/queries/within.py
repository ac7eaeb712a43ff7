"""Where in one lesson something is said: for whoever looks for a word that stands nowhere as it was typed."""

from datetime import datetime
from typing import Any

from courses.models import LessonPage
from lms.lib.durations import beijing_day
from lms.people.queries import categories_on
from search.queries.candidates import live_courses, live_lessons
from search.queries.finding import may_open
from search.queries.moments import SpokenLines
from search.queries.ranking import Reader
from search.queries.understanding import understood


def starts_within(lesson: int, text: str, *, person: Any, at: datetime) -> list[int] | None:
    """When the lines begin (ms) that say it, in their order: by its words, their sound, and what means the same.

    None where this person may not open the lesson.
    """
    known = live_lessons([lesson], [])
    is_known = person is not None and person.is_authenticated
    mine = categories_on(person, beijing_day(at)) if is_known else frozenset()
    if not any(
        may_open(course.access, course.audience or course.track_audience, mine, is_known=is_known)
        for course in live_courses({one.path[: -LessonPage.steplen] for one in known})
    ):
        return None
    question, video = understood(text), known[0].video
    ways = [way for word in question.telling for way in word.ways]
    if video is None or not ways:
        return []
    lines = SpokenLines({video}, ways).of(video)
    return [line.start_ms for line in Reader(question).answering(lines)]
