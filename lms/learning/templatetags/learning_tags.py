"""How far the person has come, for templates of any app; read once for a page however many lessons it lists."""

from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils import timezone

from courses.models import CoursePage, LessonPage
from lms.learning.domain.carrying import mark_of
from lms.learning.domain.knowledge import offered
from lms.learning.domain.reading import opened_token
from lms.learning.domain.retaking import retakable
from lms.learning.models import Settlement, UnderstandingVote
from lms.learning.queries import CourseState, LessonState, Progress, settlement_in_words
from lms.people.models import Person

register = template.Library()


def progress_in(context: RequestContext) -> Progress | None:
    """The progress of whoever is signed in, kept with the request; None for everybody else."""
    request = context.get("request")
    if request is None or not isinstance(getattr(request, "user", None), Person):
        return None
    if not hasattr(request, "learning_progress"):
        request.learning_progress = Progress(request.user)
    return request.learning_progress


@register.simple_tag(takes_context=True)
def own_mark(context: RequestContext) -> str:
    """{% own_mark %}: by this a phone tells whose what lies on it is; empty without sign-in."""
    return mark_of(getattr(context.get("request"), "user", None))


@register.filter
def in_words(settlement: Settlement) -> str:
    """{{ settlement|in_words }}: what became of an appeal."""
    return settlement_in_words(settlement)


@register.simple_tag(takes_context=True)
def lesson_progress(context: RequestContext, lesson: LessonPage) -> LessonState | None:
    """{% lesson_progress lesson as progress %}: state, percent, resume_point; None without sign-in."""
    progress = progress_in(context)
    return progress.lesson(lesson) if progress else None


@register.simple_tag(takes_context=True)
def course_state(context: RequestContext, course: CoursePage) -> CourseState | None:
    """{% course_state course as state %}: done, asked, missing, percent, is_done; None where it was not begun."""
    progress = progress_in(context)
    return progress.course(course) if progress else None


@register.inclusion_tag("learning/lesson_state.html", takes_context=True)
def lesson_state(context: RequestContext, lesson: LessonPage) -> dict[str, Any]:
    """{% lesson_state lesson %}: a word and a bar; nothing without sign-in."""
    return {"progress": lesson_progress(context, lesson)}


@register.inclusion_tag("learning/course_progress.html", takes_context=True)
def course_progress(context: RequestContext, course: CoursePage) -> dict[str, Any]:
    """{% course_progress course %}: lessons done out of those asked for; nothing where it was not begun."""
    return {"state": course_state(context, course)}


@register.inclusion_tag("learning/take_again.html", takes_context=True)
def take_again(context: RequestContext, course: CoursePage) -> dict[str, Any]:
    """{% take_again course %}: the button for another round of a completed course; nothing where no rule counts it."""
    state, user = course_state(context, course), context["request"].user
    done = [course] if state and state.is_done else []
    again = bool(done) and course.translation_key in retakable(user, done, at=timezone.now())
    return {"course": course, "again": again, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("learning/course_test.html", takes_context=True)
def course_test(context: RequestContext, course: CoursePage) -> dict[str, Any]:
    """{% course_test course %}: the way to the test before the course or after it; nothing without sign-in."""
    user = context["request"].user
    asks = course.knowledge_test_id and isinstance(user, Person)
    return {"course": course, "phase": offered(user, course, at=timezone.now()) if asks else None}


@register.inclusion_tag("learning/say.html", takes_context=True)
def say(context: RequestContext, lesson: LessonPage) -> dict[str, Any]:
    """{% say lesson %}: 看懂了 or 没看懂, and what is wrong in the lesson; nothing without sign-in."""
    progress, user = lesson_progress(context, lesson), context["request"].user
    votes = UnderstandingVote.objects.filter(lesson_key=lesson.translation_key)
    return {
        "lesson": lesson,
        "shown": progress is not None,
        "begun": progress is not None and progress.state != "new",
        "vote": votes.filter(person=user).first() if progress else None,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("learning/reading_form.html", takes_context=True)
def reading_form(context: RequestContext, lesson: LessonPage) -> dict[str, Any]:
    """{% reading_form lesson %}: the button "I have read it" of a lesson completed by reading."""
    request = context["request"]
    reader = request.user if isinstance(request.user, Person) else None
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "lesson": lesson,
        "progress": lesson_progress(context, lesson),
        "opened": opened_token(reader, lesson, at=timezone.now()) if reader else "",
    }
