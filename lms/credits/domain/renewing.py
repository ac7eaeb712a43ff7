"""Where the rule in force counts a course anew every year or every cycle, learning may open its next round.

Within a round a lesson counts once; which rounds there are is decided here and nowhere else.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from lms.credits.enums import CountsOnce
from lms.credits.queries import rule_in_force
from lms.learning.models import CourseCompletion
from lms.lib.durations import beijing_day
from lms.people.models import Person
from lms.people.queries import authority_on, categories_on

CYCLE_YEARS = 5
# The first year of the cycle of the national plan (2023—2027).
USUAL_CYCLE_FROM = 2023


def counts_once(parameters: Mapping[str, Any]) -> CountsOnce:
    """How often the same course gives hours; `every_year` is how older rules say once a year."""
    if parameters.get("every_year"):
        return CountsOnce.YEAR
    return CountsOnce(parameters.get("counts_once", CountsOnce.EVER))


def is_over(year: int, today: int, parameters: Mapping[str, Any]) -> bool:
    """Whether the period in which a course of `year` counted is over in the year `today`."""
    often = counts_once(parameters)
    if often == CountsOnce.EVER:
        return False
    if often == CountsOnce.YEAR:
        return year < today
    first = parameters.get("cycle_from", USUAL_CYCLE_FROM)
    return bool((year - first) // CYCLE_YEARS < (today - first) // CYCLE_YEARS)


def counts_anew(person: Person, completions: list[CourseCompletion], at: datetime) -> set[UUID]:
    """The courses among these, completed in an earlier period (Beijing), that would give the person hours again now."""
    today = beijing_day(at)
    earlier = [each for each in completions if beijing_day(each.completed_at).year < today.year]
    if not earlier:
        return set()
    rule = rule_in_force(authority_on(person, today), today)
    if rule is None:
        return set()
    over = [each for each in earlier if is_over(beijing_day(each.completed_at).year, today.year, rule.parameters)]
    if not over:
        return set()
    categories = categories_on(person, today)
    return {each.course_key for each in over if categories.intersection(each.outline_version.credit_for)}
