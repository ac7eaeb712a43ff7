"""A rule tried on a year of facts: totals, whose hours would change, and the same as a file."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.cache import cache
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from lms.credits.domain.trying import Trial, try_rule
from lms.credits.models import CreditRule
from lms.lib.durations import beijing_day
from lms.lib.sealing import canonical_bytes
from lms.people.enums import Purpose
from lms.people.models import Org, Person, Post
from lms.people.policies import persons_visible_to, roles_today
from lms.reports.definitions.base import Column, Report
from lms.reports.formats import FORMATS
from lms.reports.forms import FIRST_YEAR
from lms.reports.handing_out import hand_out
from lms.reports.rules.views import authorities_of, readable_rule, rule_officer_required

PAGE_SIZE = 50
# A trial is kept so long, so that its second page and its file say the same as its first.
KEPT_SECONDS = 600


def _scope(request: HttpRequest, authorities: list[Org]) -> QuerySet[Person]:
    """The cadres in view whom an authority of hers manages today: others keep their own rule."""
    today = beijing_day(timezone.now())
    visible = persons_visible_to(request.user, purpose=Purpose.CADRE_TRAINING, on=today, roles=roles_today(request))
    posts = Post.objects.on(today).filter(cadre_authority__in=authorities)
    ids = Person.objects.filter(posts__in=posts).values("pk")
    merged = Person.objects.filter(posts__in=posts, merged_into__isnull=False).values("merged_into")
    return Person.objects.filter(pk__in=visible.order_by().values("pk")).filter(pk__in=ids.union(merged))


def _tried(request: HttpRequest, rule: CreditRule, year: int) -> tuple[Trial, QuerySet[Person]]:
    authorities = authorities_of(request)
    if rule.authority in authorities:
        authorities = [org for org in authorities if org == rule.authority]
    scope = _scope(request, authorities)
    key = f"rule-trial:{request.user.pk}:{rule.pk}:{year}"
    said = canonical_bytes({"terms": rule.terms})
    kept = cache.get(key)
    if kept is None or kept[0] != said:
        kept = (said, try_rule(rule.terms, scope, authorities=authorities, year=year))
        cache.set(key, kept, KEPT_SECONDS)
    return kept[1], scope


def _year(request: HttpRequest) -> int:
    today = beijing_day(timezone.now())
    wanted = request.GET.get("year", "")
    years = range(FIRST_YEAR, today.year + 1)
    return int(wanted) if wanted.isdecimal() and len(wanted) == 4 and int(wanted) in years else today.year - 1


@require_safe
@rule_officer_required
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """What the year would have given under the rule, and whose hours would change."""
    rule, year, today = readable_rule(request, pk), _year(request), beijing_day(timezone.now())
    tried, scope = _tried(request, rule, year)
    page = Paginator(tried.changes, PAGE_SIZE).get_page(request.GET.get("page"))
    names = dict(scope.filter(pk__in=[each.person_id for each in page.object_list]).values_list("pk", "name"))
    context = {
        "rule": rule,
        "trial": tried,
        "page": page,
        "rows": [(each, names[each.person_id]) for each in page.object_list if each.person_id in names],
        "years": range(today.year, FIRST_YEAR - 1, -1),
        "tried_year": year,
        "on": today,
        "year": today.year,
    }
    return render(request, "desk/rule_trial.html", context)


class TrialReport(Report):
    """Everybody whose hours would change."""

    code = "rule-trial"
    title = gettext_lazy("A rule tried on a year")
    columns = (
        Column(gettext_lazy("Name")),
        Column(gettext_lazy("Stands"), gettext_lazy("hours")),
        Column(gettext_lazy("Under the rule"), gettext_lazy("hours")),
        Column(gettext_lazy("Difference"), gettext_lazy("hours")),
    )

    def __init__(self, persons: QuerySet[Person], trial: Trial, *, on: Any) -> None:
        super().__init__(persons, year=trial.year, on=on)
        self.trial = trial

    def rows(self) -> Iterator[Sequence[Any]]:
        names = dict(self.persons.values_list("pk", "name"))
        for each in self.trial.changes:
            if each.person_id in names:
                yield names[each.person_id], each.old, each.new, each.difference


@require_safe
@rule_officer_required
def export_trial(request: HttpRequest, pk: int, extension: str) -> FileResponse:
    """The same as a file; that it was taken is on the log."""
    if extension not in FORMATS:
        raise Http404
    rule, year, at = readable_rule(request, pk), _year(request), timezone.now()
    tried, scope = _tried(request, rule, year)
    remarks = [
        _("“%(rule)s”, tried on %(year)s. Made by %(name)s.") % {"rule": rule.name, "year": year, "name": request.user},
        _("%(compared)s of %(persons)s cadres compared; nothing was changed.")
        % {"compared": tried.compared, "persons": tried.in_scope},
    ]
    report = TrialReport(scope, tried, on=beijing_day(at))
    return hand_out(request, report, extension, remarks=remarks, at=at, about={"code": rule.code})
