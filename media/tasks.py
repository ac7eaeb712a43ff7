"""Background work of media, on the queue "media"."""

from django_tasks import task

from media.domain.transcoding import transcode
from media.domain.transcribing import transcribe


@task(queue_name="media")
def transcode_video_task(video_id: int) -> None:
    """Convert the recording, if it waits for that."""
    transcode(video_id)


@task(queue_name="media")
def transcribe_video_task(video_id: int) -> None:
    """Recognise what is said in the recording, if it waits for that."""
    transcribe(video_id)
