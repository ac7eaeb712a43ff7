"""The living page of the design language: every part in all its states, by day and by night side by side."""

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lms.middleware import PAGES
from lms.people.enums import Picture

TOKENS = Path(settings.BASE_DIR) / "lms" / "frontend" / "styles" / "tokens.css"
ICONS = Path(settings.BASE_DIR) / "lms" / "static" / "icons.svg"
NIGHT = "@media (prefers-color-scheme: dark)"
COLOUR = re.compile(r"--[\w-]+:\s*(?:#[0-9a-f]{6}|none|0 1px [^;]*);")


@cache
def colours() -> tuple[str, str]:
    """The colours of day and of night, from the one place where they stand: so the page can show both at once."""
    day, night = TOKENS.read_text(encoding="utf-8").split(NIGHT)
    return " ".join(COLOUR.findall(day)), " ".join(COLOUR.findall(day) + COLOUR.findall(night))


@cache
def icons() -> list[str]:
    """Every icon there is."""
    return re.findall(r'<symbol id="(\w+)"', ICONS.read_text(encoding="utf-8"))


def styleguide(request: HttpRequest) -> HttpResponse:
    """For whoever builds pages, in development and in the demo. Its colours stand in the page itself."""
    day, night = colours()
    response = render(
        request, "styleguide.html", {"day": day, "night": night, "icons": icons(), "pictures": list(Picture)}
    )
    response.headers["Content-Security-Policy"] = f"{PAGES}; style-src 'self' 'unsafe-inline'"
    return response
