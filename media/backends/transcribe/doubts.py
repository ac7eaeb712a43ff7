"""What recognisers are known to invent, whichever of them it was.

The phrases are what Whisper writes over music, silence and applause: credits of the subtitled films it learned from.
Add one when a reviewer meets it; write it without blanks and punctuation.
"""

import re

from media.captions_text import bare, width
from media.enums import CueFlag

INVENTIONS = re.compile(
    "|".join(
        [
            r"字幕(由|by|组|組|志愿者|志願者|提供)",
            r"(请|請)不吝(点赞|點贊)",
            r"(点赞|點贊)(订阅|訂閱)",
            r"(订阅|訂閱)(我|我们|我們|本|频道|頻道)",
            r"(转发|轉發)打(赏|賞)",
            r"明(镜|鏡)(与|與)?(点点|點點|需要您)",
            r"(谢谢|謝謝|感谢|感謝)(大家|您|你|你们|你們|各位)?的?(观看|觀看|收看|收听|收聽|聆听|聆聽)",
            r"优优独播剧场|優優獨播劇場|独播剧场",
            r"(本期|本集)(视频|視頻|节目|節目)?(就到这里|就到這裡)",
            r"amaraorg|subtitle[sd]?by|captionedby|transcribedby|thanksforwatching|likeandsubscribe|pleasesubscribe",
        ]
    )
)
# Speech over a quiet room lies 20 dB and more above this.
QUIET_DB = -45.0
# More than anybody says clearly, and more than a viewer can read (Netflix' limit for Chinese: 9 a second).
READABLE_PER_SECOND = 9


def flags_of(text: str, duration_ms: int, *, loudness_db: float, same_as_before: bool) -> tuple[str, ...]:
    """Why a person must look at this cue; loudness is that of its loudest moment, in decibels below full scale."""
    doubts = {
        CueFlag.INVENTION: INVENTIONS.search(bare(text)),
        CueFlag.REPETITION: same_as_before or is_loop(text),
        CueFlag.SILENCE: loudness_db < QUIET_DB,
        CueFlag.TOO_FAST: width(text) * 1000 > READABLE_PER_SECOND * duration_ms,
    }
    return tuple(flag.value for flag, found in doubts.items() if found)


def is_loop(text: str) -> bool:
    """Whether some stretch of the text is said four times in a row, or three times when it is four characters long."""
    plain = bare(text)
    return bool(re.search(r"(.{1,3})\1{3}", plain) or re.search(r"(.{4,})\1{2}", plain))
