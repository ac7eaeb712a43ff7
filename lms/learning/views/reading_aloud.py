"""Sounds of texts that are read aloud, for whoever may see the texts."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.domain.reading_aloud import texts_of_lesson
from courses.models import LessonPage
from courses.policies import can_enter
from lms.learning.domain.reading_aloud import notice_texts, sounds_of, texts_of_item
from lms.learning.views.quizzes import asked_item


def _answer(texts: list[str]) -> JsonResponse:
    pieces: list[dict[str, Any]] = sounds_of(texts, at=timezone.now())
    if not pieces:
        raise Http404
    return JsonResponse({"pieces": pieces})


@never_cache
@require_safe
def lesson_sounds(request: HttpRequest, lesson_id: int) -> JsonResponse:
    """The text of a lesson, to whoever may open it."""
    lesson = get_object_or_404(LessonPage.objects.live(), pk=lesson_id)
    if not can_enter(request.user, lesson, timezone.now()):
        raise Http404
    return _answer(texts_of_lesson(lesson))


@login_required
@never_cache
@require_safe
def item_sounds(request: HttpRequest, code: str, item: str) -> JsonResponse:
    """A question and its choices in the order of the paper, to whoever is asked it."""
    return _answer(texts_of_item(asked_item(request, code, item)))


@never_cache
@require_safe
def notice_sounds(request: HttpRequest, audience: str) -> JsonResponse:
    """The privacy notice in force, to everybody."""
    return _answer(notice_texts(audience))
