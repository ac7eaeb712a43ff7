"""Texts in sentences, as they are spoken and as the page marks them."""

import re

_ENDS = re.compile(r"[^。！？；!?\n]*(?:[。！？；!?]+[”’」』）)]*|\n|$)")
_SAYS = re.compile(r"\w")


def sentences(text: str) -> list[str]:
    """The sentences with their signs, in order; what holds nothing to be said goes with the one before."""
    found: list[str] = []
    for match in _ENDS.finditer(text):
        part = match[0].strip()
        if not part:
            continue
        if _SAYS.search(part) or not found:
            found.append(part)
        else:
            found[-1] += part
    return [part for part in found if _SAYS.search(part)]


def characters(text: str) -> int:
    """How many characters are seen: what a page and we count alike, however either breaks its lines."""
    return len("".join(text.split()))
