"""The steps of a recognition in words, and what is still missing."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from courses.enums import Audience
from lms.credits.domain.recognising import Step, step
from lms.credits.domain.registering import recognise_completion
from lms.credits.domain.studying import completion_of
from lms.credits.enums import RuleUnit, SourceKind
from lms.credits.models import CreditLedgerEntry
from lms.learning.models import CourseCompletion, LessonCompletion
from lms.lib.durations import format_seconds
from lms.people.enums import LearnerCategory, PersonnelCategory
from lms.people.models import Person

SENTENCES = {
    "completed_lesson": _("You completed the lesson “%(title)s” on %(day)s."),
    "completed_course": _("You completed the course “%(title)s” on %(day)s."),
    "your_category": _("It gives hours to you as: %(categories)s."),
    "decoded_length": _("The recording you studied is %(seconds)s long."),
    "tier_max_min": _("A recording of at most %(minutes)s minutes gives %(hours)s hours."),
    "tier_below_min": _("A recording of less than %(minutes)s minutes gives %(hours)s hours."),
    "tier_from_min": _("A recording of %(minutes)s minutes or more gives %(hours)s hours."),
    "no_tier": _("The rule gives no hours for a recording of this length."),
    "minutes_per_hour": _("%(minutes)s minutes of recording are 1 hour."),
    "rounded_down": _("Rounded down to steps of %(step)s, that is %(hours)s hours."),
    "test_passed": _("Passed tests: %(tests)s. That is %(hours)s hours."),
    "duplicate_excluded": _("“%(title)s” has already given you hours, so it gives none again."),
    "reversed": _("The hours of entry %(number)s were taken back. Reason: %(reason)s"),
    "corrected": _("Entry %(number)s was corrected to %(hours)s hours. Reason: %(reason)s"),
    "not_completed": _("It is not completed yet."),
    "gives_no_hours": _("“%(title)s” gives no credit hours."),
    "not_your_category": _("“%(title)s” gives hours only to: %(categories)s."),
    "no_authority": _("On %(day)s no organisation managed you as a cadre, so nobody could give hours."),
    "no_rule": _("On %(day)s no rule for hours was in force in your place."),
    "counted_by_lesson": _("Your place counts each lesson, not the whole course."),
    "counted_by_course": _("Your place counts whole courses. The hours come when you complete the course."),
    "nothing_to_measure": _("There is no recording to measure and no test that gives hours."),
    "coverage_short": _("You have watched %(reached)s%% of “%(title)s”; %(needed)s%% are needed."),
    "not_registered": _("The hours are being written down. Please look again in a few minutes."),
}
_CATEGORIES = {
    **dict(LearnerCategory.choices),
    **dict(Audience.choices),
    **dict(PersonnelCategory.choices),
}


def _in_words(name: str, value: Any) -> Any:
    if name == "day":
        return date_format(date.fromisoformat(value), "DATE_FORMAT")
    if name == "seconds":
        return format_seconds(value)
    if name == "categories":
        return now(", ").join(str(_CATEGORIES.get(category, category)) for category in value)
    return value


def explain(steps: Iterable[Step]) -> list[str]:
    """The steps as sentences in the language of this moment."""
    return [
        str(SENTENCES[one["code"]]) % {name: _in_words(name, value) for name, value in one.items()} for one in steps
    ]


def not_yet_because(person: Person, achievement_key: str, *, round_number: int = 1) -> list[Step]:
    """What is missing before the achievement gives hours; empty when it has, or has been taken back."""
    unit, _colon, key = achievement_key.partition(":")
    completions: Any = LessonCompletion if unit == RuleUnit.LESSON else CourseCompletion
    named = {"lesson_key" if unit == RuleUnit.LESSON else "course_key": UUID(key)}
    found = completions.objects.of(person.survivor).filter(**named, round=round_number).first()
    if found is None:
        return [step("not_completed")]
    kind = SourceKind.LESSON_COMPLETION if unit == RuleUnit.LESSON else SourceKind.COURSE_COMPLETION
    return missing_of(kind, found.pk)


def missing_of(source_kind: str, source_id: int) -> list[Step]:
    """The same for one completion."""
    completion = completion_of(source_kind, source_id)
    if completion is None:
        return [step("not_completed")]
    recognition, _study, _rule = recognise_completion(completion)
    known = set(CreditLedgerEntry.objects.caused_by(source_kind, source_id).values_list("component", flat=True))
    if any(part.component not in known for part in recognition.parts):
        return [*recognition.missing, step("not_registered")]
    return recognition.missing if not known or recognition.parts else []
