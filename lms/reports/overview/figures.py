"""Where the first page gets its figures: the one module to change when they come from somewhere faster."""

from datetime import datetime

from django.utils import timezone

from lms.lib.durations import beijing_day, beijing_midnight
from lms.people.models import Division
from lms.reports.overview.counting import count_place, count_trend
from lms.reports.overview.shapes import Inquiry, PlaceFigures, TrendPoint


def figures_of(inquiry: Inquiry, place: Division | None) -> PlaceFigures:
    """How the place stands and its parts; None is everything in scope, by its roots."""
    return count_place(inquiry, place)


def trend_of(inquiry: Inquiry, place: Division | None) -> list[TrendPoint]:
    """How the place stood at each end of a month of the year, oldest first; the last point is the day asked for."""
    return count_trend(inquiry, place)


def as_of(inquiry: Inquiry) -> datetime:
    """The moment whose facts the figures hold: the end of a past day, or the moment of the last fold of today."""
    now = timezone.now()
    end = beijing_midnight(inquiry.on.fromordinal(inquiry.on.toordinal() + 1))
    return min(now, end) if inquiry.on < beijing_day(now) else now
