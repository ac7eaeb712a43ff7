"""Background work of search, on a queue of its own: an approved caption is not to wait behind a year's closing."""

from django_tasks import task

from search.domain.indexing import index_page, index_transcript

QUEUE = "search"


@task(queue_name=QUEUE)
def index_transcript_task(transcript_id: int) -> None:
    """Bring the lines of a recording in this language up to date."""
    index_transcript(transcript_id)


@task(queue_name=QUEUE)
def index_page_task(page_id: int) -> None:
    """Bring a course or lesson up to date."""
    index_page(page_id)
