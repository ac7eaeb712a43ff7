"""A real browser before the live server, and a small course to look at."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from wagtail.models import Locale, Page

from courses.models import LessonPage
from lms.tools.browser import ARGUMENTS, find_browser
from tests.factories.learning import live_course, live_lesson, published

# The live server and Playwright's loop share the thread; nothing here runs concurrently.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Where the browser lies; tests/machine.py has already skipped, or failed, where there is none."""
    path = find_browser()
    assert path is not None
    return path


@pytest.fixture(scope="session")
def built_front_end() -> None:
    """What the pages load; `make setup` has normally built it."""
    if not (ROOT / "lms" / "static_build" / "player.js").exists():
        subprocess.run(["npm", "run", "build"], cwd=ROOT, check=True, timeout=120)


@pytest.fixture(scope="session")
def browser(browser_path: str, built_front_end: None) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(ARGUMENTS))
        yield browser
        browser.close()


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
