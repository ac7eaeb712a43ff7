"""What the rows of a roster say: each cell read by the rules of its column, or a fault with its place."""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from lms.lib.sheets import CellRefused, Row, Value, as_date, as_text
from lms.lib.workbooks import FileRefused
from lms.people.domain.roster.columns import COLUMNS, Unit, categories, levels, moves, unit_words
from lms.people.enums import RosterMove
from lms.people.validators import NotAnIdentityNumber, NotAPhoneNumber, clean_identity_number, clean_number

# An appointment may be entered before it begins, but not by years.
MOST_AHEAD = timedelta(days=366)
EARLIEST = date(1950, 1, 1)
_HEADINGS = {column.key: column.heading for column in COLUMNS}
_LENGTHS = {"name": 80, "title": 80}
# In Chinese no blank stands inside a name; it comes from lining up names of two characters.
_CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·\s]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: one person's one post. Days are Beijing's; `until` is the first day on which it is not held."""

    row: int
    name: str
    identity_number: str = field(repr=False)
    phone: str = field(repr=False)
    org_id: int
    org_name: str
    title: str
    category: str
    level: str
    start: date | None
    until: date | None
    move: str

    def as_json(self) -> dict[str, Any]:
        plain = asdict(self)
        return plain | {key: plain[key] and plain[key].isoformat() for key in ("start", "until")}

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> "Line":
        days = {key: kept[key] and date.fromisoformat(kept[key]) for key in ("start", "until")}
        return cls(**{**kept, **days})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell; `name` is what its row has for a name, so that the row is found again."""

    row: int
    heading: str
    text: str
    name: str = ""


def read_lines(rows: Sequence[Row], *, units: Sequence[Unit], on: date) -> tuple[list[Line], list[Fault]]:
    """The rows below the headings; FileRefused where the headings are not those of the template."""
    places = _places(rows[0])
    if len(rows) == 1:
        raise FileRefused(_("There is nothing below the headings. Fill in a row for each person."))
    reader = _Reader(places, unit_words(units), on)
    lines = [line for row in rows[1:] if (line := reader.read(row))]
    return lines, sorted(reader.faults + _twice(lines), key=lambda fault: fault.row)


def _places(heading: Row) -> dict[str, int]:
    written = {re.sub(r"[\s*＊]", "", as_text(cell)): at for at, cell in enumerate(heading.cells, start=1)}
    places = {key: written[word] for key, word in _HEADINGS.items() if word in written}
    missing = [word for key, word in _HEADINGS.items() if key not in places]
    if missing:
        raise FileRefused(
            _("The first row lacks these headings: %(names)s. Download the template and fill it in.")
            % {"names": "、".join(missing)}
        )
    return places


def _twice(lines: list[Line]) -> list[Fault]:
    """An identity number that stands in several rows is wrong in each of them: nobody can say which is meant."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.identity_number, []).append(line)
    return [
        Fault(
            line.row,
            _HEADINGS["identity_number"],
            _("The same identity number stands in the rows %(rows)s. Keep one of them.")
            % {"rows": "、".join(str(other.row) for other in same)},
            line.name,
        )
        for same in found.values()
        if len(same) > 1
        for line in same
    ]


class _Reader:
    def __init__(self, places: dict[str, int], units: dict[str, Unit], on: date) -> None:
        self.faults: list[Fault] = []
        self._places, self._units, self._on = places, units, on
        self._unit_by_word = {_plain(word): unit for word, unit in units.items()}
        self._choices = {"category": categories(), "level": levels(), "move": moves()}

    def read(self, row: Row) -> Line | None:
        """The row, or None where one of its cells is at fault."""
        before, called = len(self.faults), as_text(row[self._places["name"]])[: _LENGTHS["name"]]

        def said(key: str, read: Callable[[Value | None], Any], *, needed: bool = False) -> Any:
            try:
                return read(self._cell(row, key, needed=needed))
            except (CellRefused, NotAPhoneNumber, NotAnIdentityNumber) as error:
                self.faults.append(Fault(row.number, _HEADINGS[key], str(error), called))
                return None

        move = said("move", lambda cell: self._choice("move", cell))
        leaves = move == RosterMove.LEAVING
        name = said("name", lambda cell: _name(self._text("name", cell)), needed=True)
        number = said("identity_number", self._identity_number, needed=True)
        phone = said("phone", lambda cell: clean_number(as_text(cell)) if cell is not None else "")
        unit = said("unit", self._unit, needed=True)
        title = said("title", lambda cell: self._text("title", cell), needed=True)
        category = said("category", lambda cell: self._choice("category", cell), needed=not leaves)
        level = said("level", lambda cell: self._choice("level", cell))
        start = said("start", self._day, needed=not leaves)
        until = said("until", lambda cell: self._until(cell, start), needed=leaves)
        if len(self.faults) > before:
            return None
        return Line(row.number, name, number, phone, unit.pk, unit.name, title, category, level, start, until, move)

    def _cell(self, row: Row, key: str, *, needed: bool) -> Value | None:
        cell = row[self._places[key]]
        if self._places[key] in row.formulas:
            raise CellRefused(_("This is a formula. Copy the column and paste it as values."))
        if cell is None and needed:
            raise CellRefused(_("This must be filled in."))
        return cell

    def _identity_number(self, cell: Value | None) -> str:
        if not isinstance(cell, str):
            raise CellRefused(
                _("This is a number, and spreadsheets lose its last digits. Make the column text and enter it again.")
            )
        return clean_identity_number(cell, on=self._on)

    def _text(self, key: str, cell: Value | None) -> str:
        text = re.sub(r"\s+", " ", as_text(cell))
        if len(text) > _LENGTHS[key]:
            raise CellRefused(_("This is too long: at most %(most)d characters.") % {"most": _LENGTHS[key]})
        return text

    def _unit(self, cell: Value | None) -> Unit:
        unit = self._unit_by_word.get(_plain(as_text(cell)))
        if unit is None:
            raise CellRefused(_("No unit of your place has this name. Pick one from the list in the template."))
        return unit

    def _choice(self, key: str, cell: Value | None) -> str:
        if cell is None:
            return ""
        words = self._choices[key]
        word = as_text(cell)
        if word not in words and word not in words.values():
            raise CellRefused(_("Pick one of: %(words)s.") % {"words": "、".join(words)})
        return words.get(word, word)

    def _day(self, cell: Value | None) -> date | None:
        if cell is None:
            return None
        day = as_date(cell)
        if not EARLIEST <= day <= self._on + MOST_AHEAD:
            raise CellRefused(_("This day lies too far away. Please look at the year again."))
        return day

    def _until(self, cell: Value | None, start: date | None) -> date | None:
        until = self._day(cell)
        if until and start and until <= start:
            raise CellRefused(_("The last day lies before the first one."))
        return until


def _name(text: str) -> str:
    return re.sub(r"\s", "", text) if _CHINESE.fullmatch(text) else text


def _plain(word: str) -> str:
    """Brackets of either width, and blanks, do not make another unit."""
    return re.sub(r"\s", "", word).replace("(", "（").replace(")", "）")
