"""What people hear read aloud: the texts that they see, in the order in which they see them, as sounds rendered before.

A phone with a Chinese voice of its own asks for none of this. Sounds are given whole or not at all: a reading with a
paragraph missing says something else than the page.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from lms.people.domain.notices import current_notice
from lms.people.enums import NoticeAudience
from media.domain.speaking import can_be_said, found_for, sign_sound

Name = TypeVar("Name")


def texts_of_item(item: dict[str, Any]) -> list[str]:
    """A question of somebody's paper with its choices, as they stand there."""
    offered = [*item["options"], *item.get("partners", [])]
    return [text for text in [item["text"], *(each["text"] for each in offered)] if can_be_said(text)]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a plain text as the filter `linebreaks` makes them."""
    return [part for part in text.replace("\r\n", "\n").split("\n\n") if can_be_said(part)]


def notice_texts(audience: str) -> list[str]:
    """What the privacy notice in force says in Chinese; nothing where there is none."""
    try:
        return paragraphs(current_notice(NoticeAudience(audience)).text_zh)
    except (ObjectDoesNotExist, ValueError):
        return []


def fixed_texts() -> Iterator[str]:
    """Texts of the interface that are read aloud."""
    for audience in NoticeAudience.values:
        yield from notice_texts(audience)


def sounds_of(texts: Iterable[str], *, at: datetime) -> list[dict[str, Any]]:
    """Where each text is heard, in order; nothing unless all of them are there."""
    return sounds_of_each({0: list(texts)}, at=at)[0]


def sounds_of_each(lists: dict[Name, list[str]], *, at: datetime) -> dict[Name, list[dict[str, Any]]]:
    """The same for several lists by their names; one query for all."""
    found = found_for({text for texts in lists.values() for text in texts})
    return {
        name: [{"address": sign_sound(found[text], at=at), "cues": found[text].cues} for text in texts]
        if all(text in found for text in texts)
        else []
        for name, texts in lists.items()
    }


def whole_ones(lists: dict[str, list[str]]) -> set[str]:
    """The names of those lists of texts that can be heard whole; one query for all."""
    found = found_for({text for texts in lists.values() for text in texts})
    return {name for name, texts in lists.items() if texts and all(text in found for text in texts)}


def reading_words() -> dict[str, str]:
    """What stands on and beside a button that reads aloud."""
    return {
        "read_aloud": _("Read aloud"),
        "stop_reading": _("Stop reading"),
        "read_again": _("Read again"),
        "reading_failed": _("It cannot be read aloud just now. Try again when there is a network."),
        "machine_voice": _("Voice made by a machine"),
    }
