"""集中收看 for helpers: choose a lesson, open the doors, show the changing code, tick by name, close.

Preparing and ticking show people or speak for them: they stand behind the gate of staff pages. The buttons of a
screening that was prepared there ask for the helper and her role of the day alone, because a film outlasts the minutes
for which a second factor is fresh.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial, wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from courses.models import LessonPage
from courses.policies import can_play
from lms.learning.domain import codes, screening, viewing
from lms.learning.domain.addresses import addresses_of
from lms.learning.domain.carrying import mark_of
from lms.learning.domain.counting import count_ticks
from lms.learning.domain.ticking import CannotTick, tick
from lms.learning.domain.viewing import CannotScreen
from lms.learning.models import GroupViewing
from lms.learning.models.screening import TICKS_AFTER
from lms.learning.policies import role_for_screening, villagers_of
from lms.learning.queries import screening_counts
from lms.learning.views.json_api import answers_json
from lms.learning.wire import Refused, read_whole
from lms.lib.choosing import keys_called
from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.gates import admit, role_required
from lms.people.queries import found_by_name, shown_to_helpers
from lms.people.views.common import person_of

helper_required = role_required(RoleKind.LEARNING_HELPER)
LESSONS_SHOWN, MINE_SHOWN, MOST_FOUND = 20, 20, 20
# What a phone without network wrote down at one screening.
MOST_NAMES, NAME_LENGTH, MOST_BYTES, DAY_SECONDS = 120, 40, 32_000, 24 * 3600
# Three hours of codes.
MOST_CODES = 540
FROM_NOW, FROM_HALF = "now", "half"
View = Callable[..., HttpResponse]


def own_viewing(view: View) -> View:
    """The screening with the code, if whoever is signed in prepared it and is a helper today."""

    @never_cache
    @login_required
    @wraps(view)
    def answer(request: HttpRequest, code: str, **kwargs: Any) -> HttpResponse:
        return view(request, _own(request, code), **kwargs)

    return answer


def _own(request: HttpRequest, code: str) -> GroupViewing:
    person = person_of(request)
    related = ("helper__merged_into", "page__video", "org", "division")
    mine = GroupViewing.objects.filter(helper=person).select_related(*related)
    if role_for_screening(person, on=beijing_day(timezone.now())) is None:
        mine = mine.none()
    return get_object_or_404(mine, code=code)


def _lessons(sought: str) -> list[LessonPage]:
    """Live lessons with a film, by title (also in pinyin and initials) or what they teach."""
    lessons = LessonPage.objects.live().defer("body").filter(video__isnull=False).select_related("video")
    if sought:
        lessons = lessons.filter(Q(pk__in=keys_called(sought, LessonPage)) | Q(teaches__icontains=sought))
    return list(lessons.order_by("path")[:LESSONS_SHOWN])


@never_cache
@helper_required
def screenings(request: HttpRequest) -> HttpResponse:
    """My screenings, and the lessons among which I choose the next; POST prepares one."""
    helper, at = person_of(request), timezone.now()
    if request.method == "POST":
        wanted = request.POST.get("lesson", "")
        lesson = get_object_or_404(LessonPage.objects.live(), pk=int(wanted) if wanted.isdecimal() else 0)
        try:
            prepared = viewing.prepare(helper, lesson, at=at)
        except CannotScreen as error:
            messages.warning(request, str(error))
            return redirect("learning:screenings")
        return redirect("learning:screening", prepared.code)
    viewing.close_left_open(GroupViewing.objects.filter(helper=helper), at=at)
    mine = list(GroupViewing.objects.filter(helper=helper).select_related("page").order_by("-prepared_at")[:MINE_SHOWN])
    counts = screening_counts(mine)
    sought = request.GET.get("q", "").replace("\0", "").strip()[:40]
    context = {
        "mine": [(each, counts[each.pk], _state(each, at)) for each in mine],
        "lessons": [lesson for lesson in _lessons(sought) if can_play(helper, lesson, at)],
        "sought": sought,
        "role": role_for_screening(helper, on=beijing_day(at)),
    }
    return render(request, "learning/screenings.html", context)


def _state(shown: GroupViewing, at: datetime) -> str:
    """prepared, doors, running, over (the film ended, nobody closed), closed, or gone (never opened in time)."""
    if shown.closed_at:
        return "closed"
    if shown.opened_at:
        return "over" if shown.ended_at(at) else "running"
    if shown.doors_at and not shown.is_offline:
        return "doors"
    return "gone" if at > shown.valid_until else "prepared"


@require_safe
@own_viewing
def show(request: HttpRequest, shown: GroupViewing) -> HttpResponse:
    """The helper's page while people come, while the film runs, and afterwards."""
    at = timezone.now()
    if shown.closed_at and shown.seconds:
        count_ticks(shown, at=at, most=viewing.COUNTED_AT_ONCE)  # what a process that died left
    state = _state(shown, at)
    context: dict[str, Any] = {
        "shown": shown,
        "state": state,
        "counts": screening_counts([shown])[shown.pk],
        "elapsed": shown.shown_seconds(at),
        "left_seconds": _left_seconds(shown, at),
        "mark": mark_of(shown.helper),
        "may_tick": state in {"doors", "running", "over"} or (state == "closed" and _is_recent(shown, at)),
    }
    if state in {"doors", "running"} and shown.doors_at:
        step = screening.steps_until(shown.doors_at, at)
        matrix = codes.matrix_of(_address(request, shown, step))
        context |= {
            "size": len(matrix),
            "path": codes.path_of(matrix),
            "every": int(screening.CODE_EVERY.total_seconds()),
        }
    return render(request, "learning/screening.html", context)


