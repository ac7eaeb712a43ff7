"""One page of A4 in Chinese as a PDF (written as PDF/A-2u) whose bytes are the same each time: text, a table, a code.

The type is Noto Serif SC, which a package ships; only the characters used are embedded. It holds 30,900 characters: all
of Unicode's first block of Han, its Extension A, and some 220 beyond. A rarer one (𠮷) is drawn from the font named by
settings.PAPER_EXTRA_FONT, else it stands as 〓 and the foot of the page says which one is meant.
"""

import gc
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from xml.sax.saxutils import escape

from django.conf import settings
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from pylopdf_fonts_zh_cn import serif_path
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

WIDTH, HEIGHT = 210.0, 297.0
MARGIN = 25.0
INNER = WIDTH - 2 * MARGIN
MM_PER_POINT = 25.4 / 72
GETA = "〓"
# Where no line begins, and where none ends (after GB/T 15834-2011, 5.1).
NO_START = frozenset("，。、；：？！）》〉」』】〕”’…—～％‰℃·,.;:?!)]}%")
NO_END = frozenset("（《〈「『【〔“‘([{￥")
# What fpdf2 writes for PDF/A-2u, but with the moment of the paper where it would put that of printing.
_XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><rdf:Description rdf:about=""
 xmp:CreateDate="{at}" xmp:ModifyDate="{at}" xmp:MetadataDate="{at}">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
