"""Whom an officer may remind, and of what: those on a list that she sees today, found anew each time she asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.credits.domain.assessing import assess
from lms.credits.enums import StandingState
from lms.lib.durations import beijing_day
from lms.notices.domain.wording import Template
from lms.notices.models import Reminder
from lms.people.models import Division, Org, Person, Role
from lms.programmes.domain.telling import REMINDER, variables_of
from lms.programmes.models import Assignment
from lms.programmes.policies import assigning_orgs, scope_of
from lms.programmes.queries import late_among, on_show
from lms.reports.assignments.queries import people_seen
from lms.reports.overview.placing import narrowed, placed
from lms.reports.overview.shapes import Scope
from lms.reports.standing.queries import each_standing


def _my_hours(variables: Mapping[str, Any]) -> str:
    return reverse("credits:my_hours")


def _still_missing(person: Person, variables: Mapping[str, Any]) -> bool:
    """Whether what is required of her in the year is not met today."""
    today = beijing_day(timezone.now())
    return assess(person, int(variables["year"]), on=today).state in STATES["open"][1]


HOURS = Template(
    "hours-missing",
    gettext_lazy("Credit hours are still missing"),
    gettext_lazy(
        "What is required of you in %(year)s is not met yet. Under “My hours” you see what is missing, and which "
        "courses would give it."
    ),
    sms=gettext_lazy(
        "Your credit hours of %(year)s are not complete yet. Please sign in and see under “My hours” what is missing."
    ),
    sms_setting="SMS_TEMPLATE_HOURS",
    action=gettext_lazy("See my hours"),
    link=_my_hours,
    still_holds=_still_missing,
)
# Who can be reminded of hours: those behind, or everybody who has not met it yet.
STATES: dict[str, tuple[str | Promise, frozenset[StandingState]]] = {
    "short": (gettext_lazy("those who are behind"), frozenset({StandingState.SHORT})),
    "open": (
        gettext_lazy("all who have not met it yet"),
        frozenset({StandingState.SHORT, StandingState.ON_COURSE}),
    ),
}


class NothingToRemind(Exception):
    """There is no list to remind people from; the text says why."""


@dataclass(frozen=True)
class Choice:
    """A list of people, by id, and what they would be told; in the name of one department."""

    person_ids: frozenset[int]
    template: Template
    variables: Mapping[str, Any]
    about: str
    org: Org
    heading: str
    back: str


def late_choice(assignment: Assignment, *, by: Any, on: date, roles: list[Role]) -> Choice:
    """Those who are late with an assigned course, among the people whom the officer sees today."""
    if assignment.withdrawn_at:
        raise NothingToRemind(_("It was taken back, so nobody is late."))
    if not on_show([assignment.course_id]):
        raise NothingToRemind(_("The course is not online at the moment, so nobody can complete it."))
    if not assignment.is_over(on):
        raise NothingToRemind(_("It is not due yet: nobody is late before the day after."))
    late = late_among(people_seen(assignment, by, on=on, roles=roles), assignment, on)
    return Choice(
        frozenset(late.values_list("pk", flat=True)),
        REMINDER,
        variables_of(assignment),
        assignment.about,
        assignment.org,
        _("Remind of “%(course)s”") % {"course": assignment.course.title},
        reverse("desk:assignment", args=[assignment.pk]),
    )


def standing_choice(
    *,
    org: Org,
    place: Division | None,
    unit: Org | None,
    category: str,
    state: str,
    by: Any,
    on: date,
    roles: list[Role],
) -> Choice:
    """Those of the department's cadres who have not met what is required of them this year, of a place, a unit or all.

    They are the people whom the list of cadres shows under the same filters.
    """
    scope = Scope((org,), lambda day: scope_of(org, by, on=day, roles=roles))
    persons = narrowed(placed(scope, on), on, place=place, unit=unit.pk if unit else None, category=category)
    wanted = STATES[state][1]
    ids = persons.order_by().values_list("pk", flat=True)
    found = {pk for pk, one in each_standing(ids, year=on.year, on=on) if one.state in wanted}
    where = unit.name if unit else place.name if place else org.name
    which = f":{unit.pk}" if unit else f":place:{place.code}" if place else ""
    return Choice(
        frozenset(found),
        HOURS,
        {"year": str(on.year)},
        f"standing:{on.year}:{org.pk}{which}",
        org,
        _("Remind of missing hours: %(where)s") % {"where": where},
        reverse("desk:people"),
    )


def reminders_for(actor: Any, *, on: date, roles: list[Role]) -> QuerySet[Reminder]:
    """The reminders sent in the name of the actor's own departments of today."""
    orgs = assigning_orgs(actor, on, roles=roles)
    return Reminder.objects.filter(org__in=[org.pk for org in orgs]).select_related("org", "made_by")


def about_in_words(reminder: Reminder) -> str:
    """What a reminder was about, from the variables that it kept."""
    if reminder.template == REMINDER.code:
        return _("Course: %(course)s") % {"course": reminder.variables.get("course", "")}
    return _("Hours of %(year)s") % {"year": reminder.variables.get("year", "")}
