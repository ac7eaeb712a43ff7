"""Which files a phone must have to show a page of ours without network, and pages that find them on the phone.

Vite says what each page loads (`keptFiles` in vite.config.ts). A page that is kept asks for all of it under the address
that stands for what this phone has kept; the service worker (lms/frontend/worker/) knows no other.
"""

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static

# What templates name beside scripts and styles.
DRAWN = ("icons.svg", "mark.svg")
_OWN_NAMES = "chunks/"


def files_of(*scripts: str, more: tuple[str, ...] = ()) -> dict[str, str]:
    """Where each file that pages with these scripts load lies, by its name behind STATIC_URL."""
    loaded = _loaded()
    names = {name for script in scripts for name in loaded.get(script, [])} | {*more, *DRAWN}
    # Scripts name each other's parts as Vite called them; everything else has the name that templates give it.
    addresses = {settings.STATIC_URL + name if name.startswith(_OWN_NAMES) else static(name) for name in names}
    return {address.removeprefix(settings.STATIC_URL): address for address in sorted(addresses)}


def _loaded() -> dict[str, list[str]]:
    found = finders.find("kept.json")
    return _read(Path(found), Path(found).stat().st_mtime_ns) if isinstance(found, str) else {}


@lru_cache(maxsize=1)
def _read(path: Path, _changed: int) -> dict[str, list[str]]:
    return json.loads(path.read_bytes())


def page_to_keep(request: HttpRequest, template: str, context: dict[str, object], *, at: str) -> str:
    """The page as it is kept: what it loads, it finds at `at` on the phone. Nothing personal stands in its frame."""
    own = {"frame": "learning/kept_base.html", "kept_at": at}
    page = render_to_string(template, {**context, **own}, request=request)
    return page.replace(f'"{settings.STATIC_URL}', f'"{at}static/')


def version_of(*texts: str) -> str:
    """One short name for all of this; any change gives another."""
    return sha256("\0".join(texts).encode()).hexdigest()[:16]
