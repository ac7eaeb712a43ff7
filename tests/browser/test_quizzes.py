"""Quizzes, the self-assessment and imports in a real browser, on a phone and at a desk, with and without JavaScript."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image as Picture
from playwright.sync_api import Browser, BrowserContext, Page, expect
from wagtail.images.models import Image
from wagtail.models import Collection, Locale
from wagtail.models import Page as WagtailPage

from courses.domain.question_files.sheet import write_template
from courses.models import LessonPage, QuestionSet
from lms.learning.models import LessonCompletion, QuizAttempt, QuizSitting
from lms.people.models import Person
from tests.browser.streaming import patiently
from tests.browser.test_accessibility import AXE, LOOK, enter
from tests.browsing import fits, keep_picture
from tests.cast import Cast
from tests.factories.learning import live_course, live_lesson, published
from tests.learning.papers import answers, one_of_each

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TOO_SMALL = """() => [...document.querySelectorAll('.question div[id] label, .question select, .question [type=text]')]
  .filter(each => each.getBoundingClientRect().height < 59.5).map(each => each.outerHTML)"""


def whole(page: Page) -> None:
    """Nothing sideways, nothing that axe calls serious."""
    assert fits(page)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(LOOK) == []


@pytest.fixture
def quiz_lesson(transactional_db: Any, cast: Cast, settings: Any, tmp_path: Path) -> LessonPage:
    """A lesson with a question of each kind; the first has a picture, the fourth a sound."""
    settings.MEDIA_ROOT = tmp_path / "files"
    Locale.objects.get_or_create(language_code="zh-hans")
    if WagtailPage.get_first_root_node() is None:  # the flush of the test before took it along
        WagtailPage.add_root(instance=WagtailPage(title="Root", slug="root"))
    if Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")
    course = live_course(cast.orgs.provider)
    quiz = one_of_each(cast.orgs.provider)
    file = BytesIO()
    Picture.new("RGB", (640, 360), "#5a8f4a").save(file, "PNG")
    first, fourth = quiz.questions.all()[0], quiz.questions.all()[3]
    first.image = Image.objects.create(title="短信", file=ContentFile(file.getvalue(), "a.png"))
    first.image_alt = "一条短信，说要验证码"
    first.save()
    fourth.audio.save("x.mp3", ContentFile(b"ID3" + b"\0" * 200))
    return published(live_lesson(course, kind="practice", completion_rule="quiz", quiz=quiz))


@pytest.fixture(params=[True, False], ids=["with scripts", "without"])
def phone(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, locale="zh-CN", has_touch=True, java_script_enabled=request.param
    )
    yield context
    context.close()


def fill(page: Page, sitting: QuizSitting, *, wrong_ones: int = 0) -> None:
    """Give the answers as a person does."""
    for name, value in answers(sitting, wrong_ones=wrong_ones).items():
        if name == "sitting":
            continue
        for each in value if isinstance(value, list) else [value]:
            field = page.locator(f'[name="{name}"]')
            if field.first.evaluate("field => field.tagName") == "SELECT":
                field.select_option(str(each))
            elif field.first.get_attribute("type") == "text":
                field.fill(str(each))
            else:
                page.locator(f'[name="{name}"][value="{each}"]').check()


def test_a_quiz_with_every_kind_of_question_is_passed_on_a_phone(
    phone: BrowserContext, live_server: Any, quiz_lesson: LessonPage, cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    enter(phone, signed_in(cast.learner), live_server.url)
    page = phone.new_page()
    page.goto(f"{live_server.url}/learn/lessons/{quiz_lesson.pk}/quiz/")
    keep_picture(page, "quiz-360")
    if page.evaluate("typeof document.body.dataset") == "object":
        assert page.evaluate(TOO_SMALL) == []
        assert page.locator(".question-picture").evaluate("image => image.complete && image.naturalWidth") == 640

    page.get_by_role("button", name="交卷").click()
    expect(page.get_by_role("alert")).to_be_visible()
    keep_picture(page, "quiz-unanswered-360")
    fill(page, QuizSitting.objects.get())
    page.get_by_role("button", name="交卷").click()
    expect(page.locator("[data-passed=yes]")).to_be_visible()
    keep_picture(page, "quiz-result-360")

    assert LessonCompletion.objects.count() == 1


def test_quiz_pages_are_whole_for_everybody(
    browser: Browser, live_server: Any, quiz_lesson: LessonPage, cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    address = f"{live_server.url}/learn/lessons/{quiz_lesson.pk}/quiz/"
    for width, height, elder in ((360, 800, "largest"), (1440, 900, "off")):
        context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        context.add_cookies([{"name": "elder_mode", "value": elder, "url": live_server.url}])
        enter(context, signed_in(cast.learner), live_server.url)
        page = context.new_page()
        page.goto(address)
        whole(page)
        page.get_by_role("button", name="交卷").click()
        whole(page)
        page.goto(f"{live_server.url}/learn/self-assessment/")
        whole(page)
        keep_picture(page, f"self-assessment-{width}")
        context.close()


def test_a_failed_quiz_says_when_to_come_back(
    phone: BrowserContext, live_server: Any, quiz_lesson: LessonPage, cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    enter(phone, signed_in(cast.learner), live_server.url)
    page = phone.new_page()
    page.goto(f"{live_server.url}/learn/lessons/{quiz_lesson.pk}/quiz/")
    fill(page, QuizSitting.objects.get(), wrong_ones=6)
    page.get_by_role("button", name="交卷").click()
    expect(page.locator("[data-passed=no]")).to_be_visible()
    keep_picture(page, "quiz-failed-360")
    page.get_by_role("link", name="再答一次").click()
    expect(page.locator(".notice-warn")).to_contain_text("可以再试")
    keep_picture(page, "quiz-pause-360")


def test_before_and_after_stand_side_by_side(
    browser: Browser,
    live_server: Any,
    quiz_lesson: LessonPage,
    cast: Cast,
    signed_in: Callable[[Person], Client],
    clock: Any,
) -> None:
    from lms.learning.domain.assessing import assess
    from tests.learning.test_assessing import all_of

    assess(cast.learner, {**all_of(1), "device-1": 2, "security-1": 3}, at=clock.now)
    assess(cast.learner, {**all_of(3), "creation-1": 2, "security-2": 4}, at=clock.move(days=40))
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="zh-CN")
    enter(context, signed_in(cast.learner), live_server.url)
    page = context.new_page()
    page.goto(f"{live_server.url}/learn/self-assessment/result/")
    whole(page)
    keep_picture(page, "before-after-360")
    expect(page.locator(".bar-after")).to_have_count(7)
    context.close()


def test_a_trainer_imports_a_sheet_and_sees_it_in_the_editor(
    browser: Browser,
    live_server: Any,
    quiz_lesson: LessonPage,
    cast: Cast,
    at_desk: Callable[[Person], Client],
    tmp_path: Path,
) -> None:
    file = tmp_path / "防骗题库.xlsx"
    with file.open("wb") as out:
        write_template(out)
    bad = tmp_path / "有错.gift"
    bad.write_text("验证码给不给？ {=不给 ~给}\n\n两个都对？ {=甲 =乙 ~丙}\n\n验证码，给不给 {~给 =不给}\n")
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    enter(context, at_desk(cast.trainer), live_server.url)
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/quizzes/")
    keep_picture(page, "quizzes-1440")
    page.get_by_role("link", name="导入题目").click()
    keep_picture(page, "import-1440")
    page.locator('[name="file"]').set_input_files(bad)
    page.locator('[name="title"]').fill("防骗测验")
    page.get_by_role("button", name="读取文件").click()
    expect(page.locator('[data-state="bad"]')).to_have_count(1)
    expect(page.locator('[data-state="repeated"]')).to_have_count(1)
    keep_picture(page, "import-errors-1440")
    page.get_by_role("link", name="换一个文件").click()
    page.locator('[name="file"]').set_input_files(file)
    page.locator('[name="title"]').fill("防骗测验")
    page.get_by_role("button", name="读取文件").click()
    expect(page.locator('[data-state="good"]')).to_have_count(6)
    keep_picture(page, "import-preview-1440")
    page.get_by_role("button", name="导入 6 道题").click()
    expect(page.locator("#inline_child_questions-0, [data-inline-panel-child]").first).to_be_visible()
    keep_picture(page, "quiz-editor-1440")
    page.set_viewport_size({"width": 1440, "height": 3000})
    keep_picture(page, "quiz-editor-questions-1440")
    assert QuestionSet.objects.get(title="防骗测验").questions.count() == 6
    context.close()


def test_a_quiz_answered_without_network_is_handed_in_from_whatever_page_comes_next(
    browser: Browser, live_server: Any, quiz_lesson: LessonPage, cast: Cast, signed_in: Callable[[Person], Client]
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="zh-CN", has_touch=True)
    enter(context, signed_in(cast.learner), live_server.url)
    page = context.new_page()
    page.goto(f"{live_server.url}/learn/lessons/{quiz_lesson.pk}/quiz/")
    sitting = patiently(QuizSitting.objects.get)
    context.set_offline(True)
    page.get_by_role("button", name="交卷").click()
    expect(page.locator(".question .error")).to_have_count(6)
    fill(page, sitting)
    page.get_by_role("button", name="交卷").click()
    expect(page.locator("[data-quiz-kept]")).to_contain_text("已保存在这部手机上，联网后出分")
    expect(page.locator("form[data-quiz]")).to_be_hidden()
    keep_picture(page, "quiz-kept-360")
    kept = page.evaluate(KEPT)
    page.close()
    assert kept[0]["sitting"] == sitting.code and set(kept[0]) == {"sitting", "address", "shown", "fields", "notedAt"}
    context.set_offline(False)

    page = context.new_page()
    page.goto(f"{live_server.url}/learn/")

    expect(page.locator("[data-answers]")).to_contain_text("已经出分")
    keep_picture(page, "quiz-arrived-360")
    page.get_by_role("link", name="看结果").click()
    expect(page.locator("[data-passed=yes]")).to_contain_text("没有网络时答的")
    keep_picture(page, "quiz-offline-result-360")
    assert patiently(lambda: QuizAttempt.objects.get().answered_offline)
    assert page.evaluate(KEPT) == []
    context.close()


KEPT = """() => new Promise((resolve) => {
  const opening = indexedDB.open("tianjian-answers", 1);
  opening.onsuccess = () => {
    const reading = opening.result.transaction("answers").objectStore("answers").getAll();
    reading.onsuccess = () => { opening.result.close(); resolve(reading.result); };
  };
})"""
