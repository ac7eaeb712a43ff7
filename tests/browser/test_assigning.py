"""A course is assigned, found by the cadre, late, reminded of and read, in a real browser."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect

from courses.models import LessonPage
from lms.lib.durations import beijing_day
from lms.notices.domain.sending import send_waiting
from lms.notices.models import Reminder
from lms.people.domain.registering import add_phone
from lms.people.models import Person
from lms.programmes.models import Assignment
from lms.programmes.tasks import tell_assigned_task
from tests.browser.test_accessibility import faults
from tests.browser.test_appealing import DESK, PHONE, window
from tests.browsing import fits
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_course_is_assigned_overdue_reminded_of_and_the_reminder_read(
    browser: Browser,
    live_server: Any,
    cast: Cast,
    lesson: LessonPage,
    signed_in: Callable[[Person], Client],
    at_desk: Callable[[Person], Client],
    outbox: list[Any],
) -> None:
    site, title, now = live_server.url, lesson.course.title, timezone.now()
    add_phone(cast.learner, "19900000001", at=now)
    due = beijing_day(now) + timedelta(days=20)

    desk = window(browser, at_desk(cast.officer), site, DESK)
    officer = desk.new_page()
    officer.goto(f"{site}/desk/")
    officer.get_by_role("link", name="指派课程").click()
    officer.get_by_role("link", name="指派课程", exact=True).last.click()
    officer.get_by_label("课程", exact=True).select_option(label=title)
    officer.get_by_label("完成期限").fill(due.isoformat())
    officer.get_by_label("文号或理由").fill("甲组发〔2026〕8号")
    officer.get_by_label("指定人员", exact=True).check()
    officer.get_by_text("指定人员（选了").click()
    officer.get_by_label("按姓名找人").fill("李")
    officer.get_by_role("button", name="搜索").last.click()
    officer.get_by_label("李秀英").check()
    officer.get_by_role("button", name="先看一看").click()
    expect(officer.locator("[data-asked='1']")).to_be_visible()
    officer.get_by_role("button", name="指派给 1 人").click()
    expect(officer.locator("[role=status]")).to_contain_text("已指派")
    assignment = Assignment.objects.get()
    tell_assigned_task.call(assignment.pk)

    phone = window(browser, signed_in(cast.learner), site, PHONE)
    page = phone.new_page()
    page.goto(site + lesson.course.get_parent().get_parent().url)
    expect(page.locator(f"[data-assignment='{assignment.pk}']")).to_contain_text(title)
    assert fits(page)
    page.get_by_role("link", name="消息，1 条未读").click()
    expect(page.locator("[data-message]")).to_contain_text("甲组发〔2026〕8号")
    page.get_by_role("button", name="知道了").click()
    expect(page.get_by_role("link", name="消息", exact=True)).to_be_visible()

    Assignment.objects.update(due_on=beijing_day(now) - timedelta(days=1))
    officer.goto(f"{site}/desk/assignments/{assignment.pk}/?state=late")
    expect(officer.locator(f"[data-person='{cast.learner.pk}']")).to_be_visible()
    officer.get_by_role("link", name="提醒逾期的 1 人").click()
    expect(officer.locator("[data-text=sms]")).to_contain_text(f"《{title}》")
    expect(officer.locator("[data-figure=cost]")).to_have_text("0.05")
    assert cast.learner.name not in officer.content()
    assert faults(desk, site, [f"/desk/assignments/{assignment.pk}/remind/"]) == {}
    officer.get_by_label("提醒理由").fill("催学")
    officer.get_by_role("button", name="提醒 1 人，其中 1 人发短信").click()
    expect(officer.locator("[role=status]")).to_contain_text("已提醒")
    send_waiting(clock=lambda: (now + timedelta(days=1)).replace(hour=4))
    assert [message.number for message in outbox] == ["19900000001"]
    officer.reload()
    expect(officer.locator("[data-sms=sent]")).to_have_text("1")

    page.reload()
    expect(page.locator("[data-message]").first).to_contain_text("抓紧学习")
    assert fits(page)
    page.get_by_role("button", name="去学习").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    officer.reload()
    expect(officer.locator("[data-figure=read]")).to_have_text("1")

    made = Reminder.objects.get()
    addresses = [
        "/desk/assignments/",
        "/desk/assignments/new/",
        f"/desk/assignments/{assignment.pk}/",
        "/desk/reminders/",
        f"/desk/reminders/{made.pk}/",
        "/desk/reminders/hours/",
    ]
    assert faults(desk, site, addresses) == {}
    assert faults(phone, site, ["/messages/", "/learn/"]) == {}
    narrow = window(browser, at_desk(cast.officer), site, PHONE).new_page()
    for address in addresses:
        narrow.goto(site + address)
        assert fits(narrow), address
