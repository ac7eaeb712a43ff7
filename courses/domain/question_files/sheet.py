"""A sheet of questions (XLSX), one row a question; lms/docs/questions.md explains its columns."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from typing import IO, Any

from django.utils.translation import gettext as _

from courses.domain.question_files.base import EXCERPT, MOST_QUESTIONS, FileRefused, Row, Unreadable, tidy
from courses.enums import QuestionKind
from courses.models.asking import Asked, Option
from lms.lib.workbooks import MEBIBYTE, Bounds, open_sheet
from lms.lib.workbooks import FileRefused as Refused

LETTERS = "ABCDEFGH"
# What stands on the left of a partner that belongs to nothing.
NOTHING = "无"
# Rows without a question may stand in between.
_BOUNDS = Bounds(unpacked_bytes=40 * MEBIBYTE, rows=2 * MOST_QUESTIONS, columns=30)
_COLUMNS = {
    "kind": ("题型", "kind"),
    "text": ("题目", "question"),
    "answer": ("答案", "answer"),
    "explanation": ("解析", "explanation"),
    **{letter: (f"选项{letter}", f"choice {letter}") for letter in LETTERS},
}
_KINDS = {
    "单选": QuestionKind.SINGLE,
    "多选": QuestionKind.MULTIPLE,
    "判断": QuestionKind.TRUE_FALSE,
    "填空": QuestionKind.SHORT,
    "简答": QuestionKind.SHORT,
    "排序": QuestionKind.ORDER,
    "连线": QuestionKind.MATCH,
    "配对": QuestionKind.MATCH,
    **{kind.value: kind for kind in QuestionKind},
}
_TRUTHS = {
    **dict.fromkeys(("对", "正确", "是", "√", "t", "true"), True),
    **dict.fromkeys(("错", "错误", "否", "×", "f", "false"), False),
}


def read_sheet(content: bytes) -> Iterator[Row]:
    """The questions of the first sheet. FileRefused where it is no such file, or unpacks to more than is read."""
    try:
        with open_sheet(content, _BOUNDS) as sheet:
            sheet.refuse_merged()
            rows = ([cell.value for cell in cells] for cells in sheet.rows)
            columns = _columns(next(rows, []))
            for number, cells in enumerate(rows, start=2):
                values = {name: _text(cells[place]) if place < len(cells) else "" for name, place in columns.items()}
                if any(values.values()):
                    yield _row(number, values)
    except Refused as error:
        raise FileRefused(str(error)) from error


def _columns(heading: Sequence[Any]) -> dict[str, int]:
    written = [re.sub(r"\s+", " ", _text(cell)).strip().lower().lstrip("*") for cell in heading]
    found = {}
    for name, headings in _COLUMNS.items():
        for place, cell in enumerate(written):
            if cell in {each.lower() for each in headings}:
                found[name] = place
                break
    missing = [_COLUMNS[name][0] for name in ("kind", "text", "answer") if name not in found]
    if missing:
        raise FileRefused(
            _("The first row lacks the columns %(names)s. Download the template and fill it in.")
            % {"names": "、".join(missing)}
        )
    return found


def _text(cell: Any) -> str:
    """What the cell shows; 110.0 is 110."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "对" if cell else "错"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if not isinstance(cell, str | int | float | date):
        return "="  # a formula over several cells
    return str(cell).replace("\0", "").strip()


def _row(number: int, values: dict[str, str]) -> Row:
    place = _("Row %(number)s") % {"number": number}
    try:
        return Row.of(place, _question(values))
    except Unreadable as error:
        return Row(place, None, str(error), values["text"][:EXCERPT])


