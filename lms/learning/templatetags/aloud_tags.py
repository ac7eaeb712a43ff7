"""Buttons that read a part of the page aloud."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import get_language

from courses.domain.reading_aloud import texts_of_lesson
from courses.models import LessonPage
from lms.learning.domain.reading_aloud import notice_texts, reading_words, texts_of_item, whole_ones

register = template.Library()


def _button(target: str, *, sounds: str = "", language: str = "zh") -> dict[str, Any]:
    return {"shown": True, "target": target, "sounds": sounds, "language": language, "words": reading_words()}


@register.inclusion_tag("components/aloud.html")
def aloud_lesson(lesson: LessonPage, target: str, *, is_kept: bool = False) -> dict[str, Any]:
    """{% aloud_lesson page "lesson-text" %}: reads the element of that id; nothing where there is nothing to read.

    On a page that a phone keeps (`is_kept`) by its own voice alone: our sounds need a network.
    """
    texts = texts_of_lesson(lesson)
    if not texts:
        return {"shown": False}
    is_there = not is_kept and lesson.language == "zh" and whole_ones({"lesson": texts})
    sounds = reverse("learning:lesson_sounds", args=[lesson.pk]) if is_there else ""
    return _button(target, sounds=sounds, language=lesson.language)


@register.simple_tag
def heard_items(items: list[dict[str, Any]]) -> set[str]:
    """{% heard_items form.items as heard %}: the questions for which sounds are there, in one query."""
    return whole_ones({item["id"]: texts_of_item(item) for item in items})


@register.inclusion_tag("components/aloud.html")
def aloud_item(item: dict[str, Any], sitting: Any, heard: Any = ()) -> dict[str, Any]:
    """{% aloud_item item sitting heard %}: reads the question that the button stands in."""
    is_there = item["id"] in (heard or ())
    sounds = reverse("learning:item_sounds", args=[sitting.code, item["id"]]) if is_there else ""
    return _button("", sounds=sounds)


@register.inclusion_tag("components/aloud.html")
def aloud_notice(target: str, audience: str = "") -> dict[str, Any]:
    """{% aloud_notice "notice-text" "everybody" %}: reads a notice; without an audience, by the phone's voice alone."""
    language = (get_language() or "zh").split("-")[0]
    is_there = audience and language == "zh" and whole_ones({audience: notice_texts(audience)})
    sounds = reverse("learning:notice_sounds", args=[audience]) if is_there else ""
    return _button(target, sounds=sounds, language=language)
