"""A presence check over HTTP; the contract stands in lms/docs/watch-reports.md. Keys never travel."""

from datetime import datetime
from http import HTTPStatus
from math import ceil
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.learning.domain.checking import (
    NoSuchCheck,
    NotAChoice,
    answer_check,
    ask_check,
    choice_code,
    current_question,
)
from lms.learning.domain.reading_aloud import reading_words, sounds_of
from lms.learning.enums import CheckOutcome
from lms.learning.models import PlaySession, PresenceCheck
from lms.learning.queries import open_check
from lms.learning.views.json_api import answers_json
from lms.learning.views.playing import signed_in
from lms.learning.wire import MAX_NUMBER, Refused, read_code, read_whole
from lms.people.models import Person


@answers_json
def check(request: HttpRequest, sent: dict[str, Any], code: str) -> dict[str, Any]:
    """The question of the person's own check, or, where `choice` is sent, what came of the answer."""
    at = timezone.now()
    person = signed_in(request)
    try:
        if "choice" in sent:
            number = read_whole(sent.get("number"), "number", least=1, most=MAX_NUMBER)
            found = answer_check(person, read_code(code), number, read_code(sent["choice"]), at=at)
        else:
            found = ask_check(person, read_code(code), at=at)
    except NoSuchCheck as error:
        raise Refused("unknown_check", _("This question is not yours to answer."), HTTPStatus.NOT_FOUND) from error
    except NotAChoice as error:
        raise Refused("wrong_value", str(error)) from error
    session = None
    if "session" in sent:
        mine = person.owns()
        session = PlaySession.objects.filter(mine, code=read_code(sent["session"])).first()
    return check_json(found, session, person, at=at)


def check_json(found: PresenceCheck, session: PlaySession | None, person: Person, *, at: datetime) -> dict[str, Any]:
    """The check as players read it, with how far the lesson of the session has come by now."""
    question = current_question(found)
    following = open_check(person.pk) if not found.is_open else None
    told: dict[str, Any] = {
        "check": found.code,
        "outcome": found.outcome,
        "text": _sentence(found, following, at=at),
        "question": None,
        "wait_seconds": max(0, ceil((found.answerable_from - at).total_seconds())) if found.is_open else 0,
        "check_due": following.due if following else None,
        "words": {"heading": _("A question in between"), **reading_words()},
    }
    if question:
        texts = {choice.pk: choice.text for choice in question.choices.all()}
        told["question"] = {
            "number": len(found.asked),
            "text": question.text,
            "choices": [{"id": choice_code(found, pk), "text": texts[pk]} for pk in found.asked[-1]["choices"]],
            "sounds": sounds_of([question.text, *(texts[pk] for pk in found.asked[-1]["choices"])], at=at),
        }
    if session:
        record = session.record
        is_met = session.needed_seconds is not None and record.covered_seconds >= session.needed_seconds
        told |= {"percent": record.percent, "completed": is_met}
    return told


def _sentence(found: PresenceCheck, following: PresenceCheck | None, *, at: datetime) -> str:
    """What the learner is told, in one or two sentences."""
    if found.outcome == CheckOutcome.PASSED:
        if following:
            return _("Right. You had watched on for a good while, so here is one more.")
        return _("Right, thank you. Everything up to here counts.")
    if found.outcome == CheckOutcome.WAIVED:
        return _("There is no question any more. What you watched counts.")
    if found.outcome == CheckOutcome.FAILED:
        return _(
            "Three answers were not right, so what you watched since the question came does not count. "
            "Nothing is lost: watch that part again. The next question comes in a few minutes."
        )
    if at < found.answerable_from:
        minutes = ceil((found.answerable_from - at).total_seconds() / 60)
        return ngettext(
            "The next question comes in %(count)d minute. Watch on; it counts once you have answered.",
            "The next question comes in %(count)d minutes. Watch on; it counts once you have answered.",
            minutes,
        ) % {"count": minutes}
    answered = [each for each in found.asked if "right" in each]
    if not answered:
        return _("Answer it, and the lesson goes on. There is no hurry.")
    needed = found.wrong_count - found.right_count + 1
    if answered[-1]["right"]:
        return ngettext(
            "Right. Answer %(count)d more, and the lesson goes on.",
            "Right. Answer %(count)d more, and the lesson goes on.",
            needed,
        ) % {"count": needed}
    return ngettext(
        "That was not right. Here is another question; with %(count)d right answer the lesson goes on.",
        "That was not right. Here is another question; with %(count)d right answers the lesson goes on.",
        needed,
    ) % {"count": needed}
