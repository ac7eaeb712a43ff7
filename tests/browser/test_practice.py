"""Questions in a video, in a real browser: below the paused picture, after a question in between, left at will."""

import pytest
from playwright.sync_api import expect

from courses.models import LessonPage, VideoQuestion
from lms.learning.models import LessonCompletion, VideoAnswer
from tests.browser.streaming import patiently, wait_until
from tests.browser.test_accessibility import AXE
from tests.browser.test_presence import BOX, QUESTION, Open, cadre, choose, film, lesson, opened
from tests.browsing import fits, keep_picture
from tests.factories.learning import quiz_of

__all__ = ["cadre", "film", "lesson", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PRACTICE, ASKED, SAID = "[data-practice]", "[data-practice-question]", "[data-practice-said]"
PAUSED = "document.querySelector('video').paused"


@pytest.fixture
def asking(lesson: LessonPage) -> LessonPage:
    """Two questions in its six seconds; a question in between falls due when the first one stands."""
    first, second, _third = quiz_of(lesson.org).questions.all()
    first.explanation = "验证码谁要都不给。"
    first.save()
    VideoQuestion.objects.create(page=lesson, at_seconds=1, question=first)
    VideoQuestion.objects.create(page=lesson, at_seconds=4, question=second)
    return lesson


def test_a_question_in_between_goes_first_then_one_answers_or_leaves_and_the_lesson_counts(
    opened: Open, asking: LessonPage
) -> None:
    page = opened()
    # Pausing for the first one reports what was watched, and with that the question in between is due.
    expect(page.locator(QUESTION)).to_be_visible()
    expect(page.locator(PRACTICE)).to_be_hidden()
    keep_picture(page, "practice-check-360")
    choose(page, right=True)

    expect(page.locator(ASKED)).to_be_visible()
    assert page.evaluate(PAUSED)
    expect(page.locator(ASKED)).to_be_focused()
    frame, box = page.locator(".player-frame").bounding_box(), page.locator(PRACTICE).bounding_box()
    assert frame and box and box["y"] >= frame["y"] + frame["height"]
    assert all((each.bounding_box() or {})["height"] >= 60 for each in page.locator(f"{PRACTICE} button:visible").all())
    assert fits(page)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate("axe.run('[data-practice]').then(r => r.violations.map(v => v.id + ': ' + v.help))") == []
    keep_picture(page, "practice-360")
    page.locator(f"{PRACTICE} .choice").filter(has_text="错的").click()
    expect(page.locator(SAID)).to_contain_text("没答对")
    page.locator(f"{PRACTICE} .choice").filter(has_text="对的").click()
    expect(page.locator(SAID)).to_contain_text("验证码谁要都不给。")
    keep_picture(page, "practice-told-360")
    page.get_by_role("button", name="接着看").click()

    expect(page.get_by_role("button", name="先不答")).to_be_visible()
    page.get_by_role("button", name="先不答").click()
    expect(page.locator(PRACTICE)).to_be_hidden()
    expect(page.locator("[data-when-done]")).to_be_visible()
    expect(page.locator(BOX)).to_contain_text("答对了")

    wait_until(LessonCompletion.objects.exists)
    answer = patiently(VideoAnswer.objects.get)
    assert not answer.is_right, "the first one counts for the trainer"
