"""When this, then that."""

from typing import Any

from media import signals
from media.domain.sweeping import drop_recognition_work
from media.enums import VideoStatus
from media.models import Video
from media.tasks import transcode_video_task, transcribe_video_task


def start_transcoding(video_id: int, **_facts: Any) -> None:
    transcode_video_task.enqueue(video_id)


def start_transcribing(video_id: int, **_facts: Any) -> None:
    transcribe_video_task.enqueue(video_id)


def start_next_stage(video_id: int, **_facts: Any) -> None:
    status = Video.objects.values_list("status", flat=True).filter(pk=video_id).first()
    if status == VideoStatus.RECEIVED:
        transcode_video_task.enqueue(video_id)
    elif status == VideoStatus.TRANSCODED:
        transcribe_video_task.enqueue(video_id)


def forget_recognition_work(video_id: int, **_facts: Any) -> None:
    drop_recognition_work(Video.objects.get(pk=video_id))


def register_receivers() -> None:
    signals.video_received.connect(start_transcoding, dispatch_uid="media.start_transcoding")
    signals.video_transcoded.connect(start_transcribing, dispatch_uid="media.start_transcribing")
    signals.video_waiting.connect(start_next_stage, dispatch_uid="media.start_next_stage")
    signals.video_ready.connect(forget_recognition_work, dispatch_uid="media.forget_recognition_work")
