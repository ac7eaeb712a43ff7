"""Whoever is ticked at a screening is told so, and can say that she was not there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lms.learning.models import GroupTick
from lms.lib.durations import beijing_day
from lms.notices.domain.telling import tell
from lms.notices.domain.wording import Template


def _to_mine(variables: Mapping[str, Any]) -> str:
    return reverse("learning:my_screenings")


TICKED = Template(
    "group-tick",
    _("You are down as present at a group viewing"),
    _("On %(day)s “%(lesson)s” was shown in %(place)s, and you are down as present. If you were not there, say so."),
    days=("day",),
    action=_("See what was noted"),
    link=_to_mine,
)


def tell_ticked(tick: GroupTick, *, at: datetime) -> None:
    """One notice for each tick, in the message centre alone."""
    variables = {
        "day": beijing_day(at).isoformat(),
        "lesson": tick.viewing.page.title,
        "place": tick.viewing.division.name,
    }
    tell([tick.person_id], TICKED, variables, cause=f"group-tick:{tick.pk}", at=at)
