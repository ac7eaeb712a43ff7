"""Texts for people: collect them, compile them, and prove that every one has a translation.

    python -m lms.tools.messages extract people     # collect the texts of one app (or: all)
    python -m lms.tools.messages compile            # write the .mo files that Django reads
    python -m lms.tools.messages check              # list what is untranslated, fuzzy, missing, misquoted, in conflict

Babel does the work, so no machine needs gettext installed. English is the language of the source texts; each app keeps
its Simplified Chinese beside it in `locale/zh_Hans/LC_MESSAGES/django.po`. Texts in `lms/templates/<folder>/` belong to
the app that the folder serves; what belongs to no app belongs to `lms/locale/`. What the packages we install leave in
English (lms/tools/package_texts.py) stands in `lms/locale/packages/`: `packages` for pages, `packages-js` for scripts.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lms.tools.package_texts import holes, is_translated

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

ROOT = Path(__file__).resolve().parent.parent.parent
LOCALE = "zh_Hans"
APPS = {
    "audit": "lms/audit",
    "people": "lms/people",
    "notices": "lms/notices",
    "media": "media",
    "courses": "courses",
    "approvals": "lms/approvals",
    "learning": "lms/learning",
    "programmes": "lms/programmes",
    "credits": "lms/credits",
    "reports": "lms/reports",
    "interop": "lms/interop",
    "search": "search",
    "demo": "lms/demo",
    "lms": "lms",
}
# Further catalogues, by the domain under which Django looks their texts up.
PACKAGES = {"packages": "django", "packages-js": "djangojs"}
# Folders of lms/templates/ whose name is not the name of the app that they serve.
TEMPLATE_FOLDERS = {"staff": "people", "desk": "reports"}
WITHOUT_TEXTS = {"migrations", "tools", "frontend", "docs", "static", "static_build", "locale", "__pycache__"}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[#0 +-]*\d*(?:\.\d+)?[a-zA-Z]|\{(\w+)(?:![rsa])?(?::[^{}]*)?\}")


def catalogue_path(app: str) -> Path:
    if app in PACKAGES:
        return ROOT / "lms" / "locale" / "packages" / LOCALE / "LC_MESSAGES" / f"{PACKAGES[app]}.po"
    return ROOT / APPS[app] / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def owner(path: Path) -> str:
    """The app whose catalogue holds the texts of `path` (relative to the repository)."""
    parts = path.parts
    if parts[:2] == ("lms", "templates"):
        folder = parts[2] if len(parts) > 3 else ""
        folder = TEMPLATE_FOLDERS.get(folder, folder)
        return folder if folder in APPS else "lms"
    return next((app for app, home in APPS.items() if app != "lms" and path.is_relative_to(home)), "lms")


def sources() -> Iterator[Path]:
    """Every Python file and template of our own, relative to the repository, in one order everywhere."""
    tops = sorted({Path(home).parts[0] for home in APPS.values()})
    for top in tops:
        for folder, folders, names in os.walk(ROOT / top):
            folders[:] = sorted(set(folders) - WITHOUT_TEXTS)
            for name in sorted(names):
                if name.endswith((".py", ".html", ".txt")):
                    yield (Path(folder) / name).relative_to(ROOT)


def as_python(path: Path) -> bytes:
    """The source of a Python file, or a template turned by Django into calls of gettext."""
    text = (ROOT / path).read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text.encode()
    from django.utils.translation.template import templatize

    # Indentation of a template means nothing to Python's tokenizer, which would refuse an uneven one.
    return "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines()).encode()


def collect(app: str) -> Catalog:
    """A catalogue of the texts that stand in the sources of `app` now, without translations."""
    if app in PACKAGES:
        return collect_from_packages(app)
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract

    found = Catalog(locale=LOCALE, domain="django", charset="utf-8")
    for path in sources():
        if owner(path) != app:
            continue
        texts = extract("python", io.BytesIO(as_python(path)), keywords=KEYWORDS, comment_tags=["Translators:"])
        for _line, message, comments, context in texts:
            found.add(message, None, [(path.as_posix(), 0)], auto_comments=comments, context=context)
    return found


def collect_from_packages(name: str) -> Catalog:
    """The same for what the packages leave in English."""
    own = list(APPS) if PACKAGES[name] == "django" else []
    ours = [message for app in own for message in load(app) or () if message.id]
    return holes(PACKAGES[name], LOCALE, ours=ours, kept=load(name) or ())


def load(app: str) -> Catalog | None:
    from babel.messages.pofile import read_po

    path = catalogue_path(app)
    if not path.exists():
        return None
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE, domain="django", abort_invalid=True)


def as_text(catalogue: Catalog) -> bytes:
    """The file as it is committed: sorted by text, with file names but neither line numbers nor dates."""
    from babel.messages.pofile import write_po

    catalogue.header_comment = "# Simplified Chinese texts. Collected by lms.tools.messages, translated by people."
    catalogue.fuzzy = False
    for message in catalogue:
        message.locations = sorted({(name, 0) for name, _line in message.locations})
    out = io.BytesIO()
    write_po(out, catalogue, width=120, sort_output=True, include_lineno=False, ignore_obsolete=True)
    kept = ("Language", "MIME", "Content", "Plural")
    lines = out.getvalue().decode().split("\n")
    in_header = True
    written = []
    for line in lines:
        in_header = in_header and line != ""
        if in_header and line.startswith('"') and not line.startswith(tuple(f'"{word}' for word in kept)):
            continue
        if in_header and line.startswith('"Language-Team'):
            continue
        written.append(line)
    return "\n".join(written).encode()


def extract_app(app: str) -> str:
    """Merge the texts of the sources into the catalogue: translations stay, vanished texts go, new ones wait."""
    found = collect(app)
    path = catalogue_path(app)
    catalogue = load(app)
    if catalogue is None:
        if not len(found):
            return f"{app}: no texts"
        catalogue = found
    else:
        catalogue.update(found, no_fuzzy_matching=True, update_header_comment=False)
    text = as_text(catalogue)
    if not path.exists() or path.read_bytes() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    waiting = sum(not is_translated(message) for message in catalogue if message.id)
    return f"{app}: {len(catalogue)} texts, {waiting} to translate in {path.relative_to(ROOT)}"


def forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """The text, or each of its plural forms."""
    return tuple(text) if isinstance(text, list | tuple) else (text or "",)


def compile_all() -> list[str]:
    """Write each .mo that is older than its .po."""
    from babel.messages.mofile import write_mo

    done = []
    for app in (*APPS, *PACKAGES):
        po = catalogue_path(app)
        mo = po.with_suffix(".mo")
        catalogue = load(app)
        if catalogue is None or (mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns):
            continue
        part = mo.with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as file:
            write_mo(file, catalogue)
        part.replace(mo)
        done.append(app)
    return done


def placeholders(text: str) -> set[str]:
    return {first or second for first, second in PLACEHOLDER.findall(text)}


def check_app(app: str) -> list[str]:
    """One line for each fault of the catalogue of `app`."""
    found = {(message.id, message.context) for message in collect(app) if message.id}
    catalogue = load(app)
    if catalogue is None:
        return [f"{app}: no catalogue, {len(found)} texts missing"] if found else []
    faults = []
    kept = set()
    for message in catalogue:
        if not message.id:
            continue
        key = (message.id, message.context)
        kept.add(key)
        source = forms(message.id)
        if key not in found:
            faults.append(f"{app}: obsolete: {source[0]!r}")
        elif message.fuzzy:
            faults.append(f"{app}: fuzzy: {source[0]!r}")
        elif not is_translated(message):
            faults.append(f"{app}: untranslated: {source[0]!r}")
        else:
            # Chinese has one form for every count, so it answers to the plural source text.
            wanted = placeholders(source[-1])
            faults += [
                f"{app}: placeholders differ: {source[0]!r} -> {string!r}"
                for string in forms(message.string)
                if placeholders(string) != wanted
            ]
    for key in sorted(found - kept, key=str):
        faults.append(f"{app}: missing (run extract): {forms(key[0])[0]!r}")
    return faults


def check_clashes() -> list[str]:
    """Texts that two apps translate differently: all catalogues are one to Django, and the first app would win."""
    said: dict[tuple[str, str | None], dict[tuple[str, ...], list[str]]] = {}
    for app in APPS:
        for message in load(app) or ():
            if message.id:
                here = said.setdefault((forms(message.id)[0], message.context), {})
                here.setdefault(forms(message.string), []).append(app)
    return [
        f"clash: {source!r}: " + ", ".join(f"{'/'.join(apps)} {text[0]!r}" for text, apps in texts.items())
        for (source, _context), texts in sorted(said.items(), key=str)
        if len(texts) > 1
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m lms.tools.messages", description=(__doc__ or "").split("\n")[0])
    actions = parser.add_subparsers(dest="action", required=True)
    for action in ("extract", "check"):
        chosen = actions.add_parser(action)
        chosen.add_argument("app", nargs="?", default="all", choices=[*APPS, *PACKAGES, "all"])
    actions.add_parser("compile")
    options = parser.parse_args(arguments)

    if options.action == "compile":
        done = compile_all()
        print(f"Compiled: {', '.join(done)}." if done else "Every catalogue is already compiled.")
        return 0
    apps = [*APPS, *PACKAGES] if options.app == "all" else [options.app]
    if options.action == "extract":
        for app in apps:
            print(extract_app(app))
        return 0
    faults = [fault for app in apps for fault in check_app(app)]
    faults += check_clashes() if options.app == "all" else []
    print("\n".join(faults) if faults else "Every text is translated.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
