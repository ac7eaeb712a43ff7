"""Facts that media announces, after commit, with send_robust."""

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal

video_received = Signal()
"""A recording was stored and waits to be converted. video_id."""

video_transcoded = Signal()
"""Its renditions are there; it waits for speech recognition. video_id."""

video_ready = Signal()
"""Both stages are done, or people supplied the captions. video_id."""

video_failed = Signal()
"""A stage failed; the row says why and whether it will be tried again. video_id."""

video_waiting = Signal()
"""A recording waits for its next stage once more: a lost worker, a lost task, a retry. video_id."""

captions_approved = Signal()
"""A person approved a transcript, which is served from now on. video_id, transcript_id."""

video_taken_down = Signal()
"""The recording was taken down. video_id."""

video_put_back = Signal()
"""A recording that was taken down may be played again. video_id."""


video_deleted = Signal()
"""The recording and its files were deleted. code."""


def announce(signal: Signal, **facts: Any) -> None:
    """Send the signal once the transaction in progress has committed; a receiver's error stops nobody else."""
    transaction.on_commit(partial(signal.send_robust, sender=None, **facts), robust=True)
