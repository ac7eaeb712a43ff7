"""Files of questions: every kind that they may hold, what is wrong with a row, and files that mean harm."""

import time
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from courses.domain.question_files import MOST_BYTES, FileRefused, read_questions
from courses.domain.question_files.sheet import write_template
from courses.models.asking import Asked, Option

GIFT = """// a comment
$CATEGORY: $course$/top

::Q1:: 验证码给不给？ {=不给 #对 ~给银行 ~给快递 ####谁都不给}

哪些要关掉？{
  ~%50%位置
  ~%50%通讯录
  ~%-100%手电筒
}

中奖先交税，是真的。{FALSE}

报警打 {=110 =一一零} 号。

[html]<p>几 &lt; 5 ？</p>{#3}

连一连 {=付款码 -> 给钱 =收款码 -> 收钱}

1 \\= 1 \\{对\\} {T#是的}
"""


def asked_in(content: str | bytes, name: str = "x.txt") -> list[Asked | None]:
    rows = read_questions(name, content.encode() if isinstance(content, str) else content)
    assert [row.defect for row in rows] == [""] * len(rows)
    return [row.asked for row in rows]


def test_gift_is_read_in_all_its_kinds() -> None:
    assert asked_in(GIFT) == [
        Asked(
            "single",
            "验证码给不给？",
            (Option("不给", True), Option("给银行"), Option("给快递")),
            explanation="谁都不给",
        ),
        Asked("multiple", "哪些要关掉？", (Option("位置", True), Option("通讯录", True), Option("手电筒"))),
        Asked("true_false", "中奖先交税，是真的。", is_true=False),
        Asked("short", "报警打 ____ 号。", accepted=("110", "一一零")),
        Asked("short", "几 < 5 ？", accepted=("3",)),
        Asked("match", "连一连", (Option("付款码", partner="给钱"), Option("收款码", partner="收钱"))),
        Asked("true_false", "1 = 1 {对}", is_true=True),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_texts_are_read_as_phones_and_windows_write_them(encoding: str) -> None:
    assert len(asked_in(GIFT.replace("\n", "\r\n").encode(encoding))) == 7


@pytest.mark.parametrize(
    "question",
    [
        "没有答案",
        "自由回答 {}",
        "两个对 {=甲 =乙 ~丙}",
        "一半对 {=甲 ~%50%乙}",
        "一半对 {=%50%甲 =乙}",
        "没有记号 {甲}",
        "有误差 {#3:1}",
        "有误差 {#1..5}",
        "不是数 {#三}",
        "只有一个 {=甲 ~甲}",
        "两对括号 {=甲 ~乙} 再来 {=丙 ~丁}",
        '[html]<img src\\="a.png">几只？{=1 =2}',
    ],
)
def test_what_gift_cannot_give_names_its_line_and_leaves_the_others(question: str) -> None:
    rows = read_questions("x.gift", f"好的 {{=对 ~错}}\n\n{question}\n\n也好 {{T}}".encode())

    assert [bool(row.defect) for row in rows] == [False, True, False]
    assert "3" in rows[1].place


def test_aiken_is_read_with_chinese_signs_and_several_answers() -> None:
    text = "防骗\n第一条？\nA. 不说\nB) 不点\nANSWER: B\n\n哪些？\nA、甲\nB、乙\nC．丙\n答案：A、C\n"

    assert asked_in(text) == [
        Asked("single", "防骗\n第一条？", (Option("不说"), Option("不点", True))),
        Asked("multiple", "哪些？", (Option("甲", True), Option("乙"), Option("丙", True))),
    ]


def test_aiken_says_which_answer_is_missing_or_no_choice() -> None:
    rows = read_questions("x.txt", "一？\nA. 甲\nB. 乙\n二？\nA. 甲\nB. 乙\nANSWER: C\n三？\nA. 甲\n".encode())

    assert [bool(row.defect) for row in rows] == [True, True, True]
    assert ["".join(sign for sign in row.place if sign.isdigit()) for row in rows] == ["1", "4", "8"]


MOODLE = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="category"><category><text>x</text></category></question>
<question type="multichoice"><questiontext format="html"><text><![CDATA[<p>给不给？</p>]]></text></questiontext>
<generalfeedback><text>谁都不给</text></generalfeedback><single>true</single>
<answer fraction="100"><text>不给</text></answer><answer fraction="0"><text>给</text></answer></question>
<question type="multichoice"><questiontext><text>哪些？</text></questiontext><single>false</single>
<answer fraction="50"><text>甲</text></answer><answer fraction="50"><text>乙</text></answer>
<answer fraction="-100"><text>丙</text></answer></question>
<question type="truefalse"><questiontext><text>真的</text></questiontext>
<answer fraction="0"><text>true</text></answer><answer fraction="100"><text>false</text></answer></question>
<question type="shortanswer"><questiontext><text>几号？</text></questiontext>
<answer fraction="100"><text>110</text></answer></question>
<question type="numerical"><questiontext><text>几？</text></questiontext>
<answer fraction="100"><text>3.5</text><tolerance>0</tolerance></answer></question>
<question type="matching"><questiontext><text>连</text></questiontext>
<subquestion><text>甲</text><answer><text>1</text></answer></subquestion>
<subquestion><text>乙</text><answer><text>2</text></answer></subquestion>
<subquestion><text></text><answer><text>3</text></answer></subquestion></question>
<question type="ordering"><questiontext><text>排</text></questiontext>
<answer fraction="1"><text>甲</text></answer><answer fraction="2"><text>乙</text></answer></question>
</quiz>"""


def test_moodle_xml_is_read_in_all_its_kinds() -> None:
    assert asked_in(MOODLE, "x.xml") == [
        Asked("single", "给不给？", (Option("不给", True), Option("给")), explanation="谁都不给"),
        Asked("multiple", "哪些？", (Option("甲", True), Option("乙", True), Option("丙"))),
        Asked("true_false", "真的", is_true=False),
        Asked("short", "几号？", accepted=("110",)),
        Asked("short", "几？", accepted=("3.5",)),
        Asked("match", "连", (Option("甲", partner="1"), Option("乙", partner="2"), Option("", partner="3"))),
        Asked("order", "排", (Option("甲"), Option("乙"))),
    ]


@pytest.mark.parametrize(
    "inside",
    [
        '<question type="essay"><questiontext><text>写</text></questiontext></question>',
        '<question type="shortanswer"><questiontext><text>几</text></questiontext>'
        '<answer fraction="100"><text>1*</text></answer></question>',
        '<question type="truefalse"><questiontext><text>几</text></questiontext></question>',
        '<question type="truefalse"><questiontext><text>几</text></questiontext>'
        '<answer fraction="x"><text>true</text></answer></question>',
        '<question type="truefalse"><questiontext><text>几</text><file>AAAA</file></questiontext></question>',
    ],
)
def test_what_moodle_asks_and_we_cannot_is_said(inside: str) -> None:
    (row,) = read_questions("x.xml", f"<quiz>{inside}</quiz>".encode())

    assert row.defect
    assert "1" in row.place


def sheet(*rows: list[object]) -> bytes:
    book, out = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


HEAD: list[object] = ["题型", "题目", "答案", "选项A", "选项B", "选项C", "解析"]


def test_sheet_is_read_in_all_its_kinds() -> None:
    content = sheet(
        HEAD,
        ["单选题", "给不给？", "b", "给", "不给", None, "谁都不给"],
        ["多选", "哪些？", "Ａ，C", "甲", "乙", "丙"],
        [None] * 7,
        ["判断题", "真的", "错"],
        ["填空题", "几号？", 110.0],
        ["填空", "几号？！", "110|一一零"],
        ["排序", "排", None, "甲", "乙"],
        ["match", "连", None, "甲=1", "乙＝2", "无=3"],
        ["连线", "连接", None, "甲=1", "乙＝2", "=3"],
    )

    assert asked_in(content, "x.xlsx") == [
        Asked("single", "给不给？", (Option("给"), Option("不给", True)), explanation="谁都不给"),
        Asked("multiple", "哪些？", (Option("甲", True), Option("乙"), Option("丙", True))),
        Asked("true_false", "真的", is_true=False),
        Asked("short", "几号？", accepted=("110",)),
        Asked("short", "几号？！", accepted=("110", "一一零")),
        Asked("order", "排", (Option("甲"), Option("乙"))),
        Asked("match", "连", (Option("甲", partner="1"), Option("乙", partner="2"), Option("", partner="3"))),
        Asked("match", "连接", (Option("甲", partner="1"), Option("乙", partner="2"), Option("", partner="3"))),
    ]


def test_rows_of_a_sheet_say_what_is_wrong_and_where() -> None:
    rows = read_questions(
        "x.xlsx",
        sheet(
            HEAD,
            ["单选", "问", "D", "甲", "乙"],
            ["论述", "问", ""],
            ["判断", "问", "也许"],
            ["连线", "问", "", "甲", "乙=2"],
            ["单选", None, "A", "甲", "乙"],
            ["单选", "=1+1", "A", "甲", "乙"],
        ),
    )

    assert [bool(row.defect) for row in rows] == [True] * 6
    assert ["".join(sign for sign in row.place if sign.isdigit()) for row in rows] == ["2", "3", "4", "5", "6", "7"]


def test_the_template_can_be_imported_as_it_is() -> None:
    out = BytesIO()
    write_template(out)

    assert [asked.kind for asked in asked_in(out.getvalue(), "x.xlsx") if asked] == [
        "single",
        "multiple",
        "true_false",
        "short",
        "order",
        "match",
    ]
    assert load_workbook(BytesIO(out.getvalue())).active.freeze_panes == "A2"


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><quiz>&c;</quiz>'
)
OUTSIDE = '<!DOCTYPE quiz [<!ENTITY a SYSTEM "file:///etc/passwd">]><quiz>&a;</quiz>'


def packed(name: str, content: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(name, content)
    return out.getvalue()


def swollen_sheet() -> bytes:
    """A whole workbook whose only sheet unpacks to 60 MB."""
    out = BytesIO()
    with ZipFile(BytesIO(sheet(HEAD))) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b" " * 60_000_000 if "sheet1" in name else b""))
    return out.getvalue()


HOSTILE = {
    "empty": ("x.txt", b" \n"),
    "huge": ("x.txt", b"a" * (MOST_BYTES + 1)),
    "no questions": ("x.txt", b"// nothing\n\n"),
    "binary": ("x.txt", b"\x00\x01\x02" * 100),
    "half of utf-16": ("x.txt", b"\xff\xfea"),
    "too many": ("x.txt", b"q {T}\n\n" * 2001),
    "laughs": ("x.xml", LAUGHS.encode()),
    "laughs in utf-16": ("x.xml", LAUGHS.encode("utf-16")),
    "file from outside": ("x.xml", OUTSIDE.encode()),
    "half an xml": ("x.xml", b"<quiz><question"),
    "another xml": ("x.xml", b"<html/>"),
    "deep xml": ("x.xml", b"<quiz>" + b"<a>" * 200_000),
    "old excel": ("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600),
    "called xlsx": ("x.xlsx", b"hello"),
    "zip bomb": ("x.xlsx", packed("xl/worksheets/sheet1.xml", b"0" * 80_000_000)),
    "swollen sheet": ("x.xlsx", swollen_sheet()),
    "zip without a sheet": ("x.xlsx", packed("a.xml", b"<a/>")),
    "broken zip": ("x.xlsx", sheet(HEAD)[:-200]),
    "entities in a sheet": ("x.xlsx", packed("xl/sharedStrings.xml", LAUGHS.encode())),
    "no headings": ("x.xlsx", sheet(["a", "b"], ["c", "d"])),
    "too many rows": ("x.xlsx", sheet(HEAD, *([["判断", "问", "对"]] * 2001))),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_means_harm_ends_in_a_sentence_and_soon(name: str) -> None:
    filename, content = HOSTILE[name]
    began = time.monotonic()

    with pytest.raises(FileRefused) as caught:
        read_questions(filename, content)

    assert len(str(caught.value)) > 5
    assert time.monotonic() - began < 20


def test_mark_up_that_never_ends_ends_in_a_sentence() -> None:
    (row,) = read_questions(
        "x.xml",
        f"<quiz><question type='essay'><questiontext><text>{'&lt;a' * 200_000}</text>"
        "</questiontext></question></quiz>".encode(),
    )

    assert row.defect
