"""Aiken: a question, choices that begin with a letter, and a line with the right one."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from courses.domain.question_files.base import EXCERPT, Row, line_place, tidy
from courses.enums import QuestionKind
from courses.models.asking import Asked, Option

_CHOICE = re.compile(r"([A-Z])[.)、．:：]\s*(.+)")
_ANSWER = re.compile(r"(?:ANSWER|答案)\s*[:：]\s*(.*)", re.IGNORECASE)
_LETTERS = re.compile(r"[A-Z](?:[\s,，、]*[A-Z])*")


def looks_like_aiken(text: str) -> bool:
    """Whether a line tells a right answer as Aiken does."""
    return any(_ANSWER.fullmatch(line.strip()) for line in text.split("\n"))


def read_aiken(text: str) -> Iterator[Row]:
    """The questions in order; several letters after ANSWER make a question with several right answers."""
    asked: list[str] = []
    choices: dict[str, str] = {}
    begun = 0
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if not line:
            continue
        begun = begun or number
        if answer := _ANSWER.fullmatch(line):
            yield _row(line_place(begun), asked, choices, answer[1].strip().upper())
            asked, choices, begun = [], {}, 0
        elif choice := _CHOICE.fullmatch(line):
            choices[choice[1]] = choice[2]
        elif choices:
            yield _unanswered(begun, asked)
            asked, choices, begun = [line], {}, number
        else:
            asked.append(line)
    if asked or choices:
        yield _unanswered(begun, asked)


def _unanswered(begun: int, asked: list[str]) -> Row:
    what = _("There is no line “ANSWER: …” after the choices. Add it.")
    return Row(line_place(begun), None, what, tidy("\n".join(asked))[:EXCERPT])


def _row(place: str, asked: list[str], choices: dict[str, str], answer: str) -> Row:
    letters = re.findall(r"[A-Z]", answer) if _LETTERS.fullmatch(answer) else []
    if not letters or not set(letters) <= choices.keys():
        there = "、".join(choices) or "–"
        what = _("“%(answer)s” is no choice of this question. Write one of: %(there)s.")
        return Row(place, None, what % {"answer": answer[:20], "there": there}, tidy("\n".join(asked))[:EXCERPT])
    kind = QuestionKind.SINGLE if len(set(letters)) == 1 else QuestionKind.MULTIPLE
    options = tuple(Option(tidy(text), letter in letters) for letter, text in choices.items())
    return Row.of(place, Asked(kind, tidy("\n".join(asked)), options))
