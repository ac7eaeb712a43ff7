"""Tables that come from outside, XLSX or CSV, read as a list of rows without trusting the file.

The guard is `workbooks`. Cells are texts, exact decimals or days; a formula and an error of the spreadsheet are values
of their own, so that whoever reads the row can say which cell it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lms.lib.workbooks import MEBIBYTE, Bounds, FileRefused, comma_rows, is_workbook, open_sheet

__all__ = ["MOST_BYTES", "MOST_ROWS", "Broken", "Cell", "Formula", "Row", "Table", "read_table"]

MOST_BYTES = 8 * MEBIBYTE
MOST_ROWS = 10_000
MOST_COLUMNS = 40
MOST_LETTERS = 500
# A title or a remark may stand above the headings.
LINES_ABOVE = 10
BOUNDS = Bounds(
    size_bytes=MOST_BYTES, unpacked_bytes=96 * MEBIBYTE, rows=MOST_ROWS, above=LINES_ABOVE, columns=MOST_COLUMNS
)


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that would be calculated: nobody knows what it was when the list was signed."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell in which the spreadsheet shows an error, such as #REF!."""


Cell = str | Decimal | date | Formula | Broken


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it is numbered in the file, and its cells by heading; empty cells are empty texts."""

    number: int
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """The headings in their order, the rows below them, and the sheets among which one was chosen."""

    headings: list[str]
    rows: list[Row]
    sheet: str = ""
    sheets: tuple[str, ...] = ()


def read_table(data: bytes, *, sheet: str = "") -> Table:
    """The table in the file; of a workbook the named sheet, else the first. Raises FileRefused."""
    if is_workbook(data):
        return _read_workbook(data, sheet)
    return _table(_read_comma(data))


def _read_workbook(data: bytes, wanted: str) -> Table:
    with open_sheet(data, BOUNDS, wanted=wanted) as sheet:
        lines = [[_workbook_cell(cell) for cell in row[:MOST_COLUMNS]] for row in sheet.rows]
        table = _table(lines, sheet=sheet.title, sheets=sheet.titles)
        # A joined title above the headings does no harm.
        sheet.refuse_merged(from_row=table.rows[0].number - 1)
    return table


def _workbook_cell(cell: Any) -> Cell:
    value, kind = cell.value, getattr(cell, "data_type", "")
    if value is None:
        return ""
    if kind == "f" or not isinstance(value, str | int | float | datetime | date | bool | Decimal):
        # Among others an array formula, and a time without a day.
        return Formula() if kind == "f" else Broken()
    if kind == "e":
        return Broken()
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return _exact(value)
    return _text(str(value))


def _exact(value: float) -> Cell:
    """A number of a workbook is binary; what a person typed comes back at six places."""
    number = Decimal(f"{value:.6f}") if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        return Broken()
    return number.normalize() if number % 1 else number.quantize(Decimal(1))


def _text(value: str) -> str:
    if len(value) > MOST_LETTERS:
        raise FileRefused(_("A cell holds more than 500 characters. This does not look like a list."))
    return " ".join(value.replace("\0", "").split())


def _read_comma(data: bytes) -> list[list[Cell]]:
    lines: list[list[Cell]] = []
    for row in comma_rows(data, BOUNDS):
        lines.append([_text(cell) for cell in row[:MOST_COLUMNS]])
        if len(lines) > MOST_ROWS + LINES_ABOVE + 1:
            break
    return lines


def _table(lines: Sequence[Sequence[Cell]], *, sheet: str = "", sheets: tuple[str, ...] = ()) -> Table:
    """The first of the upper lines with about as many texts as any holds the headings; a title above has fewer.

    Below it every line counts that is not empty.
    """
    upper = [sum(isinstance(cell, str) and cell != "" for cell in line) for line in lines[:LINES_ABOVE]]
    if not upper or max(upper) < 2:
        raise FileRefused(_("No headings were found. The first line must name the columns."))
    head = next(number for number, texts in enumerate(upper) if texts >= 2 and texts * 5 >= max(upper) * 3)
    headings = [cell if isinstance(cell, str) else "" for cell in lines[head]]
    named = [heading for heading in headings if heading]
    if len(set(named)) != len(named):
        twice = next(heading for heading in named if named.count(heading) > 1)
        raise FileRefused(_("Two columns are headed “%(heading)s”. Rename one of them.") % {"heading": twice})
    rows = [
        Row(number, {heading: cell for heading, cell in zip(headings, line, strict=False) if heading})
        for number, line in enumerate(lines[head + 1 :], start=head + 2)
        if any(cell != "" for cell in line)
    ]
    if len(rows) > MOST_ROWS or len(lines) > MOST_ROWS + LINES_ABOVE + 1:
        raise FileRefused(_("The list has more than 10,000 rows. Split it into several files."))
    if not rows:
        raise FileRefused(_("There is no row below the headings."))
    return Table(named, rows, sheet, sheets)
