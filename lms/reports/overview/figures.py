"""Where the first page gets its figures: from roll-ups, and by a recount where these do not reach."""

from django.utils import timezone

from lms.lib.durations import beijing_day, beijing_midnight
from lms.people.models import Division
from lms.reports.overview.counting import count_place, count_trend, trend_days
from lms.reports.overview.shapes import Freshness, Inquiry, PlaceFigures, Stand, TrendPoint
from lms.reports.rollups.reading import roll_up_for


def figures_of(inquiry: Inquiry, place: Division | None) -> PlaceFigures:
    """How the place stands and its parts; None is everything in scope, by its roots."""
    roll_up = roll_up_for(inquiry)
    return roll_up.figures_of(place) if roll_up else count_place(inquiry, place)


def trend_of(inquiry: Inquiry, place: Division | None, total: Stand) -> list[TrendPoint]:
    """How the place stood at each end of a month of the year, oldest first; the last point is the day asked for.

    `total` is how it stands on that day, of `figures_of`.
    """
    roll_up = roll_up_for(inquiry)
    if roll_up is None:
        return count_trend(inquiry, place)
    return [*roll_up.ends_of_months(place, trend_days(inquiry.year, inquiry.on)[:-1]), TrendPoint(inquiry.on, total)]


def freshness_of(inquiry: Inquiry) -> Freshness:
    """The moment whose facts the figures hold: the end of a past day, or the moment of the last fold of today."""
    now = timezone.now()
    if roll_up := roll_up_for(inquiry):
        return roll_up.freshness(now)
    end = beijing_midnight(inquiry.on.fromordinal(inquiry.on.toordinal() + 1))
    return Freshness(min(now, end) if inquiry.on < beijing_day(now) else now)
