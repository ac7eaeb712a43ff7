"""Uploaded tables are read as they are meant, or refused with a sentence."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from lms.lib.sheets import CellRefused, Limits, Place, as_date, as_text, read_table
from lms.lib.workbooks import FileRefused


def workbook(*rows: list[object], change: Callable[[Workbook], None] | None = None) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refusal(content: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(FileRefused) as refused:
        read_table(content, limits)
    return str(refused.value)


def test_a_workbook_gives_text_dates_and_numbers_in_their_places() -> None:
    rows = read_table(workbook(["姓名", "起"], [], ["　李秀英 ", datetime(2026, 9, 1), 110.0, None, 0.5]))

    assert [row.number for row in rows] == [1, 3]
    assert rows[1].cells == ("李秀英", date(2026, 9, 1), Decimal("110"), None, Decimal("0.5"))
    assert (rows[1][1], rows[1][9], str(Place(3, 28))) == ("李秀英", None, "AB3")
    assert [as_text(cell) for cell in rows[1].cells] == ["李秀英", "2026-09-01", "110", "", "0.5"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_comma_file_is_read_in_the_writings_that_offices_use(encoding: str) -> None:
    content = '姓名,单位\r\n李秀英,"柳树村\n村委会"\r\n,,\r\n王𠮷,（甲）\r\n'.encode(encoding)

    assert [row.cells for row in read_table(content)] == [
        ("姓名", "单位"),
        ("李秀英", "柳树村 村委会"),
        ("王𠮷", "（甲）"),
    ]


def test_a_formula_is_told_with_its_place_and_never_worked_out() -> None:
    (row,) = read_table(workbook(["李秀英", "=1+1", '=HYPERLINK("x")']))
    (comma,) = read_table("李秀英,=1+1\n".encode())

    assert (row.formulas, comma.formulas) == ({2, 3}, {2})


def test_merged_cells_are_refused_with_their_place() -> None:
    def merge(book: Workbook) -> None:
        book.active.merge_cells("A2:A3")
        book.active.merge_cells("B5:C5")

    assert "A2:A3、B5:C5" in refusal(workbook(["姓名"], ["李秀英"], change=merge))


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = packed({"xl/worksheets/sheet1.xml": b" " * (20 << 20)})
    many = packed({f"part{number}.xml": b"x" for number in range(301)})
    large = packed({"a.bin": bytes(range(256)) * 40, "b.bin": bytes(range(256)) * 40})

    assert len(bomb) < 100_000
    assert "远远超出" in refusal(bomb)
    assert "远远超出" in refusal(many)
    assert "远远超出" in refusal(large, Limits(unpacked_bytes=15_000))


def test_a_part_that_lies_about_its_size_is_damaged() -> None:
    content = bytearray(workbook(["姓名"]))
    entry = content.rfind(b"PK\x01\x02")
    name = content.rfind(b"xl/worksheets/sheet1.xml")
    entry = content.rfind(b"PK\x01\x02", 0, name)
    content[entry + 24 : entry + 28] = (10).to_bytes(4, "little")

    assert "损坏" in refusal(bytes(content))


def test_a_declaration_of_entities_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["姓名"]))) as good, zipfile.ZipFile(out, "w") as bad:
        for part in good.infolist():
            body = good.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                body = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + body
            bad.writestr(part.filename, body)

    assert "损坏" in refusal(out.getvalue())


def test_old_and_protected_workbooks_are_told_apart() -> None:
    old = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600

    assert ".xls" in refusal(old)
    assert "密码" in refusal(old + "EncryptedPackage".encode("utf-16-le"))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04nothing", b"\x89PNG\r\n\x1a\n\0\0", b'"open', b"\xff\xff\xff,"])
def test_what_is_no_table_is_refused(content: bytes) -> None:
    assert refusal(content)


def test_too_many_bytes_rows_columns_or_letters_are_refused() -> None:
    rows = b"a\n" * 6

    assert "4" in refusal(rows, Limits(rows=4))
    assert len(read_table(rows, Limits(rows=5))) == 6  # five below the headings
    assert "MB" in refusal(rows, Limits(size_bytes=11))
    assert "3" in refusal(workbook(["a", "b", "c", "d"]), Limits(columns=3))
    assert "A1" in refusal(workbook(["a" * 1001]))


def test_a_sheet_that_was_painted_to_the_bottom_ends_after_its_rows() -> None:
    def paint(book: Workbook) -> None:
        book.active.cell(row=200_000, column=1).number_format = "@"

    assert len(read_table(workbook(["姓名"], ["李秀英"], change=paint))) == 2


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (date(2026, 9, 1), date(2026, 9, 1)),
        ("2026-09-01", date(2026, 9, 1)),
        ("2026-9-1", date(2026, 9, 1)),
        ("2026年9月1日", date(2026, 9, 1)),
        ("2026 年 12 月 31 日", date(2026, 12, 31)),
        ("202609", date(2026, 9, 1)),
        (Decimal("202609"), date(2026, 9, 1)),
    ],
)
def test_dates_are_read_as_people_write_them(cell: Any, day: date) -> None:
    assert as_date(cell) == day


@pytest.mark.parametrize("cell", [None, "", "2026-02-30", "202613", "2026.9", "9/1/2026", "昨天", Decimal(46266)])
def test_what_may_be_another_day_is_not_guessed(cell: Any) -> None:
    with pytest.raises(CellRefused):
        as_date(cell)
