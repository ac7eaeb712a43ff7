"""The questions in a lesson's video over HTTP; see lms/docs/watch-reports.md.

Keys travel to a phone that keeps the lesson and marks without network, and nowhere else: see decision 0056.
"""

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.policies import can_play
from lms.learning.domain.practising import NotAsked, Practice, hand_in_practice, practice_of, practise
from lms.learning.domain.reading_aloud import reading_words, sounds_of_each
from lms.learning.domain.watching import CannotPlay
from lms.learning.views.json_api import answers_json
from lms.learning.views.keeping import own_package
from lms.learning.views.packages import package_of_hers
from lms.learning.views.playing import cannot_play, lesson_named, signed_in
from lms.learning.wire import MAX_NUMBER, Refused, read_answers, read_code, read_whole


@answers_json
def practice(request: HttpRequest, sent: dict[str, Any], lesson_id: int) -> dict[str, Any]:
    """The questions of the video for whoever is signed in; or, where `choice` is sent, what is said about it."""
    at = timezone.now()
    person, lesson = signed_in(request), lesson_named(lesson_id)
    if not can_play(person, lesson, at):
        raise cannot_play(CannotPlay(_("This lesson cannot be played at the moment.")))
    if "choice" in sent:
        row_id = read_whole(sent.get("question"), "question", least=1, most=MAX_NUMBER)
        try:
            told = practise(person, lesson, row_id, read_code(sent["choice"], "choice"), at=at)
        except NotAsked as error:
            words = _("This question was changed meanwhile. Just watch on.")
            raise Refused("unknown_question", words, HTTPStatus.NOT_FOUND) from error
        return {"right": told.is_right, "text": _said(told.is_right), "explanation": told.explanation}
    asked = practice_of(person, lesson)
    sounds = sounds_of_each({each.row.pk: each.texts for each in asked}, at=at)
    return {"questions": [{**_asked(each), "sounds": sounds[each.row.pk]} for each in asked], "words": _words()}


@login_required
@never_cache
@require_safe
def package_practice(request: HttpRequest, code: str) -> JsonResponse:
    """The same as a phone keeps it with the lesson: with what is right and why, and read by the phone alone."""
    package = own_package(request, code)
    questions = [
        {**_asked(each), "sounds": [], "right": each.right, "explanation": each.row.question.explanation}
        for each in practice_of(package.person, package.page)
    ]
    return JsonResponse({"questions": questions, "words": {**_words(), "right": _said(True), "wrong": _said(False)}})


@answers_json
def package_practised(request: HttpRequest, sent: dict[str, Any]) -> dict[str, Any]:
    """What was answered without network."""
    package = package_of_hers(request, read_code(sent.get("package"), "package"))
    answers = read_answers(sent.get("answers"))
    return {"kept": hand_in_practice(signed_in(request), package, answers, at=timezone.now())}


def _asked(each: Practice) -> dict[str, Any]:
    return {
        "id": each.row.pk,
        "at": each.row.at_seconds,
        "text": each.row.question.text,
        "answered": each.is_answered,
        "choices": [{"id": choice.name, "text": choice.text} for choice in each.choices],
    }


def _said(is_right: bool) -> str:
    return _("Right.") if is_right else _("That was not right. Try another, or watch on.")


def _words() -> dict[str, str]:
    return {
        "heading": _("Think about it"),
        "hint": _("Practice only: it is not counted, and you may leave it."),
        **reading_words(),
        "skip": _("Not now"),
        "go_on": _("Watch on"),
        "offline": _("There is no network just now. Watch on; the question comes again another time."),
    }
