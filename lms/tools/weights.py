"""What the files of each kind of page weigh on their way to a phone, held against a budget for each.

.venv/bin/python -m lms.tools.weights     # a line for each kind of page; fails over a budget

Which files those are is read from the templates ({% static %}, through {% extends %} and {% include %}) and from the
built scripts (what they import at once). HTML and the still come on top: tests/browser/test_first_page.py measures
all of it on a real server.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brotli

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = ROOT / "lms" / "templates"
STATIC = (ROOT / "lms" / "static", ROOT / "lms" / "static_build")
# Of the 60,000 bytes of a first visit, 24,000 are kept for HTML (10,000) and the still of a lesson (14,000). These are
# closer: what the pages need today and some room, so that a file that grows is seen when it does.
BUDGETS = {
    "home": ("courses/home_page.html", 13_000),
    "track": ("courses/catalogue_page.html", 13_000),
    "course": ("courses/course_page.html", 13_000),
    "lesson": ("courses/lesson_page.html", 34_000),
    "quiz": ("learning/quiz.html", 18_000),
    "self-assessment": ("learning/self_assessment.html", 14_000),
    "my learning": ("learning/mine.html", 14_000),
    "search": ("search/results.html", 13_000),
    "sign-in": ("people/sign_in.html", 13_000),
    "not found": ("404.html", 13_000),
}
# Fetched when nobody waits, or when it is needed; outside the first visit, but paid for all the same.
LATER = {"hls.light": 120_000}
_TAGS = re.compile(r"""\{%\s*(static|include|extends)\s+(?:\w+\|default:)?["']([^"']+)["']""")
# Fetched when somebody puts the site on the home screen, not by a visit.
_NOT_BY_A_VISIT = re.compile(r"""<link rel="(?:apple-touch-icon|manifest)"[^>]*>""")
_IMPORTS = re.compile(r"""(?:\bimport|\bfrom)\s*["'](\./[^"']+)["']""")
_ADDRESSES = re.compile(r"""url\(["']?([^"')]+)["']?\)""")


@dataclass(frozen=True)
class Weight:
    """Bytes over the wire: as most browsers get them, and as those that know gzip only."""

    brotli: int
    gzip: int

    def __add__(self, other: Weight) -> Weight:
        return Weight(self.brotli + other.brotli, self.gzip + other.gzip)


class NotBuilt(Exception):
    """A page names a file that does not exist: the front end is not built."""


def names_in(template: str, seen: set[str] | None = None) -> Iterator[str]:
    """The static files that a template names, itself or through those it is made from."""
    seen = set() if seen is None else seen
    path = TEMPLATES / template
    if template in seen or not path.exists():
        return
    seen.add(template)
    for tag, name in _TAGS.findall(_NOT_BY_A_VISIT.sub("", path.read_text())):
        if tag == "static":
            yield name
        else:
            yield from names_in(name, seen)


def file_of(name: str) -> Path:
    for folder in STATIC:
        if (folder / name).is_file():
            return folder / name
    raise NotBuilt(f"There is no {name}. Build the front end (npm run build) and run again.")


def needed_by(path: Path) -> Iterator[Path]:
    """What a script imports before it runs, what a sheet of styles loads."""
    if path.suffix not in {".js", ".css"}:
        return
    pattern = _IMPORTS if path.suffix == ".js" else _ADDRESSES
    for name in pattern.findall(path.read_text()):
        if not name.startswith("data:"):
            yield (path.parent / name).resolve()


def files_of(template: str) -> list[Path]:
    """Every file that a visit of such a page fetches at once, in order of names."""
    found: set[Path] = set()
    waiting = [file_of(name) for name in names_in(template)]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += needed_by(path)
    return sorted(found, key=lambda path: path.name)


@cache
def weigh(path: Path) -> Weight:
    """As WhiteNoise has compressed it; what does not become smaller is sent as it is."""
    raw = path.read_bytes()
    return Weight(
        min(len(brotli.compress(raw, quality=11)), len(raw)), min(len(gzip.compress(raw, 9, mtime=0)), len(raw))
    )


def later_files() -> Iterator[tuple[str, Path, int]]:
    for name, budget in LATER.items():
        found = sorted((STATIC[1] / "chunks").glob(f"{name}-*.js"))
        if not found:
            raise NotBuilt(f"There is no {name}. Build the front end (npm run build) and run again.")
        yield name, found[0], budget


def report() -> Iterator[tuple[str, bool]]:
    """A line for each kind of page, and whether it keeps its budget."""
    for page, (template, budget) in BUDGETS.items():
        files = files_of(template)
        total = sum((weigh(path) for path in files), Weight(0, 0))
        yield _line(page, total, budget, f"{len(files)} files"), total.gzip <= budget
    for name, path, budget in later_files():
        weight = weigh(path)
        yield _line(name, weight, budget, "later"), weight.gzip <= budget


def _line(name: str, weight: Weight, budget: int, what: str) -> str:
    return f"{name:<16} {weight.gzip:>8,} gzip {weight.brotli:>8,} brotli of {budget:>8,} bytes, {what}"


def main() -> int:
    over = []
    try:
        for line, keeps in report():
            print(line if keeps else f"{line}: OVER")
            over += [] if keeps else [line.split("  ")[0]]
    except NotBuilt as error:
        print(error)
        return 1
    if over:
        print(f"Over budget: {', '.join(over)}. Load what the first look does not need later, or make it smaller.")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
