"""GIFT, the plain text in which Moodle's questions are often passed on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from courses.domain.question_files.base import (
    EXCERPT,
    Row,
    Unreadable,
    as_exact_number,
    line_place,
    tidy,
    words_of_html,
)
from courses.enums import QuestionKind
from courses.models.asking import Asked, Option

_TITLE = re.compile(r"::.*?(?<!\\)::", re.DOTALL)
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_WEIGHT = re.compile(r"%(-?\d+(?:\.\d+)?)%")
_TRUTH = re.compile(r"(T|TRUE|F|FALSE)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([~=#{}:\\])")
# Signs that were escaped lie in the private use area while the others are looked for.
_HIDDEN = 0xE000


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer between the braces: its sign, its weight in percent where it has one, its words."""

    sign: str
    weight: float | None
    text: str


def read_gift(text: str) -> Iterator[Row]:
    """The questions in order. Empty lines stand between questions; comments and categories are passed over."""
    for number, block in _blocks(text):
        place = line_place(number)
        try:
            yield Row.of(place, _question(block))
        except Unreadable as error:
            yield Row(place, None, str(error), tidy(block)[:EXCERPT])


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    lines: list[str] = []
    begun = 0
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.strip():
            if not line.lstrip().startswith(("//", "$CATEGORY")):
                begun = begun or number
                lines.append(line)
        elif lines:
            yield begun, "\n".join(lines)
            lines, begun = [], 0


def _question(block: str) -> Asked:
    hidden = _ESCAPED.sub(lambda found: chr(_HIDDEN + ord(found[1])), block)
    hidden = _TITLE.sub("", hidden, count=1) if hidden.lstrip().startswith("::") else hidden
    form = _FORMAT.match(hidden.lstrip())
    if form:
        hidden = hidden.lstrip()[form.end() :]
    is_html = bool(form) and form is not None and form[1].lower() == "html"
    first, last = hidden.find("{"), hidden.rfind("}")
    if first < 0 or last < first:
        raise Unreadable(_("There are no answers in braces { }. Add them, and leave an empty line between questions."))
    if "{" in hidden[first + 1 : last] or "}" in hidden[first + 1 : last]:
        raise Unreadable(_("It has more than one pair of braces { }. Leave an empty line between questions."))
    before, inside, after = hidden[:first], hidden[first + 1 : last].strip(), hidden[last + 1 :]
    asked = f"{before.rstrip()} ____ {after.strip()}" if after.strip() else before
    inside, _sign, explanation = inside.partition("####")
    return _of_answers(_shown(asked, is_html), inside.strip(), _shown(explanation, is_html), is_html)


def _of_answers(asked: str, inside: str, explanation: str, is_html: bool) -> Asked:
    if not inside:
        raise Unreadable(_("It has no answers: free texts are not marked by machine. Give accepted answers."))
    truth = inside.partition("#")[0].strip()
    if _TRUTH.fullmatch(truth):
        return Asked(QuestionKind.TRUE_FALSE, asked, is_true=truth.upper().startswith("T"), explanation=explanation)
    if inside.startswith("#"):
        return Asked(QuestionKind.SHORT, asked, accepted=_numbers(inside[1:]), explanation=explanation)
    answers = _answers(inside, is_html)
    if all(answer.sign == "=" and "->" in answer.text for answer in answers):
        pairs = (answer.text.partition("->") for answer in answers)
        options = tuple(Option(left.strip(), partner=right.strip()) for left, _arrow, right in pairs)
        return Asked(QuestionKind.MATCH, asked, options, explanation=explanation)
    if all(answer.sign == "=" for answer in answers):
        if any(answer.weight not in {None, 100.0} for answer in answers):
            raise Unreadable(_("An answer counts in part only. Leave it out, or let it count in full."))
        accepted = tuple(answer.text for answer in answers)
        return Asked(QuestionKind.SHORT, asked, accepted=accepted, explanation=explanation)
    return _of_choices(asked, answers, explanation)


def _of_choices(asked: str, answers: list[_Answer], explanation: str) -> Asked:
    marked = [answer.sign == "=" for answer in answers]
    if not any(marked):
        options = tuple(Option(answer.text, (answer.weight or 0) > 0) for answer in answers)
        return Asked(QuestionKind.MULTIPLE, asked, options, explanation=explanation)
    if sum(marked) > 1:
        raise Unreadable(
            _("Several choices are marked with =. Where several are right, write ~ and a percentage before each.")
        )
    if any((answer.weight or 0) > 0 for answer in answers if answer.sign == "~"):
        raise Unreadable(_("A choice counts in part only. Leave the percentage out."))
    options = tuple(Option(answer.text, answer.sign == "=") for answer in answers)
    return Asked(QuestionKind.SINGLE, asked, options, explanation=explanation)


def _answers(inside: str, is_html: bool) -> list[_Answer]:
    if inside[0] not in "=~":
        raise Unreadable(_("An answer begins with neither = nor ~. Put = before right and ~ before wrong answers."))
    found = []
    for part in re.findall(r"[=~][^=~]*", inside.replace("->", chr(_HIDDEN - 1))):
        text = part[1:].partition("#")[0].strip()
        weight = _WEIGHT.match(text)
        words = _shown(text[weight.end() :] if weight else text, is_html).replace(chr(_HIDDEN - 1), "->")
        found.append(_Answer(part[0], float(weight[1]) if weight else None, words))
    return found


def _numbers(inside: str) -> tuple[str, ...]:
    found = []
    for part in re.split(r"=", inside):
        text = part.partition("#")[0].strip()
        if not text:
            continue
        if ".." in text:
            raise Unreadable(_("Numbers with a tolerance cannot be asked. Write the accepted answers one by one."))
        value, _colon, tolerance = _WEIGHT.sub("", text).partition(":")
        found.append(as_exact_number(value, tolerance))
    return tuple(found)


def _shown(text: str, is_html: bool) -> str:
    plain = re.sub(
        rf"[{chr(_HIDDEN)}-{chr(_HIDDEN + 127)}]", lambda found: chr(ord(found[0]) - _HIDDEN), text.replace("\\n", "\n")
    )
    return words_of_html(plain) if is_html else tidy(plain)
