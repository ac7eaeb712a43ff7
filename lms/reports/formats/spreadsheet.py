"""Reports as XLSX: a sheet of rows, and a sheet that says how each figure is counted.

openpyxl makes the workbook. The rows are written into its first sheet as they come, as text: a million cells that are
objects first take ten times as long.
"""

import io
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from lms.lib.batches import batched
from lms.reports.definitions.base import Report

_WIDTH = 22
_END = b"</sheetData>"
# Of all compressions the quickest: the file is a tenth larger than at its best.
_COMPRESSION = 1
# Rows that are handed to the compressor at once.
_AT_ONCE = 500
_MOST_LETTERS = 32_767  # of one cell, as spreadsheets have it
_MOST_ROWS = 1_048_576  # of one sheet, likewise
_DIFFERENT_TEXTS = 10_000


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> WriteOnlyCell:
    """A number or plain text, never a formula, whatever it begins with."""
    number = isinstance(value, int)
    cell = WriteOnlyCell(sheet, value=value if number else str(value))
    if not number:
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _part(number: int) -> str:
    """Where a sheet lies in the file, by its number from 1."""
    return f"xl/worksheets/sheet{number}.xml"


def _workbook(report: Report, remarks: list[str], *, sheets: int = 1, count: int = 0) -> tuple[dict[str, bytes], int]:
    """The parts of the workbook, its sheets without rows as yet, and the style of numbers with two places.

    Every sheet of rows begins alike; the last sheet holds the words.
    """
    book = Workbook(write_only=True)
    headings = [f"{c.heading}（{c.unit}）" if c.unit else str(c.heading) for c in report.columns]
    for place in range(1, sheets + 1):
        number_of_it = f" {place}" if place > 1 else ""
        sheet = book.create_sheet(f"{str(report.title)[: 31 - len(number_of_it)]}{number_of_it}")
        for number in range(1, len(report.columns) + 1):
            sheet.column_dimensions[get_column_letter(number)].width = _WIDTH
        sheet.freeze_panes = f"A{len(remarks) + 2}"
        for remark in remarks:
            sheet.append([_cell(sheet, remark)])
        sheet.append([_cell(sheet, heading, bold=True) for heading in headings])
    two_places = WriteOnlyCell(sheet)
    two_places.number_format = "0.00"
    style: int = two_places.style_id  # asked for before the book is written, or the book lacks it

    words = book.create_sheet(_("How it is counted"))
    words.column_dimensions["A"].width = _WIDTH
    words.column_dimensions["C"].width = 90
    words.append([_cell(words, heading, bold=True) for heading in (_("Figure"), _("Definition no."), _("Definition"))])
    for metric in report.metrics:
        words.append(
            [_cell(words, text) for text in (metric.name, f"{metric.code} v{metric.version}", metric.definition)]
        )
    words.append([])
    words.append([_cell(words, _("Rows")), _cell(words, count)])
    out = io.BytesIO()
    book.save(out)
    with ZipFile(out) as parts:
        return {name: parts.read(name) for name in parts.namelist()}, style


@lru_cache(_DIFFERENT_TEXTS)
def _text(text: str) -> str:
    """A cell of plain text from its type on; characters that no workbook may hold are left out."""
    kept = escape(ILLEGAL_CHARACTERS_RE.sub("", text)[:_MOST_LETTERS], quote=False)
    return f't="inlineStr"><is><t xml:space="preserve">{kept}</t></is></c>'


def _row_of(columns: int, two_places: int) -> Callable[[int, Sequence[Any]], str]:
    """What writes a row, by its number from 1."""
    letters = [get_column_letter(number) for number in range(1, columns + 1)]

    def cell(letter: str, number: int, value: Any) -> str:
        if isinstance(value, Decimal):
            return f'<c r="{letter}{number}" s="{two_places}"><v>{value:f}</v></c>'
        if isinstance(value, int | float):
            return f'<c r="{letter}{number}"><v>{value}</v></c>'
        return f'<c r="{letter}{number}" {_text(str(value))}'

    def row(number: int, values: Sequence[Any]) -> str:
        cells = "".join(
            cell(letter, number, value)
            for letter, value in zip(letters, values, strict=True)
            if value is not None and value != ""
        )
        return f'<row r="{number}">{cells}</row>'

    return row


def write_xlsx(report: Report, out: IO[bytes], *, remarks: list[str]) -> int:
    """Write the workbook, in as many sheets as its rows need, and return how many rows it has."""
    parts, two_places = _workbook(report, remarks)
    head, tail = parts[_part(1)].split(_END)
    row_of = _row_of(len(report.columns), two_places)
    first = len(remarks) + 2
    last = _MOST_ROWS - _AT_ONCE + 1  # no row of a group that begins here lies below the end of the sheet
    rows, count, sheets = batched(report.rows(), _AT_ONCE), 0, 0
    group = next(rows, None)
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=_COMPRESSION) as book:
        while group or not sheets:
            sheets, number = sheets + 1, first
            with book.open(_part(sheets), "w", force_zip64=True) as sheet:
                sheet.write(head)
                while group and number <= last:
                    sheet.write("".join(row_of(number + place, row) for place, row in enumerate(group)).encode())
                    number, count = number + len(group), count + len(group)
                    group = next(rows, None)
                sheet.write(_END + tail)
        parts, _style = _workbook(report, remarks, sheets=sheets, count=count)
        for name, part in parts.items():
            if name not in book.NameToInfo:
                book.writestr(name, part)
    return count