def _left_seconds(shown: GroupViewing, at: datetime) -> int:
    """For how long a phone may keep what it needs for this screening: as long as names may still be handed in."""
    if shown.doors_at is None or shown.is_offline:
        until = shown.valid_until
    else:
        until = (shown.film_ends_at or shown.doors_at + screening.GATHERING) + TICKS_AFTER
    return 0 if shown.closed_at else max(0, (until - at) // timedelta(seconds=1))


def _is_recent(shown: GroupViewing, at: datetime) -> bool:
    return bool(shown.closed_at and at <= shown.closed_at + TICKS_AFTER)


def _address(request: HttpRequest, shown: GroupViewing, step: int) -> str:
    """What the code says: where the villager's phone goes."""
    parts = [shown.code, step, screening.code_of(shown.secret, step)]
    return request.build_absolute_uri(reverse("learning:scan", args=parts))


@require_safe
@own_viewing
def pictures(request: HttpRequest, shown: GroupViewing) -> JsonResponse:
    """The codes of the rest of this screening, or of all of one that was prepared: one bit for each square.

    Its helper's phone shows them while it has no network.
    """
    at = timezone.now()
    if "count" in request.GET:
        people = screening_counts([shown])[shown.pk].people
        words = ngettext("%(people)d person is down as present", "%(people)d people are down as present", people)
        return JsonResponse({"people": words % {"people": people}})
    if shown.ended_at(at) or _state(shown, at) == "gone":
        return JsonResponse({"error": "not_open"}, status=HTTPStatus.CONFLICT)
    # Without network the phone itself counts from its doors; with it, from those that the server knows.
    doors_at = at if shown.doors_at is None or shown.is_offline else shown.doors_at
    first = screening.steps_until(doors_at, at)
    steps = range(first, min(codes.last_step(shown), first + MOST_CODES) + 1)
    made = [codes.matrix_of(_address(request, shown, step)) for step in steps]
    return JsonResponse(
        {
            "first": first,
            "since_doors_ms": int((at - doors_at).total_seconds() * 1000),
            "every_ms": int(screening.CODE_EVERY.total_seconds() * 1000),
            "codes": [[len(matrix), codes.packed(matrix)] for matrix in made],
        }
    )


def _step(story: Callable[..., GroupViewing], request: HttpRequest, shown: GroupViewing) -> HttpResponse:
    try:
        story(shown, at=timezone.now())
    except CannotScreen as error:
        messages.warning(request, str(error))
    return redirect("learning:screening", shown.code)


@require_POST
@own_viewing
def open_doors(request: HttpRequest, shown: GroupViewing) -> HttpResponse:
    """开门: people come and scan."""
    return _step(viewing.open_doors, request, shown)


@require_POST
@own_viewing
def start(request: HttpRequest, shown: GroupViewing) -> HttpResponse:
    """开始放: the film begins."""
    return _step(viewing.start, request, shown)


@require_POST
@own_viewing
def close(request: HttpRequest, shown: GroupViewing) -> HttpResponse:
    """结束."""
    return _step(viewing.close, request, shown)


@require_safe
@own_viewing
def picture(request: HttpRequest, shown: GroupViewing) -> HttpResponse:
    """The film and its captions and nothing else, for the television: no code stands here to be photographed."""
    if not can_play(request.user, shown.page, timezone.now()):
        return redirect("learning:screening", shown.code)
    addresses = addresses_of(shown.video, at=timezone.now())
    return render(request, "learning/screening_picture.html", {"shown": shown, "addresses": addresses})


@never_cache
@helper_required
@sensitive_post_parameters()
def people(request: HttpRequest, code: str) -> HttpResponse:
    """Find somebody of my place by name and tick her; nobody is listed who was not looked for."""
    shown, at = _own(request, code), timezone.now()
    near = villagers_of(shown, on=beijing_day(at))
    sought = request.POST.get("sought", "").replace("\0", "").strip()[:NAME_LENGTH]
    wanted = request.POST.get("person", "")
    if request.method == "POST" and wanted.isdecimal():
        person = get_object_or_404(near, pk=int(wanted))
        try:
            tick(shown, person, from_second=_from_second(shown, request.POST.get("since", ""), at), at=at)
        except CannotTick as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("%(name)s is ticked, and is told so.") % {"name": person.masked_name})
        return redirect("learning:screening_people", shown.code)
    found = found_by_name(near, sought, most=MOST_FOUND + 1)
    there = set(shown.ticks.values_list("person_id", flat=True))
    context = {
        "shown": shown,
        "state": _state(shown, at),
        "sought": sought,
        "rows": [{**row, "is_there": row["person"].pk in there} for row in shown_to_helpers(found[:MOST_FOUND], at)],
        "too_many": len(found) > MOST_FOUND,
        "counts": screening_counts([shown])[shown.pk],
        "is_running": shown.opened_at is not None and shown.ended_at(at) is None,
    }
    return render(request, "learning/screening_people.html", context)


