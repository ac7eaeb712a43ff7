"""Files that mean harm, or mislead, at every door through which a table enters: roster, hours, questions."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from courses.models import QuestionImport
from lms.credits.domain.importing import choose_columns, preview_of
from lms.credits.domain.outside import usual_columns
from lms.credits.models import CreditLedgerEntry, ImportBatch, ImportedHours
from lms.lib.foreign_tables import read_table
from lms.people.domain.roster.reading import preview
from lms.people.models import Person, Post, RosterBatch
from tests.cast import Cast
from tests.clock import Clock
from tests.credits.outside import HEADINGS as HOURS
from tests.credits.outside import row_of
from tests.people.rosters import HEADINGS as ROSTER
from tests.people.rosters import identity_number, row

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]
LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
QUESTIONS = ["题型", "题目", "答案", "选项A", "选项B"]


@dataclass
class Door:
    """One page that takes a table: its headings, rows that it would take, and what becomes of a file sent there."""

    cast: Cast
    clock: Clock
    at_desk: AtDesk
    name: str

    @property
    def headings(self) -> list[str]:
        return {"roster": ROSTER, "hours": HOURS, "questions": QUESTIONS}[self.name]

    def rows(self, count: int = 2) -> list[list[Any]]:
        if self.name == "roster":
            return [row(name=f"马小{'云雨雪风'[n]}", number=identity_number(n + 1)) for n in range(count)]
        if self.name == "hours":
            return [row_of(self.cast.learner, f"K{n}") for n in range(count)]
        return [["判断题", f"第{n}题对不对？", "对", "", ""] for n in range(count)]

    def book(self, *rows: list[Any]) -> Workbook:
        book = Workbook()
        for line in [self.headings, *(rows or self.rows())]:
            book.active.append(line)
        return book

    def send(self, content: bytes, name: str = "表.xlsx") -> Any:
        file = SimpleUploadedFile(name, content)
        if self.name == "roster":
            said: dict[str, Any] = {"org": self.cast.orgs.organization_department.pk}
            return self.at_desk(self.cast.officer).post(reverse("desk:roster"), {**said, "file": file})
        if self.name == "hours":
            said = {"kind": "external", "new_platform": "省干部网络学院", "category": "online_self_study"}
            return self.at_desk(self.cast.officer).post(reverse("desk:import_send"), {**said, "file": file})
        said = {"org": self.cast.orgs.provider.pk, "title": "新的一套", "into": ""}
        return self.at_desk(self.cast.trainer).post("/admin/quizzes/import/", {**said, "file": file})

    def refusal(self, content: bytes, name: str = "表.xlsx") -> str:
        """The sentence with which the file is refused; nothing of it may be left."""
        answer = self.send(content, name)
        assert answer.status_code == 422
        assert not any(model.objects.exists() for model in (RosterBatch, ImportBatch, QuestionImport))
        return " ".join(str(error) for errors in answer.context["form"].errors.values() for error in errors)

    def taken(self, content: bytes, name: str = "表.xlsx") -> tuple[int, int]:
        """How many rows of a file that was read would be taken, and how many not; nothing has counted yet."""
        answer = self.send(content, name)
        assert answer.status_code == 302, answer.context["form"].errors
        assert not ImportedHours.objects.exists()
        assert not CreditLedgerEntry.objects.exists()
        assert not Post.objects.filter(person__name__startswith="马小").exists()
        if self.name == "roster":
            read = preview(RosterBatch.objects.get(), by=self.cast.officer, at=self.clock.now)
            bad = {fault.row for fault in read.faults}
            return len([step for step in read.planned if step.line.row not in bad]), len(bad)
        if self.name == "hours":
            batch = ImportBatch.objects.get()
            choose_columns(batch, usual_columns(read_table(content).headings, batch.kind))
            tried = preview_of(batch, officer=self.cast.officer, at=self.clock.now)
            return len(tried.new), len(tried.refused)
        rows = QuestionImport.objects.get().rows
        return len([each for each in rows if not each["defect"]]), len([each for each in rows if each["defect"]])


@pytest.fixture(params=["roster", "hours", "questions"])
def door(request: pytest.FixtureRequest, cast: Cast, clock: Clock, at_desk: AtDesk) -> Door:
    clock.set(2026, 11, 20, 10)
    return Door(cast, clock, at_desk, request.param)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, change: Callable[[str, bytes], bytes] = lambda _name, body: body, **more: bytes) -> bytes:
    """The workbook with parts changed or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, body in more.items():
            new.writestr(name.replace("__", "/"), body)
    return out.getvalue()


def in_sheet(change: Callable[[bytes], bytes]) -> Callable[[str, bytes], bytes]:
    return lambda name, body: change(body) if name == "xl/worksheets/sheet1.xml" else body


def locked(content: bytes) -> bytes:
    """Every part marked as encrypted."""
    changed = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(mark)
        while at >= 0:
            changed[at + offset] |= 1
            at = changed.find(mark, at + 4)
    return bytes(changed)


def far_below(content: bytes) -> bytes:
    cell = b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    return repacked(content, in_sheet(lambda body: body.replace(b"</sheetData>", cell)))


