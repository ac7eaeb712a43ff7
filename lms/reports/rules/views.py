"""The rules for hours of an authority: read, written, tried and ended by its officers."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.credits.domain.describing import describe
from lms.credits.domain.explaining import explain
from lms.credits.domain.supposing import preview
from lms.credits.domain.writing import CannotWriteRule, withdraw_rule
from lms.credits.models import CreditRule
from lms.credits.policies import may_write_rules_of, rule_authorities
from lms.credits.queries import rule_in_force, rules_readable_by
from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.gates import is_in_background, role_required
from lms.people.models import Division, Org
from lms.people.policies import roles_today
from lms.people.views.common import person_of
from lms.reports.rules.fields import ParametersForm
from lms.reports.rules.forms import EndForm, RuleForm, SampleForm

View = Callable[..., HttpResponseBase]


def authorities_of(request: HttpRequest) -> list[Org]:
    """The authorities whose rules whoever asks may set today."""
    return rule_authorities(request.user, beijing_day(timezone.now()), roles=roles_today(request))


def rule_officer_required(view: View) -> Any:
    """Officers of organisation departments, with a fresh second factor."""

    @role_required(RoleKind.OFFICER)
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not authorities_of(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def readable_rule(request: HttpRequest, pk: int) -> CreditRule:
    """The rule, where the officer may read it; 404 otherwise."""
    rules = rules_readable_by(authorities_of(request), beijing_day(timezone.now()))
    return get_object_or_404(rules.select_related("authority", "based_on"), pk=pk)


@require_safe
@rule_officer_required
def rules(request: HttpRequest) -> HttpResponse:
    """Which rule holds for each of her authorities today, what else there is around it, and the presets."""
    today, authorities = beijing_day(timezone.now()), authorities_of(request)
    found = list(
        rules_readable_by(authorities, today).select_related("authority").order_by("-active_from", "code", "pk")
    )
    _name_places(found)
    held = [(org, rule_in_force(org, today)) for org in authorities]
    context = {
        "held": [(org, rule, describe(rule.terms) if rule else []) for org, rule in held],
        "in_force": {rule.pk for _org, rule in held if rule},
        "own": [rule for rule in found if rule.authority_id],
        "around": [rule for rule in found if rule.region_code],
        "presets": [rule for rule in found if rule.is_preset],
        "today": today,
    }
    return render(request, "desk/rules.html", context | _tabs(request))


@require_http_methods(["GET", "HEAD", "POST"])
@rule_officer_required
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule in plain words; where it is her own, it is ended here."""
    now = timezone.now()
    shown, today = readable_rule(request, pk), beijing_day(now)
    is_own = may_write_rules_of(request.user, shown.authority, today, roles=roles_today(request))
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not is_own:
            raise Http404
        if form.is_valid() and form.save(shown, by=person_of(request), at=now):
            messages.success(request, _("The rule ends on that day. What was earned under it stays."))
            return redirect("desk:rule", pk)
    _name_places([shown])
    context = {
        "rule": shown,
        "place": shown.place,  # type: ignore[attr-defined]  # put there for the page
        "sentences": describe(shown.terms),
        "is_own": is_own,
        "has_begun": shown.active_from <= today,
        "has_ended": shown.active_to is not None and shown.active_to <= today,
        "form": form,
        "last_year": today.year - 1,
    }
    return render(request, "desk/rule.html", context | _tabs(request), status=422 if form.errors else 200)


@require_POST
@rule_officer_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a rule of her own before its first day."""
    shown = readable_rule(request, pk)
    try:
        before = withdraw_rule(shown, by=person_of(request), at=timezone.now())
    except CannotWriteRule as error:
        messages.error(request, str(error))
        return redirect("desk:rule", pk)
    if before:
        messages.success(request, _("Withdrawn. “%(name)s” goes on in its place.") % {"name": before.name})
    else:
        messages.success(request, _("Withdrawn. It never came into force."))
    return redirect("desk:rules")


@require_http_methods(["GET", "HEAD", "POST"])
@rule_officer_required
def write(request: HttpRequest) -> HttpResponse:
    """Write a rule from a preset or from another one, with a preview; `action` is preview or save."""
    now = timezone.now()
    wanted = request.GET.get("from", "")
    based_on = readable_rule(request, int(wanted)) if wanted.isdecimal() and len(wanted) < 10 else None
    posted = request.POST if request.method == "POST" else None
    form = RuleForm(posted, authorities=authorities_of(request), based_on=based_on, today=beijing_day(now))
    sample = SampleForm(posted)
    is_preview = posted is not None and posted.get("action") != "save"
    if posted is not None and not is_preview and form.is_valid():
        saved = form.save(by=person_of(request), at=now)
        if saved is not None:
            messages.success(request, _("Written. Before it comes into force, try it on last year."))
            return redirect("desk:rule", saved.pk)
    if is_preview:
        form.forgive_empty()
    context = {"form": form, "sample": sample, "based_on": based_on, **_previewed(sample, based_on, posted)}
    context["not_saved"] = not is_preview and any(form.errors)
    if is_preview and is_in_background(request):
        return render(request, "desk/_rule_preview.html", context)
    return render(
        request, "desk/write_rule.html", context | _tabs(request), status=422 if posted and form.errors else 200
    )


def _name_places(rules: list[CreditRule]) -> None:
    """Give each rule of a region its `place`, the name of the division; one query for all of them."""
    codes = {rule.region_code for rule in rules if rule.region_code}
    names = dict(Division.objects.filter(code__in=codes).values_list("code", "name"))
    for rule in rules:
        rule.place = names.get(rule.region_code, rule.region_code)  # type: ignore[attr-defined]  # put there for the page


def _previewed(sample: SampleForm, based_on: CreditRule | None, posted: Any) -> dict[str, Any]:
    """The preview of what was filled in, or of the rule that it is written from before anything was."""
    day = beijing_day(timezone.now())
    if posted is None:
        first = SampleForm({"sample_minutes": 38, "sample_lessons": 3, "sample_test": "on"})
        first.is_valid()
        terms = based_on.terms if based_on else {"unit": "lesson", "parameters": {"minutes_per_hour": 45}}
        found, chosen = preview(terms, first.sample, day), first.sample
    elif (said := ParametersForm(posted)).is_valid() and sample.is_valid():
        terms, chosen = said.terms, sample.sample
        found = preview(terms, chosen, day)
    else:
        return {"previews": []}
    return {
        "previews": [(each, explain(each.steps), each.unit == terms["unit"]) for each in found],
        "previewed": chosen,
        "plain_words": describe(terms),
    }


def _tabs(request: HttpRequest) -> dict[str, Any]:
    """What the tabs of the desk need."""
    today = beijing_day(timezone.now())
    return {"on": today, "year": today.year}
