"""What the packages we install leave in English: texts of theirs that no Chinese catalogue translates.

Django looks every text up in one catalogue, merged from all apps, so a hole is a text that is in none of them.
Packages ship the list of their texts as an English catalogue; those without one (axes, django-otp) have no page here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

Key = tuple[str, str | None]


def key_of(message: Message) -> Key:
    """By what gettext finds a text: its singular and its context."""
    return (message.id if isinstance(message.id, str) else message.id[0], message.context)


def is_translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, list | tuple) else bool(message.string)


def packages() -> dict[str, Path]:
    """The installed apps that are not ours, and Django itself, with the folder of their catalogues."""
    from lms.settings.base import BASE_DIR, INSTALLED_APPS

    places = {"django": "conf/locale"} | dict.fromkeys(INSTALLED_APPS, "locale")
    found = {}
    for name, below in places.items():
        spec = find_spec(name)
        if spec is not None and spec.origin and not Path(spec.origin).is_relative_to(BASE_DIR / name.split(".")[0]):
            found[name] = Path(spec.origin).parent / below
    return found


def texts(folder: Path, language: str, domain: str) -> Iterator[Message]:
    """The messages of one catalogue of a package, if it has it."""
    from babel.messages.pofile import read_po

    path = folder / language / "LC_MESSAGES" / f"{domain}.po"
    if path.exists():
        with path.open("rb") as file:
            yield from (message for message in read_po(file) if message.id)


def holes(domain: str, language: str, *, ours: Iterable[Message], kept: Iterable[Message]) -> Catalog:
    """The texts to translate here: those nobody translates, and those `kept` that still exist in a package.

    What our own apps translate (`ours`) is theirs alone, or it would change its meaning there. A text kept after its
    package has learnt to translate it keeps our word for it.
    """
    from babel.messages.catalog import Catalog

    places = packages()
    ready = {
        key_of(message)
        for folder in places.values()
        for message in texts(folder, language, domain)
        if is_translated(message) and not message.fuzzy
    }
    own, held = {key_of(message) for message in ours}, {key_of(message) for message in kept if message.id}
    found = Catalog(locale=language, domain=domain, charset="utf-8")
    for name, folder in places.items():
        for message in texts(folder, "en", domain):
            key = key_of(message)
            if key not in own and (key in held or key not in ready):
                found.add(message.id, None, [(name, 0)], context=message.context)
    return found
