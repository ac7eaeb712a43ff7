"""集中收看 for villagers: scanning the code, at which screenings I was, and "I was not there"."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lms.learning.domain.objecting import CannotWithdraw, may_withdraw, object_to, withdraw
from lms.learning.domain.ticking import CannotTick, is_shown_now, scan
from lms.learning.models import GroupTick, GroupViewing
from lms.learning.queries import ticks_of
from lms.people.domain.pacing import take_try
from lms.people.views.common import person_of

# What this browser scanned, and when the server heard of it: signing in takes longer than a code lives.
SCANNED = "group_scan"
REMEMBERED_FOR = timedelta(minutes=10)
SCANS_AN_HOUR = 60


@never_cache
@require_safe
def scanned(request: HttpRequest, code: str, step: int, mac: str) -> HttpResponse:
    """Where the code leads. Nothing is counted by looking: what was scanned is remembered, and a button confirms it."""
    shown = get_object_or_404(GroupViewing.objects.select_related("page", "division"), code=code)
    at = timezone.now()
    is_fresh = is_shown_now(shown, step, mac, at=at)
    if is_fresh:
        request.session[SCANNED] = {"viewing": code, "step": step, "code": mac, "at": at.isoformat()}
    if not request.user.is_authenticated and is_fresh:
        return redirect(f"{reverse('people:sign_in')}?{urlencode({'next': reverse('learning:attend')})}")
    if is_fresh:
        return redirect("learning:attend")
    return render(request, "learning/attend.html", {"stale": True})


def _remembered(request: HttpRequest, at: datetime) -> dict[str, Any] | None:
    kept = request.session.get(SCANNED)
    seen_at = parse_datetime(kept["at"]) if kept else None
    if not kept or seen_at is None or not timedelta() <= at - seen_at <= REMEMBERED_FOR:
        return None
    shown = (
        GroupViewing.objects.select_related("page__video", "division", "helper").filter(code=kept["viewing"]).first()
    )
    return {"shown": shown, "step": kept["step"], "code": kept["code"], "seen_at": seen_at} if shown else None


@never_cache
@login_required
def attend(request: HttpRequest) -> HttpResponse:
    """Who I am, which lesson, and the button; then whether I am down as present, or the reason why not."""
    person, at = person_of(request), timezone.now()
    kept = _remembered(request, at)
    if kept is None:
        return render(request, "learning/attend.html", {"stale": True})
    context: dict[str, Any] = {"shown": kept["shown"]}
    if request.method == "POST":
        if not take_try("group-scan", str(person.pk), most=SCANS_AN_HOUR, at=at):
            context["refusal"] = _("Too many requests. Please wait a moment.")
        else:
            try:
                context["tick"] = scan(
                    kept["shown"], person, step=kept["step"], code=kept["code"], seen_at=kept["seen_at"], at=at
                )
            except CannotTick as error:
                context["refusal"] = str(error)
    return render(request, "learning/attend.html", context, status=422 if "refusal" in context else 200)


@never_cache
@login_required
@require_safe
def my_screenings(request: HttpRequest) -> HttpResponse:
    """At which screenings I am down as present, what came of it, and the button against it."""
    at = timezone.now()
    ticks = [(tick, tick.outcome, may_withdraw(tick, at=at)) for tick in ticks_of(person_of(request))]
    return render(request, "learning/my_screenings.html", {"ticks": ticks})


@login_required
@require_POST
def object_to_tick(request: HttpRequest, tick_id: int) -> HttpResponse:
    """我没去."""
    object_to(_own_tick(request, tick_id), by=person_of(request), at=timezone.now())
    messages.success(
        request, _("It is struck and does not count. The officer of your place sees that somebody objected.")
    )
    return redirect("learning:my_screenings")


@login_required
@require_POST
def withdraw_objection(request: HttpRequest, tick_id: int) -> HttpResponse:
    """我去了: what was struck by mistake stands again."""
    tick = _own_tick(request, tick_id)
    if not hasattr(tick, "objection"):
        raise Http404
    try:
        withdraw(tick, by=person_of(request), at=timezone.now())
    except CannotWithdraw as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("It is put right: you were there, and it counts again."))
    return redirect("learning:my_screenings")


def _own_tick(request: HttpRequest, tick_id: int) -> GroupTick:
    mine = GroupTick.objects.of(person_of(request)).select_related("person__merged_into", "viewing", "objection")
    return get_object_or_404(mine, pk=tick_id)
