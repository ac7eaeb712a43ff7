"""Places are loaded from a table, again at any time; a place that ended keeps its row."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from lms.people.enums import LEVEL_DIGITS, DivisionLevel
from lms.people.models import Division

COLUMNS = ("code", "name", "active_from", "active_to", "successor")


class TableRefused(ValueError):
    """The table cannot be loaded; the text names the line."""


@dataclass(slots=True)
class Loaded:
    created: int = 0
    changed: int = 0
    unchanged: int = 0


def level_of(code: str) -> DivisionLevel:
    """The level that a 12-digit code stands for: by how many of its digits are not filled up with zeros."""
    for level, digits in LEVEL_DIGITS.items():
        if set(code[digits:]) <= {"0"}:
            return DivisionLevel(level)
    return DivisionLevel.VILLAGE


def parent_code(code: str) -> str | None:
    """The code of the place in which this one lies."""
    digits = [0, *LEVEL_DIGITS.values()]
    own = LEVEL_DIGITS[level_of(code)]
    above = digits[digits.index(own) - 1]
    return code[:above].ljust(12, "0") if above else None


@transaction.atomic
def load_divisions(lines: Iterable[str]) -> Loaded:
    """Read CSV with the columns code, name, active_from, active_to, successor (the last two may be empty).

    Nothing is deleted. Places above must stand in the table or be loaded already; order does not matter.
    """
    reader = csv.DictReader(lines)
    if not reader.fieldnames or not {"code", "name", "active_from"} <= set(reader.fieldnames):
        raise TableRefused(f"The first line must name the columns {', '.join(COLUMNS)}.")
    rows = sorted(enumerate(reader, start=2), key=lambda row: row[1]["code"] or "")
    loaded = Loaded()
    known = {division.code: division for division in Division.objects.all()}
    for number, row in rows:
        _load_row(number, row, known, loaded)
    for number, row in rows:
        _link_successor(number, row, known)
    return loaded


def _load_row(number: int, row: dict[str, str], known: dict[str, Division], loaded: Loaded) -> None:
    code = (row["code"] or "").strip()
    if len(code) != LEVEL_DIGITS[DivisionLevel.VILLAGE] or not (code.isascii() and code.isdecimal()):
        raise TableRefused(f"Line {number}: a code has 12 digits, not {code!r}.")
    above = parent_code(code)
    if above is not None and above not in known:
        raise TableRefused(f"Line {number}: {code} lies in {above}, which is not known.")
    try:
        values = {
            "name": row["name"].strip(),
            "level": level_of(code),
            "parent_id": known[above].pk if above else None,
            "active_from": date.fromisoformat(row["active_from"].strip()),
            "active_to": date.fromisoformat(end) if (end := (row.get("active_to") or "").strip()) else None,
        }
    except ValueError as error:
        raise TableRefused(f"Line {number}: {error}.") from None
    division = known.get(code)
    if division is None:
        known[code] = Division.objects.create(code=code, **values)
        loaded.created += 1
    elif any(getattr(division, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(division, name, value)
        division.save()
        loaded.changed += 1
    else:
        loaded.unchanged += 1


def _link_successor(number: int, row: dict[str, str], known: dict[str, Division]) -> None:
    code, successor = row["code"].strip(), (row.get("successor") or "").strip()
    if successor and successor not in known:
        raise TableRefused(f"Line {number}: the successor {successor} is not known.")
    target = known[successor].pk if successor else None
    if known[code].successor_id != target:
        Division.objects.filter(code=code).update(successor=target)
