"""An appeal from a phone to the desk and back, and the trainer's page, in a real browser."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect
from wagtail.models import Locale
from wagtail.models import Page as WagtailPage

from courses.models import LessonPage
from lms.learning.domain.feedback import report_problem, vote
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.models import Appeal, LessonProblem, RefusedStretch, UnderstandingVote
from lms.lib.stretches import Stretches
from lms.people.models import Person
from tests.browser.test_accessibility import enter, faults
from tests.browsing import fits
from tests.cast import Cast
from tests.factories.learning import live_course, live_lesson, published, quiz_of
from tests.factories.people import PersonFactory
from tests.learning.papers import answer_quiz

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE: ViewportSize = {"width": 360, "height": 800}
DESK: ViewportSize = {"width": 1440, "height": 900}


@pytest.fixture
def lesson(transactional_db: Any, cast: Cast) -> LessonPage:
    Locale.objects.get_or_create(language_code="zh-hans")
    if WagtailPage.get_first_root_node() is None:
        WagtailPage.add_root(instance=WagtailPage(title="Root", slug="root"))
    course = live_course(cast.orgs.provider)
    made = live_lesson(course, seconds=341, quiz=quiz_of(cast.orgs.provider), teaches="打视频、调声音、把手机立稳。")
    LessonPage.objects.filter(pk=made.pk).update(title="用微信打视频电话")
    live_lesson(course, seconds=300)
    return published(LessonPage.objects.get(pk=made.pk))


def window(browser: Browser, client: Client, site: str, size: ViewportSize) -> BrowserContext:
    context = browser.new_context(viewport=size, locale="zh-CN")
    enter(context, client, site)
    return context


def watched(person: Person, lesson: LessonPage, until: int, ago: timedelta) -> None:
    """The person watches from the beginning up to this second, in real time, so long ago."""
    opened_at = timezone.now() - ago
    session = open_session(person, lesson, at=opened_at)
    accept_report(session, 1, stretches=Stretches.of([(0, until)]), at=opened_at + timedelta(seconds=until))


def test_an_appeal_goes_from_a_phone_to_the_desk_and_back(
    browser: Browser,
    live_server: Any,
    cast: Cast,
    lesson: LessonPage,
    signed_in: Callable[[Person], Client],
    at_desk: Callable[[Person], Client],
) -> None:
    site, opened_at = live_server.url, timezone.now() - timedelta(hours=2)
    session = open_session(cast.learner, lesson, at=opened_at)
    accept_report(session, 1, stretches=Stretches.of([(0, 341)]), at=opened_at + timedelta(seconds=60))
    refused = RefusedStretch.objects.get()
    phone = window(browser, signed_in(cast.learner), site, PHONE)
    page = phone.new_page()

    page.goto(f"{site}/learn/")
    expect(page.locator("[data-section=courses]")).to_contain_text("还差 2 课：《用微信打视频电话》")
    page.get_by_role("button", name="申诉：我确实看了").click()
    expect(page.locator("[data-appeal=open]")).to_contain_text("有人会来看")
    assert fits(page)

    desk = window(browser, at_desk(cast.officer), site, DESK)
    work = desk.new_page()
    work.goto(f"{site}/desk/")
    work.get_by_role("link", name="申诉").click()
    work.locator(f"[data-appeal='{Appeal.objects.get(refused=refused).pk}'] a").click()
    expect(work.locator("main")).to_contain_text("2:00–5:41")
    assert cast.learner.name not in work.content()
    address = work.url.removeprefix(site)
    assert faults(desk, site, ["/desk/appeals/", address]) == {}
    work.get_by_role("radio", name="算上").check()
    work.get_by_label("原因").fill("那天村里停电，手机没关，核对过了。")
    work.get_by_role("button", name="处理").click()
    expect(work.locator("[role=status]")).to_contain_text("已处理")

    page.goto(f"{site}/learn/")
    expect(page.locator("[data-section=answers]")).to_contain_text("现在算上了。 那天村里停电")
    expect(page.locator("[data-section=unpaid]")).to_have_count(0)
    expect(page.locator("[data-section=done]")).to_contain_text("用微信打视频电话")
    assert fits(page)
    assert faults(phone, site, ["/learn/"]) == {}


def test_a_learner_says_whether_she_understood_and_what_is_wrong(
    browser: Browser, live_server: Any, cast: Cast, lesson: LessonPage, signed_in: Callable[[Person], Client]
) -> None:
    watched(cast.learner, lesson, 30, timedelta(hours=1))
    phone = window(browser, signed_in(cast.learner), live_server.url, PHONE)
    page = phone.new_page()

    page.goto(live_server.url + lesson.url)
    page.get_by_role("button", name="没看懂").click()
    expect(page.get_by_role("button", name="没看懂")).to_have_attribute("aria-pressed", "true")
    page.get_by_text("本课有错？").click()
    page.get_by_label("哪里有错").fill("“发现”按钮现在不在这里了")
    page.get_by_role("button", name="告诉老师").last.click()
    expect(page.locator("[role=status]").first).to_contain_text("谢谢您！老师会看到")

    assert UnderstandingVote.objects.get().understood is False
    assert LessonProblem.objects.get().words == "“发现”按钮现在不在这里了"
    assert fits(page)


@pytest.mark.parametrize(
    "size", [pytest.param(PHONE, marks=pytest.mark.slow, id="phone"), pytest.param(DESK, id="desk")]
)
def test_a_trainer_reads_counts_and_answers(
    browser: Browser,
    live_server: Any,
    cast: Cast,
    lesson: LessonPage,
    at_desk: Callable[[Person], Client],
    size: ViewportSize,
) -> None:
    questions = list(lesson.quiz.questions.all())
    for number, until in enumerate([341] * 14 + [200] * 12 + [90] * 4):
        person = PersonFactory()
        watched(person, lesson, until, timedelta(hours=3))
        vote(person, lesson, understood=number < 20, at=timezone.now())
        if number < 26:
            wrong = {
                each.pk: each.choices.all()[1 if number < 22 - 8 * place else 0].pk
                for place, each in enumerate(questions)
            }
            answer_quiz(person, lesson, answers=wrong, at=timezone.now())
    report_problem(cast.learner, lesson, words="“发现”按钮现在不在这里了", at=timezone.now())
    site = live_server.url
    context = window(browser, at_desk(cast.trainer), site, size)
    page = context.new_page()

    page.goto(f"{site}/studio/lessons/")
    assert fits(page)
    page.get_by_role("link", name="用微信打视频电话").click()
    expect(page.locator("[data-count=started] dd")).to_have_text("30")
    expect(page.locator("[data-count=finished] dd")).to_contain_text("14")
    expect(page.locator("[data-histogram] rect")).to_have_count(20)
    assert fits(page)
    assert faults(context, site, ["/studio/lessons/", f"/studio/lessons/{lesson.pk}/"]) == {}
    page.get_by_label("回复学员").fill("谢谢，微信更新了，下周重录这一段。")
    page.get_by_role("button", name="回复").click()
    expect(page.locator("[role=status]")).to_contain_text("已回复")

    assert LessonProblem.objects.get().reply == "谢谢，微信更新了，下周重录这一段。"


def test_the_question_appears_once_the_lesson_plays(
    browser: Browser, live_server: Any, cast: Cast, lesson: LessonPage, signed_in: Callable[[Person], Client]
) -> None:
    page = window(browser, signed_in(cast.learner), live_server.url, PHONE).new_page()
    page.goto(live_server.url + lesson.url)
    asked = page.get_by_role("button", name="看懂了", exact=True)
    expect(asked).to_be_hidden()

    page.locator("video").first.evaluate("video => video.dispatchEvent(new Event('playing'))")

    expect(asked).to_be_visible()
