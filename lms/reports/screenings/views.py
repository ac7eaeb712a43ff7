"""集中收看 before an officer of agriculture: what was screened in her place, in counts, and what is odd about it."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from lms.learning.domain.screening import Question, questions
from lms.learning.models import GroupViewing
from lms.learning.policies import screenings_seen_by
from lms.learning.queries import ScreeningCounts, screening_counts
from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.gates import role_required
from lms.people.policies import SMALLEST_COUNT, roles_today, shown_count

LOOK_BACK = timedelta(days=90)
MOST_SHOWN = 100
WORDS = {
    Question.OBJECTED: _("Somebody who is down as present says that she was not there."),
    Question.NOBODY_SCANNED: _("Many were ticked by name, and hardly anybody scanned the code."),
    Question.NOT_SEEN: _("It ran without network, and many were ticked by name: nothing else bears it out."),
    Question.TICKED_AFTERWARDS: _("Most were ticked after the end."),
}


def _row(shown: GroupViewing, counts: ScreeningCounts) -> dict[str, Any]:
    """Neither figure tells how many the few are who did not scan: then it is said that they are few."""
    people = shown_count(counts.people)
    few_named = people is not None and 0 < counts.people - counts.scanned < SMALLEST_COUNT
    return {
        "shown": shown,
        "counts": counts,
        "people": people,
        "scanned": None if few_named else shown_count(counts.scanned),
        "all_but": SMALLEST_COUNT if few_named else None,
        "asked": [WORDS[one] for one in questions(counts, is_offline=shown.is_offline)],
    }


@require_safe
@role_required(RoleKind.OFFICER)
def screenings(request: HttpRequest) -> HttpResponse:
    """The last three months, those with a question first."""
    at = timezone.now()
    seen = screenings_seen_by(request.user, on=beijing_day(at), roles=roles_today(request))
    seen = seen.filter(opened_at__gte=at - LOOK_BACK).select_related("page", "division", "helper")
    viewings = list(seen.order_by("-opened_at", "-pk")[: MOST_SHOWN + 1])
    counts = screening_counts(viewings)
    rows = [_row(each, counts[each.pk]) for each in viewings[:MOST_SHOWN]]
    rows.sort(key=lambda row: not row["asked"])
    context = {"rows": rows, "is_cut": len(viewings) > MOST_SHOWN, "days": LOOK_BACK.days}
    return render(request, "desk/screenings.html", context)
