"""A real browser before the live server, and a small course to look at."""

from typing import Any

import pytest
from wagtail.models import Locale, Page

from courses.models import LessonPage
from tests.factories.learning import live_course, live_lesson, published


@pytest.fixture
def lesson(transactional_db: Any) -> LessonPage:
    """The first of three lessons of a course; the last is a class in person."""
    Locale.objects.get_or_create(language_code="zh-hans")
    if Page.get_first_root_node() is None:  # the flush of the test before took it along
        Page.add_root(instance=Page(title="Root", slug="root"))
    course = live_course()
    lessons = [
        live_lesson(course, teaches="打视频、调声音、把手机立稳。"),
        live_lesson(course, teaches="看通知、接龙。"),
        live_lesson(course, kind="offline", completion_rule="offline", course_type="elective"),
    ]
    return published(*lessons)