def _from_second(shown: GroupViewing, since: str, at: datetime) -> int:
    """From when on she was there, as the helper says: from the beginning, from half of it, or from now."""
    if since == FROM_NOW:
        return shown.shown_seconds(at)
    return shown.shown_seconds(at) // 2 if since == FROM_HALF else 0


@partial(answers_json, most_bytes=MOST_BYTES)
def hand_in(request: HttpRequest, sent: dict[str, Any], code: str) -> dict[str, Any]:
    """What a phone without network kept: how long the film ran by its own counting, and whom the helper wrote down.

    No seconds (null) say that the film began with network and names alone were written down. Names that fit nobody, or
    more than one of the place, come back, to be found and ticked by hand.
    """
    refused = _refused_at_the_gate(request)
    if refused is not None:
        raise refused
    at = timezone.now()
    shown = _own(request, code)
    names, seconds, handed = _names(sent.get("names")), None, shown
    if sent.get("seconds") is not None or "seconds" not in sent:
        seconds = read_whole(sent.get("seconds"), "seconds", least=0, most=DAY_SECONDS)
    if seconds is not None:
        try:
            handed = viewing.hand_in(shown, seconds=seconds, at=at)
        except CannotScreen as error:
            raise Refused("cannot_screen", str(error), HTTPStatus.CONFLICT) from error
    near = villagers_of(handed, on=beijing_day(at))
    unclear, told = [], []
    for name, since in names:
        fits = list(near.filter(name=name)[:2])
        if len(fits) != 1:
            unclear.append(name)
            continue
        try:
            tick(handed, fits[0], from_second=since, at=at)
        except CannotTick as error:
            told.append({"name": name, "text": str(error)})
    if handed.closed_at:
        viewing.count_now(handed, at=at)  # those who scanned meanwhile
    return {
        "seconds": handed.seconds,
        "ticked": screening_counts([handed])[handed.pk].named,
        "unclear": unclear,
        "refused": told,
    }


def _refused_at_the_gate(request: HttpRequest) -> Refused | None:
    """Why the gate of staff pages is shut for a script; None where it is open."""
    shut = admit(request, frozenset({RoleKind.LEARNING_HELPER}))
    return (
        Refused("second_factor", _("Please sign in on the staff pages again."), HTTPStatus.FORBIDDEN) if shut else None
    )


def _names(sent: Any) -> list[tuple[str, int]]:
    if not isinstance(sent, list) or len(sent) > MOST_NAMES:
        raise Refused("names", _("The list of names cannot be read."))
    if not all(isinstance(each, list) and len(each) == 2 and isinstance(each[0], str) for each in sent):
        raise Refused("names", _("The list of names cannot be read."))
    found = [
        (name.replace("\0", "").strip()[:NAME_LENGTH], read_whole(since, "since", least=0, most=DAY_SECONDS))
        for name, since in sent
    ]
    return [(name, since) for name, since in found if name]
