"""Every figure of the desk has one definition, with a name and a version (law 10)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lms.credits.domain.judging import ON_COURSE_VERSION


@dataclass(frozen=True)
class Metric:
    """One figure: what it is called, in which unit, and how it is counted. A change of meaning is a new version."""

    code: str
    version: int
    name: str | Promise
    unit: str | Promise
    definition: str | Promise


CADRES = Metric(
    "cadres",
    2,
    _("Cadres"),
    _("people"),
    _(
        "People who held a post on the as-of day that this organisation department manages, "
        "or that a department below it manages in its place. Each is counted once, in the work unit and place of the "
        "post held longest of those within the department's places."
    ),
)
ONLINE_HOURS = Metric(
    "online_hours",
    1,
    _("Online self-study"),
    _("hours"),
    _("Sum of the ledger's entries of online self-study in the year, up to the as-of day, reversals subtracted."),
)
CENTRALIZED_HOURS = Metric(
    "centralized_hours",
    1,
    _("Centralised training"),
    _("hours"),
    _("Sum of the ledger's entries of centralised training in the year, up to the as-of day, reversals subtracted."),
)
LESSONS_COMPLETED = Metric(
    "lessons_completed",
    1,
    _("Lessons completed"),
    _("lessons"),
    _("Different lessons completed in the year, up to the as-of day."),
)
COURSES_COMPLETED = Metric(
    "courses_completed",
    1,
    _("Courses completed"),
    _("courses"),
    _("Different courses completed in the year, up to the as-of day."),
)
LEARNING = Metric(
    "people_learning",
    1,
    _("Have learned"),
    _("people"),
    _("People with at least one completed lesson in the year, up to the as-of day."),
)
FARMERS = Metric(
    "farmers",
    1,
    _("Farmers"),
    _("people"),
    _("Farmers who belong to a village of this place on the as-of day, wherever they are."),
)
ASKED = Metric(
    "required_people",
    1,
    _("Training required"),
    _("people"),
    _(
        "People of whom something is required in the year or in the cycle in which it lies, as of the day. "
        "Who is exempt from all of it, or has no requirement, is not counted."
    ),
)
MET = Metric(
    "requirement_met",
    1,
    _("Requirement met"),
    _("people"),
    _("Of these, people who have reached everything required: by hours, or by days where days are an alternative."),
)
MET_PERCENT = Metric(
    "requirement_met_percent",
    1,
    _("Share that has met it"),
    _("percent"),
    _("People who have met their requirement, divided by people of whom something is required."),
)
ON_COURSE = Metric(
    "on_course",
    ON_COURSE_VERSION,
    _("On course"),
    _("people"),
    _(
        "People who have not met everything yet, but whose hours or days so far are at least the share of the need "
        "that falls on the months whose fifteenth day is past, in every counter."
    ),
)
SHORT = Metric(
    "falls_short",
    1,
    _("Not met yet"),
    _("people"),
    _("All others of whom something is required: at least one counter is behind, or its period is over."),
)
STANDING = (ASKED, MET, MET_PERCENT, ON_COURSE, SHORT)
ONLINE_MISSING = Metric(
    "online_missing",
    1,
    _("Online self-study missing"),
    _("hours"),
    _("Hours of online self-study needed in the year, less those on record, where the need is not met yet."),
)
CENTRALIZED_MISSING = Metric(
    "centralized_missing",
    1,
    _("Centralised training missing"),
    _("hours"),
    _("Hours of centralised training needed in the year and its cycle, less those on record, where it is not met yet."),
)
