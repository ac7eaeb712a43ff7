"""The officer's desk: fetch, ask the policy, show."""

from base64 import b64encode
from datetime import date
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lms.credits.domain.assessing import assess
from lms.credits.domain.exempting import may_propose
from lms.credits.domain.explaining import explain
from lms.credits.policies import department_that_attests
from lms.lib.durations import beijing_day
from lms.people.enums import OrgKind, Purpose
from lms.people.gates import officer_required
from lms.people.models import Person
from lms.people.policies import count_visible_to, is_masked, is_officer, persons_visible_to, roles_today
from lms.people.queries import home_division_on
from lms.people.views.unmasking import show_in_full
from lms.reports import metrics
from lms.reports.definitions import REPORTS
from lms.reports.exemptions.queries import exemptions_of
from lms.reports.exporting import ExportStopped, export_report
from lms.reports.formats import FORMATS
from lms.reports.forms import DeskFilter
from lms.reports.queries import (
    attach_posts,
    completions_of,
    desk_figures,
    entries_in_words,
    units_of,
    village_figures,
    with_figures,
    with_posts,
)
from lms.reports.standing.queries import PersonStanding, standings_of

PAGE_SIZE = 50
CHART_BARS = 12
FILTERS = ("unit", "category", "q", "hours", "standing")


class Desk:
    """What one officer asked for: her scope, narrowed by the filter."""

    def __init__(self, request: HttpRequest) -> None:
        self.actor = request.user
        self.roles = roles_today(request)
        self.today = beijing_day(timezone.now())
        wanted = _asked_day(request, self.today)
        self.scope = self.visible(wanted)
        data = request.GET.copy()
        data.setdefault("on", wanted.isoformat())
        data.setdefault("year", str(wanted.year))
        self.form = DeskFilter(data, today=self.today, units=units_of(self.scope, wanted))
        self.valid = self.form.is_valid()
        self.on: date = self.form.cleaned_data.get("on", wanted) if self.valid else wanted
        self.year: int = self.form.cleaned_data.get("year", self.on.year) if self.valid else self.on.year
        self.chosen = self.form.cleaned_data if self.valid else {}

    def visible(self, on: date) -> QuerySet[Person]:
        return persons_visible_to(
            self.actor, purpose=Purpose.CADRE_TRAINING, on=on, acting_on=self.today, roles=self.roles
        )

    def persons(self) -> QuerySet[Person]:
        """The persons in scope whom unit, category and name leave."""
        persons = self.visible(self.on)
        posts = Q()
        if unit := self.chosen.get("unit"):
            posts &= Q(posts__org=unit)
        if category := self.chosen.get("category"):
            posts &= Q(posts__category=category)
        if posts:
            from_day = Q(posts__active_from__lte=self.on)
            until = Q(posts__active_to__isnull=True) | Q(posts__active_to__gt=self.on)
            persons = persons.filter(posts & from_day & until)
        if words := self.chosen.get("q"):
            persons = persons.filter(name__icontains=words)
        persons = persons.distinct()
        if wanted := self.chosen.get("standing"):
            standings = self.standings(persons)
            persons = persons.filter(pk__in=[pk for pk, one in standings.items() if one.state == wanted])
        return persons

    def standings(self, persons: QuerySet[Person]) -> dict[int, PersonStanding]:
        """Where these people stand in the year as of the day."""
        return standings_of(persons, year=self.year, on=self.on)

    def context(self) -> dict[str, Any]:
        orgs = [role.org for role in self.roles if role.org.kind == OrgKind.ORGANIZATION_DEPARTMENT]
        narrowed = self.on != self.today or any(self.chosen.get(name) for name in FILTERS)
        return {"form": self.form, "on": self.on, "year": self.year, "orgs": orgs, "narrowed": narrowed}


def _asked_day(request: HttpRequest, today: date) -> date:
    try:
        return min(date.fromisoformat(request.GET.get("on", "")), today)
    except ValueError:
        return today


def _kinds(request: HttpRequest) -> set[str]:
    return {role.org.kind for role in roles_today(request)}


@require_safe
@officer_required
def overview(request: HttpRequest) -> HttpResponse:
    """The first page: cadres for an organisation department, farmers for agriculture, counts for everybody else."""
    kinds = _kinds(request)
    if OrgKind.ORGANIZATION_DEPARTMENT in kinds:
        desk = Desk(request)
        persons = desk.persons()
        states = {pk: one.state for pk, one in desk.standings(persons).items()}
        figures = desk_figures(persons, year=desk.year, on=desk.on, total_name=_("All"), states=states)
        most = max((unit.online_hours + unit.centralized_hours for unit in figures.units), default=0)
        context = desk.context() | {
            "figures": figures,
            "bars": figures.units[:CHART_BARS] if most else [],
            "most": most,
            "metrics": [
                metrics.CADRES,
                *metrics.STANDING,
                metrics.LEARNING,
                metrics.ONLINE_HOURS,
                metrics.CENTRALIZED_HOURS,
                metrics.LESSONS_COMPLETED,
                metrics.COURSES_COMPLETED,
            ],
        }
        return render(request, "desk/overview.html", context)
    if OrgKind.AGRICULTURE_DEPARTMENT in kinds:
        return _farmers(request)
    return _counts(request)


