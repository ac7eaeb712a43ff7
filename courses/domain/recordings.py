"""What lessons mean for recordings: which must stay, which have been shown since when, which take another's place."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from courses.domain.telling import tell_editors
from courses.enums import NoticeKind
from courses.models import LessonPage, OutlineVersion
from courses.queries import lessons_of_video
from media.models import Video


def why_recording_must_stay(video: Video) -> list[str]:
    """The lessons that show it, live or in their newest draft, and the courses that were published with it."""
    shown = Q(video=video) | Q(latest_revision__content__video=video.pk)
    lessons = LessonPage.objects.filter(shown).order_by("path").values_list("title", flat=True)
    reasons = []
    if titles := _quoted(lessons):
        reasons.append(_("It is shown in %(lessons)s. Choose another recording there first.") % {"lessons": titles})
    if titles := _quoted(outline.title for outline in _outlines_with(video)):
        told = _("It was part of %(courses)s, and what people completed there points at it. Take it down instead.")
        reasons.append(told % {"courses": titles})
    return reasons


def _quoted(titles: Iterable[str]) -> str:
    comma = pgettext("between names", ", ")
    return comma.join(_("“%(title)s”") % {"title": title} for title in dict.fromkeys(titles))


def _outlines_with(video: Video) -> list[OutlineVersion]:
    """Found by the text of the stored lessons, because SQLite cannot look into a list, then read."""
    written = OutlineVersion.objects.annotate(text=Cast("lessons", TextField()))
    likely = written.filter(text__contains=f'"video_id": {video.pk}').order_by("course", "number")
    return [outline for outline in likely if any(lesson.get("video_id") == video.pk for lesson in outline.lessons)]


def published_since(video_ids: Iterable[int]) -> dict[int, datetime]:
    """Since when a live lesson has shown each of these recordings; the latest publication counts."""
    lessons = LessonPage.objects.live().filter(video__in=video_ids, last_published_at__isnull=False)
    shown = lessons.order_by("last_published_at").values_list("video_id", "last_published_at")
    return {video_id: moment for video_id, moment in shown if video_id and moment}


def offer_replacement(video_id: int, *, at: datetime) -> list[LessonPage]:
    """A recording that replaces another is ready: the draft of each lesson of that one shows it from now on.

    What learners see changes when a person publishes; a draft that shows a third recording is left alone.
    """
    video = Video.objects.filter(pk=video_id, replaces__isnull=False).first()
    told = _("It takes the place of the old one in the draft of this lesson. Learners see it once you publish.")
    offered = []
    for lesson in lessons_of_video(video.replaces_id) if video and video.replaces_id else []:
        draft = lesson.get_latest_revision_as_object()
        if draft.video_id == lesson.video_id:
            draft.video = video
            draft.save_revision(log_action=True)
            tell_editors(lesson, NoticeKind.RECORDING_READY, at=at, reasons=[told])
            offered.append(lesson)
    return offered
