"""Every figure of the desk has one definition, with a name and a version (law 10)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


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
    1,
    _("Cadres"),
    _("people"),
    _(
        "People who held a post on the as-of day that this organisation department manages, "
        "or that a department below it manages in its place."
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
