"""Facts that learning announces, after commit, with send_robust."""

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal

lesson_completed = Signal()
"""A person met a lesson's rule for the first time in a round. completion_id (LessonCompletion)."""

course_completed = Signal()
"""A person met a course's rule for the first time in a round. completion_id (CourseCompletion)."""

evidence_improved = Signal()
"""Seconds known only offline or from a group were now watched online too. watch_record_id."""


def announce(signal: Signal, **facts: Any) -> None:
    """Send the signal once the transaction in progress has committed; a receiver's error stops nobody else."""
    transaction.on_commit(partial(signal.send_robust, sender=None, **facts), robust=True)
