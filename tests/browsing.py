"""One real browser for a whole process of tests: Playwright's loop cannot be started twice in a thread."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from lms.tools.browser import ARGUMENTS, find_browser
from tests.database import CLOSED_BEFORE_THE_FLUSH

# The live server and Playwright's loop share the thread; nothing here runs concurrently.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
ROOT = Path(__file__).resolve().parents[1]

# A page on a busy machine may be long in coming; how long is a matter of benchmarks.
expect.set_options(timeout=60_000)


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
def driver(built_front_end: None) -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(browser_path: str, driver: Playwright) -> Iterator[Browser]:
    started = driver.chromium.launch(executable_path=browser_path, args=list(ARGUMENTS))
    CLOSED_BEFORE_THE_FLUSH.append(lambda: close_windows(started))
    yield started
    CLOSED_BEFORE_THE_FLUSH.clear()
    started.close()


@pytest.fixture
def whole_browser(driver: Playwright) -> Iterator[Browser]:
    """One with all that people's browsers have, for this test alone."""
    started = driver.chromium.launch(executable_path=find_browser(whole=True), args=list(ARGUMENTS))
    yield started
    started.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The browser, without windows of an earlier test."""
    yield chromium
    close_windows(chromium)


def close_windows(browser: Browser) -> None:
    for context in list(browser.contexts):
        context.close()
