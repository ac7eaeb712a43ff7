"""The steps of a recognition in words, for learners and officers alike."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from courses.enums import Audience
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
    "not_registered": _("The hours are being written down. Please look again in a few minutes."),
}
_CATEGORIES = {
    **dict(LearnerCategory.choices),
    **dict(Audience.choices),
    **dict(PersonnelCategory.choices),
}


def _in_words(name: str, value: Any) -> Any:
    if name in {"day", "since"}:
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
    return value


def explain(steps: Iterable[dict[str, Any]]) -> list[str]:
    """The steps as sentences in the language of this moment."""
    return [
        str(SENTENCES[one["code"]]) % {name: _in_words(name, value) for name, value in one.items()} for one in steps
    ]
