"""Lessons kept on a phone: the list of them, what a package brings along, and the frame that needs no network.

Everything that a phone shows without network lies beneath `/learn/kept/`, which the service worker answers from what
was kept; see lms/docs/decisions/0077-lessons-kept-on-a-phone.md. Where there is no worker, the server leads on.
"""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.models import LessonPage
from courses.policies import can_play
from lms.learning.domain.addresses import addresses_of
from lms.learning.domain.carrying import (
    POSTER,
    PRACTICE,
    captions_name,
    has_practice,
    kept_name,
    mark_of,
    media_of,
    picture_name,
    pictures_of,
    sealed_sitting,
)
from lms.learning.domain.marking import open_part
from lms.learning.domain.packages import ended_among
from lms.learning.domain.showing import shown_token
from lms.learning.forms import QuizForm
from lms.learning.frame import files_of, page_to_keep, version_of
from lms.learning.models import OfflinePackage
from lms.learning.views.json_api import answers_json
from lms.learning.views.playing import signed_in
from lms.learning.wire import read_codes
from lms.people.views.common import person_of

# The pages of the frame, by the name under which a phone keeps them.
FRAME = {
    "": "learning/kept.html",
    "offline/": "learning/kept_offline.html",
    "screening/": "learning/kept_screening.html",
}


@never_cache
@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """What this phone has kept; the list is the phone's own, and so filled in there."""
    return render(request, "learning/kept.html", {"mark": mark_of(request.user)})


@never_cache
@require_safe
def kept_lesson(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """A lesson that this phone has not kept, or cannot show by itself: the lesson's own page."""
    return redirect(get_object_or_404(LessonPage.objects.live(), pk=lesson_id).url)


@never_cache
@require_safe
def kept_quiz(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """The same for its quiz."""
    return redirect("learning:quiz", lesson_id=lesson_id)


@never_cache
@require_safe
def frame(request: HttpRequest) -> JsonResponse:
    """What a service worker keeps, to have an answer without network: nothing in it belongs to anybody."""
    at = reverse("learning:kept")
    files = files_of("site.js", "kept.js", "screening.js")
    version = version_of(*files.values(), str(get_language()), request.COOKIES.get("elder_mode", ""))
    parts = [{"name": name, "address": reverse("learning:kept_frame", args=[_slug(name)])} for name in FRAME]
    parts += [{"name": f"static/{name}", "address": address} for name, address in files.items()]
    return JsonResponse({"at": at, "version": version, "parts": parts})


def _slug(name: str) -> str:
    return name.strip("/") or "list"


@never_cache
@require_safe
def kept_frame(request: HttpRequest, name: str) -> HttpResponse:
    """A page of the frame as a phone keeps it."""
    templates = {_slug(kept_as): template for kept_as, template in FRAME.items()}
    if name not in templates:
        raise Http404
    return HttpResponse(page_to_keep(request, templates[name], {}, at=reverse("learning:kept")))


def own_package(request: HttpRequest, code: str) -> OfflinePackage:
    """The person's own package, while its lesson may be played."""
    person, at = person_of(request), timezone.now()
    packages = OfflinePackage.objects.filter(person.owns(), code=code.replace("\0", " "), valid_until__gt=at)
    package = get_object_or_404(packages.select_related("page__quiz", "video", "record", "person"))
    if not package.video.is_playable or not can_play(person, package.page, at):
        raise Http404
    return package


@login_required
@never_cache
@require_safe
def package_page(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a lesson as a phone keeps it."""
    package, at = own_package(request, code), timezone.now()
    signed = addresses_of(package.video, at=at)
    context = {
        "page": package.page,
        "video": package.video,
        "record": package.record,
        "poster": POSTER if signed["poster"] else "",
        "captions": [{**track, "name": captions_name(track)} for track in signed["captions"]],
        "has_quiz": sealed_sitting(package) is not None,
        "practice": PRACTICE if has_practice(package) else "",
    }
    names = {address: picture_name(address) for address in pictures_of(package)}
    return _kept_page(request, "learning/kept_lesson.html", context, package, names)


@login_required
@never_cache
@require_safe
def package_quiz(request: HttpRequest, code: str) -> HttpResponse:
    """The quiz of a lesson as a phone keeps it, sealed: questions without keys, and no token of any form."""
    package = own_package(request, code)
    sitting = sealed_sitting(package)
    if sitting is None:
        raise Http404
    context = {
        "lesson": package.page,
        "quiz": package.page.quiz,
        "sitting": sitting,
        "form": QuizForm(None, items=[open_part(item) for item in sitting.paper]),
        "shown": shown_token(sitting, at=timezone.now()),
    }
    names = {address: kept_name(address) for address in media_of(sitting)}
    return _kept_page(request, "learning/quiz.html", context, package, names)


def _kept_page(
    request: HttpRequest, template: str, context: dict[str, Any], package: OfflinePackage, names: dict[str, str]
) -> HttpResponse:
    """A page of a package; what it shows it finds under the names that the phone knows."""
    at = reverse("learning:kept_lesson", args=[package.page_id])
    page = page_to_keep(request, template, context, at=at)
    for address, name in names.items():
        page = page.replace(f'src="{address}"', f'src="{at}{name}"')
    return HttpResponse(page)


@answers_json
def packages_ended(request: HttpRequest, sent: dict[str, Any]) -> dict[str, Any]:
    """Which of these packages of the person may be played no longer, so that the phone deletes what it kept."""
    return {"ended": ended_among(signed_in(request), read_codes(sent.get("packages")), at=timezone.now())}
