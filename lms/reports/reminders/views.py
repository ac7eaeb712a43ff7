"""Look at a reminder before it is sent, send it, and see what became of it."""

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lms.lib.durations import beijing_day
from lms.notices.domain.planning import Plan, plan_reminder
from lms.notices.domain.reminding import MOST_PEOPLE
from lms.notices.domain.wording import template_of
from lms.notices.enums import LeftOut
from lms.notices.queries import outcome_of
from lms.people.enums import RoleKind
from lms.people.gates import role_required
from lms.people.policies import roles_today
from lms.people.views.common import person_of
from lms.programmes.policies import assigning_orgs, assignments_for
from lms.reports.filters import scope_of
from lms.reports.overview.placing import narrowed, place_called, placed
from lms.reports.queries import units_of
from lms.reports.reminders.choosing import (
    Choice,
    NothingToRemind,
    about_in_words,
    late_choice,
    reminders_for,
    standing_choice,
)
from lms.reports.reminders.forms import ListForm, RemindForm

PAGE_SIZE = 50
# Units that can be chosen from at once; further down the places there are fewer.
MOST_CHOICES = 2000


def _plan(choice: Choice, *, with_sms: bool, at: datetime) -> Plan:
    return plan_reminder(choice.person_ids, choice.template, choice.variables, with_sms=with_sms, at=at)


def _left_out(counts: dict[str, int]) -> list[tuple[str, int]]:
    return [(str(reason.label), counts[reason]) for reason in LeftOut if counts.get(reason)]


def _remind(request: HttpRequest, choice: Choice, *, at: datetime, list_form: ListForm | None = None) -> HttpResponse:
    """Show the words, the counts and the cost; on the second press send it, if all is as it was shown."""
    form = RemindForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (made := form.save(choice, by=person_of(request), at=at)):
        messages.success(request, _("Reminded. What becomes of it stands below."))
        return redirect("desk:reminder", made.pk)
    plan, quiet = _plan(choice, with_sms=True, at=at), _plan(choice, with_sms=False, at=at)
    # What stands on the page now is what a second press agrees to.
    shown = RemindForm(
        initial={"reason": form["reason"].value() or "", "seen_sms": plan.digest, "seen_app": quiet.digest}
    )
    context = {
        "choice": choice,
        "plan": plan,
        "left_out": _left_out(plan.left_out),
        "form": shown,
        "errors": form.errors if request.method == "POST" else None,
        "refused": [*form.non_field_errors()] if request.method == "POST" else [],
        "list_form": list_form,
        "too_many": len(choice.person_ids) > MOST_PEOPLE,
        "most": MOST_PEOPLE,
    }
    return render(request, "desk/remind.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required(RoleKind.OFFICER)
def remind_late(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind those who are late with an assigned course."""
    at = timezone.now()
    today, roles = beijing_day(at), roles_today(request)
    assignment = get_object_or_404(assignments_for(request.user, on=today, roles=roles), pk=pk)
    try:
        choice = late_choice(assignment, by=request.user, on=today, roles=roles)
    except NothingToRemind as error:
        messages.warning(request, str(error))
        return redirect("desk:assignment", pk)
    return _remind(request, choice, at=at)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required(RoleKind.OFFICER)
def remind_standing(request: HttpRequest) -> HttpResponse:
    """Remind those who have not met what is required; place, unit, category and whom stand in the address."""
    at = timezone.now()
    today, roles = beijing_day(at), roles_today(request)
    orgs = assigning_orgs(request.user, today, roles=roles)
    if not orgs:
        raise Http404
    scope = scope_of(request)
    place = place_called(request.GET.get("place", ""), scope, today)
    within = narrowed(placed(scope, today), today, place=place)
    form = ListForm(request.GET, orgs=orgs, place=place, units=units_of(within, today, most=MOST_CHOICES))
    if not form.is_valid():
        return redirect("desk:remind_standing")
    said = form.cleaned_data
    choice = standing_choice(
        org=said["org"],
        place=said["place"],
        unit=said["unit"],
        category=said["category"],
        state=said["state"],
        by=request.user,
        on=today,
        roles=roles,
    )
    return _remind(request, choice, at=at, list_form=form)


@require_safe
@role_required(RoleKind.OFFICER)
def reminders(request: HttpRequest) -> HttpResponse:
    """What was sent in the name of the officer's departments, newest first."""
    found = reminders_for(request.user, on=beijing_day(timezone.now()), roles=roles_today(request))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(each, about_in_words(each)) for each in page.object_list]
    return render(request, "desk/reminders.html", {"page": page, "rows": rows})


@never_cache
@require_safe
@role_required(RoleKind.OFFICER)
def reminder(request: HttpRequest, pk: int) -> HttpResponse:
    """One reminder, and what became of it in counts: nobody is named."""
    found = reminders_for(request.user, on=beijing_day(timezone.now()), roles=roles_today(request))
    one = get_object_or_404(found, pk=pk)
    template = template_of(one.template)
    context = {
        "reminder": one,
        "about": about_in_words(one),
        "text": template.filled(template.text, one.variables) if template.code else "",
        "left_out": _left_out(one.left_out),
        "outcome": outcome_of(one),
    }
    return render(request, "desk/reminder.html", context)