</rdf:Description></rdf:RDF></x:xmpmeta>"""
# A page takes 70 MB while it is made, most of it the font; a process makes one at a time.
_ONE_AT_A_TIME = Lock()


@cache
def _characters(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _fonts() -> list[Path]:
    extra = settings.PAPER_EXTRA_FONT
    return [serif_path(), *([Path(extra)] if extra else [])]


def plain(text: str) -> str:
    """The text on one line without what cannot be seen: controls, marks of direction, blanks at the ends."""
    seen = (" " if character.isspace() else character for character in text)
    return " ".join("".join(c for c in seen if unicodedata.category(c)[0] != "C").split())


def missing_in(text: str) -> list[str]:
    """The characters that no font here holds, each once."""
    known = [_characters(path) for path in _fonts()]
    return [one for one in dict.fromkeys(text) if not any(ord(one) in characters for characters in known)]


def _pieces(text: str) -> Iterator[str]:
    """What is not parted: a word or number of Latin letters, else each character by itself."""
    word = ""
    for character in text:
        if character.isascii() and not character.isspace():
            word += character
            continue
        if word:
            yield word
        word = ""
        yield character
    if word:
        yield word


def broken(text: str, width: float, measure: Callable[[str], float], *, indent: float = 0) -> list[str]:
    """The text in lines of at most this width, the first one shorter by `indent`.

    No line begins with a closing or ends with an opening mark, as far as there is anything to move; a word wider than
    a line is parted anywhere.
    """
    lines: list[list[str]] = [[]]
    waiting = list(_pieces(text))[::-1]
    while waiting:
        piece = waiting.pop()
        room = width - (indent if len(lines) == 1 else 0)
        line = lines[-1]
        if measure("".join(line) + piece.rstrip()) <= room:
            if line or not piece.isspace():
                line.append(piece)
        elif not line:
            fits = next((n for n in range(len(piece) - 1, 1, -1) if measure(piece[:n]) <= room), 1)
            line.append(piece[:fits])
            if piece[fits:]:
                waiting.append(piece[fits:])
        else:
            moved = [piece]
            while len(line) > 1 and (moved[-1].isspace() or moved[-1][0] in NO_START or line[-1] in NO_END):
                moved.append(line.pop())
            waiting.extend(moved)
            lines.append([])
    return ["".join(line).rstrip() for line in lines if line]


class Sheet:
    """A page that is filled from the top; lengths are millimetres, sizes of type points."""

    def __init__(self, *, title: str, made_at: datetime, across: str = "") -> None:
        """`across` stands in grey over the whole page, as on a specimen."""
        self._pdf = FPDF(orientation="portrait", unit="mm", format="A4", enforce_compliance="PDFA_2U")
        self._pdf.set_auto_page_break(False)
        self._pdf.set_margins(MARGIN, MARGIN, MARGIN)
        self._pdf.c_margin = 0
        self._pdf.set_title(title)
        self._pdf.set_lang("zh-CN")
        self._pdf.set_creation_date(made_at)
        self._pdf.set_xmp_metadata(
            _XMP.format(title=escape(title), at=made_at.astimezone(UTC).isoformat(timespec="seconds"))
        )
        names = [f"paper{number}" for number, _path in enumerate(_fonts())]
        for name, path in zip(names, _fonts(), strict=True):
            self._pdf.add_font(name, fname=path)
        self._pdf.set_fallback_fonts(names[1:])
        self._pdf.add_page()
        self._missing: list[str] = []
        if across:
            self._write_across(across)

    def _write_across(self, text: str) -> None:
        self._pdf.set_font("paper0", size=150)
        self._pdf.set_text_color(225, 225, 225)
        half = self._pdf.get_string_width(text) / 2
        with self._pdf.rotation(35, WIDTH / 2, HEIGHT / 2):
            self._pdf.text(WIDTH / 2 - half, HEIGHT / 2 + 20, text)
        self._pdf.set_text_color(0, 0, 0)

    def _fit(self, text: str) -> str:
        text = plain(text)
        missing = missing_in(text)
        marks = [one for one in missing if unicodedata.combining(one) or unicodedata.category(one) == "Mn"]
        self._missing += [one for one in missing if one not in marks and one not in self._missing]
        return "".join("" if one in marks else GETA if one in missing else one for one in text)

    @property
    def y(self) -> float:
        return float(self._pdf.y)

    def down(self, length: float) -> None:
        self._pdf.y += length

    def to(self, y: float) -> None:
        """Go on at this height, or lower where the page is filled beyond it."""
        self._pdf.y = max(self._pdf.y, y)

    def heading(self, text: str, *, size: float = 28, spacing: float = 5) -> None:
        """The title, centred, its characters apart; smaller where it is long."""
        text = self._fit(text)
        self._pdf.set_font("paper0", size=size)
        while self._pdf.get_string_width(text) + spacing * len(text) > INNER and size > 14:
            size -= 1
            self._pdf.set_font("paper0", size=size)
        wide = self._pdf.get_string_width(text) + spacing * (len(text) - 1)
        x = (WIDTH - wide) / 2
        for character in text:
            self._pdf.text(x, self.y + size * MM_PER_POINT, character)
            x += self._pdf.get_string_width(character) + spacing
        self.down(size * MM_PER_POINT * 1.6)

    def line(self, text: str, *, size: float = 12, align: str = "L", leading: float = 1.6) -> None:
        """One line, or several where it is long: left, right or centred (L, R, C)."""
        self._write(self._fit(text), x=MARGIN, width=INNER, size=size, align=align, leading=leading)

    def paragraph(self, text: str, *, size: float = 14, leading: float = 1.9) -> None:
        """Text with the first line set in by two characters."""
        self._write(self._fit(text), x=MARGIN, width=INNER, size=size, leading=leading, indent=2)

    def _write(
        self, text: str, *, x: float, width: float, size: float, leading: float, align: str = "L", indent: int = 0
    ) -> None:
        self._pdf.set_font("paper0", size=size)
        step, inset = size * MM_PER_POINT * leading, indent * size * MM_PER_POINT
        for number, words in enumerate(broken(text, width, self._pdf.get_string_width, indent=inset)):
            self._pdf.x = x + (0 if number else inset)
            self._pdf.cell(
                width - (0 if number else inset), step, words, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT
            )

    def table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        widths: Sequence[float],
        aligns: Sequence[str],
        size: float = 11,
    ) -> None:
        """A ruled table; `widths` are shares of the page between the margins. Long words go on in a second line."""
        columns = [INNER * share / sum(widths) for share in widths]
        self._row(heads, columns, ["C"] * len(columns), size)
        for row in rows:
            self._row(row, columns, aligns, size)

    def _row(self, cells: Sequence[str], columns: Sequence[float], aligns: Sequence[str], size: float) -> None:
        self._pdf.set_font("paper0", size=size)
        pad, step, top = 2.0, size * MM_PER_POINT * 1.45, self.y
        texts = [
            broken(self._fit(cell), column - 2 * pad, self._pdf.get_string_width)
            for cell, column in zip(cells, columns, strict=True)
        ]
        height = step * max(1, *map(len, texts)) + 2.4
        self._pdf.set_draw_color(90, 90, 90)
        self._pdf.set_line_width(0.2)
        x = MARGIN
        for lines, column, align in zip(texts, columns, aligns, strict=True):
            self._pdf.rect(x, top, column, height)
            self._pdf.y = top + (height - step * len(lines)) / 2
            for words in lines:
                self._pdf.x = x + pad
                self._pdf.cell(column - 2 * pad, step, words, align=align, new_x=XPos.LEFT, new_y=YPos.NEXT)
            x += column
        self._pdf.set_xy(MARGIN, top + height)

    def code(self, address: str, *, x: float, y: float, side: float = 28) -> None:
        """A QR code of the address, drawn as rectangles, a run of dark squares at a time."""
        made = QRCode(error_correction=ERROR_CORRECT_M, border=0)
        made.add_data(address)
        made.make(fit=True)
        squares = made.get_matrix()
        step = side / len(squares)
        self._pdf.set_fill_color(0, 0, 0)
        for row, line in enumerate(squares):
            column = 0
            while column < len(line):
                end = column
                while end < len(line) and line[end]:
                    end += 1
                if end > column:
                    self._pdf.rect(x + column * step, y + row * step, (end - column) * step, step, style="F")
                column = max(end, column + 1)

    def note(self, text: str, *, x: float, y: float, width: float, size: float = 9.5) -> None:
        """Small text at a place of its own."""
        self._pdf.y = y
        self._write(self._fit(text), x=x, width=width, size=size, leading=1.55)

    @property
    def missing(self) -> list[str]:
        """The characters that stand as 〓 so far."""
        return list(self._missing)

    def as_bytes(self) -> bytes:
        return bytes(self._pdf.output())


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """What a sheet is made under: one in a process, and what fonts leave behind is collected afterwards."""
    with _ONE_AT_A_TIME:
        try:
            yield
        finally:
            gc.collect()
