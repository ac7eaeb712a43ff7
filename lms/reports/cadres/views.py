"""The list of cadres, and the record of one."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from lms.credits.domain.assessing import assess
from lms.credits.domain.exempting import may_propose
from lms.credits.domain.explaining import explain
from lms.credits.models import CreditLedgerEntry
from lms.credits.policies import claims_visible_to, department_that_attests
from lms.credits.queries import rules_readable_by
from lms.people.gates import officer_required
from lms.people.models import Person
from lms.people.queries import home_division_on, same_person_ids
from lms.reports.cadres.evidence import evidence_of
from lms.reports.enums import ViewPage
from lms.reports.exemptions.queries import exemptions_of
from lms.reports.filters import Desk
from lms.reports.overview.placing import placed
from lms.reports.queries import attach_figures, attach_posts, completions_of, entries_in_words, in_order, title_of
from lms.reports.saved.queries import kept_views
from lms.reports.standing.queries import standings_of

PAGE_SIZE = 50


@require_safe
@officer_required
def people(request: HttpRequest) -> HttpResponse:
    """Cadres one by one, with the year's hours and completions; by name or by unit."""
    desk = Desk(request, lists_units=True)
    persons = in_order(desk.persons(), desk.chosen.get("sort", ""))
    page = Paginator(persons, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = attach_figures(attach_posts(page.object_list), year=desk.year, on=desk.on)
    standings = standings_of((cadre.pk for cadre in page.object_list), year=desk.year, on=desk.on)
    for cadre in page.object_list:
        cadre.standing = standings[cadre.pk]
    context = desk.context() | kept_views(request, desk, ViewPage.PEOPLE)
    return render(request, "desk/people.html", context | {"page": page})


@require_safe
@officer_required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One cadre's record: every entry with its why, and what was completed."""
    desk = Desk(request)
    cadre = get_object_or_404(placed(desk.scope, desk.on), pk=pk)
    attach_figures(attach_posts([cadre]), year=desk.year, on=desk.on)
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


@require_safe
@officer_required
def entry(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """One entry of a cadre's record with what it rests on."""
    desk = Desk(request)
    cadre = get_object_or_404(placed(desk.scope, desk.on), pk=pk)
    attach_posts([cadre])
    entries = CreditLedgerEntry.objects.of(same_person_ids(cadre))
    shown = get_object_or_404(entries.select_related("person", "rule", "outline_version", "reversal", "by"), pk=entry)
    found = evidence_of(shown)
    claims = claims_visible_to(request.user, on=desk.today, roles=desk.roles)
    context = desk.context() | {
        "cadre": cadre,
        "entry": shown,
        "title": title_of(found.origin or shown),
        "sentences": explain(shown.why),
        "evidence": found,
        "opens_claim": found.claim is not None and claims.filter(pk=found.claim.pk).exists(),
        "opens_import": found.imported is not None and found.imported.batch.authority in desk.scope.orgs,
        "opens_rule": shown.rule_id is not None
        and rules_readable_by(list(desk.scope.orgs), desk.today).filter(pk=shown.rule_id).exists(),
    }
    return render(request, "desk/entry.html", context)
