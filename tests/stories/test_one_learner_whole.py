"""One cadre, one phone, everything that watching can meet, up to the ledger; cheap, without a site of its own."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from wagtail.models import Locale
from wagtail.models import Page as WagtailPage

from courses.models import LessonPage
from lms.credits.models import CreditLedgerEntry
from lms.learning.domain.rebuilding import rebuild_watch_records
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.models import LessonCompletion, PresenceCheck, QuizAttempt, QuizSitting, StudyClock
from lms.lib.stretches import Stretches
from lms.people.models import Person
from media.domain.transcoding import transcode
from media.enums import VideoStatus
from media.models import Video
from tests.browser.streaming import context, enter, film, patiently, play, wait_until
from tests.browser.test_quizzes import fill
from tests.browsing import fits, wait_for_page
from tests.cast import Cast
from tests.credits.world import adopt
from tests.factories.learning import credit_course, live_lesson, presence_questions, published
from tests.factories.media import received_video
from tests.learning.papers import one_of_each
from tests.tasks import run_tasks_at_once

__all__ = ["context", "film"]
pytestmark = [pytest.mark.story, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BUFFERED = "(v => v.buffered.length && v.buffered.end(0) > 5.5)(document.querySelector('video'))"
SignIn = Callable[[Person], Client]


@pytest.fixture
def lessons(
    transactional_db: Any, settings: Any, cast: Cast, tmp_path: Path, film: Path
) -> tuple[LessonPage, LessonPage]:
    """Two lessons of a course for which village cadres get hours: one streams and has checks and a quiz."""
    settings.MEDIA_ROOT = tmp_path / "files"
    Locale.objects.get_or_create(language_code="zh-hans")
    if WagtailPage.get_first_root_node() is None:  # the flush of the test before took it along
        WagtailPage.add_root(instance=WagtailPage(title="Root", slug="root"))
    adopt()
    org = cast.orgs.provider
    video = received_video(film, org=org)
    assert transcode(video.pk)
    Video.objects.filter(pk=video.pk).update(status=VideoStatus.READY, ready_at=video.received_at)
    video.refresh_from_db()
    run_tasks_at_once(settings)
    course = credit_course(org=org)
    streams = live_lesson(course, video=video, quiz=one_of_each(org), presence_questions=presence_questions(org))
    earlier = live_lesson(course, seconds=341)
    published(streams, earlier)
    return streams, earlier


def refuse_half(person: Person, lesson: LessonPage) -> None:
    """Two hours ago her phone reported more than the time that had passed can pay for."""
    opened_at = timezone.now() - timedelta(hours=2)
    session = open_session(person, lesson, at=opened_at)
    accept_report(session, 1, stretches=Stretches.of([(0, 341)]), at=opened_at + timedelta(seconds=90))


def hours_of(person: Person) -> list[Decimal]:
    return list(CreditLedgerEntry.objects.filter(person=person).order_by("pk").values_list("hours", flat=True))


@pytest.fixture
def desk(browser: Browser, live_server: Any, cast: Cast, at_desk: SignIn) -> Any:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    enter(context, at_desk(cast.officer), live_server.url)
    yield context.new_page()
    context.close()


def test_check_lost_network_quiz_and_appeal_end_in_a_ledger_that_proves_itself(
    context: BrowserContext,
    live_server: Any,
    lessons: tuple[LessonPage, LessonPage],
    cast: Cast,
    signed_in: SignIn,
    desk: Page,
) -> None:
    (lesson, earlier), cadre, site = lessons, cast.learner, live_server.url
    refuse_half(cadre, earlier)
    StudyClock.objects.filter(person=cadre).update(unchecked_seconds=1000)
    enter(context, signed_in(cadre), site)
    page = context.new_page()

    # The first seconds are reported when she pauses; a question falls due and is answered.
    play(page, site + lesson.get_url())
    wait_for_page(page, f"{BUFFERED} && document.querySelector('video').currentTime > 2.2")
    page.evaluate("document.querySelector('video').pause()")
    expect(page.locator("[data-check-question]")).to_be_visible()
    page.locator("[data-check] .choice").filter(has_text="对的").click()
    expect(page.locator("[data-check-said]")).to_contain_text("答对了")

    # She goes back a little. The network is gone for the rest; it stays on the phone and counts when that is back.
    context.set_offline(True)
    page.evaluate("v => { v.currentTime = 2; return v.play() }", page.query_selector("video"))
    wait_for_page(page, "document.querySelector('video').ended")
    expect(page.locator("[data-kept]")).to_contain_text("这部手机")
    assert not patiently(LessonCompletion.objects.exists)
    context.set_offline(False)
    expect(page.locator("[data-when-done]")).to_be_visible()
    wait_until(lambda: len(hours_of(cadre)) == 1)

    page.goto(f"{site}/learn/lessons/{lesson.pk}/quiz/")
    fill(page, patiently(lambda: QuizSitting.objects.get(person=cadre)))
    page.get_by_role("button", name="交卷").click()
    expect(page.locator("[data-passed=yes]")).to_be_visible()

    page.goto(f"{site}/learn/")
    page.get_by_role("button", name="申诉：我确实看了").click()
    expect(page.locator("[data-appeal=open]")).to_contain_text("有人会来看")
    desk.goto(f"{site}/desk/appeals/")
    desk.locator("[data-appeal] a").click()
    desk.get_by_role("radio", name="算上").check()
    desk.get_by_label("原因").fill("那天村里停电，手机没关，核对过了。")
    desk.get_by_role("button", name="处理").click()
    expect(desk.locator("[role=status]")).to_contain_text("已处理")

    wait_until(lambda: len(hours_of(cadre)) == 2)
    page.goto(f"{site}/hours/")
    expect(page.locator("main")).to_contain_text(str(sum(hours_of(cadre))))
    page.goto(f"{site}/learn/")
    expect(page.locator("[data-section=unpaid]")).to_have_count(0)
    assert fits(page)
    assert PresenceCheck.objects.get(person=cadre).outcome == "passed"
    assert QuizAttempt.objects.get(person=cadre).passed
    assert rebuild_watch_records(dry_run=True) == []
    said = StringIO()
    call_command("check_ledger", stdout=said)
    assert "2 entries, 0 differences" in said.getvalue()
