"""A quiz on paper: what is drawn, under which names it travels, and what is right. Pure: no database, no clock.

A paper is a list of items. Each has the question as it was asked, `options` and `partners` under random names that hold
in this sitting alone, and `key`, which stays on the server. What is given is a dict by the names of the items:

* one right answer, right or wrong: the name of an option; several right answers: a list of such names
* short answer: a text
* put in order: the place of each option, counted from 1; match pairs: the name of a partner by option
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from random import Random, SystemRandom
from typing import Any

from django.utils.translation import pgettext

from courses.enums import QuestionKind
from courses.models import Question
from courses.models.asking import plain

Item = dict[str, Any]
Given = dict[str, Any]
# What may travel to a learner of an item.
OPEN_FIELDS = ("id", "kind", "text", "options", "partners", "image_alt")


def draw(questions: Sequence[Question], count: int, *, chance: Random | None = None) -> list[Item]:
    """A paper of so many of the questions, drawn and shuffled; 0 or more than there are takes all."""
    chance = chance or SystemRandom()
    drawn = chance.sample(list(questions), min(count, len(questions)) or len(questions))
    return [_item(question, chance) for question in drawn]


def _name() -> str:
    return secrets.token_urlsafe(6)


def _item(question: Question, chance: Random) -> Item:
    choices = list(question.choices.all())
    options = [{"id": _name(), "text": choice.text, "choice": choice.pk} for choice in choices]
    named = list(zip(choices, (option["id"] for option in options), strict=True))
    partners: list[dict[str, Any]] = []
    key: Any
    match question.kind:
        case QuestionKind.TRUE_FALSE:
            options = [
                {"id": _name(), "text": pgettext("a statement", "Right")},
                {"id": _name(), "text": pgettext("a statement", "Wrong")},
            ]
            key = options[0 if question.is_true else 1]["id"]
        case QuestionKind.SHORT:
            options, key = [], sorted({plain(answer) for answer in question.asked.accepted})
        case QuestionKind.MULTIPLE:
            key = sorted(name for choice, name in named if choice.is_right)
        case QuestionKind.ORDER:
            key = {name: place for place, (_choice, name) in enumerate(named, start=1)}
        case QuestionKind.MATCH:
            partners = [{"id": _name(), "text": text} for text in dict.fromkeys(each.partner for each in choices)]
            by_text = {partner["text"]: partner["id"] for partner in partners}
            key = {name: by_text[choice.partner] for choice, name in named if choice.text.strip()}
            options = [option for option in options if option["id"] in key]
        case _:
            key = next(name for choice, name in named if choice.is_right)
    if question.kind != QuestionKind.TRUE_FALSE:
        chance.shuffle(options)
    chance.shuffle(partners)
    return {
        "id": _name(),
        "question": question.pk,
        "kind": question.kind,
        "text": question.text,
        "options": options,
        "partners": partners,
        "key": key,
        "explanation": question.explanation,
        "image": question.image_id,
        "image_alt": question.image_alt,
        "audio": question.audio.name or "",
        "source": source(question),
    }


def source(question: Question) -> str:
    """A digest of the question as it stands in the bank: a paper with another one is out of date."""
    asked = question.asked
    said = [
        [asked.kind, asked.text, asked.accepted, asked.is_true, question.image_id, question.audio.name or ""],
        [[choice.pk, choice.text, choice.partner, choice.is_right] for choice in question.choices.all()],
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def open_part(item: Item) -> Item:
    """What of the item may travel: never its key, nor where it stands in the bank."""
    kept = {name: item[name] for name in OPEN_FIELDS}
    kept["options"] = [{"id": option["id"], "text": option["text"]} for option in item["options"]]
    return {**kept, "has_image": bool(item["image"]), "has_audio": bool(item["audio"])}


def is_answered(item: Item, given: Any) -> bool:
    """Whether it was answered at all, and with what stands on the paper."""
    options = {option["id"] for option in item["options"]}
    match item["kind"]:
        case QuestionKind.SHORT:
            return isinstance(given, str) and bool(plain(given))
        case QuestionKind.MULTIPLE:
            return isinstance(given, list) and bool(given) and all(name in options for name in given)
        case QuestionKind.ORDER:
            places = list(range(1, len(options) + 1))
            return isinstance(given, dict) and given.keys() == options and sorted(given.values()) == places
        case QuestionKind.MATCH:
            partners = {partner["id"] for partner in item["partners"]}
            return isinstance(given, dict) and given.keys() == options and set(given.values()) <= partners
    return isinstance(given, str) and given in options


def is_right(item: Item, given: Any) -> bool:
    """Whether the answer is right; all of it must be."""
    match item["kind"]:
        case QuestionKind.SHORT:
            return plain(given) in item["key"]
        case QuestionKind.MULTIPLE:
            return sorted(set(given)) == item["key"]
    return bool(given == item["key"])


def in_words(item: Item, given: Any) -> str:
    """What was given, as people read it."""
    texts = {each["id"]: each["text"] for each in [*item["options"], *item["partners"]]}
    match item["kind"]:
        case QuestionKind.SHORT:
            return str(given)
        case QuestionKind.MULTIPLE:
            return " / ".join(option["text"] for option in item["options"] if option["id"] in given)
        case QuestionKind.ORDER:
            return " → ".join(texts[name] for name in sorted(given, key=given.get))
        case QuestionKind.MATCH:
            return " / ".join(f"{texts[name]} – {texts[partner]}" for name, partner in given.items())
    return texts.get(given, "")
