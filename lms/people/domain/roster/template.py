"""The file that an officer fills in: headings, choices to pick from, explanations."""

from collections.abc import Iterable, Sequence
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from lms.people.domain.roster.columns import COLUMNS, MOVES, Unit, categories, levels, moves, unit_words

# As far down as the lists to pick from reach.
LAST_ROW = 3001


def write_template(units: Sequence[Unit], out: IO[bytes]) -> None:
    """A workbook of three sheets: 名册 to fill in, 说明, and 选项 with the words that may be picked."""
    book = Workbook()
    roster = book.active
    roster.title = "名册"
    roster.append([column.heading for column in COLUMNS])
    for number, column in enumerate(COLUMNS, start=1):
        letter = get_column_letter(number)
        roster.column_dimensions[letter].width = column.width
        # Text, or a spreadsheet turns the last digits of an identity number into zeros.
        roster.column_dimensions[letter].number_format = "@"
        heading = roster.cell(row=1, column=number)
        heading.font = Font(bold=True)
        heading.fill = PatternFill("solid", fgColor="FFF2CC" if column.is_needed else "EDEDED")
    roster.freeze_panes = "A2"
    _write_explanations(book.create_sheet("说明"))
    _write_choices(book.create_sheet("选项"), roster, units)
    book.save(out)


def _write_explanations(sheet: Any) -> None:
    rows: list[tuple[str, str]] = [
        ("怎么填", "每行一个人的一个职务，从第 2 行开始。同一身份证号在一个文件里只能出现一次；兼任的分两次导入。"),
        ("上传以后", "先看预览：新增、变动、离任、冲突都列出来，确认以后才生效。有一行有错，整个文件都不导入。"),
        ("不能有", "合并单元格、公式、密码。"),
        ("", ""),
        *((f"{column.heading}{'（必填）' if column.is_needed else ''}", column.hint) for column in COLUMNS),
        ("", ""),
        *((f"变动：{word}", meaning) for word, meaning in MOVES.values()),
    ]
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 20, 80
    for row in rows:
        sheet.append(row)
    for cells in sheet.iter_rows():
        cells[0].font = Font(bold=True)
        cells[1].alignment = Alignment(wrap_text=True, vertical="top")


def _write_choices(sheet: Any, roster: Any, units: Sequence[Unit]) -> None:
    known = unit_words(units)
    single = {unit.pk for word, unit in known.items() if word == unit.name}
    named = [word for word, unit in known.items() if word == unit.name or unit.pk not in single]
    lists: dict[str, Iterable[str]] = {
        "unit": sorted(named),
        "category": categories(),
        "level": levels(),
        "move": moves(),
    }
    for place, (key, words) in enumerate(lists.items(), start=1):
        number, column = next((at, each) for at, each in enumerate(COLUMNS, start=1) if each.key == key)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = column.width
        sheet.cell(row=1, column=place, value=column.heading).font = Font(bold=True)
        last = 1
        for last, word in enumerate(words, start=2):
            cell = sheet.cell(row=last, column=place, value=word)
            cell.data_type = "s"  # a name is never a formula
        if last == 1:
            continue
        picked = DataValidation(type="list", formula1=f"'选项'!${letter}$2:${letter}${last}", allow_blank=True)
        picked.error, picked.errorTitle = "请从下拉列表中选。", column.heading
        roster.add_data_validation(picked)
        picked.add(f"{get_column_letter(number)}2:{get_column_letter(number)}{LAST_ROW}")
