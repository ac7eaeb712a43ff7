"""Courses with an outline, and completions of their lessons, as the credits app meets them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import yaml
from wagtail.models import Locale, Page

from courses.models import CataloguePage, CoursePage, HomePage, LessonPage, OutlineVersion
from lms.credits.domain.adopting import adopt_rule, load_presets
from lms.credits.domain.registering import register_credit
from lms.credits.management.commands.load_credit_rules import PRESETS
from lms.credits.models import CreditLedgerEntry, CreditRule
from lms.learning.models import CourseCompletion, LessonCompletion
from lms.people.models import Person
from tests.snapshots import kept

BEIJING = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 20, 10, tzinfo=BEIJING)
SINCE = date(2026, 1, 1)
COUNTY = "990101000000"


@kept
def load() -> None:
    load_presets(yaml.safe_load(PRESETS.read_text(encoding="utf-8")))


@kept
def adopt(code: str = "yn_2024", *, region: str = "990000000000", since: date = SINCE, **more: object) -> CreditRule:
    """The preset, in force for the cast's province unless told otherwise."""
    load()
    preset = CreditRule.objects.get(code=code, region_code="", authority=None)
    return adopt_rule(preset, region_code=region, active_from=since, at=AT, **more)


def per_course(rule: CreditRule) -> CreditRule:
    """The same rule, counting whole courses."""
    rule.unit = "course"
    rule.save()
    return rule


@dataclass
class Taught:
    """One course and its outline version."""

    page: CoursePage
    outline: OutlineVersion

    def lesson(self, number: int) -> LessonPage:
        return LessonPage.objects.get(pk=self.outline.lessons[number]["page_id"])


@kept
def teach(
    *seconds: int | None, credit_for: Sequence[str] = ("village_cadre",), rule: str = "coverage", percent: int = 90
) -> Taught:
    """A course with one lesson for each length; None is a lesson without recording."""
    Locale.objects.get_or_create(language_code="zh-hans")
    root = Page.get_first_root_node() or Page.add_root(title="Root")
    home = HomePage.objects.first() or root.add_child(instance=HomePage(title="首页", slug="start"))
    track = CataloguePage.objects.first() or home.add_child(instance=CataloguePage(title="数字治理", slug="track"))
    course = track.add_child(instance=CoursePage(title=f"课程{CoursePage.objects.count() + 1}"))
    lessons = []
    for number, length in enumerate(seconds, start=1):
        # Planned minutes that hours must never come from.
        page = course.add_child(instance=LessonPage(title=f"课时{number}", planned_minutes=600))
        lessons.append(
            {
                "translation_key": str(page.translation_key),
                "page_id": page.pk,
                "code": page.code,
                "title": page.title,
                "kind": "video",
                "course_type": "required",
                "rule": rule,
                "coverage_percent": percent,
                "quiz_id": None,
                "pass_mark": None,
                "video_id": None,
                "decoded_seconds": length,
                "revision_id": None,
            }
        )
    outline = OutlineVersion.objects.create(
        course=course,
        number=1,
        sha256="0" * 64,
        title=course.title,
        course_key=course.translation_key,
        credit_for=list(credit_for),
        lessons=lessons,
        created_at=AT,
    )
    return Taught(course, outline)


def complete(person: Person, taught: Taught, number: int = 0, *, at: datetime = AT, round: int = 1) -> LessonCompletion:
    """A fact, without the announcement."""
    lesson = taught.outline.lessons[number]
    return LessonCompletion.objects.create(
        person=person,
        lesson_key=lesson["translation_key"],
        page_id=lesson["page_id"],
        outline_version=taught.outline,
        round=round,
        rule=lesson["rule"],
        completed_at=at,
        decoded_seconds=lesson["decoded_seconds"],
    )


def complete_course(person: Person, taught: Taught, *, at: datetime = AT) -> CourseCompletion:
    return CourseCompletion.objects.create(
        person=person,
        course_key=taught.outline.course_key,
        page=taught.page,
        outline_version=taught.outline,
        completed_at=at,
    )


@kept
def earn(person: Person, seconds: int = 1800, *, at: datetime = AT) -> CreditLedgerEntry:
    """One completed and registered lesson."""
    (entry,) = register_credit(complete(person, teach(seconds), at=at), at=at)
    return entry


def hours(*entries: CreditLedgerEntry) -> list[Decimal]:
    return [entry.hours for entry in entries]
