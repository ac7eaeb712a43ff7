"""Facts that courses announces, after commit, with send_robust."""

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal

course_published = Signal()
"""A course consists of something new from now on. course_id, outline_version_id."""

lesson_taken_down = Signal()
"""A lesson was taken down; what was earned stays. lesson_id."""


def announce(signal: Signal, **facts: Any) -> None:
    """Send the signal once the transaction in progress has committed; a receiver's error stops nobody else."""
    transaction.on_commit(partial(signal.send_robust, sender=None, **facts), robust=True)
