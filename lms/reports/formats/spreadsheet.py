"""Reports as XLSX: a sheet of rows, and a sheet that says how each figure is counted."""

from collections.abc import Sequence
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from lms.reports.definitions.base import Report

_WIDTH = 22


def _cell(sheet: Any, value: Any, *, bold: bool = False, two_places: bool = False) -> WriteOnlyCell:
    """A cell that is a number or plain text, never a formula, whatever a name begins with."""
    number = isinstance(value, int | float | Decimal)
    cell = WriteOnlyCell(sheet, value=value if number or value is None else str(value))
    if not number and value is not None:
        cell.data_type = "s"
    if isinstance(value, Decimal) or two_places:
        cell.number_format = "0.00"
    if bold:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


class _Row:
    """Cells of rows that follow one another: text goes as it is, and one cell serves for all decimals.

    A workbook that is only written takes a value at once, so that the cell is free again; a hundred thousand rows
    would otherwise make a million cells.
    """

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._decimals: dict[int, WriteOnlyCell] = {}

    def of(self, values: Sequence[Any]) -> list[Any]:
        return [self._cell(place, value) for place, value in enumerate(values)]

    def _cell(self, place: int, value: Any) -> Any:
        if isinstance(value, Decimal):
            if place not in self._decimals:
                self._decimals[place] = _cell(self._sheet, value)
            self._decimals[place].value = value
            return self._decimals[place]
        if value is None or isinstance(value, int | float):
            return value
        text = str(value)
        # Only what could be taken for a formula or an error has to be told apart from them.
        return _cell(self._sheet, text) if text.startswith(("=", "#")) else text


def write_xlsx(report: Report, out: IO[bytes], *, remarks: list[str]) -> int:
    """Write the workbook and return how many rows it has."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(report.title)[:31])
    for number in range(1, len(report.columns) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTH
    sheet.freeze_panes = f"A{len(remarks) + 2}"
    for remark in remarks:
        sheet.append([_cell(sheet, remark)])
    headings = [f"{c.heading}（{c.unit}）" if c.unit else str(c.heading) for c in report.columns]
    sheet.append([_cell(sheet, heading, bold=True) for heading in headings])
    count = 0
    row_of = _Row(sheet)
    for values in report.rows():
        sheet.append(row_of.of(values))
        count += 1

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
    book.save(out)
    return count
