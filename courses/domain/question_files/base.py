"""What reading a file of questions gives, and the bounds within which one is read."""

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser

from django.utils.translation import gettext as _

from courses.models.asking import LONGEST_TEXT, Asked

MOST_BYTES = 5 * 1024 * 1024
MOST_QUESTIONS = 2000
# What is longer than this cannot become a question; mark-up takes room.
MOST_HTML = 20_000
EXCERPT = 80


class FileRefused(ValueError):
    """The file as a whole cannot be read; the message says what is wrong with it and what to do."""


class Unreadable(ValueError):
    """One question cannot be read; the message says what is wrong and how to mend it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a file, or what is wrong in its place. `place` and `excerpt` are how people find it."""

    place: str
    asked: Asked | None
    defect: str
    excerpt: str = ""

    @classmethod
    def of(cls, place: str, asked: Asked) -> "Row":
        return cls(place, asked, asked.defect())


def line_place(number: int) -> str:
    return _("Line %(number)s") % {"number": number}


def as_text(content: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or GB 18030, as phones and Windows write it; FileRefused."""
    encodings = ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise FileRefused(_("The file is not a text. Save it as plain text in UTF-8 and choose it again."))


class _Words(HTMLParser):
    """Only what is read of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.has_picture = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.has_picture |= tag in {"img", "audio", "video", "object", "embed", "source"}
        if tag in {"br", "p", "div", "li"}:
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def words_of_html(text: str) -> str:
    """The words without their mark-up. A picture or a sound in it would be lost, so it is Unreadable."""
    if len(text) > MOST_HTML:
        raise Unreadable(_("The question is longer than %(most)s characters. Shorten it.") % {"most": LONGEST_TEXT})
    parser = _Words()
    parser.feed(text)
    parser.close()
    if parser.has_picture:
        raise Unreadable(
            _("It holds a picture or a sound, which cannot be taken over. Write it here and add it again.")
        )
    return tidy("".join(parser.said))


def tidy(text: str) -> str:
    """Without blanks at the ends of lines, and without empty lines."""
    lines = (" ".join(line.split()) for line in html.unescape(text).replace("\0", "").split("\n"))
    return "\n".join(line for line in lines if line)


def as_exact_number(value: str, tolerance: str) -> str:
    """The number as a short answer; one with a tolerance is Unreadable, because answers are compared as written."""
    if not re.fullmatch(r"-?\d+(\.\d+)?", value.strip()):
        raise Unreadable(_("“%(value)s” is not a number.") % {"value": value.strip()[:40]})
    if tolerance.strip() and float(tolerance) != 0:
        raise Unreadable(_("Numbers with a tolerance cannot be asked. Write the accepted answers one by one."))
    return value.strip()
