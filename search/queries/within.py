"""Where in one lesson something is said: for whoever looks for a word that stands nowhere as it was typed."""

from datetime import datetime
from typing import Any

from search.queries.candidates import live_lessons
from search.queries.finding import opened
from search.queries.moments import SpokenLines
from search.queries.ranking import Reader
from search.queries.understanding import understood


def starts_within(lesson: int, text: str, *, person: Any, at: datetime) -> list[int] | None:
    """When the lines begin (ms) that say it, in their order: by its words, their sound, and what means the same.

    None where this person may not open the lesson.
    """
    known = live_lessons([lesson], [])
    if not opened(known, person=person, at=at):
        return None
    question, video = understood(text), known[0].video
    ways = [way for word in question.telling for way in word.ways]
    if video is None or not ways:
        return []
    lines = SpokenLines({video}, ways).of(video)
    return [line.start_ms for line in Reader(question).answering(lines)]
