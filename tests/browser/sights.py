"""The pages that people see, by who is looking, and the numbers of large print, read from the policy itself."""

from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext

from courses.models import LessonPage
from tests.factories.learning import live_lesson, published

# Beyond either edge of the page, and not inside something that scrolls or is cut on purpose.
BEYOND = """() => {
  const wide = document.documentElement.clientWidth;
  const inside = each => {
    for (let up = each; up && up !== document.body; up = up.parentElement) {
      if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(up).overflowX)) return true;
      if (up.matches('.visually-hidden, .skip-link')) return true;
    }
    return false;
  };
  const beyond = [...document.body.querySelectorAll('*')]
    .filter(each => each.getClientRects().length && !inside(each))
    .filter(each => {
      const box = each.getBoundingClientRect();
      return box.width && (box.right > wide + 1 || box.left < -1);
    }).map(each => each.outerHTML.slice(0, 120));
  return [document.documentElement.scrollWidth > wide ? 'the page scrolls sideways' : '', ...beyond].filter(Boolean);
}"""
POLICY = Path(settings.BASE_DIR) / "lms" / "docs" / "policy.md"


def elder_numbers() -> dict[str, Any]:
    """POLICY 4.3: 工信厅信管函〔2021〕67号 annex 2, as the policy quotes it. There is no second copy to drift."""
    block = POLICY.read_text(encoding="utf-8").split("```yaml\nelder_mode:", 1)[1].split("```", 1)[0]
    numbers: dict[str, Any] = yaml.safe_load("elder_mode:" + block)["elder_mode"]
    return numbers


def open_to_all(lesson: LessonPage) -> list[str]:
    """Pages for everybody."""
    course = lesson.get_parent()
    found = "/catalogue/?for=farmer&length=short"
    return [
        *["/", course.get_parent().get_url(), course.get_url(), lesson.get_url()],
        *["/catalogue/", found, "/catalogue/?length=long", "/search/?q=x", "/search/", "/help/", "/about/"],
        *["/account/sign-in/", "/account/settings/", "/account/notice/", "/account/switch/", "/verify/"],
    ]


def of_a_learner(lesson: LessonPage) -> list[str]:
    """Pages of whoever is signed in, with a quiz in the course of the lesson."""
    quiz = published(live_lesson(lesson.get_parent().specific, completion_rule="quiz"))
    return [
        *[quiz.get_url(), f"/learn/lessons/{quiz.pk}/quiz/", "/hours/papers/", "/learn/self-assessment/"],
        *["/", "/learn/", "/messages/", "/account/", "/account/settings/", "/account/switch/"],
        *["/account/correct/", "/account/village/", "/account/close/", "/account/phone/", "/catalogue/"],
    ]


def window(
    browser: Browser, site: str, *, width: int = 360, height: int = 800, elder: str = "off", **more: Any
) -> BrowserContext:
    """A window of the browser with this size of letters."""
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **more)
    context.add_cookies([{"name": "elder_mode", "value": elder, "url": site}])
    return context


def enter(context: BrowserContext, client: Client, url: str) -> None:
    """The browser goes on with the client's session."""
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": url}])
