"""What `npm run build` writes is understood by Chromium 80, the WebView of older WeChat, QQ and UC.

The build rewrites much for it, but passes over what holds a variable: `padding-inline: var(--gutter)` would leave pages
without a margin there.
"""

import re
from pathlib import Path

import pytest

BUILT = Path(__file__).resolve().parents[1] / "lms" / "static_build"
# Shorthands and places that came with Chromium 87, selectors with 88 and 105, and what has no fallback.
UNKNOWN = re.compile(
    r"[;{](?:margin|padding|border)-(?:inline|block):|[;{]inset(?:-(?:inline|block)[a-z-]*)?:"
    r"|[;{]border-(?:start|end)-(?:start|end)-radius:|:has\(|:where\(|[;{]aspect-ratio:|[;{](?:row-)?gap:[^;}]*;[^}]*display:flex"
)


@pytest.mark.parametrize(
    "name",
    [
        "board.css",
        "captions.css",
        "desk.css",
        "lessonfile.css",
        "quiz.css",
        "screening.css",
        "site.css",
        "studio.css",
        "uploader.css",
    ],
)
def test_styles_use_what_chromium_80_knows(name: str) -> None:
    path = BUILT / name
    # What stands behind @supports is asked for first.
    css = re.sub(r"@supports[^{]*\{(?:[^{}]|\{[^{}]*\})*\}", "", path.read_text(encoding="utf-8"))

    assert [css[max(found.start() - 60, 0) : found.end() + 20] for found in UNKNOWN.finditer(css)] == []
