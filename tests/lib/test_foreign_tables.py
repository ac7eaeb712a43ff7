"""Tables from outside are read strictly, and the file is never trusted."""

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
from openpyxl import Workbook

from lms.lib.foreign_tables import MOST_ROWS, Broken, Formula, read_table
from lms.lib.workbooks import FileRefused


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def book_of(*lines: list[object]) -> Workbook:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    return book


def test_cells_are_texts_exact_numbers_and_days() -> None:
    book = book_of(["姓名", "日期", "学时", "备注"], ["李 秀英 ", datetime(2026, 3, 5, 8, 30), 0.1 + 0.2, None], [])

    table = read_table(saved(book))

    (row,) = table.rows
    assert (table.headings, row.number) == (["姓名", "日期", "学时", "备注"], 2)
    assert row.cells == {"姓名": "李 秀英", "日期": date(2026, 3, 5), "学时": Decimal("0.3"), "备注": ""}


def test_a_title_above_the_headings_does_no_harm_even_when_it_is_joined() -> None:
    book = book_of(["2026年学时汇总表"], ["姓名", "课程", "学时"], ["李秀英", "K1", 2])
    book.active.merge_cells("A1:C1")

    table = read_table(saved(book))

    assert [(row.number, row.cells["姓名"]) for row in table.rows] == [(3, "李秀英")]


def test_joined_cells_in_the_list_are_refused_by_name() -> None:
    book = book_of(["姓名", "课程", "学时"], ["李秀英", "K1", 2], ["", "K2", 2])
    book.active.merge_cells("A2:A3")

    with pytest.raises(FileRefused, match=r"A2.*A3"):
        read_table(saved(book))


def test_formulas_and_errors_are_values_of_their_own() -> None:
    book = book_of(["姓名", "学时", "天数"], ["李秀英", "=1+1", "x"])
    book.active["C2"].value = "#REF!"
    book.active["C2"].data_type = "e"

    (row,) = read_table(saved(book)).rows

    assert (row.cells["学时"], row.cells["天数"]) == (Formula(), Broken())


def test_a_workbook_that_unpacks_to_far_too_much_is_refused_unread() -> None:
    out = io.BytesIO(saved(book_of(["姓名", "学时"], ["李秀英", 1])))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b"0" * 40_000_000)

    with pytest.raises(FileRefused, match=r"unpacks|展开"):
        read_table(out.getvalue())


def test_a_row_far_below_does_not_make_a_million_rows() -> None:
    book = book_of(["姓名", "学时"], ["李秀英", 1])
    book.active.cell(row=1_048_576, column=1, value="x")

    with pytest.raises(FileRefused):
        read_table(saved(book))


@pytest.mark.parametrize("name", ["xl/vbaProject.bin"])
def test_macros_are_refused(name: str) -> None:
    out = io.BytesIO(saved(book_of(["姓名", "学时"], ["李秀英", 1])))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, b"x")

    with pytest.raises(FileRefused):
        read_table(out.getvalue())


def test_entities_in_a_workbook_are_not_expanded() -> None:
    source = zipfile.ZipFile(io.BytesIO(saved(book_of(["姓名", "学时"], ["李秀英", 1]))))
    out = io.BytesIO()
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    bomb = b'<?xml version="1.0"?>' + entities + b"<worksheet>&b;</worksheet>"
    with zipfile.ZipFile(out, "w") as archive:
        for part in source.infolist():
            archive.writestr(part, bomb if part.filename == "xl/worksheets/sheet1.xml" else source.read(part))

    with pytest.raises(FileRefused):
        read_table(out.getvalue())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("between", [",", "\t", ";"])
def test_comma_separated_lists_are_read_in_every_writing_of_excel(encoding: str, between: str) -> None:
    data = f"姓名{between}课程编号{between}学时\r\n李秀英{between}0012{between}1.5\r\n".encode(encoding)

    (row,) = read_table(data).rows

    assert row.cells == {"姓名": "李秀英", "课程编号": "0012", "学时": "1.5"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0",
        b"MZ\x90\0\x03",
        b"\xd0\xcf\x11\xe0rest",
        b"PK\x03\x04broken",
        b"\xff\xfe\xff\xff",
        b"just one cell",
        "姓名,姓名,学时\n甲,乙,1".encode(),
        "姓名,学时\n".encode(),
        ("姓名,学时\n" + "甲," + "9" * 600).encode(),
        ("姓名,学时\n" + "甲,1\n" * (MOST_ROWS + 1)).encode(),
        b"x" * (8 * 1024 * 1024 + 1),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(FileRefused) as refusal:
        read_table(data)

    assert str(refusal.value)


def test_the_named_sheet_is_read_and_hidden_ones_are_not() -> None:
    book = book_of(["姓名", "学时"], ["甲", 1])
    second, hidden = book.create_sheet("二月"), book.create_sheet("草稿")
    second.append(["姓名", "学时"])
    second.append(["乙", 2])
    hidden.sheet_state = "hidden"

    table = read_table(saved(book), sheet="二月")

    assert (table.sheet, table.rows[0].cells["姓名"], table.sheets) == ("二月", "乙", (book.active.title, "二月"))
