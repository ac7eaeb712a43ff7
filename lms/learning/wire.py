"""What players send, read strictly: anything that is not exactly a watch report is answered and leaves no trace."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from lms.lib.stretches import MAX_SECONDS, Stretches

MAX_BODY_BYTES = 4096
# Two hundred long answers.
MAX_ANSWERS_BYTES = 256 * 1024
MAX_FIELDS = 2000
MAX_STRETCHES = 64
MAX_REPORTS = 32
MAX_NUMBER = 2**31 - 1
MAX_CODE_LENGTH = 32
MAX_PLACES = 50
MAX_PACKAGES = 50
# A lesson has at most thirty questions in its video.
MAX_ANSWERS = 30


class Refused(Exception):
    """A request that is answered with an error: a code for the player, a sentence for the person, perhaps a way on."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int = HTTPStatus.BAD_REQUEST,
        *,
        retry_after_seconds: int | None = None,
        more: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.more = more or {}
        self.code = code
        self.message = message
        self.status = status
        self.retry_after_seconds = retry_after_seconds

    @property
    def answer(self) -> dict[str, str]:
        return {"error": self.code, "message": self.message, **self.more}


@dataclass(frozen=True, slots=True)
class Report:
    """A watch report as it came: of a play session, or of an offline package where `is_package`."""

    session: str
    number: int
    stretches: Stretches
    is_package: bool = False


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in the body, or Refused."""
    try:
        read = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused("malformed", _("The message could not be read.")) from error
    if not isinstance(read, dict):
        raise Refused("malformed", _("The message could not be read."))
    return read


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def read_whole(value: Any, name: str, *, least: int, most: int) -> int:
    """The value, if it is a whole number in the range; neither 1.0 nor true is one."""
    if type(value) is not int or not least <= value <= most:
        raise Refused(
            "wrong_value",
            _("“%(name)s” must be a whole number from %(least)d to %(most)d.")
            % {"name": name, "least": least, "most": most},
        )
    return value


def read_code(value: Any, name: str = "session") -> str:
    """The code of a play session or of an offline package."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_CODE_LENGTH or not _is_plain(value):
        raise Refused("wrong_value", _("“%(name)s” must be the code that the server gave.") % {"name": name})
    return value


def _is_plain(text: str) -> bool:
    """A zero byte is in no code, and PostgreSQL trips over it."""
    return text.isascii() and text.isprintable()


def read_stretches(value: Any) -> Stretches:
    """The stretches of a report."""
    if not isinstance(value, list):
        raise Refused("wrong_value", _("“stretches” must be a list of pairs of whole seconds."))
    if len(value) > MAX_STRETCHES:
        raise Refused("too_many", _("A report holds %(most)d stretches at most.") % {"most": MAX_STRETCHES})
    pairs = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2 or any(type(second) is not int for second in pair):
            raise Refused("wrong_value", _("“stretches” must be a list of pairs of whole seconds."))
        start, end = pair
        if start < 0 or end < start:
            raise Refused("wrong_value", _("A stretch runs forward from second 0 on."))
        if end > MAX_SECONDS:
            raise beyond_lesson()
        pairs.append((start, end))
    return Stretches.of(pairs)


def beyond_lesson() -> Refused:
    return Refused(
        "beyond_lesson", _("The report names a part that this lesson does not have."), HTTPStatus.UNPROCESSABLE_ENTITY
    )


def read_report(value: Any) -> Report:
    """One report."""
    if not isinstance(value, dict):
        raise Refused("malformed", _("The message could not be read."))
    is_package = "package" in value and "session" not in value
    name = "package" if is_package else "session"
    return Report(
        read_code(value.get(name), name),
        read_whole(value.get("number"), "number", least=1, most=MAX_NUMBER),
        read_stretches(value.get("stretches")),
        is_package,
    )


def read_batch(value: Any) -> list[Any]:
    """The reports of a batch, unread: each is answered on its own."""
    if not isinstance(value, list) or not value:
        raise Refused("wrong_value", _("“reports” must be a list of reports."))
    if len(value) > MAX_REPORTS:
        raise Refused("too_many", _("At most %(most)d reports are sent at once.") % {"most": MAX_REPORTS})
    return value


def read_places(value: Any) -> list[tuple[int, int]]:
    """Lessons by page id, each with the second reached in it."""
    if not isinstance(value, list) or any(not isinstance(place, dict) for place in value):
        raise Refused("wrong_value", _("“places” must be a list of lessons and positions."))
    if len(value) > MAX_PLACES:
        raise Refused("too_many", _("At most %(most)d places are taken over.") % {"most": MAX_PLACES})
    return [
        (
            read_whole(place.get("lesson"), "lesson", least=1, most=MAX_NUMBER),
            read_whole(place.get("position"), "position", least=0, most=MAX_SECONDS),
        )
        for place in value
    ]


def read_codes(value: Any) -> list[str]:
    """Codes of packages that a phone asks about."""
    if not isinstance(value, list):
        raise Refused("wrong_value", _("“packages” must be a list of codes."))
    if len(value) > MAX_PACKAGES:
        raise Refused("too_many", _("At most %(most)d packages are asked about at once.") % {"most": MAX_PACKAGES})
    return [read_code(code, "package") for code in value]


def read_answers(value: Any) -> list[tuple[int, str]]:
    """Answers to questions in a video, each the question's number and the choice's name."""
    if not isinstance(value, list) or any(not isinstance(answer, dict) for answer in value):
        raise Refused("wrong_value", _("“answers” must be a list of questions and choices."))
    if len(value) > MAX_ANSWERS:
        raise Refused("too_many", _("At most %(most)d answers are sent at once.") % {"most": MAX_ANSWERS})
    return [
        (
            read_whole(answer.get("question"), "question", least=1, most=MAX_NUMBER),
            read_code(answer.get("choice"), "choice"),
        )
        for answer in value
    ]


def read_fields(value: Any) -> dict[str, list[str]]:
    """What stands in the fields of a form, by name, as a browser would send it."""
    if not isinstance(value, dict) or len(value) > MAX_FIELDS:
        raise Refused("wrong_value", _("“fields” must hold a list of texts for each name."))
    for texts in value.values():
        if not isinstance(texts, list) or any(not isinstance(text, str) for text in texts):
            raise Refused("wrong_value", _("“fields” must hold a list of texts for each name."))
    return value


def read_phone_time(value: Any) -> datetime | None:
    """Milliseconds by the phone's clock; None where no calendar has such a moment: clocks are set wrong."""
    if type(value) is not int:
        raise Refused("wrong_value", _("“%(name)s” must be a whole number.") % {"name": "noted_at"})
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
