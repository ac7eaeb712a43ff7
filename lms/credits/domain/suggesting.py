"""Courses that a cadre may take, has not completed and that would give her hours under the rule in force."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from courses.models import CoursePage, OutlineVersion
from courses.policies.playing import can_enter_course
from courses.queries import current_outlines
from lms.credits.domain.recognising import NOTHING, hours_of_seconds, hours_of_tests
from lms.credits.enums import Component, RuleUnit
from lms.credits.models import CreditRule
from lms.credits.queries import counted_lessons, rule_in_force
from lms.learning.models import CourseCompletion
from lms.lib.durations import beijing_day
from lms.people.models import Person
from lms.people.queries import authority_on, categories_on, same_person_ids


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A course, the hours that its recordings would still give, and those of its tests on top, if they are passed."""

    course: CoursePage
    hours: Decimal
    bonus: Decimal


def _still_gives(outline: OutlineVersion, rule: CreditRule, counted: dict[str, set[str]]) -> tuple[Decimal, Decimal]:
    """Hours for the recordings and for the tests that have given none yet."""
    lessons: list[dict[str, Any]] = outline.counted_lessons
    recorded = [
        lesson["decoded_seconds"]
        for lesson in lessons
        if lesson["decoded_seconds"] and lesson["translation_key"] not in counted.get(Component.BASE, ())
    ]
    if rule.unit == RuleUnit.COURSE:
        hours = hours_of_seconds(sum(recorded), rule.parameters)[0] if recorded else NOTHING
    else:
        hours = sum((hours_of_seconds(seconds, rule.parameters)[0] for seconds in recorded), NOTHING)
    tests = [
        lesson
        for lesson in lessons
        if lesson["quiz_id"] and lesson["translation_key"] not in counted.get(Component.TEST_BONUS, ())
    ]
    return hours, hours_of_tests(len(tests), rule.parameters)[0] if tests else NOTHING


def _candidates(categories: Collection[str], person: Person) -> list[tuple[CoursePage, OutlineVersion]]:
    done = CourseCompletion.objects.of(person.survivor).values_list("course_key", flat=True)
    courses = CoursePage.objects.live().exclude(translation_key__in=list(done)).order_by("path")
    outlines = current_outlines(courses)
    return [
        (course, outlines[course.pk])
        for course in courses
        if course.pk in outlines and not set(outlines[course.pk].credit_for).isdisjoint(categories)
    ]


def suggest_courses(person: Person, *, at: datetime, most: int = 4) -> list[Suggestion]:
    """At most so many, those with most hours first; none where no rule is in force for her authority today.

    All hours on this site are online self-study, so they fill that counter alone.
    """
    today = beijing_day(at)
    rule = rule_in_force(authority_on(person.survivor, today), today)
    if rule is None:
        return []
    counted = counted_lessons(same_person_ids(person), 1)
    found = []
    for course, outline in _candidates(categories_on(person, today), person):
        hours, bonus = _still_gives(outline, rule, counted)
        if hours or bonus:
            found.append(Suggestion(course, hours, bonus))
    found.sort(key=lambda one: -(one.hours + one.bonus))
    suggested: list[Suggestion] = []
    for one in found:
        if len(suggested) == most:
            break
        if can_enter_course(person, one.course, at):
            suggested.append(one)
    return suggested