def _question(values: dict[str, str]) -> Asked:
    for name, value in values.items():
        # In a pair it is what somebody typed: a partner without anything on the left.
        if value.startswith("=") and not (
            name in LETTERS and values["kind"].removesuffix("题") in {"连线", "配对", "match"}
        ):
            raise Unreadable(
                _("“%(cell)s” is a formula. Copy the cells and paste them as values.") % {"cell": value[:20]}
            )
    written = values["kind"].removesuffix("题").lower()
    kind = _KINDS.get(written)
    if kind is None:
        raise Unreadable(
            _("“%(kind)s” is no kind of question. Write one of: 单选, 多选, 判断, 填空, 排序, 连线.")
            % {"kind": values["kind"][:20]}
        )
    answer, said = values["answer"], {letter: tidy(values[letter]) for letter in LETTERS if values.get(letter)}
    asked = Asked(kind, tidy(values["text"]), explanation=tidy(values.get("explanation", "")))
    given: dict[str, Any] = {}
    match kind:
        case QuestionKind.TRUE_FALSE:
            given["is_true"] = _truth(answer)
        case QuestionKind.SHORT:
            parts = (part.strip() for part in re.split(r"[|｜\n]", answer))
            given["accepted"] = tuple(part for part in parts if part)
        case QuestionKind.ORDER:
            given["options"] = tuple(Option(text) for text in said.values())
        case QuestionKind.MATCH:
            given["options"] = tuple(_pair(letter, text) for letter, text in said.items())
        case _:
            right = _letters(answer, said)
            given["options"] = tuple(Option(text, letter in right) for letter, text in said.items())
    return Asked(**{**{name: getattr(asked, name) for name in ("kind", "text", "explanation")}, **given})


def _truth(answer: str) -> bool:
    truth = _TRUTHS.get(answer.lower())
    if truth is None:
        raise Unreadable(_("“%(answer)s” is neither 对 nor 错. Write one of them.") % {"answer": answer[:20]})
    return truth


def _pair(letter: str, text: str) -> Option:
    left, sign, right = text.replace("＝", "=").partition("=")
    if not sign:
        raise Unreadable(_("Choice %(letter)s is no pair. Write both with = between them.") % {"letter": letter})
    left = left.strip()
    return Option("" if left == NOTHING else left, partner=right.strip())


def _letters(answer: str, said: dict[str, str]) -> set[str]:
    letters = re.sub(r"[\s,，、;；]", "", unicodedata.normalize("NFKC", answer)).upper()
    if not letters or not set(letters) <= said.keys():
        raise Unreadable(
            _("“%(answer)s” is no choice of this question. Write one of: %(there)s.")
            % {"answer": answer[:20], "there": "、".join(said) or "–"}
        )
    return set(letters)


_EXAMPLES = [
    ("单选题", "有人打电话要验证码，怎么办？", "B", "告诉他", "不说，挂电话", "发短信给他", "验证码谁要都不给。"),
    ("多选题", "哪些权限可以不给手电筒软件？", "AB", "通讯录", "位置", "打开闪光灯", ""),
    ("判断题", "中奖要先交税，这是骗局。", "对", "", "", "", ""),
    ("填空题", "遇到诈骗，拨打哪个电话报警？", "110|一一零", "", "", "", "几种写法都算对，用竖线隔开。"),
    ("排序题", "手机挂号的顺序", "", "选医院", "选科室", "选时间", "按正确的顺序填选项，答案不用写。"),
    (
        "连线题",
        "每种码用来做什么？",
        "",
        "付款码=给别人钱",
        "收款码=收别人的钱",
        "无=存钱",
        "左右用等号连起来；左边写“无”的，是用来混淆的。",
    ),
]


def write_template(out: IO[bytes]) -> None:
    """A sheet with the columns and an example of each kind, in Chinese, to be filled in."""
    from openpyxl import Workbook  # takes long to load
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    sheet.title = "题目"
    sheet.append(["题型", "题目", "答案", *(f"选项{letter}" for letter in LETTERS), "解析"])
    for kind, text, answer, first, second, third, explanation in _EXAMPLES:
        sheet.append([kind, text, answer, first, second, third, *[""] * 5, explanation])
    for row in sheet.iter_rows():
        for cell in row:
            cell.data_type = "s" if cell.value else cell.data_type
            cell.font = Font(bold=cell.row == 1)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.number_format = "@"
    for column, width in zip("ABCDEFGHIJKL", [10, 40, 14, *[18] * 8, 40], strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    book.save(out)
