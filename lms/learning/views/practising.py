"""The questions in a lesson's video over HTTP; see lms/docs/watch-reports.md. Keys never travel."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.policies import can_play
from lms.learning.domain.practising import NotAsked, practice_of, practise
from lms.learning.domain.reading_aloud import reading_words, sounds_of_each
from lms.learning.domain.watching import CannotPlay
from lms.learning.views.json_api import answers_json
from lms.learning.views.playing import cannot_play, lesson_named, signed_in
from lms.learning.wire import MAX_NUMBER, Refused, read_code, read_whole


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
        text = _("Right.") if told.is_right else _("That was not right. Try another, or watch on.")
        return {"right": told.is_right, "text": text, "explanation": told.explanation}
    asked = practice_of(person, lesson)
    sounds = sounds_of_each({each.row.pk: each.texts for each in asked}, at=at)
    return {
        "questions": [
            {
                "id": each.row.pk,
                "at": each.row.at_seconds,
                "text": each.row.question.text,
                "answered": each.is_answered,
                "choices": [{"id": choice.name, "text": choice.text} for choice in each.choices],
                "sounds": sounds[each.row.pk],
            }
            for each in asked
        ],
        "words": {
            "heading": _("Think about it"),
            "hint": _("Practice only: it is not counted, and you may leave it."),
            **reading_words(),
            "skip": _("Not now"),
            "go_on": _("Watch on"),
            "offline": _("There is no network just now. Watch on; the question comes again another time."),
        },
    }
