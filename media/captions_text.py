"""The words of a caption: cleaned, measured, compared."""

import re
import unicodedata

# Invisible characters that turn the direction of writing or hide text, and halves of characters: nothing a caption
# needs. The joiners U+200C and U+200D stay: Uyghur and Kazakh are written with them.
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")


def clean(text: str) -> str:
    """The text in trimmed lines, without blank lines, control characters and marks of direction."""
    lines = (_UNWANTED.sub("", line.replace("\t", " ")).strip() for line in re.split(r"\r\n|\r|\n", text))
    return "\n".join(line for line in lines if line)


def bare(text: str) -> str:
    """Letters and digits alone, in small letters: what is compared when only the words count."""
    return "".join(character for character in unicodedata.normalize("NFKC", text).lower() if character.isalnum())


def width(text: str) -> float:
    """How much room a text takes on a line: a Chinese character 1, a Latin one one half."""
    return sum(1.0 if unicodedata.east_asian_width(character) in "WF" else 0.5 for character in text)
