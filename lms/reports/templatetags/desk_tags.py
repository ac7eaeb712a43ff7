"""Small words for the desk's templates."""

from datetime import date, timedelta
from decimal import Decimal

from django import template
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.credits.enums import ExemptionState
from lms.credits.policies import claims_waiting_for, rule_authorities
from lms.learning.policies import appeals_for, sees_screenings
from lms.lib.durations import beijing_day
from lms.lib.foreign_tables import Broken, Cell, Formula
from lms.people.enums import OrgKind, Purpose, RoleKind
from lms.people.policies import opens_anybody, roles_today
from lms.reports.exemptions.queries import exemptions_for

register = template.Library()


@register.simple_tag(takes_context=True)
def open_appeals(context: dict[str, HttpRequest]) -> int:
    """{% open_appeals as count %}: how many appeals wait for this officer."""
    request = context["request"]
    hers = appeals_for(request.user, on=beijing_day(timezone.now()), roles=roles_today(request))
    return hers.filter(settlement__isnull=True).count()


@register.simple_tag(takes_context=True)
def settles_appeals(context: dict[str, HttpRequest]) -> bool:
    """{% settles_appeals as settles %}: whether the tab of appeals opens for whoever looks."""
    return any(role.kind == RoleKind.OFFICER for role in roles_today(context["request"]))


@register.simple_tag(takes_context=True)
def answers_for_certificates(context: dict[str, HttpRequest]) -> bool:
    """{% answers_for_certificates as answers %}: whether the tab of certificates of people who are no cadres opens."""
    return opens_anybody(roles_today(context["request"]), Purpose.CERTIFICATES)


@register.simple_tag(name="sees_screenings", takes_context=True)
def tab_of_screenings(context: dict[str, HttpRequest]) -> bool:
    """{% sees_screenings as sees %}: whether the tab of group viewings opens."""
    return sees_screenings(roles_today(context["request"]))


@register.simple_tag(takes_context=True)
def waiting_exemptions(context: dict[str, HttpRequest]) -> int:
    """{% waiting_exemptions as count %}: how many exemptions wait that others proposed, of cadres whom she sees."""
    request = context["request"]
    hers = exemptions_for(request.user, on=beijing_day(timezone.now()), roles=roles_today(request))
    return hers.filter(state=ExemptionState.PROPOSED).exclude(proposed_by=request.user.pk).count()


@register.simple_tag(takes_context=True)
def sets_rules(context: dict[str, HttpRequest]) -> bool:
    """{% sets_rules as hers %}: whether this officer sets rules for hours."""
    request = context["request"]
    return bool(rule_authorities(request.user, beijing_day(timezone.now()), roles=roles_today(request)))


@register.simple_tag(takes_context=True)
def hours_from_elsewhere(context: dict[str, HttpRequest]) -> dict[str, int | bool]:
    """{% hours_from_elsewhere as elsewhere %}: which of the two tabs this officer has, and how many claims wait."""
    request, today = context["request"], beijing_day(timezone.now())
    roles = roles_today(request)
    officer = any(role.kind == RoleKind.OFFICER and role.org.kind == OrgKind.ORGANIZATION_DEPARTMENT for role in roles)
    reviewer = any(role.kind == RoleKind.UNIT_PERSONNEL_OFFICER for role in roles)
    waiting = claims_waiting_for(request.user, on=today, roles=roles).count() if officer or reviewer else 0
    return {"imports": officer, "claims": officer or reviewer, "waiting": waiting}


@register.simple_tag
def in_groups(digits: str) -> str:
    """A long number in groups of eight signs, so that two papers can be compared."""
    return " ".join(digits[at : at + 8] for at in range(0, len(digits), 8))


@register.filter
def few(count: int | None) -> str:
    """A count, or the words for one too small to show."""
    return _("fewer than 10") if count is None else str(count)


@register.filter
def day_before(day: date) -> date:
    """The last day of a row that holds up to, not including, this one."""
    return day - timedelta(days=1)


@register.filter
def cell_in_words(cell: Cell) -> str:
    """A cell of a list from outside as it was read."""
    if isinstance(cell, Formula):
        return _("a formula")
    if isinstance(cell, Broken):
        return _("an error")
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)
