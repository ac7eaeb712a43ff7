"""A lesson's quiz or a course's exam: the questions of one's sitting, and what was said about it."""

from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.images import get_image_model

from courses.enums import LessonKind
from courses.models import LessonPage
from courses.validators import AUDIO_TYPES
from lms.learning.domain.answering import (
    AnswersMissing,
    NeedsNetwork,
    Replaced,
    Stale,
    TooLate,
    feedback_on,
    hand_in,
    last_attempt,
)
from lms.learning.domain.marking import open_part
from lms.learning.domain.showing import Arrival, shown_at, shown_token
from lms.learning.domain.sitting import NoQuiz, NotNow, open_sitting
from lms.learning.forms import QuizForm
from lms.learning.models import KnowledgeTest, QuizSitting
from lms.learning.views.json_api import answers_json
from lms.learning.wire import MAX_ANSWERS_BYTES, Refused, read_code, read_fields, read_phone_time
from lms.lib.files import StorageFailed
from lms.people.models import Person
from lms.people.views.common import person_of
from media.views.files import send_stored

PICTURE = "max-800x800|format-webp"


@login_required
@never_cache
def quiz(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """The questions of the person's sitting; loaded again they are the same. Handing in leads to the result."""
    lesson = get_object_or_404(LessonPage.objects.live().select_related("quiz"), pk=lesson_id, quiz__isnull=False)
    if request.method == "POST":
        return _hand_in(request, lesson)
    person, at = person_of(request), timezone.now()
    try:
        sitting = open_sitting(person, lesson, at=at)
    except NoQuiz as error:
        messages.error(request, str(error))
        return redirect(lesson.url)
    except NotNow as error:
        context = {"lesson": lesson, "why": str(error), "attempt": last_attempt(person, lesson)}
        return render(request, "learning/quiz_closed.html", context)
    return _show(request, sitting, _form(sitting))


def _sittings(request: HttpRequest, code: str) -> QuerySet[QuizSitting]:
    """The person's own sitting with the code, if there is one; a zero byte is in none, and PostgreSQL trips over it."""
    return QuizSitting.objects.of(person_of(request)).filter(code=code.replace("\0", " "))


def _hand_in(request: HttpRequest, lesson: LessonPage) -> HttpResponse:
    sitting = _sittings(request, request.POST.get("sitting", "")).filter(lesson_key=lesson.translation_key).first()
    if sitting is None:
        return redirect("learning:quiz", lesson_id=lesson.pk)
    form = _form(sitting, request.POST)
    if sitting.closed_at is None and not form.is_valid():
        return _show(request, sitting, form, status=422)
    arrival = Arrival(shown_at(sitting, request.POST.get("shown", "")))
    try:
        hand_in(sitting, given=form.given if form.is_valid() else {}, at=timezone.now(), arrival=arrival)
    except (AnswersMissing, Stale) as error:
        form.add_error(None, str(error))
        return _show(request, sitting, form, status=422)
    except (NoQuiz, Replaced) as error:
        messages.error(request, str(error))
        return redirect(lesson.url if isinstance(error, NoQuiz) else request.path)
    return redirect("learning:quiz_result", lesson_id=lesson.pk)


def _form(sitting: QuizSitting, data: Any = None) -> QuizForm:
    return QuizForm(data, items=[open_part(item) for item in sitting.paper])


def _show(request: HttpRequest, sitting: QuizSitting, form: QuizForm, *, status: int = 200) -> HttpResponse:
    context = {
        "lesson": sitting.page,
        "quiz": sitting.page.quiz,
        "sitting": sitting,
        "form": form,
        "shown": shown_token(sitting, at=timezone.now()),
    }
    return render(request, "learning/quiz.html", context, status=status)


def _own_sitting(request: HttpRequest, code: str) -> QuizSitting:
    if not isinstance(request.user, Person) or not request.user.is_active:
        words = _("The answers to a quiz are kept on this phone. They are handed in by themselves once you sign in.")
        way = {"address": reverse("people:sign_in"), "link": _("Sign in")}
        raise Refused("sign_in", words, HTTPStatus.UNAUTHORIZED, more=way)
    found = QuizSitting.objects.filter(code=read_code(code)).select_related("page__quiz", "person").first()
    if found and found.person.merged_into_id == request.user.pk:
        words = _("You answered “%(lesson)s” with your other account, which is one with this one now. Take it again.")
        more = {"close": _("All right")}
        raise Refused("merged", words % {"lesson": found.page.title}, HTTPStatus.GONE, more=more)
    if found is None or found.person_id != request.user.pk:
        raise Refused("unknown_sitting", _("This quiz was not opened by you."), HTTPStatus.NOT_FOUND)
    return found


# Why answers that a script hands in are not taken.
_WHY_NOT: dict[type[Exception], str] = {
    AnswersMissing: "answers_missing",
    Stale: "stale",
    NeedsNetwork: "needs_network",
    TooLate: "too_late",
    NoQuiz: "no_quiz",
    Replaced: "replaced",
}


@partial(answers_json, most_bytes=MAX_ANSWERS_BYTES)
def answers(request: HttpRequest, sent: dict[str, Any], code: str) -> dict[str, Any]:
    """Answers that a script hands in: at once, or, with `noted_at`, what was answered without network.

    Sent again they lead to the same result. A sitting that is not this person's is answered with 404: the phone keeps
    what belongs to it for whoever opened it.
    """
    at = timezone.now()
    sitting = _own_sitting(request, code)
    shown, fields = sent.get("shown"), read_fields(sent.get("fields"))
    if not isinstance(shown, str):
        raise Refused("wrong_value", _("“%(name)s” must be the code that the server gave.") % {"name": "shown"})
    offline = "noted_at" in sent
    noted_at = read_phone_time(sent["noted_at"]) if offline else None
    form = _form(sitting, MultiValueDict(fields))
    try:
        if sitting.closed_at is None and not form.is_valid():
            raise AnswersMissing(_("Some questions still need an answer."))
        given = form.given if form.is_valid() else {}
        hand_in(sitting, given=given, at=at, arrival=Arrival(shown_at(sitting, shown), offline, noted_at))
    except tuple(_WHY_NOT) as error:
        words = _("Quiz of “%(lesson)s”: %(why)s") % {"lesson": sitting.page.title, "why": error}
        code, read = _WHY_NOT[type(error)], {"close": _("All right")}
        raise Refused(code, words, HTTPStatus.UNPROCESSABLE_ENTITY, more=read) from error
    return {
        "message": _("Your answers to the quiz of “%(lesson)s” have arrived and are marked.")
        % {"lesson": sitting.page.title},
        "address": reverse("learning:quiz_result", args=[sitting.page_id]),
        "link": _("See the result"),
    }


@login_required
@never_cache
def quiz_result(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """What was said about the last try at a lesson's quiz."""
    lesson = get_object_or_404(LessonPage.objects.live(), pk=lesson_id)
    attempt = last_attempt(person_of(request), lesson)
    if attempt is None:
        return redirect("learning:quiz", lesson_id=lesson.pk)
    sitting = QuizSitting.objects.filter(attempt=attempt).only("code").first()
    # People who are told which answers of an exam were right could pass them on, and take it again.
    is_told = attempt.passed or lesson.kind != LessonKind.EXAM
    feedback = feedback_on(attempt) if is_told else []
    context = {"lesson": lesson, "attempt": attempt, "feedback": feedback, "sitting": sitting, "is_told": is_told}
    return render(request, "learning/quiz_result.html", context)


def asked_item(request: HttpRequest, code: str, name: str) -> dict[str, Any]:
    """A question of one of the person's own papers. Raises Http404."""
    tests = KnowledgeTest.objects.filter(person=person_of(request), code=code.replace("\0", " "))
    papers = [*_sittings(request, code).values_list("paper", flat=True), *tests.values_list("paper", flat=True)]
    found = next((item for paper in papers for item in paper if item["id"] == name), None)
    if found is None:
        raise Http404
    return found


@login_required
@require_safe
def picture(request: HttpRequest, code: str, item: str) -> HttpResponseBase:
    """The picture of a question, to whoever is asked it."""
    image = get_object_or_404(get_image_model(), pk=asked_item(request, code, item)["image"])
    return _stored(request, image.get_rendition(PICTURE).file.name, "image/webp")


@login_required
@require_safe
def sound(request: HttpRequest, code: str, item: str) -> HttpResponseBase:
    """The sound of a question, to whoever is asked it."""
    name = asked_item(request, code, item)["audio"]
    kind = AUDIO_TYPES.get(name.rpartition(".")[2])
    if kind is None:
        raise Http404
    return _stored(request, name, kind)


def _stored(request: HttpRequest, name: str, kind: str) -> HttpResponseBase:
    try:
        response = send_stored(request, name, kind)
    except FileNotFoundError as error:
        raise Http404 from error
    except StorageFailed:
        return HttpResponse("Please try again in a moment.", status=503, content_type="text/plain")
    response["Cache-Control"] = "private, max-age=86400"
    response["Accept-Ranges"] = "bytes"
    return response
