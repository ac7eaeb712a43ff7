"""Rosters for tests: files as officers fill them in, and identity numbers of nobody."""

import io
from collections.abc import Sequence

from openpyxl import Workbook

from lms.people.domain.roster.columns import COLUMNS
from lms.people.validators import identity_check

HEADINGS = [column.heading for column in COLUMNS]


def identity_number(serial: int, born: str = "19850607") -> str:
    """A number with the right check character, of a place that cannot be real."""
    body = f"990101{born}{serial:03d}"
    return body + identity_check(body)


def row(
    name: str = "马小云",
    number: str | None = None,
    phone: object = "",
    unit: str = "柳树村村民委员会",
    title: str = "村委会委员",
    category: str = "村干部",
    level: str = "",
    start: object = "2026-09-01",
    until: object = "",
    move: str = "",
) -> list[object]:
    """One row of a roster; everything may be said otherwise."""
    said = [name, number or identity_number(1), phone, unit, title, category, level, start, until, move]
    return [cell if cell != "" else None for cell in said]


def workbook(*rows: Sequence[object], headings: Sequence[str] = HEADINGS) -> bytes:
    book = Workbook()
    book.active.append(list(headings))
    for each in rows:
        book.active.append(list(each))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
