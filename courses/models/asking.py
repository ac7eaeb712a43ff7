"""What is asked and what is right, as plain values: the bank, imports and marking share these rules. No database."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, factorial

from django.utils.translation import gettext as _

from courses.enums import QuestionKind
from media.backends.transcribe.chinese import simple

LONGEST_TEXT = 2000
LONGEST_OPTION = 300
MOST_OPTIONS = 20
LONGEST_ANSWER = 100
MOST_ANSWERS = 50
# Signs inside a number stay: 3.5 is not 35, and -5 is not 5.
_NUMBERS = re.compile(r"(?<=\d)\.(?=\d)|(?<!\w)-(?=\d)|%")


def plain(text: str) -> str:
    """The text as answers are compared: one width, no capitals, no blanks, no punctuation, simplified characters."""
    folded = unicodedata.normalize("NFKC", simple(unicodedata.normalize("NFKC", text))).casefold()
    kept = {found.start() for found in _NUMBERS.finditer(folded)}
    return "".join(
        sign for place, sign in enumerate(folded) if place in kept or unicodedata.category(sign)[0] not in "PZC"
    )


@dataclass(frozen=True, slots=True)
class Option:
    """One choice, with what belongs to it where pairs are matched."""

    text: str
    is_right: bool = False
    partner: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of any kind."""

    kind: str
    text: str
    options: tuple[Option, ...] = ()
    accepted: tuple[str, ...] = ()
    is_true: bool | None = None
    explanation: str = ""

    def defect(self) -> str:
        """Why learners cannot be asked this, as a sentence that says what to do; empty when they can."""
        if not self.text.strip():
            return _("It asks nothing yet. Write the question.")
        if len(self.text) > LONGEST_TEXT:
            return _("The question is longer than %(most)s characters. Shorten it.") % {"most": LONGEST_TEXT}
        texts = [option.text.strip() for option in self.options]
        if len(texts) > MOST_OPTIONS:
            return _("It has more than %(most)s choices. Leave some out.") % {"most": MOST_OPTIONS}
        if any(len(text) > LONGEST_OPTION for option in self.options for text in (option.text, option.partner)):
            return _("A choice is longer than %(most)s characters. Shorten it.") % {"most": LONGEST_OPTION}
        return self._defect_of_kind(texts)

    def _defect_of_kind(self, texts: list[str]) -> str:
        right = sum(option.is_right for option in self.options)
        match self.kind:
            case QuestionKind.SHORT:
                return self._defect_of_short()
            case QuestionKind.TRUE_FALSE:
                return "" if self.is_true is not None else _("Say whether the statement is right.")
            case QuestionKind.MATCH:
                return self._defect_of_match()
        if "" in texts:
            return _("A choice is empty. Write it or delete it.")
        if len(set(texts)) < len(texts):
            return _("Two choices are the same. Change one of them.")
        match self.kind:
            case QuestionKind.SINGLE if len(texts) < 2 or right != 1:
                return _("It needs at least two choices, exactly one of them right.")
            case QuestionKind.MULTIPLE if len(texts) < 2 or not right:
                return _("It needs at least two choices, at least one of them right.")
            case QuestionKind.ORDER if len(texts) < 2:
                return _("It needs at least two things to put in order.")
            case kind if kind not in QuestionKind.values:
                return _("“%(kind)s” is no kind of question.") % {"kind": kind}
        return ""

    def _defect_of_short(self) -> str:
        if not self.accepted:
            return _("It needs at least one accepted answer.")
        if len(self.accepted) > MOST_ANSWERS:
            return _("It has more than %(most)s accepted answers. Leave some out.") % {"most": MOST_ANSWERS}
        if any(len(answer) > LONGEST_ANSWER for answer in self.accepted):
            return _("An accepted answer is longer than %(most)s characters. Shorten it.") % {"most": LONGEST_ANSWER}
        if not all(plain(answer) for answer in self.accepted):
            return _("An accepted answer holds nothing but punctuation. Write a word or a number.")
        return ""

    def _defect_of_match(self) -> str:
        lefts = [option.text.strip() for option in self.options if option.text.strip()]
        if len(lefts) < 2:
            return _("It needs at least two pairs.")
        if not all(option.partner.strip() for option in self.options):
            return _("Something has nothing that belongs to it. Write what belongs to it or delete it.")
        if len(set(lefts)) < len(lefts):
            return _("Two choices are the same. Change one of them.")
        return ""

    def chance(self) -> float:
        """How likely somebody who knows nothing is right."""
        count = max(len(self.options), 1)
        match self.kind:
            case QuestionKind.SHORT:
                return 0.0
            case QuestionKind.TRUE_FALSE:
                return 0.5
            case QuestionKind.MULTIPLE:
                return 1 / (2**count - 1)
            case QuestionKind.ORDER:
                return 1 / factorial(count)
            case QuestionKind.MATCH:
                lefts = sum(bool(option.text.strip()) for option in self.options)
                return 1 / max(len({option.partner for option in self.options}), 1) ** lefts
        return 1 / count

    def fingerprint(self) -> str:
        """The same for questions that ask the same, whatever the order, width and punctuation of their choices."""
        options = [[plain(option.text), plain(option.partner)] for option in self.options]
        if self.kind != QuestionKind.ORDER:
            options.sort()
        said = [self.kind, plain(self.text), options]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def chance_of_guessing(questions: Sequence[Asked], *, drawn: int, pass_mark: int) -> float:
    """How likely somebody who knows nothing passes at the first try; 0 questions drawn are all of them."""
    count = min(drawn, len(questions)) or len(questions)
    if not count:
        return 0.0
    each = sum(question.chance() for question in questions) / len(questions)
    needed = -(-pass_mark * count // 100)
    return sum(comb(count, right) * each**right * (1 - each) ** (count - right) for right in range(needed, count + 1))
