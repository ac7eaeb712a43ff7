"""What a lesson page needs to be passed on."""

from dataclasses import dataclass

from django import template
from django.template.context import RequestContext
from django.urls import reverse

from courses.models import LessonPage, ShortLink

register = template.Library()


@dataclass(frozen=True, slots=True)
class Sharing:
    """Addresses of one lesson for other people, whole, and short for the eye."""

    code: str
    address: str
    spoken: str
    qr: str
    board: str
    wide: str
    square: str


@register.simple_tag(takes_context=True)
def sharing(context: RequestContext, lesson: LessonPage) -> Sharing | None:
    """{% sharing page as shared %}: None in a preview of a page that was never saved."""
    request = context["request"]
    if not hasattr(request, "lesson_sharing"):
        link = ShortLink.objects.filter(lesson=lesson.pk).first() if lesson.pk else None
        request.lesson_sharing = _sharing(context, link) if link else None
    return request.lesson_sharing


@register.filter
def passed_on(size_bytes: int) -> int:
    """{{ size|passed_on }}: about how large the one file is that carries a film of this size as text."""
    return int(size_bytes) * 4 // 3 + 200_000


def _sharing(context: RequestContext, link: ShortLink) -> Sharing:
    whole = context["request"].build_absolute_uri
    address = whole(link.get_absolute_url())
    return Sharing(
        code=link.code,
        address=address,
        spoken=address.split("://", 1)[-1],
        qr=reverse("links:qr", args=[link.code]),
        board=reverse("links:board", args=[link.code]),
        wide=whole(reverse("links:card", args=[link.code, "wide"])),
        square=whole(reverse("links:card", args=[link.code, "square"])),
    )
