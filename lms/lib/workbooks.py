"""One guard for every workbook (XLSX) and list with commas (CSV) that comes from outside.

What a file is says its content, never its name. A workbook is a ZIP that may unpack to a thousand times its size, so it
is looked at as an archive before it is unpacked: how large, how tightly packed, protected, with macros, with entities.
Rows are read one by one and never further than the last that holds something; links to other files are not followed,
and formulas are left to whoever reads the row. Joined cells hide which row a value belongs to, so they are named.

Who reads a kind of table (`sheets`, `foreign_tables`, questions of a course) says its bounds and what a cell means.
"""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile, LargeZipFile, ZipFile

from django.utils.translation import gettext as _

MEBIBYTE = 1 << 20
_ZIP, _OLD_OFFICE = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
# Parts with something that runs: macros of either age, and controls.
_RUNS = re.compile(r"(^|/)(vba(project|data)[^/]*$|macrosheets/|activex/|dialogsheets/)", re.IGNORECASE)
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3}\d{1,7}(?::[A-Z]{1,3}\d{1,7})?)[\"']")
_MERGED_NAMED = 5
_ROW_NUMBER = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br=[\"'](\d{1,7})[\"']")
# What stands in a cell that holds something: a value, a text of its own, a formula.
_HOLDS = (b"<v>", b"<v ", b"<is>", b"<is ", b"<f>", b"<f ", b":v>", b":is>", b":f>", b":f ")
# Of what a damaged archive makes zipfile raise.
_DAMAGED = (BadZipFile, LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
_BETWEEN = ",\t;"


class FileRefused(ValueError):
    """The file is not read at all; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that is read; a part that unpacks to more than `ratio` times its size is taken for a trap.

    `rows` stand below the headings, which are among so many lines `above`.
    """

    size_bytes: int = 5 * MEBIBYTE
    unpacked_bytes: int = 30 * MEBIBYTE
    rows: int = 5000
    above: int = 1
    columns: int = 50
    parts: int = 300
    sheets: int = 30
    ratio: int = 150


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook, and the names of those that can be seen; `rows` is read once, from row 1 on."""

    title: str
    titles: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]
    merged: tuple[str, ...]

    def refuse_merged(self, *, from_row: int = 1) -> None:
        """Raise FileRefused where cells are joined in this row or further down."""
        from openpyxl.utils import range_boundaries

        found = [place for place in self.merged if range_boundaries(place)[3] >= from_row]
        if found:
            named = "、".join(found[:_MERGED_NAMED]) + ("…" if len(found) > _MERGED_NAMED else "")
            raise FileRefused(
                _("Cells are merged: %(places)s. Take the merging back and fill in every cell.") % {"places": named}
            )


def damaged() -> FileRefused:
    return FileRefused(
        _("The sheet cannot be read: the file is damaged. Open it, save it as .xlsx, and choose it again.")
    )


def is_workbook(content: bytes) -> bool:
    """Whether it is packed like a workbook; `check_file` says whether it may be opened."""
    return content.startswith(b"PK")


def is_old_office(content: bytes) -> bool:
    """Whether it is an office file of the old kind, or one locked with a password; `check_file` says which."""
    return content.startswith(_OLD_OFFICE[:4])


def check_file(content: bytes, bounds: Bounds) -> None:
    """The guard: raise FileRefused for what is too large, old, protected, runs something or unpacks to far too much."""
    if not content.strip(b"\0 \r\n\t"):
        raise FileRefused(_("The file is empty. Choose the file that you filled in."))
    if len(content) > bounds.size_bytes:
        raise FileRefused(
            _("The file is larger than %(most)d MB. Divide it into several files.")
            % {"most": bounds.size_bytes // MEBIBYTE}
        )
    if is_old_office(content):
        if _ENCRYPTED in content:
            raise FileRefused(_protected())
        raise FileRefused(_("This is the old .xls form. Open it, save it as .xlsx, and choose that file."))
    if is_workbook(content):
        _check_packed(content, bounds)


def _protected() -> str:
    return _("The file is protected by a password. Save it without one and choose it again.")


def _check_packed(content: bytes, bounds: Bounds) -> None:
    try:
        with ZipFile(io.BytesIO(content)) as packed:
            _check_parts(packed, bounds)
    except FileRefused:
        raise
    except _DAMAGED as error:
        raise damaged() from error


def _check_parts(packed: ZipFile, bounds: Bounds) -> None:
    """What the ZIP says of itself; a part that unpacks to more than it says breaks off as damaged."""
    parts = packed.infolist()
    if (
        len(parts) > bounds.parts
        or sum(part.file_size for part in parts) > bounds.unpacked_bytes
        or any(part.file_size > max(MEBIBYTE, bounds.ratio * part.compress_size) for part in parts)
    ):
        raise FileRefused(
            _("The file unpacks to far more than a table. Copy the rows to a new sheet and choose that one.")
        )
    if any(part.flag_bits & 1 for part in parts):
        raise FileRefused(_protected())
    if any(_RUNS.search(part.filename) for part in parts):
        raise FileRefused(_("The workbook holds macros. Save it as .xlsx without them."))
    if not any(part.filename.startswith("xl/") for part in parts):
        raise FileRefused(_("This is not a workbook. Save the table as .xlsx and choose it again."))
    for part in parts:
        if part.filename.endswith((".xml", ".rels")) and _declares(packed.read(part)):
            raise damaged()


def _declares(part: bytes) -> bool:
    return any(doctype in part for doctype in _DOCTYPES)


@contextmanager
def open_sheet(content: bytes, bounds: Bounds, *, wanted: str = "") -> Iterator[Sheet]:
    """The sheet of that name, else the first that can be seen. Raises FileRefused, also while its rows are read."""
    import openpyxl  # takes long to load, and most processes read no workbook

    check_file(content, bounds)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # openpyxl raises whatever a damaged file makes it trip over
        raise damaged() from error
    try:
        yield _sheet_of(book, content, bounds, wanted)
    finally:
        book.close()


def _sheet_of(book: Any, content: bytes, bounds: Bounds, wanted: str) -> Sheet:
    visible = [each for each in book.worksheets if each.sheet_state == "visible"]
    if not visible or len(book.sheetnames) > bounds.sheets:
        raise FileRefused(_("The workbook has no visible sheet, or more than %(most)d.") % {"most": bounds.sheets})
    chosen = next((each for each in visible if each.title == wanted), visible[0])
    try:
        with ZipFile(io.BytesIO(content)) as packed:
            part = packed.read(chosen._worksheet_path.lstrip("/"))
    except (*_DAMAGED, KeyError) as error:
        raise damaged() from error
    last = _last_row(part)
    if last is not None and last > bounds.rows + bounds.above:
        raise FileRefused(_("The sheet has more than %(most)d rows. Divide it.") % {"most": bounds.rows})
    titles = tuple(each.title for each in visible)
    return Sheet(chosen.title, titles, _rows(chosen, last, bounds), _merged_in(part))


def _rows(sheet: Any, last: int | None, bounds: Bounds) -> Iterator[tuple[Any, ...]]:
    """The cells row by row, up to the last row that holds something; one column more than may be filled."""
    sheet.reset_dimensions()
    try:
        yield from sheet.iter_rows(max_row=last or bounds.rows + bounds.above + 1, max_col=bounds.columns + 1)
    except Exception as error:
        raise damaged() from error


def _last_row(part: bytes) -> int | None:
    """The number of the last row that holds something; None where the file does not number its rows."""
    holds = max(part.rfind(mark) for mark in _HOLDS)
    start = max(part.rfind(b"<row", 0, holds), part.rfind(b":row ", 0, holds) - 10) if holds >= 0 else -1
    if start < 0:
        return None
    numbers = _ROW_NUMBER.findall(part, max(start, 0), holds)
    return int(numbers[-1]) if numbers else None


def _merged_in(part: bytes) -> tuple[str, ...]:
    """openpyxl does not say so when it reads row by row."""
    from openpyxl.utils import range_boundaries

    found = {place.decode() for place in _MERGED.findall(part)}
    return tuple(sorted(found, key=lambda place: range_boundaries(place)[1::-1]))


def comma_rows(content: bytes, bounds: Bounds, *, between: str = _BETWEEN) -> Iterator[list[str]]:
    """The cells of a list with commas, line by line; of several signs `between` cells, the one used most decides.

    Raises FileRefused, also while it is read.
    """
    check_file(content, bounds)
    text = decoded(content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    try:
        yield from csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=max(between, key=first.count))
    except csv.Error as error:
        raise FileRefused(
            _("The file is no table with commas. Save the table as .xlsx and choose it again.")
        ) from error


def decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, else what Excel writes on a Chinese Windows."""
    if b"\0" not in content:
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise FileRefused(_("This is neither an .xlsx nor a .csv file. Save the table as .xlsx and choose it again."))
