"""From a received recording to what can be streamed."""

import errno
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from lms.lib.durations import whole_seconds
from lms.lib.files import StorageFailed, stored, working_folder
from media.backends.errors import ToolFailed
from media.backends.limits import limits
from media.backends.peaks import PEAKS, write_peaks
from media.backends.stopping import StopAsked
from media.backends.transcode import transcoder
from media.backends.transcode.base import POSTER, RECOGNITION_AUDIO, STORYBOARD, Label, Outcome, Span
from media.domain import staging
from media.domain.captioning import keep_embedded
from media.domain.sources import SourceDropped, require_source
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
        with working_folder("video-") as folder:
            require_source(video)
            with claim.beating():
                source = stored().fetch(str(video.source_file), folder / "source")
            label = Label(video.org.name, video.code) if video.ai_generated else None
            made = folder / "made"
            made.mkdir()
            outcome = transcoder().transcode(
                source, made, label=label, limits=limits(), on_progress=keep, span=span_of(video)
            )
            with claim.beating():
                _settle(video, claim, made, outcome)
    except StopAsked:
        claim.give_back()
        raise
    except staging.ClaimLost:
        logger.warning("Video %s was taken over by another worker.", video_id)
        return False
    except SourceDropped as error:
        claim.fail(FailureCode.SOURCE_DROPPED, detail=str(error), permanent=True, at=timezone.now())
    except ToolFailed as error:
        claim.fail(error.code, detail=error.detail, permanent=error.permanent, at=timezone.now())
    except FileNotFoundError as error:
        missing = not stored().exists(str(video.source_file))
        code = FailureCode.SOURCE_MISSING if missing else FailureCode.TOOL_MISSING
        claim.fail(code, detail=str(error), permanent=missing, at=timezone.now())
    except StorageFailed as error:
        claim.fail(FailureCode.STORAGE_FAILED, detail=str(error), permanent=False, at=timezone.now())
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


def _settle(video: Video, claim: staging.Claim, made: Path, outcome: Outcome) -> None:
    """Move what was made into storage and write what was found. Raises ClaimLost, leaving nothing."""
    stream_folder = f"recordings/{video.code}/{claim.token[:12]}"
    storyboard = f"{stream_folder}/{STORYBOARD}" if (made / "stream" / STORYBOARD).exists() else ""
    if outcome.recognition_audio:
        write_peaks(outcome.recognition_audio, made / "stream" / PEAKS)
    size_bytes = sum(path.stat().st_size for path in (made / "stream").iterdir())
    wav = f"{stream_folder}-{RECOGNITION_AUDIO}" if outcome.recognition_audio else ""
    try:
        if outcome.recognition_audio:
            stored().take(outcome.recognition_audio, wav)
        stored().take_folder(made / "stream", stream_folder)
        has_picture = outcome.width is not None
        notices = [] if has_picture else [Notice.NO_PICTURE.value]
        if not outcome.has_sound:
            notices.append(Notice.NO_SOUND.value)
        if outcome.stated_seconds and outcome.length_seconds < _EXPECTED_SHARE * outcome.stated_seconds - 1:
            notices.append(Notice.SHORTER_THAN_STATED.value)
        at = timezone.now()
        with transaction.atomic():
            claim.advance(
                at=at,
                decoded_seconds=whole_seconds(outcome.length_seconds),
                has_picture=has_picture,
                has_sound=outcome.has_sound,
                width=outcome.width,
                height=outcome.height,
                notices=notices,
                stream_folder=stream_folder,
                stream_size_bytes=size_bytes,
                poster=f"{stream_folder}/{POSTER}",
                poster_widths=outcome.poster_widths,
                storyboard=storyboard,
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
            if video.cut_from_id is None:  # a piece took its captions along when it was cut
                keep_embedded(video, outcome.captions, length_ms=int(outcome.length_seconds * 1000), at=at)
    except BaseException:
        with suppress(OSError):
            stored().delete_folder(stream_folder)
            if wav:
                stored().delete(wav)
        raise
