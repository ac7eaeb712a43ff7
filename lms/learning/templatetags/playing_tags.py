"""What a lesson page needs to play, and the home page to go on."""

from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils import timezone

from courses.models import LessonPage
from courses.policies import can_play
from lms.learning.domain.addresses import addresses_of
from lms.learning.queries import LessonState, next_lessons, unfinished
from lms.learning.templatetags.learning_tags import progress_in
from lms.people.enums import RoleKind
from lms.people.models import Person
from lms.people.policies import roles_today
from media.domain.playing import small_poster

register = template.Library()


@register.simple_tag(takes_context=True)
def playing(context: RequestContext, lesson: LessonPage) -> dict[str, Any] | None:
    """{% playing lesson as addresses %}: the signed addresses of its recording, or None where it may not be played."""
    at = timezone.now()
    if lesson.video is None or not can_play(context["request"].user, lesson, at):
        return None
    return {**addresses_of(lesson.video, at=at), "still": small_poster(lesson.video, at=at)}


@register.simple_tag(takes_context=True)
def may_screen(context: RequestContext, lesson: LessonPage) -> bool:
    """{% may_screen lesson as may %}: whether she may show its film in a hall.

    Learners sign in without a password, so for them nothing is looked up.
    """
    request = context["request"]
    if lesson.video_id is None or not isinstance(request.user, Person) or not request.user.has_usable_password():
        return False
    return any(role.kind == RoleKind.LEARNING_HELPER for role in roles_today(request))


@register.simple_tag(takes_context=True)
def unfinished_lessons(context: RequestContext) -> list[tuple[LessonPage, LessonState]]:
    """{% unfinished_lessons as lessons %}: what the person has begun and not done, latest first."""
    progress = progress_in(context)
    return unfinished(progress, newest=3) if progress else []


@register.simple_tag(takes_context=True)
def coming_lessons(context: RequestContext) -> list[LessonPage]:
    """{% coming_lessons as coming %}: the next lesson of each course under way in which none is half watched."""
    progress = progress_in(context)
    return next_lessons(progress) if progress else []
