"""One real browser for a whole process of tests: Playwright's loop cannot be started twice in a thread.

`SHOTS=folder pytest tests/browser` keeps pictures: where a test asks for one, and of every page as it stood at the end.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect, sync_playwright

from lms.tools.browser import ARGUMENTS, find_browser
from tests.database import CLOSED_BEFORE_THE_FLUSH

# The live server and Playwright's loop share the thread; nothing here runs concurrently.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
ROOT = Path(__file__).resolve().parents[1]
STARTED: list[Browser] = []

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
    STARTED.append(started)
    yield started
    STARTED.clear()
    CLOSED_BEFORE_THE_FLUSH.clear()
    started.close()


@pytest.fixture
def whole_browser(driver: Playwright, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """One with all that people's browsers have, for this test alone."""
    started = driver.chromium.launch(executable_path=find_browser(whole=True), args=list(ARGUMENTS))
    refused = listen_for_refusals(started, monkeypatch)
    yield started
    started.close()
    assert refused == []


@pytest.fixture
def browser(chromium: Browser, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """The browser, without windows of an earlier test. No page of the test may ask for what its policy refuses."""
    refused = listen_for_refusals(chromium, monkeypatch)
    yield chromium
    close_windows(chromium)
    assert refused == []


def listen_for_refusals(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the Content-Security-Policy of any page in any window of this browser refuses, as the console says it."""
    refused: list[str] = []
    open_window = browser.new_context

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            refused.append(f"{message.location.get('url')}: {message.text}")

    def new_context(**options: Any) -> BrowserContext:
        context = open_window(**options)
        context.on("console", listen)
        return context

    monkeypatch.setattr(browser, "new_context", new_context)
    return refused


def wait_for_page(page: Page, expression: str, *, timeout: float = 30_000) -> None:
    """Ask the page until it says yes, `timeout` milliseconds at most. Playwright's own way is refused by the policy."""
    deadline = time.monotonic() + timeout / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"still not so: {expression}"
        page.wait_for_timeout(50)


def fits(page: Page) -> bool:
    """Whether the page does not scroll sideways; asked once it has come whole, since a press brings it later."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    page.wait_for_load_state()
    wait_for_page(page, "document.readyState === 'complete'")
    return bool(page.evaluate(f"document.documentElement ? {wide} <= 0 : false"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """A picture of every page as it stood at the end of the test, where pictures are kept."""
    pages = [page for browser in STARTED for context in browser.contexts for page in context.pages]
    for number, page in enumerate(pages):
        keep_picture(page, f"{item.name}-{number}")


def keep_picture(page: Page, name: str) -> None:
    """The whole page, in the folder that SHOTS names, if any."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name.replace('/', '-')}.png", full_page=True)


def close_windows(browser: Browser) -> None:
    for context in list(browser.contexts):
        context.close()
