"""Work on recordings, on the queue "media": an id in, one story."""

from django_tasks import task

from media.domain.transcoding import transcode
from media.domain.transcribing import transcribe


@task(queue_name="media")
def transcode_video_task(video_id: int) -> bool:
    return transcode(video_id)


@task(queue_name="media")
def transcribe_video_task(video_id: int) -> bool:
    return transcribe(video_id)
