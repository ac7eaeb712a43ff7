"""Tables that come from outside, XLSX or CSV, read as a list of rows without trusting the file.

What the file is says its content, never its name. A workbook is looked at as an archive before it is unpacked: how
large, how tightly packed, how many sheets, whether macros, formulas or joined cells stand in it. Cells are texts,
exact decimals or days; a formula and an error of the spreadsheet are values of their own, so that whoever reads the
row can say which cell it was.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

MOST_BYTES = 8 * 1024 * 1024
MOST_UNPACKED_BYTES = 96 * 1024 * 1024
# Of one part of the archive; sheets of real lists reach twenty or thirty.
MOST_RATIO = 150
SMALL_PART_BYTES = 1024 * 1024
MOST_PARTS = 300
MOST_SHEETS = 30
MOST_ROWS = 10_000
MOST_COLUMNS = 40
MOST_LETTERS = 500
# A title or a remark may stand above the headings.
LINES_ABOVE = 10

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_JOINED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z]{1,3}\d{1,7}):([A-Z]{1,3}\d{1,7})"')
_OVERLAP = 200


class TableRefused(ValueError):
    """The file cannot be read as a table; the text says why and what to do."""


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
    """The table in the file; of a workbook the named sheet, else the first. Raises TableRefused."""
    if len(data) > MOST_BYTES:
        raise TableRefused(_("The file is larger than 8 MB. Split the list into several files."))
    if not data.strip(b"\0 \r\n\t"):
        raise TableRefused(_("The file is empty."))
    if data.startswith(_OLD_EXCEL):
        raise TableRefused(_("This is an old or encrypted Excel file. Save it as .xlsx without a password."))
    if data.startswith(_ZIP):
        return _read_workbook(data, sheet)
    return _table(_read_comma(data))


def _read_workbook(data: bytes, wanted: str) -> Table:
    _check_archive(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise TableRefused(_("This file cannot be read as a workbook. Save it anew as .xlsx.")) from error
    try:
        visible = [each for each in book.worksheets if each.sheet_state == "visible"]
        if not visible or len(book.sheetnames) > MOST_SHEETS:
            raise TableRefused(_("The workbook has no visible sheet, or more than 30."))
        names = tuple(each.title for each in visible)
        chosen = next((each for each in visible if each.title == wanted), visible[0])
        chosen.reset_dimensions()
        rows = chosen.iter_rows(max_row=MOST_ROWS + LINES_ABOVE + 2, max_col=MOST_COLUMNS)
        try:
            lines = [[_workbook_cell(cell) for cell in row] for row in rows]
        except TableRefused:
            raise
        except Exception as error:
            raise TableRefused(_("This file cannot be read as a workbook. Save it anew as .xlsx.")) from error
        table = _table(lines, sheet=chosen.title, sheets=names)
        first = table.rows[0].number if table.rows else 1
        _refuse_joined(data, chosen._worksheet_path, from_row=first - 1)
        return table
    finally:
        book.close()


def _check_archive(data: bytes) -> None:
    """Refuse what unpacks to far more than it is, what is protected, and what holds macros."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise TableRefused(_("This file is damaged. Save it anew as .xlsx.")) from error
    with archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
            raise TableRefused(_("This workbook unpacks to far too much. Copy the list alone into a new workbook."))
        for part in parts:
            packed = max(part.compress_size, 1)
            if part.file_size > SMALL_PART_BYTES and part.file_size / packed > MOST_RATIO:
                raise TableRefused(_("This workbook unpacks to far too much. Copy the list alone into a new workbook."))
            if part.flag_bits & 1:
                raise TableRefused(_("This is an old or encrypted Excel file. Save it as .xlsx without a password."))
            if part.filename.lower().endswith("vbaproject.bin"):
                raise TableRefused(_("The workbook holds macros. Save it as .xlsx without them."))
        if "[Content_Types].xml" not in archive.namelist():
            raise TableRefused(_("This is not a workbook. Choose an .xlsx or .csv file."))


def _refuse_joined(data: bytes, path: str, *, from_row: int) -> None:
    """Joined cells in the list hide what belongs to which row; a joined title above the headings does no harm."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(path.lstrip("/")) as part:
        for first, last in _joined(part):
            if int(re.sub(r"\D", "", last)) >= from_row:
                raise TableRefused(
                    _("The cells %(first)s to %(last)s are joined. Split them, and write the value into each cell.")
                    % {"first": first, "last": last}
                )


def _joined(part: IO[bytes]) -> Iterator[tuple[str, str]]:
    kept = b""
    while chunk := part.read(1 << 16):
        kept += chunk
        for match in _JOINED.finditer(kept):
            yield match[1].decode(), match[2].decode()
        kept = kept[-_OVERLAP:]


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
        raise TableRefused(_("A cell holds more than 500 characters. This does not look like a list."))
    return " ".join(value.replace("\0", "").split())


def _read_comma(data: bytes) -> list[list[Cell]]:
    text = _decoded(data)
    if "\0" in text:
        raise TableRefused(_("This is not a table. Choose an .xlsx or .csv file."))
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",\t;", key=first.count)
    lines: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            lines.append([_text(cell) for cell in row[:MOST_COLUMNS]])
            if len(lines) > MOST_ROWS + LINES_ABOVE + 2:
                break
    except csv.Error as error:
        raise TableRefused(_("This is not a table. Choose an .xlsx or .csv file.")) from error
    return lines


def _decoded(data: bytes) -> str:
    """UTF-8 with or without its mark, else what Excel writes on a Chinese Windows."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableRefused(_("The letters of this file cannot be read. Save it as .xlsx, or as CSV in UTF-8."))


def _table(lines: Sequence[Sequence[Cell]], *, sheet: str = "", sheets: tuple[str, ...] = ()) -> Table:
    """The first of the upper lines with about as many texts as any holds the headings; a title above has fewer.

    Below it every line counts that is not empty.
    """
    upper = [sum(isinstance(cell, str) and cell != "" for cell in line) for line in lines[:LINES_ABOVE]]
    if not upper or max(upper) < 2:
        raise TableRefused(_("No headings were found. The first line must name the columns."))
    head = next(number for number, texts in enumerate(upper) if texts >= 2 and texts * 5 >= max(upper) * 3)
    headings = [cell if isinstance(cell, str) else "" for cell in lines[head]]
    named = [heading for heading in headings if heading]
    if len(set(named)) != len(named):
        twice = next(heading for heading in named if named.count(heading) > 1)
        raise TableRefused(_("Two columns are headed “%(heading)s”. Rename one of them.") % {"heading": twice})
    rows = [
        Row(number, {heading: cell for heading, cell in zip(headings, line, strict=False) if heading})
        for number, line in enumerate(lines[head + 1 :], start=head + 2)
        if any(cell != "" for cell in line)
    ]
    if len(rows) > MOST_ROWS or len(lines) > MOST_ROWS + LINES_ABOVE + 1:
        raise TableRefused(_("The list has more than 10,000 rows. Split it into several files."))
    if not rows:
        raise TableRefused(_("There is no row below the headings."))
    return Table(named, rows, sheet, sheets)