def _farmers(request: HttpRequest) -> HttpResponse:
    """Farmers of the place, by village and, masked, one by one."""
    today = beijing_day(timezone.now())
    scope = persons_visible_to(request.user, purpose=Purpose.FARMER_TRAINING, on=today, roles=roles_today(request))
    villages = village_figures(scope, year=today.year, on=today)
    page = Paginator(with_figures(scope, year=today.year, on=today).order_by("pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "villages": villages,
        "page": page,
        "masked": is_masked(Purpose.FARMER_TRAINING),
        "year": today.year,
        "on": today,
        "metrics": [metrics.FARMERS, metrics.LEARNING, metrics.LESSONS_COMPLETED, metrics.COURSES_COMPLETED],
    }
    return render(request, "desk/farmers.html", context)


def _counts(request: HttpRequest) -> HttpResponse:
    """Counts alone, none below ten."""
    today = beijing_day(timezone.now())
    people = Person.objects.present()
    figured: Any = with_figures(people, year=today.year, on=today)
    learning = figured.filter(lessons_completed__gt=0)
    counts = [
        (metrics.FARMERS.name, count_visible_to(request.user, among=people, on=today)),
        (metrics.LEARNING.name, count_visible_to(request.user, among=learning, on=today)),
    ]
    return render(request, "desk/counts.html", {"counts": counts, "year": today.year, "on": today})


@require_safe
@officer_required
def people(request: HttpRequest) -> HttpResponse:
    """Cadres one by one, with the year's hours and completions."""
    desk = Desk(request)
    persons = with_figures(with_posts(desk.persons(), desk.on), year=desk.year, on=desk.on).order_by("name", "pk")
    wanted = desk.chosen.get("hours")
    some = Q(online_hours__gt=0) | Q(centralized_hours__gt=0)
    if wanted == "some":
        persons = persons.filter(some)
    elif wanted == "none":
        persons = persons.exclude(some)
    page = Paginator(persons, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = attach_posts(page.object_list)
    standings = desk.standings(Person.objects.filter(pk__in=[cadre.pk for cadre in page.object_list]))
    for cadre in page.object_list:
        cadre.standing = standings[cadre.pk]
    return render(request, "desk/people.html", desk.context() | {"page": page})


@require_safe
@officer_required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One cadre's record: every entry with its why, and what was completed."""
    desk = Desk(request)
    cadre = get_object_or_404(
        with_figures(with_posts(desk.visible(desk.on), desk.on), year=desk.year, on=desk.on), pk=pk
    )
    attach_posts([cadre])
    context = desk.context() | {
        "cadre": cadre,
        "village": home_division_on(cadre, desk.on),
        "entries": entries_in_words(cadre, year=desk.year, on=desk.on),
        "completions": completions_of(cadre, year=desk.year, on=desk.on),
        "counters": [(one, explain(one.why)) for one in assess(cadre, desk.year, on=desk.on).counters],
        "exemptions": exemptions_of(cadre),
        "may_propose": may_propose(cast(Person, desk.actor), cadre, desk.today),
        "may_attest": department_that_attests(desk.actor, cadre, on=desk.today, roles=desk.roles) is not None,
    }
    return render(request, "desk/person.html", context)


@officer_required
def farmer(request: HttpRequest, pk: int) -> HttpResponse:
    """One farmer's name and numbers in full, for a reason that she can read."""
    return show_in_full(request, pk, purpose=Purpose.FARMER_TRAINING, back=reverse("desk:overview"))


@require_safe
@officer_required
def export(request: HttpRequest, code: str, extension: str) -> FileResponse:
    """Hand a report on as a file; who took which rows away is on the log."""
    if code not in REPORTS or extension not in FORMATS:
        raise Http404
    desk = Desk(request)
    report = REPORTS[code](desk.persons(), year=desk.year, on=desk.on)
    remarks = [
        str(report.title),
        _("Year %(year)s, as of %(day)s. Made by %(name)s.")
        % {"year": desk.year, "day": date_format(desk.on, "Y-m-d"), "name": request.user},
    ]
    try:
        made = export_report(
            report,
            extension,
            remarks=remarks,
            by=cast(Person, request.user),
            may_go_on=lambda: is_officer(request.user, beijing_day(timezone.now())),
            at=timezone.now(),
        )
    except ExportStopped as error:
        raise PermissionDenied from error
    response = FileResponse(made.file, as_attachment=True, filename=made.name, content_type=made.content_type)
    response.headers["Cache-Control"] = "private, no-store"
    # RFC 9530: whoever hands the file on can show that it is the one that is on the log.
    response.headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(made.sha256)).decode()}:"
    return response
