"""The steps of a recognition in words, for learners and officers alike."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from courses.enums import Audience
from lms.credits.enums import Bound, CreditBucket, ExemptionKind
from lms.people.enums import LearnerCategory, PersonnelCategory

SENTENCES = {
    "completed_lesson": _("Lesson “%(title)s”, completed on %(day)s."),
    "completed_course": _("Course “%(title)s”, completed on %(day)s."),
    "your_category": _("It gives hours to: %(categories)s."),
    "decoded_length": _("Length of the recording studied: %(seconds)s."),
    "tier_max_min": _("A recording of at most %(minutes)s minutes gives %(hours)s hours."),
    "tier_below_min": _("A recording of less than %(minutes)s minutes gives %(hours)s hours."),
    "tier_from_min": _("A recording of %(minutes)s minutes or more gives %(hours)s hours."),
    "no_tier": _("The rule gives no hours for a recording of this length."),
    "minutes_per_hour": _("%(minutes)s minutes of recording are 1 hour."),
    "rounded_down": _("Rounded down to steps of %(step)s, that is %(hours)s hours."),
    "rounded_half_up": _("Rounded to the nearest step of %(step)s, a half up, that is %(hours)s hours."),
    "rounded_up": _("Rounded up to steps of %(step)s, that is %(hours)s hours."),
    "weight_required": _("Required lessons count %(weight)s times: %(seconds)s of the recording."),
    "weight_elective": _("Elective lessons count %(weight)s times: %(seconds)s of the recording."),
    "group_share": _("%(seconds)s of it are known from group viewing only and count %(share)s times."),
    "capped_class": _("One class gives at most %(limit)s hours. %(hours)s hours count."),
    "capped_course": _(
        "One course gives at most %(limit)s hours, and it had given %(before)s before. %(hours)s hours count."
    ),
    "capped_day": _(
        "One day gives at most %(limit)s hours, and it had given %(before)s before. %(hours)s hours count."
    ),
    "capped_platform": _(
        "Lessons of this platform give at most %(limit)s hours a year, and had given %(before)s before. "
        "%(hours)s hours count."
    ),
    "capped_external": _(
        "Hours from other platforms count up to %(limit)s a year, and %(before)s had counted before. %(hours)s hours "
        "count."
    ),
    "capped_claim": _(
        "Claimed hours count up to %(limit)s a year, and %(before)s had counted before. %(hours)s hours count."
    ),
    "capped_year": _(
        "One year gives at most %(limit)s hours, and it had given %(before)s before. %(hours)s hours count."
    ),
    "days_in_proportion": _("The days count in the same proportion: %(days)s days."),
    "class_days": _("%(days)s whole days at %(each)s hours and %(half_days)s half days at %(half)s: %(hours)s hours."),
    "class_minutes": _("%(minutes)s minutes attended; %(each)s minutes are 1 hour."),
    "flat_value": _("“%(name)s” gives %(each)s hours each time. %(count)s times are %(hours)s hours."),
    "no_class_rate": _("The rule says nothing about classes of this kind."),
    "surplus": _("%(hours)s hours more than required in %(year)s (%(bucket)s)."),
    "carried_over": _("%(hours)s hours of %(year)s were carried over (to %(bucket)s)."),
    "carryover_lapsed": _("%(hours)s hours of %(year)s can no longer be carried over."),
    "no_carryover": _("The rule carries nothing over."),
    "test_passed": _("Passed tests: %(tests)s. That is %(hours)s hours."),
    "duplicate_excluded": _("“%(title)s” has given hours before, so it gives none again."),
    "imported": _("“%(title)s” on %(platform)s, dated %(day)s."),
    "opening_balance": _("Hours of the year %(year)s, taken over when this platform was introduced."),
    "imported_row": _("Taken from import %(file)s, row %(row)s (course number %(number)s): %(hours)s hours."),
    "imported_row_with_days": _(
        "Taken from import %(file)s, row %(row)s (course number %(number)s): %(hours)s hours, %(days)s days."
    ),
    "claimed": _("“%(title)s”, held by %(organiser)s from %(since)s to %(day)s; claimed with evidence."),
    "recognised_as_claimed": _("Recognised as claimed: %(hours)s hours, %(days)s days."),
    "recognised_otherwise": _(
        "Claimed were %(claimed_hours)s hours and %(claimed_days)s days; recognised are %(hours)s hours and %(days)s "
        "days. Reason: %(reason)s"
    ),
    "reversed": _("The hours of entry %(number)s were taken back. Reason: %(reason)s"),
    "corrected": _("Entry %(number)s was corrected to %(hours)s hours. Reason: %(reason)s"),
    "not_completed": _("It is not completed yet."),
    "gives_no_hours": _("“%(title)s” gives no credit hours."),
    "not_your_category": _("“%(title)s” gives hours only to: %(categories)s."),
    "no_authority": _("On %(day)s no organisation was registered as managing this cadre, so nobody could give hours."),
    "no_rule": _("On %(day)s no rule for hours was in force in this place."),
    "counted_by_lesson": _("The rule counts each lesson, not the whole course."),
    "counted_by_course": _("The rule counts whole courses. The hours come when the course is complete."),
    "nothing_to_measure": _("There is no recording to measure and no test that gives hours."),
    "coverage_short": _("%(reached)s%% of “%(title)s” has been watched; %(needed)s%% are needed."),
    "group_gives_nothing": _(
        "%(percent)s%% of “%(title)s” are known from group viewing only, which gives no hours here."
    ),
    "no_conversion": _("The rule in force does not say what a recording is worth."),
    "offline_needs_quiz": _(
        "“%(title)s” was watched without network. Its hours come once you pass its quiz with network, or watch it "
        "with network."
    ),
    "offline_needs_course_quiz": _(
        "“%(title)s” was watched without network. Its hours come once you pass a quiz of this course with network, or "
        "watch it with network."
    ),
    "offline_test": _(
        "The quiz of “%(title)s” was answered without network. Its hours come once you pass it with network."
    ),
    "offline_needs_network": _(
        "“%(title)s” was watched without network. Its hours come once you watch it with network."
    ),
    "bound_annual": _("%(bound)s: %(hours)s hours a year. It bound for %(months)s months."),
    "bound_annual_or_days": _(
        "%(bound)s: %(hours)s hours or %(days)s days of training a year. It bound for %(months)s months."
    ),
    "bound_five_year_cycle": _("%(bound)s: %(hours)s hours in five years. It bound for %(months)s months."),
    "bound_five_year_cycle_or_days": _(
        "%(bound)s: %(hours)s hours or %(days)s days of training in five years. It bound for %(months)s months."
    ),
    "part_by_months": _("That is %(months)s of %(of_months)s months, and so much of the amount is asked for."),
    "part_whole": _("That is %(months)s of %(of_months)s months; the whole amount is asked for all the same."),
    "part_exempt": _("That is %(months)s of %(of_months)s months; for a part of the period nothing is asked for."),
    "exempt_months": _("Exempt for %(months)s months: %(ground)s."),
    "reduced": _("Reduced by %(hours)s hours and %(days)s days: %(ground)s."),
    "promoted": _("Promoted on %(day)s: what is missing may be caught up before %(until)s."),
    "caught_up": _("Caught up after the period: %(hours)s hours, %(days)s days."),
    "needed": _("Needed: %(hours)s hours."),
    "needed_or_days": _("Needed: %(hours)s hours or %(days)s days, whichever is reached first."),
    "no_post": _("No post as a cadre was held in this period."),
    "no_requirement_village": _("No requirement is set for village cadres and grid workers here."),
    "no_requirement": _("No requirement is in force for this counter."),
    "not_registered": _("The hours are being written down. Please look again in a few minutes."),
}
_CATEGORIES = {
    **dict(LearnerCategory.choices),
    **dict(Audience.choices),
    **dict(PersonnelCategory.choices),
}

_CODES: dict[str, dict[Any, Any]] = {"bound": dict(Bound.choices), "ground": dict(ExemptionKind.choices)}


def _in_words(name: str, value: Any) -> Any:
    if name == "bucket":
        return CreditBucket(value).label
    if name in {"day", "since", "until"}:
        return date_format(date.fromisoformat(value), "DATE_FORMAT")
    if name == "seconds":
        minutes, rest = divmod(value, 60)
        if not minutes:
            return _("%(rest)s s") % {"rest": rest}
        return _("%(minutes)s min %(rest)s s") % {"minutes": minutes, "rest": rest}
    if name == "categories":
        return pgettext("between the parts of a list", ", ").join(
            str(_CATEGORIES.get(category, category)) for category in value
        )
    if name in _CODES:
        return _CODES[name].get(value, value)
    return value


def explain(steps: Iterable[dict[str, Any]]) -> list[str]:
    """The steps as sentences in the language of this moment."""
    return [
        str(SENTENCES[one["code"]]) % {name: _in_words(name, value) for name, value in one.items()} for one in steps
    ]
