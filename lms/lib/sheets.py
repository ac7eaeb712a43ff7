"""Uploaded tables, XLSX or CSV, as rows of cells with their places; refused where they could harm or mislead.

A workbook is a ZIP that may unpack to a thousand times its size, so its sizes are looked at before anything is
unpacked. A formula shows a value that was worked out elsewhere, and merged cells hide which row a value belongs to:
neither is guessed at. What a cell means is said by whoever reads the table; `as_text` and `as_date` help.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zipfile import BadZipFile, LargeZipFile, ZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

Value = str | date | Decimal

_MEBIBYTE = 1 << 20
_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3}\d{1,7}(?::[A-Z]{1,3}\d{1,7})?)[\"']")
_MERGED_NAMED = 5
# So many empty rows one after the other are the end of what somebody filled in.
_EMPTY_ROWS = 200
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|年(\d{1,2})月(\d{1,2})日)")
_MONTH = re.compile(r"(\d{4})(\d{2})")


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is read; a part that unpacks to more than `ratio` times its size is taken for a trap."""

    size_bytes: int = 5 * _MEBIBYTE
    unpacked_bytes: int = 30 * _MEBIBYTE
    parts: int = 300
    ratio: int = 150
    rows: int = 5000
    columns: int = 50
    characters: int = 1000


class SheetRefused(Exception):
    """The file is not read at all; the text says why and what to do."""


class CellRefused(ValueError):
    """A cell does not say what its column asks for; the text says what to write."""


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: row and column count from 1, as spreadsheets do."""

    row: int
    column: int

    def __str__(self) -> str:
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
    """The rows of the first sheet, headings included, empty rows left out. Raises SheetRefused."""
    limits = limits or Limits()
    if not content:
        raise SheetRefused(_("The file is empty. Choose the file that you filled in."))
    if len(content) > limits.size_bytes:
        raise SheetRefused(
            _("The file is larger than %(most)d MB. Divide it into several files.")
            % {"most": limits.size_bytes // _MEBIBYTE}
        )
    if content.startswith(_OLD_OFFICE):
        if _ENCRYPTED in content:
            raise SheetRefused(_("The file is protected by a password. Save it without one and choose it again."))
        raise SheetRefused(_("This is the old .xls form. Open it, save it as .xlsx, and choose that file."))
    read = _read_workbook if content.startswith(b"PK") else _read_comma
    rows: list[Row] = []
    for row in read(content, limits):
        if len(rows) > limits.rows:
            raise SheetRefused(_("The sheet has more than %(most)d rows. Divide it.") % {"most": limits.rows})
        rows.append(row)
    if not rows:
        raise SheetRefused(_("The first sheet is empty. Fill in the template and choose it again."))
    return rows


def _read_workbook(content: bytes, limits: Limits) -> Iterator[Row]:
    damaged = _("The sheet cannot be read: the file is damaged. Open it, save it as .xlsx, and choose it again.")
    _check_packed(content, limits, damaged)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        sheet = book.worksheets[0]
        _check_merged(content, sheet._worksheet_path)
        sheet.reset_dimensions()
        empty = 0
        for number, cells in enumerate(sheet.iter_rows(max_col=limits.columns + 1), start=1):
            row = _row(number, [_value(cell) for cell in cells], [cell.data_type == "f" for cell in cells], limits)
            if row is not None:
                empty = 0
                yield row
            elif (empty := empty + 1) > _EMPTY_ROWS:
                return
    except SheetRefused:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged file makes it trip over
        raise SheetRefused(damaged) from error


def _check_packed(content: bytes, limits: Limits, damaged: str) -> None:
    """What the ZIP says of itself; a part that unpacks to more than it says breaks off as damaged."""
    too_much = _("The file unpacks to far more than a table. Copy the rows to a new sheet and choose that one.")
    try:
        with ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > limits.parts or sum(part.file_size for part in parts) > limits.unpacked_bytes:
                raise SheetRefused(too_much)
            for part in parts:
                if part.file_size > max(_MEBIBYTE, limits.ratio * part.compress_size):
                    raise SheetRefused(too_much)
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in packed.read(part):
                    raise SheetRefused(damaged)
    except (BadZipFile, LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise SheetRefused(damaged) from error


def _check_merged(content: bytes, part: str) -> None:
    """openpyxl does not say so when it reads row by row."""
    with ZipFile(io.BytesIO(content)) as packed:
        found = {place.decode() for place in _MERGED.findall(packed.read(part))}
    merged = sorted(found, key=lambda place: range_boundaries(place)[1::-1])
    if merged:
        named = "、".join(merged[:_MERGED_NAMED]) + ("…" if len(merged) > _MERGED_NAMED else "")
        raise SheetRefused(
            _("Cells are merged: %(places)s. Take the merging back and fill in every cell.") % {"places": named}
        )


def _read_comma(content: bytes, limits: Limits) -> Iterator[Row]:
    no_table = _("The file is no table with commas. Save the table as .xlsx and choose it again.")
    text = _decoded(content)
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            values: list[Value | None] = [_tidy(cell) or None for cell in cells]
            is_formula = [isinstance(value, str) and value.startswith("=") for value in values]
            row = _row(number, values, is_formula, limits)
            if row is not None:
                yield row
    except csv.Error as error:
        raise SheetRefused(no_table) from error


def _decoded(content: bytes) -> str:
    if b"\0" not in content:
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise SheetRefused(_("This is neither an .xlsx nor a .csv file. Save the table as .xlsx and choose it again."))


def _row(number: int, values: list[Value | None], is_formula: list[bool], limits: Limits) -> Row | None:
    while values and values[-1] is None:
        values.pop()
    if not values:
        return None
    if len(values) > limits.columns:
        raise SheetRefused(
            _("Row %(row)d has more than %(most)d columns. Leave out what does not belong to the table.")
            % {"row": number, "most": limits.columns}
        )
    for column, value in enumerate(values, start=1):
        if isinstance(value, str) and len(value) > limits.characters:
            raise SheetRefused(_("Cell %(place)s holds far too much text.") % {"place": Place(number, column)})
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
