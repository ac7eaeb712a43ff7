"""Uploaded tables, XLSX or CSV, as rows of cells with their places; refused where they could harm or mislead.

The guard is `workbooks`. A formula shows a value that was worked out elsewhere, and merged cells hide which row a value
belongs to: neither is guessed at. What a cell means is said by whoever reads the table; `as_text` and `as_date` help.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lms.lib.workbooks import Bounds, FileRefused, comma_rows, is_workbook, open_sheet

__all__ = ["CellRefused", "Limits", "Place", "Row", "Value", "as_date", "as_text", "read_table"]

Value = str | date | Decimal

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|年(\d{1,2})月(\d{1,2})日)")
_MONTH = re.compile(r"(\d{4})(\d{2})")


@dataclass(frozen=True, slots=True)
class Limits(Bounds):
    """The most that is read; `characters` of one cell."""

    characters: int = 1000


class CellRefused(ValueError):
    """A cell does not say what its column asks for; the text says what to write."""


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: row and column count from 1, as spreadsheets do."""

    row: int
    column: int

    def __str__(self) -> str:
        from openpyxl.utils import get_column_letter  # takes long to load

        return f"{get_column_letter(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row that holds something. `cells` begin with column 1; `formulas` are the columns that hold a formula."""

    number: int
    cells: tuple[Value | None, ...]
    formulas: frozenset[int] = frozenset()

    def __getitem__(self, column: int) -> Value | None:
        return self.cells[column - 1] if column <= len(self.cells) else None


def read_table(content: bytes, limits: Limits | None = None) -> list[Row]:
    """The rows of the first sheet, headings included, empty rows left out. Raises FileRefused."""
    limits = limits or Limits()
    rows: list[Row] = []
    for row in (_read_workbook if is_workbook(content) else _read_comma)(content, limits):
        if len(rows) > limits.rows:
            raise FileRefused(_("The sheet has more than %(most)d rows. Divide it.") % {"most": limits.rows})
        rows.append(row)
    if not rows:
        raise FileRefused(_("The first sheet is empty. Fill in the template and choose it again."))
    return rows


def _read_workbook(content: bytes, limits: Limits) -> Iterator[Row]:
    with open_sheet(content, limits) as sheet:
        sheet.refuse_merged()
        for number, cells in enumerate(sheet.rows, start=1):
            row = _row(number, [_value(cell) for cell in cells], [cell.data_type == "f" for cell in cells], limits)
            if row is not None:
                yield row


def _read_comma(content: bytes, limits: Limits) -> Iterator[Row]:
    for number, cells in enumerate(comma_rows(content, limits), start=1):
        values: list[Value | None] = [_tidy(cell) or None for cell in cells]
        is_formula = [isinstance(value, str) and value.startswith("=") for value in values]
        row = _row(number, values, is_formula, limits)
        if row is not None:
            yield row


def _row(number: int, values: list[Value | None], is_formula: list[bool], limits: Limits) -> Row | None:
    while values and values[-1] is None:
        values.pop()
    if not values:
        return None
    if len(values) > limits.columns:
        raise FileRefused(
            _("Row %(row)d has more than %(most)d columns. Leave out what does not belong to the table.")
            % {"row": number, "most": limits.columns}
        )
    for column, value in enumerate(values, start=1):
        if isinstance(value, str) and len(value) > limits.characters:
            raise FileRefused(_("Cell %(place)s holds far too much text.") % {"place": Place(number, column)})
    return Row(number, tuple(values), frozenset(at for at, formula in enumerate(is_formula, start=1) if formula))


def _tidy(text: str) -> str:
    """Control and invisible characters out, one line, blanks at the ends off; signs and brackets as they were typed."""
    return "".join(
        " " if character in "\n\r\t" else character
        for character in text
        if character in "\n\r\t" or unicodedata.category(character) not in {"Cc", "Cf"}
    ).strip()


def _value(cell: Any) -> Value | None:
    value = cell.value
    match value:
        case None:
            return None
        case bool():
            return str(value)
        case datetime():
            return value.date()
        case date():
            return value
        case int() | float():
            return Decimal(repr(value))
        case str():
            return _tidy(value) or None
    # A formula over several cells, or a length of time.
    return str(value)


def as_text(value: Value | None) -> str:
    """What the cell shows; 110.0 is 110."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else value or ""


def as_date(value: Value | None) -> date:
    """A real date, YYYY-MM-DD, YYYY年M月D日, or YYYYMM, which is the first day of the month. Raises CellRefused."""
    if isinstance(value, date):
        return value
    text = unicodedata.normalize("NFKC", as_text(value)).replace(" ", "")
    try:
        if found := _DAY.fullmatch(text):
            return date(*(int(part) for part in found.groups() if part))
        if found := _MONTH.fullmatch(text):
            return date(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise CellRefused(_("There is no day “%(cell)s” in the calendar.") % {"cell": text[:20]}) from None
    raise CellRefused(
        _("“%(cell)s” is not a date that can be read. Write it like 2026-09-01, or 202609.") % {"cell": text[:20]}
    )
