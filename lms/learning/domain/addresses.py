"""Where a player finds a recording."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from media.domain.playing import sign
from media.models import Video


def addresses_of(video: Video, *, at: datetime) -> dict[str, Any]:
    """The signed addresses of the recording as players read them; whoever calls has checked the right to play."""
    signed = sign(video, at=at)
    return {
        "master": signed.master,
        "audio": signed.audio,
        "poster": signed.poster,
        "storyboard": signed.storyboard,
        "offline": signed.offline,
        "sizes": asdict(signed.sizes),
        "captions": [
            {"language": language, "label": str(label), "url": url} for language, label, url in signed.captions
        ],
        "expires_at": signed.expires_at.isoformat(),
    }