OLD = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
ATTACKS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "zip bomb": (lambda book: repacked(book, in_sheet(lambda body: body + b" " * 60_000_000)), "展开"),
    "bomb beside the sheet": (lambda book: repacked(book, xl__media__a=b"0" * 50_000_000), "展开"),
    "very many parts": (lambda book: repacked(book, **{f"xl__p{n}.xml": b"x" for n in range(400)}), "展开"),
    "doctype": (lambda book: repacked(book, in_sheet(lambda body: LAUGHS.encode() + body)), "损坏"),
    "doctype in utf-16": (
        lambda book: repacked(book, in_sheet(lambda body: (LAUGHS + body.decode()).encode("utf-16"))),
        "损坏",
    ),
    "macro": (lambda book: repacked(book, **{"xl__vbaProject.bin": b"x"}), "宏"),
    "macro of the old age": (lambda book: repacked(book, **{"xl__macrosheets__sheet1.xml": b"<x/>"}), "宏"),
    "control": (lambda book: repacked(book, **{"xl__activeX__activeX1.xml": b"<x/>"}), "宏"),
    "row far below": (far_below, "行"),
    "half a file": (lambda book: book[: len(book) // 2], "损坏"),
    "locked zip": (locked, "密码"),
    "locked by office": (lambda _book: OLD + "EncryptedPackage".encode("utf-16-le"), "密码"),
    "old excel": (lambda _book: OLD, "xls"),
    "document": (lambda _book: repacked_document(), "工作簿"),
    "picture": (lambda _book: b"\x89PNG\r\n\x1a\n" + b"\0\x01" * 200, ""),
    "program": (lambda _book: b"MZ\x90\0\x03" + b"\0" * 300, ""),
    "nothing": (lambda _book: b"", "空"),
    "blanks": (lambda _book: b" \r\n\t" * 9, "空"),
}


def repacked_document() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", "<w/>")
    return out.getvalue()


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_means_harm_is_refused_with_a_sentence_at_every_door(door: Door, attack: str) -> None:
    change, word = ATTACKS[attack]

    sentence = door.refusal(change(saved(door.book())))

    assert word in sentence
    assert len(sentence) > 5


@pytest.mark.parametrize("name", ["表.csv", "表.exe", "表"])
def test_what_a_file_is_says_its_content_and_not_its_name(door: Door, name: str) -> None:
    assert door.taken(saved(door.book()), name) == (2, 0)


def test_merged_cells_are_named(door: Door) -> None:
    book = door.book()
    book.active.merge_cells("A2:A3")

    assert "A2:A3" in door.refusal(saved(book))


@pytest.mark.parametrize("rows", [200_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_rows_painted_to_the_bottom_are_no_rows(door: Door, rows: int) -> None:
    painted = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (number, number) for number in range(4, rows))

    content = repacked(
        saved(door.book()), in_sheet(lambda body: body.replace(b"</sheetData>", painted + b"</sheetData>"))
    )

    # A million of them unpack to more than a table; fewer are passed over.
    if rows < 1_000_000 or door.name == "hours":
        assert door.taken(content) == (2, 0)
    else:
        assert "展开" in door.refusal(content)


def test_formulas_are_never_worked_out(door: Door) -> None:
    rows = door.rows()
    rows[1][1 if door.name == "questions" else 2] = "=1+1"

    assert door.taken(saved(door.book(*rows))) == (1, 1)


def test_links_to_other_files_are_not_followed(door: Door) -> None:
    rows = door.rows()
    rows[1][1 if door.name == "questions" else 2] = "=[1]Sheet1!$A$1"
    link = b'<externalLink><externalBook><sheetNames><sheetName val="x"/></sheetNames></externalBook></externalLink>'
    content = repacked(saved(door.book(*rows)), **{"xl__externalLinks__externalLink1.xml": link})

    assert door.taken(content) == (1, 1)


def test_one_twice_in_a_file_is_told(door: Door) -> None:
    first = door.rows()[0]
    other = [*first[:6], "9", *first[7:]] if door.name == "hours" else list(first)

    good, bad = door.taken(saved(door.book(first, other)))

    # Questions are told when they are looked at: they stand twice in the list, and one is left out there.
    assert (good, bad) == {"roster": (0, 2), "hours": (0, 2), "questions": (2, 0)}[door.name]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("door", ["roster", "hours"], indirect=True)
def test_lists_with_commas_are_read_in_every_writing(door: Door, encoding: str) -> None:
    lines = [",".join("" if cell is None else str(cell) for cell in line) for line in [door.headings, *door.rows()]]

    assert door.taken("\r\n".join(lines).encode(encoding), "表.csv") == (2, 0)


@pytest.mark.parametrize("written", ["2026年9月1日", "2026-09-01", "2026-9-1"])
@pytest.mark.parametrize("door", ["roster", "hours"], indirect=True)
def test_days_written_as_text_are_read_where_they_can_mean_one_day(door: Door, written: str) -> None:
    rows, place = door.rows(), door.headings.index("任职日期" if door.name == "roster" else "完成日期")
    rows[0][place], rows[1][place] = written, "9/1/26"

    assert door.taken(saved(door.book(*rows))) == (1, 1)
