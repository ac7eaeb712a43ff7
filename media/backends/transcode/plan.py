"""What is made from a recording: the steps of the ladder, frame rates, sizes. Pure; ffmpeg.py carries it out."""

from dataclasses import dataclass
from fractions import Fraction

from media.backends.probe import Picture

# The first segment comes fast, the later ones cost fewer requests.
FIRST_SEGMENT_SECONDS = 2
SEGMENT_SECONDS = 4
SAMPLE_RATE = 44_100
AUDIO_ONLY_KBITS = 40
# The poster is one of the first stills, taken at most so far apart: a header may lie about the length.
POSTER_CANDIDATES = 12
POSTER_STEP_SECONDS = 30
# The storyboard: a still in so many seconds, its longer side so many pixels.
THUMBNAIL_STEP_SECONDS = 10
THUMBNAIL_PIXELS = 160

# The lowest step must stay under 140 kbit/s in every segment with its sound; see the arithmetic in the decision.
FRAME_RATES = [5, 8, 10, 12, 15, 20, 24, 25, 30]
HIGHEST_LOW_FRAME_RATE = 15


@dataclass(frozen=True)
class Step:
    """A step of the ladder: the short side in pixels, and what it may cost in kbit/s."""

    short_side: int
    video_kbits: int
    buffer_kbits: int
    buffer_fill: float
    audio_kbits: int
    quality: int


LADDER = [
    Step(240, video_kbits=74, buffer_kbits=96, buffer_fill=0.4, audio_kbits=32, quality=28),
    Step(360, video_kbits=260, buffer_kbits=520, buffer_fill=0.5, audio_kbits=48, quality=26),
    Step(480, video_kbits=560, buffer_kbits=1120, buffer_fill=0.5, audio_kbits=64, quality=25),
    Step(720, video_kbits=1200, buffer_kbits=2400, buffer_fill=0.5, audio_kbits=64, quality=25),
]


@dataclass(frozen=True)
class Rung:
    """One variant to encode."""

    name: str
    step: Step
    width: int
    height: int
    frame_rate: Fraction


def frame_rate_of(picture: Picture) -> int:
    """A constant rate near the source's, at most 30: 60 becomes 30, 50 becomes 25, nonsense becomes 30."""
    rate = picture.frame_rate or Fraction(30)
    if not Fraction(1, 2) <= rate <= 240:
        return 30
    while rate > Fraction(61, 2):
        rate /= 2
    return next(known for known in FRAME_RATES if known >= rate - Fraction(1, 2))


def rungs_of(picture: Picture, *, highest: int = 720) -> list[Rung]:
    """The steps up to `highest` that the source can fill, highest first; one below all makes one step of its own size.

    Every rate divides two seconds into whole frames, so that key frames fall on the same moments in all of them.
    """
    rate = Fraction(frame_rate_of(picture))
    short_side = min(picture.width, picture.height)
    steps = [step for step in LADDER if step.short_side <= min(short_side, highest)] or LADDER[:1]
    rungs = []
    for step in steps:
        side = min(step.short_side, short_side)
        low = step is LADDER[0]
        rungs.append(
            Rung(
                name=f"{step.short_side}p",
                step=step,
                width=even(Fraction(picture.width * side, short_side)),
                height=even(Fraction(picture.height * side, short_side)),
                frame_rate=rate / 2 if low and rate > HIGHEST_LOW_FRAME_RATE else rate,
            )
        )
    return rungs[::-1]


def even(length: Fraction) -> int:
    """The nearest even number of pixels that is not more; H.264 with 4:2:0 colours knows no odd ones."""
    return max(int(length) // 2 * 2, 2)
