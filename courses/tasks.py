"""Background work of courses, on the queue of the media worker."""

from django.utils import timezone
from django_tasks import task

from courses.domain.reading_aloud import speak_lesson
from media.enums import Lane


@task(queue_name=Lane.SHORT.value)
def speak_lesson_task(lesson_id: int) -> None:
    """Have the lesson's texts and questions spoken; what fails now, `speak_texts` does later."""
    speak_lesson(lesson_id, at=timezone.now())
