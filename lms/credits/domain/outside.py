"""Hours from elsewhere as they stand in a list: which achievement, how many hours, on which day. Pure.

Nothing is guessed: what cannot be read for certain is refused with the column and a reason that says what to write.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.credits.enums import CreditCategory, ImportKind, Origin
from lms.lib.foreign_tables import Broken, Cell, Formula, Row

# Columns of the ledger's achievement_key.
KEY_LETTERS = 64
# One course of another platform; three months of full-time training are 550 hours (POLICY 1.2).
MOST_HOURS_OF_A_COURSE = Decimal(600)
MOST_HOURS_OF_A_YEAR = Decimal("999.99")
MOST_DAYS = Decimal(366)
# A cycle is five years (POLICY 1.2); older hours count nowhere.
YEARS_BACK = 5
TITLE_LETTERS = 200
NUMBER_LETTERS = 100

COLUMNS = {
    "login_code": gettext_lazy("Login code"),
    "phone": gettext_lazy("Mobile number"),
    "name": gettext_lazy("Name"),
    "course_number": gettext_lazy("Course number"),
    "title": gettext_lazy("Course title"),
    "day": gettext_lazy("Date"),
    "year": gettext_lazy("Year"),
    "hours": gettext_lazy("Hours"),
    "days": gettext_lazy("Days"),
}
COLUMNS_OF = {
    ImportKind.EXTERNAL: ("login_code", "phone", "name", "course_number", "title", "day", "hours", "days"),
    ImportKind.OPENING_BALANCE: ("login_code", "phone", "name", "year", "hours", "days"),
}
NEEDED = {
    ImportKind.EXTERNAL: ("name", "course_number", "day", "hours"),
    ImportKind.OPENING_BALANCE: ("name", "year", "hours"),
}
# Headings as other platforms write them; what fits none of them is chosen by hand.
USUAL_HEADINGS = {
    "login_code": ("登录码", "登录代码", "登录账号", "login code"),
    "phone": ("手机号", "手机号码", "手机", "联系电话", "电话"),
    "name": ("姓名", "学员姓名", "name"),
    "course_number": ("课程编号", "课程代码", "课程号", "课程ID", "班次编号", "course number"),
    "title": ("课程名称", "课程", "班次名称", "培训名称", "course title"),
    "day": ("完成日期", "完成时间", "学习日期", "结业日期", "日期", "date"),
    "year": ("年度", "年份", "year"),
    "hours": ("学时", "获得学时", "学时数", "hours"),
    "days": ("天数", "培训天数", "days"),
}
_YEAR_FIRST = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|(\d{2})(\d{2}))")
_IN_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_TIME_OF_DAY = re.compile(r"[ T]+\d{1,2}:\d{2}(:\d{2})?$")


class CellRefused(ValueError):
    """One cell cannot be taken; `column` is a key of COLUMNS, the text says why and what to write."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


@dataclass(frozen=True, slots=True)
class Written:
    """One row as it was understood; whose it is has not been looked up yet."""

    number: int
    login_code: str
    phone: str
    name: str
    course_number: str
    title: str
    day: date
    hours: Decimal
    days: Decimal


