"""Which queue a recording waits in, who comes first there, and how long it will take on this server.

There are two lanes: recordings up to MEDIA_SHORT_SECONDS, and longer ones, which have a worker process of their own
at lower priority. Within a lane what was begun is finished first, then the shorter classes come before the longer
ones, then whoever came first.
"""

import heapq
import statistics
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from media.enums import CLAIMED, STAGE_OF, Lane, RunEnd, Stage, VideoStatus
from media.models import StageRun, Video

# Beginning and ending a stage costs as much as so many more seconds of recording would.
_BEGINNING_SECONDS = 10.0
# What a stage costs for each second of recording, until this server has shown how fast it is: two cores, a 720p
# picture, the model small.
_FIRST_GUESS = {Stage.TRANSCODE: 0.5, Stage.TRANSCRIBE: 0.6}
_RUNS_LOOKED_AT = 15
# With fewer runs than this the first guess has a voice.
_RUNS_TRUSTED = 3
# (up to so many seconds, priority in its lane); tasks know -100 to 100.
_CLASSES = ((180, 20), (600, 10))
_BEGUN = 50
# Where one process works both lanes, everything long comes after everything short.
_LONG = -60
# Whoever waits so long beside an idle worker waits for one that is not there.
_NOBODY_CAME = timedelta(minutes=2)


@dataclass(frozen=True)
class Wait:
    """How many recordings come first, and in about how many seconds this one is begun; None: nobody works."""

    ahead: int
    seconds: int | None


def lane_of(video: Video) -> Lane:
    """The queue for its length, as far as it is known."""
    return Lane.SHORT if video.likely_seconds <= settings.MEDIA_SHORT_SECONDS else Lane.LONG


def priority_of(video: Video) -> int:
    """Its place in the lane: greater is earlier."""
    place = next((priority for longest, priority in _CLASSES if video.likely_seconds <= longest), 0)
    if lane_of(video) == Lane.LONG:
        place += _LONG
    return place + (_BEGUN if video.status in (VideoStatus.TRANSCODED, VideoStatus.TRANSCRIBING) else 0)


def speeds() -> dict[Stage, float]:
    """Seconds of work for each second of a recording, by stage: the median of the latest runs of this server."""
    found = {}
    for stage in Stage:
        runs = StageRun.objects.filter(stage=stage, end=RunEnd.DONE).order_by("-started_at")
        known = [
            (ended - started).total_seconds() / (length + _BEGINNING_SECONDS)
            for started, ended, length in runs.values_list("started_at", "ended_at", "length_seconds")[:_RUNS_LOOKED_AT]
            if ended
        ]
        guesses = [_FIRST_GUESS[stage]] * max(_RUNS_TRUSTED - len(known), 0)
        found[stage] = statistics.median(known + guesses)
    return found


def waits(*, at: datetime) -> dict[int, Wait]:
    """For every recording that waits for a worker, by its id, how long it will wait."""
    moving = list(Video.objects.unfinished().filter(taken_down_at=None).order_by("queued_at", "pk"))
    if not moving:
        return {}
    pace = speeds()
    begun = dict(StageRun.objects.filter(video__in=moving, end="").values_list("video_id", "started_at"))
    found: dict[int, Wait] = {}
    for lanes in [set(Lane)] if settings.MEDIA_LANES == 1 else [{lane} for lane in Lane]:
        here = [video for video in moving if lane_of(video) in lanes]
        busy = [video for video in here if video.status in CLAIMED]
        free_after = [_left(video, pace, begun.get(video.pk), at) for video in busy] or [0.0]
        heapq.heapify(free_after)
        queue = sorted((video for video in here if video not in busy), key=lambda video: -priority_of(video))
        for number, video in enumerate(queue):
            start = heapq.heappop(free_after)
            heapq.heappush(free_after, start + _work(video, pace))
            nobody = not busy and video.queued_at is not None and at - video.queued_at > _NOBODY_CAME
            found[video.pk] = Wait(number + len(busy), None if nobody else round(start))
    return found


def _cost(stage: Stage, video: Video, pace: dict[Stage, float]) -> float:
    return pace[stage] * (video.likely_seconds + _BEGINNING_SECONDS)


def _work(video: Video, pace: dict[Stage, float]) -> float:
    """Everything that is still to do for it, in seconds."""
    stages = [Stage.TRANSCRIBE] if video.status == VideoStatus.TRANSCODED else list(Stage)
    return sum(_cost(stage, video, pace) for stage in stages)


def _left(video: Video, pace: dict[Stage, float], begun: datetime | None, at: datetime) -> float:
    """What is still to do for one that a worker has, by its own account of the time left where it gives one."""
    stage = STAGE_OF[VideoStatus(video.status)]
    said = video.stage_progress.get(stage.value, {}).get("left_seconds")
    if said is not None and video.heartbeat_at:
        left = max(said - (at - video.heartbeat_at).total_seconds(), 0.0)
    else:
        cost = _cost(stage, video, pace)
        left = max(cost - (at - (begun or at)).total_seconds(), cost / 10)
    return left + (_cost(Stage.TRANSCRIBE, video, pace) if stage == Stage.TRANSCODE else 0)


def wait_text(wait: Wait) -> str:
    """The wait as a person says it."""
    if wait.seconds is None:
        return _("Nobody works on recordings at the moment. Please tell the administrator.")
    if not wait.ahead:
        return _("It is begun in a moment.")
    given: dict[str, Any] = {"count": wait.ahead, "time": about(wait.seconds)}
    return (
        ngettext(
            "%(count)s recording comes first; this one is begun in %(time)s.",
            "%(count)s recordings come first; this one is begun in %(time)s.",
            wait.ahead,
        )
        % given
    )


def about(seconds: int) -> str:
    """A time ahead, no more exact than it can be known."""
    if seconds < 60:
        return _("less than a minute")
    minutes = round(seconds / 60)
    if minutes < 90:
        return ngettext("about %(count)s minute", "about %(count)s minutes", minutes) % {"count": minutes}
    hours = round(minutes / 60)
    return ngettext("about %(count)s hour", "about %(count)s hours", hours) % {"count": hours}
