"""Recognition writes a draft; a person reads it before anybody is served it."""

import logging
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.utils import timezone

from lms.audit.domain import record
from lms.lib.files import StorageFailed, stored
from lms.people.models import Person
from media.backends import stopping
from media.backends.stopping import StopAsked
from media.backends.transcribe import CueDraft, TranscribeFailed, transcriber
from media.backends.transcribe.base import read_wav
from media.domain.captioning import write_machine_draft
from media.domain.staging import Claim, ClaimLost, claim, finish_with_captions
from media.enums import (
    RECOGNISED_AS,
    FailureCode,
    Language,
    Notice,
    TranscriptSource,
    TranscriptState,
    VideoStatus,
)
from media.models import RecognitionStretch, Video
from media.queries import wording_for

logger = logging.getLogger(__name__)


def transcribe(video_id: int) -> bool:
    """Recognise what is said and keep it as a draft, unless somebody else has the recording; whether it was done.

    A recording without sound, or whose captions people supplied meanwhile, is ready without a draft. A failure
    leaves the recording as it is: captions can be typed or uploaded, and recognition can be tried again.
    """
    job = claim(video_id, VideoStatus.TRANSCRIBING, at=timezone.now())
    if job is None:
        return False
    video = Video.objects.get(pk=video_id)
    try:
        wanted = _can_be_recognised(video) and not _has_captions(video)
        cues = _recognise(video, job) if wanted else []
        _finish(video, job, cues, nothing_said=wanted and not cues)
    except StopAsked:
        job.give_back()
        raise
    except ClaimLost:
        return False
    except TranscribeFailed as failure:
        job.fail(failure.code, detail=failure.detail, permanent=failure.permanent, at=timezone.now())
        return False
    except StorageFailed as error:
        job.fail(FailureCode.STORAGE_FAILED, detail=str(error), permanent=False, at=timezone.now())
        return False
    except Exception as error:
        logger.exception("Recognising video %s failed unexpectedly.", video_id)
        job.fail(FailureCode.RECOGNITION_FAILED, detail=repr(error), permanent=False, at=timezone.now())
        return False
    return True


@transaction.atomic
def cancel_recognition(video: Video, *, by: Person, at: datetime) -> bool:
    """A person does without recognition: the recording is ready without a draft, and captions can be typed.

    True where it became ready now. A recognition in progress loses its claim with that and stops at its next
    heartbeat, within seconds.
    """
    stopped = finish_with_captions(video, at=at)
    if stopped:
        record("media.recognition_cancelled", actor=by, subject_kind="video", subject_id=video.code, at=at)
    return stopped


def _can_be_recognised(video: Video) -> bool:
    """Whether there is sound, in a language that a machine understands."""
    return bool(video.recognition_audio) and video.language in RECOGNISED_AS


def _has_captions(video: Video) -> bool:
    """Whether people have supplied captions in the spoken language already: a machine has nothing to add."""
    by_people = video.transcripts.filter(language=video.language).exclude(source=TranscriptSource.MACHINE)
    return by_people.exclude(state=TranscriptState.SUPERSEDED).exists()


class StretchShelf:
    """Keeps each window that was heard as a row, until the recording is done."""

    def __init__(self, video: Video, job: Claim) -> None:
        self.video = video
        self.job = job
        self.kept = dict(video.stretches.values_list("key", "heard"))

    def get(self, key: str) -> Any | None:
        return self.kept.get(key)

    def put(self, key: str, heard: Any) -> None:
        if not Video.objects.filter(pk=self.video.pk, claim_token=self.job.token).exists():
            raise ClaimLost(f"Video {self.video.pk} is no longer claimed by this worker.")
        RecognitionStretch.objects.update_or_create(video=self.video, key=key, defaults={"heard": heard})


def _recognise(video: Video, job: Claim) -> list[CueDraft]:
    def on_progress(part: float) -> None:
        stopping.check()
        job.keep(part, 1.0)

    with video.recognition_audio.open("rb") as file:
        audio = read_wav(cast("BinaryIO", file))
    return transcriber().transcribe(
        audio,
        language=RECOGNISED_AS[Language(video.language)],
        on_progress=on_progress,
        wording=wording_for(video),
        shelf=StretchShelf(video, job),
    )


def _finish(video: Video, job: Claim, cues: list[CueDraft], *, nothing_said: bool) -> None:
    """Write the draft and announce that the recording is ready; the sound for recognition is not kept."""
    at, audio = timezone.now(), video.recognition_audio.name
    notices = [notice for notice in video.notices if notice != Notice.NO_SPEECH]
    with transaction.atomic():
        job.advance(
            at=at, recognition_audio="", notices=[*notices, Notice.NO_SPEECH.value] if nothing_said else notices
        )
        if cues:
            write_machine_draft(video, cues, engine=str(transcriber()), at=at)
        if audio:
            transaction.on_commit(partial(stored().delete, audio), robust=True)
