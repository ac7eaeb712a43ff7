"""From a received recording to what can be streamed."""

import errno
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from lms.lib.durations import whole_seconds
from media.backends.errors import ToolFailed
from media.backends.limits import limits
from media.backends.peaks import PEAKS, write_peaks
from media.backends.stopping import StopAsked
from media.backends.transcode import transcoder
from media.backends.transcode.base import POSTER, RECOGNITION_AUDIO, Label, Outcome, Span
from media.domain import staging
from media.enums import FailureCode, Notice, VideoStatus
from media.models import Rendition, Video

logger = logging.getLogger(__name__)

# Below this share of what the header states, the trainer is told.
_EXPECTED_SHARE = 0.95


def transcode(video_id: int, *, on_progress: Callable[[float, float | None], None] | None = None) -> bool:
    """Make the renditions of a recording that waits for them; False where another worker has it.

    Claims it, converts outside any transaction, moves the finished files into storage, and writes rows and status
    in one transaction. A failure is kept on the row with its reason.
    """
    claim = staging.claim(video_id, VideoStatus.TRANSCODING, at=timezone.now())
    if claim is None:
        return False
    video = Video.objects.select_related("org", "cut_from").get(pk=video_id)

    def keep(done: float, of: float | None) -> None:
        claim.keep(done, of)
        if on_progress:
            on_progress(done, of)

    try:
        with working_folder() as folder, local_copy(video, folder) as source:
            label = Label(video.org.name, video.code) if video.ai_generated else None
            made = folder / "made"
            made.mkdir()
            outcome = transcoder().transcode(
                source, made, label=label, limits=limits(), on_progress=keep, span=span_of(video)
            )
            _settle(video, claim, made, outcome)
    except StopAsked:
        claim.give_back()
        raise
    except staging.ClaimLost:
        logger.warning("Video %s was taken over by another worker.", video_id)
        return False
    except ToolFailed as error:
        claim.fail(error.code, detail=error.detail, permanent=error.permanent, at=timezone.now())
    except FileNotFoundError as error:
        missing = FailureCode.SOURCE_MISSING if not default_storage.exists(str(video.source_file)) else None
        code = missing or FailureCode.TOOL_MISSING
        claim.fail(code, detail=str(error), permanent=bool(missing), at=timezone.now())
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        code = FailureCode.DISK_FULL if full else FailureCode.UNEXPECTED
        claim.fail(code, detail=str(error), permanent=False, at=timezone.now())
    except Exception as error:
        logger.exception("Transcoding video %s failed unexpectedly.", video_id)
        claim.fail(FailureCode.UNEXPECTED, detail=repr(error), permanent=False, at=timezone.now())
    return True


def span_of(video: Video) -> Span | None:
    """Which part of the file a piece is made from; None for a whole recording."""
    if video.cut_start_ms is None or video.cut_end_ms is None:
        return None
    return Span(video.cut_start_ms, video.cut_end_ms)


@contextmanager
def working_folder() -> Iterator[Path]:
    """A folder on the disk of the files, gone afterwards; a killed worker's is swept."""
    work = Path(settings.MEDIA_ROOT) / ".work"
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=work, prefix="video-") as folder:
        yield Path(folder)


@contextmanager
def local_copy(video: Video, folder: Path) -> Iterator[Path]:
    """The source as a file of this machine: itself on local storage, else a copy."""
    try:
        path = Path(video.source_file.path)
    except NotImplementedError:
        path = folder / "source"
        with video.source_file.open("rb") as remote, path.open("wb") as copy:
            shutil.copyfileobj(remote, copy)
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, "The uploaded file is gone", str(path))
    yield path


def _settle(video: Video, claim: staging.Claim, made: Path, outcome: Outcome) -> None:
    """Move what was made into storage and write what was found. Raises ClaimLost, leaving nothing."""
    stream_folder = f"recordings/{video.code}/{claim.token[:12]}"
    if outcome.recognition_audio:
        write_peaks(outcome.recognition_audio, made / "stream" / PEAKS)
    names = _put_folder(made / "stream", stream_folder)
    wav = ""
    try:
        if outcome.recognition_audio:
            wav = _put_file(
                outcome.recognition_audio, f"recordings/{video.code}/{claim.token[:12]}-{RECOGNITION_AUDIO}"
            )
            names.append(wav)
        has_picture = outcome.width is not None
        notices = [] if has_picture else [Notice.NO_PICTURE.value]
        if not outcome.has_sound:
            notices.append(Notice.NO_SOUND.value)
        if outcome.stated_seconds and outcome.length_seconds < _EXPECTED_SHARE * outcome.stated_seconds - 1:
            notices.append(Notice.SHORTER_THAN_STATED.value)
        with transaction.atomic():
            claim.advance(
                at=timezone.now(),
                decoded_seconds=whole_seconds(outcome.length_seconds),
                has_picture=has_picture,
                has_sound=outcome.has_sound,
                width=outcome.width,
                height=outcome.height,
                notices=notices,
                stream_folder=stream_folder,
                poster=f"{stream_folder}/{POSTER}",
                recognition_audio=wav,
            )
            video.renditions.all().delete()
            Rendition.objects.bulk_create(
                Rendition(
                    video=video,
                    kind=made_rendition.kind,
                    name=made_rendition.name,
                    playlist=made_rendition.playlist,
                    width=made_rendition.width,
                    height=made_rendition.height,
                    frame_rate=made_rendition.frame_rate,
                    codecs=made_rendition.codecs,
                    peak_bits_per_second=made_rendition.peak_bits_per_second,
                    average_bits_per_second=made_rendition.average_bits_per_second,
                    size_bytes=made_rendition.size_bytes,
                )
                for made_rendition in outcome.renditions
            )
    except BaseException:
        for name in names:
            default_storage.delete(name)
        raise


def _put_file(path: Path, name: str) -> str:
    """Move one file into storage; a rename where storage is this disk."""
    try:
        target = Path(default_storage.path(name))
    except NotImplementedError:
        with path.open("rb") as file:
            return default_storage.save(name, File(file))
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)
    return name


def _put_folder(folder: Path, name: str) -> list[str]:
    """Move a flat folder into storage, master playlist last; the names it got."""
    files = sorted(folder.iterdir(), key=lambda path: (path.suffix == ".m3u8", path.name))
    return [_put_file(path, f"{name}/{path.name}") for path in files]