def plain(text: str) -> str:
    """One writing for one meaning: full width and blanks do not matter, small letters neither."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def outside_key(platform_code: str, course_number: str, day: date) -> str:
    """成果标识 of a course elsewhere: platform, course number and date; hashed where that is too long."""
    key = f"{Origin.OUTSIDE}:{platform_code}:{plain(course_number)}:{day.isoformat()}"
    if len(key) <= KEY_LETTERS:
        return key
    head = f"{Origin.OUTSIDE}:#"
    return head + hashlib.sha256(key.encode()).hexdigest()[: KEY_LETTERS - len(head)]


def opening_key(year: int, category: str) -> str:
    """成果标识 of an opening balance: one for a year and category."""
    return f"{Origin.OPENING}:{year}:{category}"


def claim_key(title: str, starts_on: date, ends_on: date) -> str:
    """成果标识 of claimed training: the same title on the same days is the same training."""
    digest = hashlib.sha256(plain(title).encode()).hexdigest()[:32]
    return f"{Origin.CLAIM}:{starts_on:%Y%m%d}:{ends_on:%Y%m%d}:{digest}"


def usual_columns(headings: list[str], kind: str) -> dict[str, str]:
    """Which heading is probably which column."""
    by_plain = {plain(heading): heading for heading in headings}
    found = {}
    for column in COLUMNS_OF[ImportKind(kind)]:
        heading = next((by_plain[plain(usual)] for usual in USUAL_HEADINGS[column] if plain(usual) in by_plain), "")
        if heading:
            found[column] = heading
    return found


def read_row(row: Row, columns: Mapping[str, str], *, kind: str, today: date) -> Written:
    """The row under the chosen headings. Raises CellRefused for the first cell that cannot be taken."""

    def cell(column: str) -> Cell:
        return row.cells.get(columns.get(column, ""), "")

    is_opening = kind == ImportKind.OPENING_BALANCE
    name = _words(cell("name"), "name")
    if not name:
        raise CellRefused("name", _("The name is missing."))
    login_code, phone = _code(cell("login_code"), "login_code"), _code(cell("phone"), "phone")
    if not login_code and not phone:
        raise CellRefused("login_code", _("Neither login code nor mobile number is there; a name alone is not enough."))
    most = MOST_HOURS_OF_A_YEAR if is_opening else MOST_HOURS_OF_A_COURSE
    if is_opening:
        day, number, title = _end_of_year(cell("year"), today), "", ""
    else:
        number = _code(cell("course_number"), "course_number")
        if not number or len(number) > NUMBER_LETTERS:
            raise CellRefused("course_number", _("The course number is missing or longer than 100 characters."))
        day = read_day(cell("day"), today=today)
        title = (_words(cell("title"), "title") or number)[:TITLE_LETTERS]
    hours = read_amount(cell("hours"), "hours", most=most)
    days = read_amount(cell("days"), "days", most=MOST_DAYS)
    if not hours and not days:
        raise CellRefused("hours", _("Neither hours nor days are more than 0."))
    return Written(row.number, login_code, phone, name, number, title, day, hours, days)


def key_of(written: Written, *, kind: str, platform_code: str, category: str) -> str:
    if kind == ImportKind.OPENING_BALANCE:
        return opening_key(written.day.year, CreditCategory(category).value)
    return outside_key(platform_code, written.course_number, written.day)


def _sound(cell: Cell, column: str) -> str | Decimal | date:
    if isinstance(cell, Formula):
        raise CellRefused(column, _("The cell holds a formula. Paste it as a value."))
    if isinstance(cell, Broken):
        raise CellRefused(column, _("The cell shows an error of the spreadsheet."))
    return cell


def _words(cell: Cell, column: str) -> str:
    value = _sound(cell, column)
    if isinstance(value, str):
        return value.strip()
    raise CellRefused(column, _("Text is expected here, not a number or a date."))


def _code(cell: Cell, column: str) -> str:
    """A code that a spreadsheet may have taken for a number; digits that it has rounded away are not made up."""
    value = _sound(cell, column)
    if isinstance(value, date):
        raise CellRefused(column, _("The spreadsheet made a date of this code. Format the column as text."))
    if isinstance(value, Decimal):
        if value % 1 or value < 0 or value >= Decimal(10) ** 15:
            raise CellRefused(column, _("The spreadsheet rounded this number. Format the column as text."))
        return format(value, "f")
    if re.fullmatch(r"\d+(\.\d+)?[eE]\+\d+", value):
        raise CellRefused(column, _("The spreadsheet rounded this number. Format the column as text."))
    return value.strip()


def read_day(cell: Cell, *, today: date) -> date:
    """A day, as the spreadsheet has it or written with the year first; never in the future, nor before the cycle."""
    value = _sound(cell, "day")
    if isinstance(value, date):
        day = value
    else:
        day = _day_in_words(format(value, "f") if isinstance(value, Decimal) else value)
    if day > today:
        raise CellRefused("day", _("The day lies in the future."))
    if day.year < today.year - YEARS_BACK:
        raise CellRefused("day", _("The day lies more than five years back."))
    return day


def _day_in_words(text: str) -> date:
    text = _TIME_OF_DAY.sub("", unicodedata.normalize("NFKC", text).strip())
    match = _YEAR_FIRST.fullmatch(text) or _IN_CHINESE.fullmatch(text)
    if match is None:
        raise CellRefused("day", _("This is not a date. Write it like 2026-03-05, the year first."))
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        raise CellRefused("day", _("There is no such day.")) from None


def _end_of_year(cell: Cell, today: date) -> date:
    """The last day of the year; of a year that still runs, today."""
    value = _sound(cell, "year")
    text = format(value, "f") if isinstance(value, Decimal) else str(value).strip().removesuffix("年")
    if not re.fullmatch(r"\d{4}", text, re.ASCII):
        raise CellRefused("year", _("This is not a year. Write four digits, like 2025."))
    year = int(text)
    if not today.year - YEARS_BACK <= year <= today.year:
        raise CellRefused("year", _("The year lies in the future or more than five years back."))
    return min(date(year, 12, 31), today)


def read_amount(cell: Cell, column: str, *, most: Decimal) -> Decimal:
    """Hours or days with at most two places, 0 where the cell is empty; never below 0."""
    value = _sound(cell, column)
    if isinstance(value, date):
        raise CellRefused(column, _("This is not a number."))
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip()
        if not text:
            return Decimal("0.00")
        if not re.fullmatch(r"-?\d{1,6}(\.\d{1,6})?", text, re.ASCII):
            raise CellRefused(column, _("This is not a number."))
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise CellRefused(column, _("This is not a number.")) from None
    if value < 0:
        raise CellRefused(
            column, _("A number below 0 cannot be imported. Take hours back in the record of the person.")
        )
    if value > most:
        raise CellRefused(column, _("More than %(most)s cannot be right.") % {"most": most})
    if value != value.quantize(Decimal("0.01")):
        raise CellRefused(column, _("At most two decimal places are recorded."))
    return value.quantize(Decimal("0.01"))
