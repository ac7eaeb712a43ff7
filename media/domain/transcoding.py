"""One recording becomes everything that is served from it."""

import errno
import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from lms.lib.durations import whole_seconds
from media.backends.errors import ToolFailed
from media.backends.limits import limits
from media.backends.stopping import StopAsked
from media.backends.transcode.base import POSTER, Label, Outcome, Transcoder
from media.domain.staging import Claim, ClaimLost, claim
from media.enums import FailureCode, Notice, VideoStatus
from media.models import Rendition, Video

logger = logging.getLogger(__name__)
# A header that promises more than this beyond what could be decoded is worth a word to the trainer.
STATED_TOLERANCE_SECONDS = 2


def transcode(video_id: int) -> bool:
    """Convert the recording, unless somebody else has it; whether it was converted.

    The tools run outside any transaction; the folder they fill is made anew each time, so two runs never mix.
    """
    job = claim(video_id, VideoStatus.TRANSCODING, at=timezone.now())
    if job is None:
        return False
    video = Video.objects.select_related("org").get(pk=video_id)
    work = Path(settings.VAR_DIR) / "work"
    work.mkdir(parents=True, exist_ok=True)
    kept: list[str] = []
    try:
        with tempfile.TemporaryDirectory(dir=work) as place, local_copy(video.source.name, Path(place)) as source:
            made = Path(place) / "made"
            made.mkdir()
            outcome = transcoder().transcode(source, made, label=label_of(video), limits=limits(), on_progress=job.keep)
            folder = f"recordings/{video.code}/{uuid4().hex[:12]}"
            kept = _keep(made, folder, outcome, job)
            _finish(video, job, outcome, folder)
    except (ClaimLost, StopAsked) as stop:
        _drop(kept)
        if isinstance(stop, StopAsked):
            job.give_back()
        return False
    except Exception as error:
        _drop(kept)
        fail(job, error)
        return False
    return True


def transcoder() -> Transcoder:
    """The transcoder that the settings name."""
    return import_string(settings.MEDIA_TRANSCODER)()


def label_of(video: Video) -> Label | None:
    """What generated content must say of itself in its metadata."""
    return Label(producer=video.org.name, content_number=video.code) if video.ai_generated else None


@contextmanager
def local_copy(name: str, place: Path) -> Iterator[Path]:
    """The stored file as a path on this machine, copied only where the storage is elsewhere."""
    if not default_storage.exists(name):
        raise ToolFailed(FailureCode.SOURCE_MISSING, name, permanent=True)
    try:
        yield Path(default_storage.path(name))
    except NotImplementedError:
        copy = place / "source"
        with default_storage.open(name) as stored, copy.open("wb") as out:
            shutil.copyfileobj(stored, out)
        yield copy


class _Made(File):
    """A finished file that the storage may move."""

    def temporary_file_path(self) -> str:
        return str(self.file.name)


def _keep(made: Path, folder: str, outcome: Outcome, job: Claim) -> list[str]:
    """Bring what was made into storage, and return the names."""
    names: list[str] = []
    try:
        for path in sorted((made / "stream").iterdir()):
            names.append(_store(path, f"{folder}/{path.name}"))
            job.keep()
        if outcome.recognition_audio:
            names.append(_store(outcome.recognition_audio, f"{folder}/{outcome.recognition_audio.name}"))
    except BaseException:
        _drop(names)
        raise
    return names


def _store(path: Path, name: str) -> str:
    with path.open("rb") as file:
        return default_storage.save(name, _Made(file))


def _drop(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)


def _finish(video: Video, job: Claim, outcome: Outcome, folder: str) -> None:
    """Write renditions and length, and announce; what an earlier run had made goes once this has committed."""
    earlier = video.stream_folder
    with transaction.atomic():
        video.renditions.all().delete()
        Rendition.objects.bulk_create(
            Rendition(video=video, **{field: getattr(made, field) for field in made.__dataclass_fields__})
            for made in outcome.renditions
        )
        audio = outcome.recognition_audio
        job.advance(
            at=timezone.now(),
            decoded_seconds=whole_seconds(outcome.length_seconds),
            has_picture=outcome.width is not None,
            has_sound=outcome.has_sound,
            width=outcome.width,
            height=outcome.height,
            notices=notices_of(outcome),
            stream_folder=folder,
            poster=f"{folder}/{POSTER}",
            recognition_audio=f"{folder}/{audio.name}" if audio else "",
        )
        if earlier:
            transaction.on_commit(partial(remove_folder, earlier), robust=True)


def notices_of(outcome: Outcome) -> list[str]:
    """What the trainer should know about a recording that did succeed."""
    notices = []
    if outcome.stated_seconds and outcome.stated_seconds > outcome.length_seconds + STATED_TOLERANCE_SECONDS:
        notices.append(Notice.SHORTER_THAN_STATED)
    if not outcome.has_sound:
        notices.append(Notice.NO_SOUND)
    if outcome.width is None:
        notices.append(Notice.NO_PICTURE)
    return [str(notice) for notice in notices]


def remove_folder(folder: str) -> None:
    """Remove the files of a run from storage."""
    _folders, files = default_storage.listdir(folder)
    for name in files:
        default_storage.delete(f"{folder}/{name}")


def fail(job: Claim, error: Exception) -> None:
    """Write down why a stage failed, in a way that tells the trainer what to do and the technician what happened."""
    at = timezone.now()
    try:
        if isinstance(error, ToolFailed):
            job.fail(error.code, detail=error.detail, permanent=error.permanent, at=at)
        elif isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
            job.fail(FailureCode.DISK_FULL, detail=str(error), permanent=False, at=at)
        else:
            logger.exception("Recording %s failed.", job.video_id)
            job.fail(FailureCode.UNEXPECTED, detail=f"{type(error).__name__}: {error}", permanent=False, at=at)
    except ClaimLost:
        logger.info("Recording %s was taken over by another worker.", job.video_id)
