"""Where the rule in force counts a course anew every year, learning may open its next round."""

from datetime import datetime
from uuid import UUID

from lms.credits.queries import rule_in_force
from lms.learning.models import CourseCompletion
from lms.lib.durations import beijing_day
from lms.people.models import Person
from lms.people.queries import authority_on, categories_on


def counts_anew(person: Person, completions: list[CourseCompletion], at: datetime) -> set[UUID]:
    """The courses among these, completed in an earlier year (Beijing), that would give the person hours again now."""
    today = beijing_day(at)
    earlier = [each for each in completions if beijing_day(each.completed_at).year < today.year]
    if not earlier:
        return set()
    rule = rule_in_force(authority_on(person, today), today)
    if rule is None or not rule.parameters.get("every_year"):
        return set()
    categories = categories_on(person, today)
    return {each.course_key for each in earlier if categories.intersection(each.outline_version.credit_for)}
