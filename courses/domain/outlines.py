"""Outline versions: what a course consists of, written down whenever that changes."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from wagtail.models import Page

from courses.models import CoursePage, LessonPage, OutlineVersion
from courses.queries import course_of, current_outline
from courses.signals import announce, course_published
from lms.lib.sealing import canonical_bytes


def write_outline(course: CoursePage, at: datetime) -> OutlineVersion | None:
    """Write the course's next outline version if it consists of something else than before; return the current one.

    A course that never had a live lesson has no outline. Announces course_published for a new version.
    """
    with transaction.atomic():
        CoursePage.objects.select_for_update().get(pk=course.pk)
        latest = current_outline(course)
        content = _content(course)
        sha256 = hashlib.sha256(canonical_bytes(content)).hexdigest()
        if (latest.sha256 == sha256) if latest else not content["lessons"]:
            return latest
        outline = OutlineVersion.objects.create(
            course=course, number=latest.number + 1 if latest else 1, sha256=sha256, created_at=at, **content
        )
        announce(course_published, course_id=course.pk, outline_version_id=outline.pk)
    return outline


def write_outline_of(page: Page, at: datetime) -> OutlineVersion | None:
    """Write the outline of the course that the page is or stands in; None where there is no such course."""
    course = course_of(page)
    return write_outline(course, at) if course else None


def write_outlines_below(path: str, at: datetime) -> None:
    """Write the outline of every course at, above or below this place in the page tree."""
    above = [path[:end] for end in range(Page.steplen, len(path) + 1, Page.steplen)]
    for course in CoursePage.objects.filter(Q(path__in=above) | Q(path__startswith=path)):
        write_outline(course, at)


def _content(course: CoursePage) -> dict[str, Any]:
    lessons = course.lessons().select_related("video", "quiz")
    return {
        "title": course.title,
        "course_key": str(course.translation_key),
        "audience": list(course.effective_audience),
        "credit_for": list(course.effective_credit_for),
        "lessons": [_lesson(lesson) for lesson in lessons],
    }


def _lesson(lesson: LessonPage) -> dict[str, Any]:
    return {
        "translation_key": str(lesson.translation_key),
        "page_id": lesson.pk,
        "code": lesson.code,
        "title": lesson.title,
        "kind": lesson.kind,
        "course_type": lesson.course_type,
        "rule": lesson.completion_rule,
        "coverage_percent": lesson.coverage_percent,
        "quiz_id": lesson.quiz_id,
        "pass_mark": lesson.quiz.pass_mark if lesson.quiz else None,
        "video_id": lesson.video_id,
        "decoded_seconds": lesson.decoded_seconds,
        "revision_id": lesson.live_revision_id,
    }
