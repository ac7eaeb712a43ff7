"""Recognition writes a draft; a person reads it before anybody is served it."""

import logging
from functools import partial
from typing import BinaryIO, cast

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from media.backends import stopping
from media.backends.stopping import StopAsked
from media.backends.transcribe import CueDraft, TranscribeFailed, transcriber
from media.backends.transcribe.base import read_wav
from media.domain.captioning import write_machine_draft
from media.domain.staging import Claim, ClaimLost, claim
from media.enums import FailureCode, TranscriptSource, TranscriptState, VideoStatus
from media.models import Video

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
        cues = _recognise(video, job) if video.recognition_audio and not _has_captions(video) else []
        _finish(video, job, cues)
    except StopAsked:
        job.give_back()
        raise
    except ClaimLost:
        return False
    except TranscribeFailed as failure:
        job.fail(failure.code, detail=failure.detail, permanent=failure.permanent, at=timezone.now())
        return False
    except Exception as error:
        logger.exception("Recognising video %s failed unexpectedly.", video_id)
        job.fail(FailureCode.RECOGNITION_FAILED, detail=repr(error), permanent=False, at=timezone.now())
        return False
    return True


def _has_captions(video: Video) -> bool:
    """Whether people have supplied captions in the spoken language already: a machine has nothing to add."""
    by_people = video.transcripts.filter(language=video.language).exclude(source=TranscriptSource.MACHINE)
    return by_people.exclude(state=TranscriptState.SUPERSEDED).exists()


def _recognise(video: Video, job: Claim) -> list[CueDraft]:
    def on_progress(part: float) -> None:
        stopping.check()
        job.keep(part, 1.0)

    with video.recognition_audio.open("rb") as file:
        audio = read_wav(cast("BinaryIO", file))
    return transcriber().transcribe(audio, language=video.language, on_progress=on_progress)


def _finish(video: Video, job: Claim, cues: list[CueDraft]) -> None:
    """Write the draft and announce that the recording is ready; the sound for recognition is not kept."""
    at, audio = timezone.now(), video.recognition_audio.name
    with transaction.atomic():
        job.advance(at=at, recognition_audio="")
        if cues:
            write_machine_draft(video, cues, engine=str(transcriber()), at=at)
        if audio:
            transaction.on_commit(partial(default_storage.delete, audio), robust=True)
