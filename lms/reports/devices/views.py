"""The phones on which several cadres in view had lessons open, and the word that there is nothing to ask any more."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lms.learning.domain.devices import LOOK_BACK, MOST_DEVICES, SharedDevice, shared_devices
from lms.lib.durations import beijing_day
from lms.people.enums import Purpose, RoleKind
from lms.people.gates import role_required
from lms.people.policies import persons_visible_to, roles_today
from lms.people.views.common import person_of
from lms.reports.devices.forms import NoteForm

OVERLAPS_SHOWN = 3


def _in_view(request: HttpRequest, at: datetime) -> list[SharedDevice]:
    persons = persons_visible_to(
        request.user, purpose=Purpose.CADRE_TRAINING, on=beijing_day(at), roles=roles_today(request)
    )
    return shared_devices(persons, at=at)


def _row(shared: SharedDevice, form: NoteForm | None = None) -> dict[str, Any]:
    overlaps, names = list(shared.overlaps()), {each.pk: each.name for each in shared.people}
    return {
        "shared": shared,
        "people": [(each, shared.minutes_of(each.pk)) for each in shared.people],
        "overlaps": [((names[one], names[other]), start, end) for one, other, start, end in overlaps[:OVERLAPS_SHOWN]],
        "more_overlaps": max(len(overlaps) - OVERLAPS_SHOWN, 0),
        "form": form or NoteForm(sighting=shared.sighting),
    }


def _page(request: HttpRequest, at: datetime, refused: dict[int, NoteForm] | None = None) -> HttpResponse:
    found, today = _in_view(request, at), beijing_day(at)
    show_noted, refused = request.GET.get("noted") == "yes", refused or {}
    noted = [shared for shared in found if shared.is_noted]
    shown = noted if show_noted else [shared for shared in found if not shared.is_noted]
    context = {
        "rows": [_row(shared, refused.get(shared.sighting)) for shared in shown],
        "show_noted": show_noted,
        "noted": len(noted),
        "days": LOOK_BACK.days,
        "is_cut": len(found) >= MOST_DEVICES,
        "on": today,
        "year": today.year,
    }
    return render(request, "desk/devices.html", context, status=422 if refused else 200)


@require_safe
@role_required(RoleKind.OFFICER)
def devices(request: HttpRequest) -> HttpResponse:
    """Each phone of several with who, how long and when at once; those about which an officer knows are put away."""
    return _page(request, timezone.now())


@require_POST
@role_required(RoleKind.OFFICER)
def note(request: HttpRequest, sighting: int) -> HttpResponse:
    """Put one of them away, with the reason."""
    at = timezone.now()
    shared = next((each for each in _in_view(request, at) if each.sighting == sighting), None)
    if shared is None:
        raise Http404
    form = NoteForm(request.POST, sighting=sighting)
    if form.is_valid() and form.save(shared, by=person_of(request), at=at):
        messages.success(request, _("Noted. It is shown again only if something is new."))
        return redirect("desk:devices")
    return _page(request, at, {sighting: form})
