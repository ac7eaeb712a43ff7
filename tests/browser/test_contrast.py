"""The colours of tokens.css against each other: 7 for text that is read, 3 for what only has to be seen."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "lms" / "frontend" / "styles" / "tokens.css"
READ = [
    *[("ink", surface) for surface in ("paper", "sheet", "sunken", "action-tint")],
    *[("ink-soft", surface) for surface in ("paper", "sheet", "sunken")],
    *[("link", surface) for surface in ("paper", "sheet")],
    ("on-action", "action"),
    ("on-action", "action-deep"),
    ("on-band", "band"),
    ("band-soft", "band"),
    ("on-grain", "grain"),
    ("on-grain-tint", "grain-tint"),
    ("clay", "sheet"),
    ("clay", "clay-tint"),
    *[("on-track", f"track-{name}") for name in ("phone", "shop", "live", "village")],
]
SEEN = [("edge", "paper"), ("edge", "sheet"), ("action", "paper"), ("focus", "paper"), ("focus", "sheet")]


def tokens(dark: bool) -> dict[str, str]:
    light, night = TOKENS.read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", light))
    return {**found, **dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", night))} if dark else found


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted([luminance(one), luminance(other)], reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_colours_keep_their_contrast(dark: bool) -> None:
    colour = tokens(dark)

    short = [
        (text, surface, round(contrast(colour[text], colour[surface]), 2))
        for least, pairs in ((7, READ), (3, SEEN))
        for text, surface in pairs
        if contrast(colour[text], colour[surface]) < least
    ]

    assert short == []
