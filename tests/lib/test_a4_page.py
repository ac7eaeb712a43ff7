"""Pages of A4: how lines are broken, what is said of rare characters, and that the same page is the same bytes."""

from datetime import UTC, datetime
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pylopdf_fonts_zh_cn import sans_path
from pypdf import PdfReader

from lms.lib.a4_page import NO_END, NO_START, Sheet, broken, missing_in, plain

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
CHARACTERS = "学时证明李秀英，。、；：（）《》“”—A1-. "


def page(*, across: str = "", words: str = "学时证明") -> Sheet:
    sheet = Sheet(title="学时证明", made_at=AT, across=across)
    sheet.heading(words)
    sheet.paragraph(words)
    sheet.table(["名称", "学时"], [[words, "1.00"]], widths=[1, 1], aligns=["L", "R"])
    sheet.code("https://example.cn/", x=25, y=240)
    return sheet


def text_of(pdf: bytes) -> str:
    """What stands on it, without the blanks and zeros that this reader sees between two-byte characters."""
    return "".join(PdfReader(BytesIO(pdf)).pages[0].extract_text().replace("\0", "").split())


@given(st.text(CHARACTERS, max_size=60), st.integers(3, 12))
def test_lines_keep_the_text_the_width_and_the_marks(text: str, width: int) -> None:
    lines = broken(text, width, len)

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(len(line) <= width for line in lines)
    for before, line in pairwise(lines):
        if not any(character.isascii() for character in before + line) and len(before) > 1:
            assert line[0] not in NO_START and before[-1] not in NO_END


def test_no_line_begins_with_a_comma_or_ends_with_a_bracket() -> None:
    assert broken("甲乙丙丁，戊", 4, len) == ["甲乙丙", "丁，戊"]
    assert broken("甲乙丙（戊）", 4, len) == ["甲乙丙", "（戊）"]
    assert broken("甲乙丙丁”。戊", 4, len) == ["甲乙丙", "丁”。戊"]
    assert broken("编号 ABCD-EFGH", 6, len) == ["编号", "ABCD-E", "FGH"]
    assert broken("甲乙丙", 4, len, indent=2) == ["甲乙", "丙"]


def test_what_cannot_be_seen_is_left_out() -> None:
    assert plain(" 王\n小\u202e明\x00\u200b \t二 ") == "王 小明 二"


def test_the_same_page_is_the_same_bytes_and_its_type_is_embedded() -> None:
    first, second = page(across="样张").as_bytes(), page(across="样张").as_bytes()

    assert first == second and len(first) < 60_000
    assert "学时证明" in text_of(first) and "样张" in text_of(first)
    assert "样张" not in text_of(page().as_bytes())
    assert b"<pdfaid:part>2<" in first and b"/OutputIntent" in first
    assert b"/FontFile3" in first and b"NotoSerifSC" in first
    assert len(PdfReader(BytesIO(first)).pages) == 1


def test_rare_characters_are_drawn_or_named(settings: Any) -> None:
    """㐱, 䶮, 堃, 昇 and 頔 stand in names; 𠮷 lies beyond what the type holds."""
    sheet = page(words="㐱䶮堃昇頔𠮷")

    assert sheet.missing == ["𠮷"] and missing_in("㐱䶮堃昇頔𬍛𫖮") == []
    assert "㐱䶮堃昇頔〓" in text_of(sheet.as_bytes())
    settings.PAPER_EXTRA_FONT = str(sans_path())
    assert "㐱䶮堃昇頔〓" in text_of(page(words="㐱䶮堃昇頔𠮷").as_bytes())


@pytest.mark.parametrize("words", ["长" * 400, "A" * 300, "=HYPERLINK(1)", "(\\)%", ""])
def test_no_text_breaks_a_page(words: str) -> None:
    assert len(PdfReader(BytesIO(page(words=words).as_bytes())).pages) == 1
