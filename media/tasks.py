"""Background work of media, on the queues of its two lanes."""

from typing import Any

from django_tasks import task

from lms.lib.files import work_root
from media.backends import waking
from media.domain.queueing import lane_of, priority_of
from media.domain.sizing import look_closer
from media.domain.transcoding import transcode
from media.domain.transcribing import transcribe
from media.enums import Lane
from media.models import Video


@task(queue_name=Lane.SHORT.value)
def transcode_video_task(video_id: int) -> None:
    """Convert the recording, if it waits for that; a long one that was taken for short goes to its own lane."""
    video = Video.objects.get(pk=video_id)
    if look_closer(video) and lane_of(video) == Lane.LONG:
        send(transcode_video_task, video)
    else:
        transcode(video_id)


@task(queue_name=Lane.SHORT.value)
def transcribe_video_task(video_id: int) -> None:
    """Recognise what is said in the recording, if it waits for that."""
    transcribe(video_id)


def send(stage_task: Any, video: Video) -> None:
    """Put the task on the queue of the recording's lane, in its place there, and wake who may do it."""
    stage_task.using(queue_name=lane_of(video).value, priority=priority_of(video)).enqueue(video.pk)
    waking.wake(work_root())
