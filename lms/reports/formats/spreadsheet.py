"""Reports as XLSX: a sheet of rows, and a sheet that says how each figure is counted."""

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
    for row in report.rows():
        sheet.append([_cell(sheet, value) for value in row])
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
