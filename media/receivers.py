"""When this, then that: the chain from a received recording to a draft of its captions."""

from typing import Any

from media.enums import VideoStatus
from media.models import Video
from media.signals import video_received, video_transcoded, video_waiting
from media.tasks import transcode_video_task, transcribe_video_task


def start_transcoding(video_id: int, **kwargs: Any) -> None:
    transcode_video_task.enqueue(video_id)


def start_transcribing(video_id: int, **kwargs: Any) -> None:
    transcribe_video_task.enqueue(video_id)


def start_again(video_id: int, **kwargs: Any) -> None:
    """A recording waits once more: send it to the stage that it waits for."""
    status = Video.objects.values_list("status", flat=True).get(pk=video_id)
    if status == VideoStatus.RECEIVED:
        transcode_video_task.enqueue(video_id)
    elif status == VideoStatus.TRANSCODED:
        transcribe_video_task.enqueue(video_id)


def register_receivers() -> None:
    video_received.connect(start_transcoding, dispatch_uid="media.start_transcoding")
    video_transcoded.connect(start_transcribing, dispatch_uid="media.start_transcribing")
    video_waiting.connect(start_again, dispatch_uid="media.start_again")
