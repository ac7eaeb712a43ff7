"""What templates say about what was found."""

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from courses.models import LessonPage
from media.domain.playing import small_poster, still_of_moment
from search.queries.finding import FoundLesson
from search.queries.help_topics import SECTIONS, Section
from search.queries.marking import found_in
from search.queries.understanding import Question

register = template.Library()


@register.filter
def marked(text: str, question: Question) -> SafeString:
    """{{ moment.text|marked:found.question }}: the text, escaped, what answers in it as <mark>."""
    parts, place = [], 0
    for start, end in found_in(text, question):
        parts.append(format_html("{}<mark>{}</mark>", text[place:start], text[start:end]))
        place = end
    return format_html_join("", "{}", [*((part,) for part in parts), (text[place:],)])


@register.simple_tag
def still_of(lesson: LessonPage) -> str:
    """{% still_of hit.lesson as still %}: where the smallest picture of the recording lies, six kilobytes at most."""
    still = small_poster(lesson.video, at=timezone.now()) if lesson.video and lesson.video.is_streamable else None
    return still.least if still else ""


@register.simple_tag
def best_still_of(hit: FoundLesson) -> str:
    """{% best_still_of hit as moment_still %}: where the picture of its best moment lies, half as heavy."""
    video = hit.lesson.video
    if not hit.moments or not video or not video.is_streamable:
        return ""
    return still_of_moment(video, hit.moments[0].seconds, at=timezone.now()) or ""


@register.simple_tag
def help_sections() -> tuple[Section, ...]:
    """{% help_sections as sections %}: the short answers of the help page."""
    return SECTIONS
