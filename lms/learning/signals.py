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
"""More of a lesson is known, or known better, so that a stricter rule could now be met. watch_record_id.

Announced when the share watched online or in a group, or settled by a person, which was known only in a weaker way or
belongs to a lesson that was complete before, grows by a whole percent."""

lesson_objected = Signal()
"""A person said that she was not at the group viewing on which a lesson's completion hung. completion_id
(LessonCompletion)."""

group_viewing_closed = Signal()
"""A screening was closed at which more people were than are counted at once. viewing_id (GroupViewing)."""

quiz_passed = Signal()
"""A person passed a lesson's quiz. attempt_id (QuizAttempt)."""


def announce(signal: Signal, **facts: Any) -> None:
    """Send the signal once the transaction in progress has committed; a receiver's error stops nobody else."""
    transaction.on_commit(partial(signal.send_robust, sender=None, **facts), robust=True)
