"""When this, then that."""

from typing import Any

from media import signals
from media.domain.sweeping import drop_recognition_work
from media.enums import VideoStatus
from media.models import Video
from media.tasks import send, transcode_video_task, transcribe_video_task


def start_next_stage(video_id: int, **_facts: Any) -> None:
    """The recording waits for a worker: the task of its next stage is sent."""
    tasks = {VideoStatus.RECEIVED: transcode_video_task, VideoStatus.TRANSCODED: transcribe_video_task}
    video = Video.objects.filter(pk=video_id).first()
    if video and (task := tasks.get(VideoStatus(video.status))):
        send(task, video)


def forget_recognition_work(video_id: int, **_facts: Any) -> None:
    drop_recognition_work(Video.objects.get(pk=video_id))


def register_receivers() -> None:
    for waits in (signals.video_received, signals.video_transcoded, signals.video_waiting):
        waits.connect(start_next_stage, dispatch_uid="media.start_next_stage")
    signals.video_ready.connect(forget_recognition_work, dispatch_uid="media.forget_recognition_work")
