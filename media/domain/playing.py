"""Signed addresses: whoever may play is told where, for a time; every byte asks again whether it still may go out."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from media.backends.peaks import PEAKS
from media.backends.transcode.base import MASTER, POSTER, POSTER_FORMATS, SMALLEST_POSTER, STORYBOARD, poster_name
from media.backends.transcode.plan import THUMBNAIL_STEP_SECONDS
from media.enums import RenditionKind, TranscriptState
from media.models import CaptionTrack, Video

# A takedown must stop every process within ten seconds; each remembers for half of that.
REMEMBERED_SECONDS = 5
_SIGNER = signing.Signer(salt="media.playing", sep=".")
# A still is shown, not played: its address stays the same for a month, so that a phone fetches it once.
POSTER_PERIOD_SECONDS = 30 * 24 * 3600
# From this width on it is for wide screens only: a phone's network pays for less.
_WIDE = 960
_POSTER_SIGNER = signing.Signer(salt="media.poster", sep=".")


class AddressRefused(Exception):
    """The address was not made by us, has expired, or its recording may no longer be played."""


@dataclass(frozen=True)
class Sizes:
    """What a recording costs in bytes before anybody pays for them; None where there is no such thing.

    Watching to the end needs `least` with the smallest picture and `most` with the largest, whatever the network
    makes the player choose.
    """

    least: int | None
    most: int | None
    audio: int | None
    offline: int | None


@dataclass(frozen=True)
class SmallPoster:
    """The still as pages show it; in which format each address answers, the browser's `Accept` decides."""

    # For whoever saves data.
    least: str
    # Sharp enough for a phone.
    narrow: str
    # For wide screens; None where there is nothing larger.
    wide: str | None


@dataclass(frozen=True)
class SignedAddresses:
    """Where a player finds a recording until `expires_at`; None where there is no such thing."""

    master: str
    audio: str | None
    poster: str | None
    storyboard: str | None
    # One file to keep.
    offline: str | None
    sizes: Sizes
    # (language, label, address), approved ones only.
    captions: list[tuple[str, str, str]]
    # How loud it is, for staff who write captions.
    peaks: str
    expires_at: datetime


def sign(video: Video, *, at: datetime) -> SignedAddresses:
    """Addresses of one recording; whoever calls has checked the right to play it."""
    expires_at = _expiry(at)
    token = _SIGNER.sign(f"{video.code}.{int(expires_at.timestamp())}")

    def address(name: str) -> str:
        return reverse("media:file", args=[token, name])

    renditions = list(video.renditions.all())
    audio = next((r for r in renditions if r.kind == RenditionKind.AUDIO), None)
    offline = next((r for r in renditions if r.kind == RenditionKind.FILE), None)
    pictures = [r.size_bytes for r in renditions if r.kind == RenditionKind.VIDEO]
    tracks = approved_tracks(video)
    return SignedAddresses(
        master=address(MASTER),
        audio=address(audio.playlist) if audio else None,
        poster=address(POSTER) if video.poster else None,
        storyboard=address(STORYBOARD) if video.storyboard else None,
        offline=address(offline.playlist) if offline else None,
        sizes=Sizes(
            least=min(pictures, default=None),
            most=max(pictures, default=None),
            audio=audio.size_bytes if audio else None,
            offline=offline.size_bytes if offline else None,
        ),
        captions=[
            (track.language, track.label, reverse("media:captions", args=[token, track.language])) for track in tracks
        ],
        peaks=address(PEAKS),
        expires_at=expires_at,
    )


def _expiry(at: datetime) -> datetime:
    """MEDIA_ADDRESS_SECONDS from now, up to a sixth more: the same page a little later says the same addresses."""
    step = max(settings.MEDIA_ADDRESS_SECONDS // 6, 1)
    ends = at + timedelta(seconds=settings.MEDIA_ADDRESS_SECONDS)
    return datetime.fromtimestamp(-(-int(ends.timestamp()) // step) * step, UTC)


def small_poster(video: Video, *, at: datetime) -> SmallPoster | None:
    """Where the still lies in its sizes, None where they were not made yet; the caller has checked who may see it."""
    widths = sorted(video.poster_widths)
    if not widths:
        return None
    token = _poster_token(video, at)

    def address(width: int) -> str:
        return reverse("media:poster", args=[token, width])

    narrow = max((width for width in widths if width < _WIDE), default=widths[0])
    wide = address(widths[-1]) if widths[-1] > narrow else None
    return SmallPoster(least=address(widths[0]), narrow=address(narrow), wide=wide)


def still_of_moment(video: Video, seconds: int, *, at: datetime) -> str | None:
    """Where the picture of this second lies, None without storyboard; the caller has checked who may see it."""
    if not video.storyboard:
        return None
    # One address for all seconds that one still stands for.
    begins = seconds // THUMBNAIL_STEP_SECONDS * THUMBNAIL_STEP_SECONDS
    return reverse("media:still", args=[_poster_token(video, at), begins])


def _poster_token(video: Video, at: datetime) -> str:
    period = int(at.timestamp()) // POSTER_PERIOD_SECONDS
    return _POSTER_SIGNER.sign(f"{video.code}.{(period + 2) * POSTER_PERIOD_SECONDS}")


def poster_file(width: int, *, accepts: str, saves_data: bool) -> str:
    """Which file answers: the newest format that the browser names, the smallest width where it is to save data."""
    kind = next((kind for kind in POSTER_FORMATS if f"image/{kind}" in accepts), POSTER_FORMATS[-1])
    return poster_name(min(width, SMALLEST_POSTER) if saves_data else width, kind)


def approved_tracks(video: Video) -> list[CaptionTrack]:
    """What learners may read: law 7 holds here, whatever any gate said."""
    return list(video.caption_tracks.filter(transcript__state=TranscriptState.APPROVED))


def access_key(code: str) -> str:
    """Where the answer to "may its bytes go out?" is remembered."""
    return f"media.access.{code}"


def forget_access(code: str) -> None:
    """What was remembered of a recording no longer holds; other processes forget by themselves within seconds."""
    cache.delete(access_key(code))


def open_address(token: str, *, at: datetime | None = None) -> tuple[str, str]:
    """The code and stream folder behind a token. Raises AddressRefused."""
    return _open(_SIGNER, token, at=at)


def open_poster(token: str, *, at: datetime | None = None) -> tuple[str, str]:
    """The same for the address of a still. Raises AddressRefused."""
    return _open(_POSTER_SIGNER, token, at=at)


def _open(signer: signing.Signer, token: str, *, at: datetime | None) -> tuple[str, str]:
    try:
        code, expires = signer.unsign(token).split(".")
        if int(expires) < (at or timezone.now()).timestamp():
            raise AddressRefused("expired")
    except (signing.BadSignature, ValueError) as error:
        raise AddressRefused("not ours") from error
    folder = cache.get(access_key(code))
    if folder is None:
        video = Video.objects.filter(code=code).only("stream_folder", "taken_down_at").first()
        folder = video.stream_folder if video and video.is_streamable else ""
        cache.set(access_key(code), folder, REMEMBERED_SECONDS)
    if not folder:
        raise AddressRefused("not playable")
    return code, folder
