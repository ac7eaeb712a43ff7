"""The first page for officers of organisation departments."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from lms.reports import metrics
from lms.reports.enums import ViewPage
from lms.reports.filters import Desk
from lms.reports.overview.figures import figures_of, freshness_of, trend_of
from lms.reports.overview.shapes import PlaceStand, Stand
from lms.reports.overview.words import in_a_sentence, what_changed, without_requirement
from lms.reports.saved.queries import kept_views

METRICS = (
    metrics.CADRES,
    *metrics.STANDING,
    metrics.ONLINE_HOURS,
    metrics.CENTRALIZED_HOURS,
    metrics.LESSONS_COMPLETED,
    metrics.COURSES_COMPLETED,
)


def cadres_overview(request: HttpRequest) -> HttpResponse:
    """How the place stands, what changed since the last end of a month, which units need help, and the way down."""
    desk = Desk(request)
    figures = figures_of(desk.inquiry, desk.place)
    trend = trend_of(desk.inquiry, desk.place, figures.total)
    name = desk.place.name if desk.place else _("All your places")
    whose = name if not desk.category else _("%(place)s (%(category)s)") % {"place": name, "category": desk.category}
    own = sum((unit.stand for unit in figures.units), Stand())
    context: dict[str, Any] = (
        desk.context()
        | kept_views(request, desk, ViewPage.OVERVIEW)
        | {
            "name": name,
            "figures": figures,
            "total": figures.total,
            "own_units": PlaceStand(_("Units of its own"), own) if figures.units else None,
            "trend": trend,
            "freshness": freshness_of(desk.inquiry),
            "sentence": in_a_sentence(whose, figures.total),
            "besides": without_requirement(figures.total),
            "changed": what_changed(trend),
            "metrics": METRICS,
        }
    )
    return render(request, "desk/overview.html", context)
