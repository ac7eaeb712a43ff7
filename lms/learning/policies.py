"""What must not be deleted because facts of learning hang on it."""

from django.utils.translation import gettext as _
from wagtail.models import Page

from lms.learning.models import CourseEnrolment, LessonCompletion, PlaySession, PresenceCheck, QuizAttempt, WatchRecord
from media.models import Video


def why_not_deletable(pages: list[Page]) -> list[str]:
    """The reasons against deleting these pages: somebody has learnt in them."""
    ids = [page.pk for page in pages]
    lessons = (PlaySession, WatchRecord, PresenceCheck, QuizAttempt, LessonCompletion, CourseEnrolment)
    if any(model.objects.filter(page__in=ids).exists() for model in lessons):
        return [_("People have learnt here; what they learnt is kept. Unpublish the page instead.")]
    return []


def why_recording_must_stay(video: Video) -> list[str]:
    """The reason against deleting this recording: somebody has learnt with it."""
    if any(model.objects.filter(video=video).exists() for model in (PlaySession, WatchRecord)):
        return [_("People have learnt with it; what they learnt is kept. Take it down instead.")]
    return []
