"""Moodle's own XML. Documents with a DOCTYPE are refused, so no entity is ever expanded."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from courses.domain.question_files.base import FileRefused, Row, Unreadable, as_exact_number, words_of_html
from courses.enums import QuestionKind
from courses.models.asking import Asked, Option

_PASSED_OVER = {"category", "description"}


def read_moodle(text: str) -> Iterator[Row]:
    """The questions in order; categories and descriptions are passed over. FileRefused where it is not such a file."""
    declared, _end, rest = text.lstrip().partition("?>")
    try:
        root = fromstring(rest if declared.startswith("<?xml") else text, forbid_dtd=True)
    except DefusedXmlException:
        raise FileRefused(
            _("The file holds a DOCTYPE, which is not read. Export the questions from Moodle anew.")
        ) from None
    except (ParseError, ValueError) as error:
        raise FileRefused(_("The file is not whole XML (%(error)s). Export it anew.") % {"error": error}) from error
    if root.tag != "quiz":
        raise FileRefused(_("This XML holds no questions of Moodle: it does not begin with <quiz>."))
    number = 0
    for question in root.iter("question"):
        kind = question.get("type", "")
        if kind in _PASSED_OVER:
            continue
        number += 1
        place = _("Question %(number)s") % {"number": number}
        try:
            yield Row.of(place, _question(question, kind))
        except Unreadable as error:
            yield Row(place, None, str(error))


def _question(question: Any, kind: str) -> Asked:
    asked = _said(question.find("questiontext"))
    explanation = _said(question.find("generalfeedback"))
    answers = [(_said(answer), _fraction(answer)) for answer in question.findall("answer")]
    match kind:
        case "multichoice":
            single = (question.findtext("single") or "true").strip() in {"true", "1"}
            least = 100.0 if single else 0.01
            options = tuple(Option(text, fraction >= least) for text, fraction in answers)
            return Asked(
                QuestionKind.SINGLE if single else QuestionKind.MULTIPLE, asked, options, explanation=explanation
            )
        case "truefalse":
            right = next((text.lower() for text, fraction in answers if fraction > 0), "")
            if right not in {"true", "false"}:
                raise Unreadable(_("Say whether the statement is right."))
            return Asked(QuestionKind.TRUE_FALSE, asked, is_true=right == "true", explanation=explanation)
        case "shortanswer":
            if any(0 < fraction < 100 for _text, fraction in answers):
                raise Unreadable(_("An answer counts in part only. Leave it out, or let it count in full."))
            accepted = tuple(text for text, fraction in answers if fraction > 0)
            if any("*" in text for text in accepted):
                raise Unreadable(
                    _("An answer holds *, which stands for anything. Write the accepted answers one by one.")
                )
            return Asked(QuestionKind.SHORT, asked, accepted=accepted, explanation=explanation)
        case "numerical":
            numbers = tuple(
                as_exact_number(_said(answer), answer.findtext("tolerance") or "")
                for answer in question.findall("answer")
                if _fraction(answer) > 0
            )
            return Asked(QuestionKind.SHORT, asked, accepted=numbers, explanation=explanation)
        case "matching":
            pairs = tuple(
                Option(_said(pair), partner=_said(pair.find("answer"))) for pair in question.findall("subquestion")
            )
            return Asked(QuestionKind.MATCH, asked, pairs, explanation=explanation)
        case "ordering":
            return Asked(
                QuestionKind.ORDER, asked, tuple(Option(text) for text, _f in answers), explanation=explanation
            )
    raise Unreadable(_("Moodle's kind “%(kind)s” cannot be taken over. Write the question here.") % {"kind": kind[:40]})


def _said(part: Any) -> str:
    if part is None:
        return ""
    if part.find("file") is not None:
        raise Unreadable(
            _("It holds a picture or a sound, which cannot be taken over. Write it here and add it again.")
        )
    text = part.findtext("text") or ""
    return words_of_html(text)


def _fraction(answer: Any) -> float:
    try:
        return float(answer.get("fraction", "0"))
    except ValueError:
        raise Unreadable(_("The share of an answer is not a number.")) from None
