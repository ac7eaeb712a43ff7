"""The dry run: what a list would change, row by row, before anything is written."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from lms.credits.domain.capping import asked_of_evidence, follows_from_evidence
from lms.credits.domain.limiting import Allowed
from lms.credits.domain.matching import CHUNK, cadres_named, person_of_row
from lms.credits.domain.outside import COLUMNS, COLUMNS_OF, NEEDED, CellRefused, Written, key_of, read_row
from lms.credits.enums import ImportKind
from lms.credits.models import CreditLedgerEntry, ImportBatch, ImportedHours
from lms.lib.foreign_tables import Table
from lms.people.models import Person


class ColumnsRefused(ValueError):
    """The chosen columns do not fit the list; the text says which is missing."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row that can be taken: whose it is, what it says, and what an earlier list said about the same."""

    written: Written
    person: Person
    key: str
    before: ImportedHours | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be taken: its number in the file, the heading of its column, and why."""

    number: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What the list would do. Nothing of `known` and `refused` is written."""

    new: list[Line] = field(default_factory=list)
    changed: list[Line] = field(default_factory=list)
    known: list[Line] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    # By row number, what the caps in force would leave of a row, where that is less than it says.
    cuts: dict[int, Allowed] = field(default_factory=dict)

    @property
    def taken(self) -> list[Line]:
        return sorted([*self.new, *self.changed], key=lambda line: line.written.number)

    @property
    def people(self) -> int:
        return len({line.person.pk for line in self.taken})

    @property
    def hours(self) -> Decimal:
        """All hours of the rows that are taken, as far as the caps let them count."""
        return sum((self.hours_of(line) for line in self.taken), Decimal("0.00"))

    def hours_of(self, line: Line) -> Decimal:
        cut = self.cuts.get(line.written.number)
        return cut.hours if cut else line.written.hours


def check_columns(columns: Mapping[str, str], headings: list[str], *, kind: str) -> None:
    """Raise ColumnsRefused unless every needed column is chosen, each heading once, all of them in the list."""
    needed = [column for column in NEEDED[ImportKind(kind)] if not columns.get(column)]
    if needed:
        raise ColumnsRefused(_("Choose the column for: %(column)s.") % {"column": COLUMNS[needed[0]]})
    if not columns.get("login_code") and not columns.get("phone"):
        raise ColumnsRefused(_("Choose the column of the login code or of the mobile number."))
    chosen = [columns[column] for column in COLUMNS_OF[ImportKind(kind)] if columns.get(column)]
    if len(set(chosen)) != len(chosen):
        raise ColumnsRefused(_("One column of the list is chosen twice."))
    if not set(chosen) <= set(headings):
        raise ColumnsRefused(_("The list has no such column. Choose the columns anew."))


def dry_run(batch: ImportBatch, table: Table, *, officer: Person, today: date) -> Preview:
    """Every row of the table under the batch's columns, compared with what holds already; writes nothing."""
    check_columns(batch.columns, table.headings, kind=batch.kind)
    preview, written = Preview(), []
    for row in table.rows:
        try:
            written.append(read_row(row, batch.columns, kind=batch.kind, today=today))
        except CellRefused as error:
            preview.refused.append(_refusal(row.number, error, batch))
    cadres = cadres_named(written, officer=officer, authority=batch.authority, on=today)
    platform_code = batch.platform.code if batch.platform else ""
    lines = []
    for one in written:
        try:
            person = person_of_row(one, cadres)
        except CellRefused as error:
            preview.refused.append(_refusal(one.number, error, batch))
            continue
        key = key_of(one, kind=batch.kind, platform_code=platform_code, category=batch.category)
        lines.append(Line(one, person, key))
    _sort_out(_once(lines, preview, batch), preview, batch)
    preview.refused.sort(key=lambda refusal: refusal.number)
    return preview


def _refusal(number: int, error: CellRefused, batch: ImportBatch) -> Refusal:
    heading = batch.columns.get(error.column) or str(COLUMNS[error.column])
    return Refusal(number, heading, str(error))


def _once(lines: list[Line], preview: Preview, batch: ImportBatch) -> list[Line]:
    """Each achievement of a person once: a repetition is refused, and where two differ nobody says which is right."""
    grouped: dict[tuple[int, str], list[Line]] = defaultdict(list)
    for line in lines:
        grouped[line.person.pk, line.key].append(line)
    single = []
    for first, *others in grouped.values():
        differ = any(_amounts(other) != _amounts(first) for other in others)
        if not differ:
            single.append(first)
        for line in [first, *others] if differ else others:
            other = others[0] if line is first else first
            error = CellRefused(
                "course_number" if batch.kind == ImportKind.EXTERNAL else "year",
                (
                    _("Row %(row)s is about the same person and training and says another number of hours.")
                    if differ
                    else _("Row %(row)s says the same already.")
                )
                % {"row": other.written.number},
            )
            preview.refused.append(_refusal(line.written.number, error, batch))
    return single


def _amounts(line: Line) -> tuple[Decimal, Decimal]:
    return line.written.hours, line.written.days


def _sort_out(lines: list[Line], preview: Preview, batch: ImportBatch) -> None:
    """New, known or changed, by the row that an earlier list left; what a person decided since is not overruled."""
    for start in range(0, len(lines), CHUNK):
        part = lines[start : start + CHUNK]
        keys, persons = {line.key for line in part}, {line.person.pk for line in part}
        before = _rows_that_hold(keys, persons)
        standing = _standing_amounts(keys, persons)
        for line in part:
            cause = line.person.pk, line.key
            row = before.get(cause)
            if row is None:
                preview.new.append(line)
            elif (row.hours, row.days, row.category) == (*_amounts(line), batch.category):
                preview.known.append(Line(line.written, line.person, line.key, row))
            elif row.category == batch.category and standing.get(cause, (row.hours, row.days)) == (row.hours, row.days):
                preview.changed.append(Line(line.written, line.person, line.key, row))
            else:
                error = CellRefused("hours", _reason_not_to_change(row, batch))
                preview.refused.append(_refusal(line.written.number, error, batch))


def _reason_not_to_change(row: ImportedHours, batch: ImportBatch) -> str:
    if row.category != batch.category:
        return _("This was imported before as “%(category)s”. Undo that import first.") % {
            "category": row.get_category_display()
        }
    return _("An officer corrected or took back these hours after they were imported. Decide in the person's record.")


def _rows_that_hold(keys: set[str], persons: set[int]) -> dict[tuple[int, str], ImportedHours]:
    """The newest row for each person and achievement; those of merged accounts are the survivor's."""
    found = {}
    rows = ImportedHours.objects.holding().filter(achievement_key__in=keys).select_related("person", "batch")
    for row in rows.order_by("pk"):
        owner = row.person.merged_into_id or row.person_id
        if owner in persons:
            found[owner, row.achievement_key] = row
    return found


def _standing_amounts(keys: set[str], persons: set[int]) -> dict[tuple[int, str], tuple[Decimal, Decimal]]:
    """Hours and days that count on the record by now, and zero where they were taken back.

    What a cap cut reads as it was before, for no person decided that.
    """
    found: dict[tuple[int, str], tuple[Decimal, Decimal]] = {}
    entries = CreditLedgerEntry.objects.filter(achievement_key__in=keys).select_related("person", "reversal")
    for entry in entries.order_by("pk"):
        owner = entry.person.merged_into_id or entry.person_id
        if owner in persons:
            hours, days = found.get((owner, entry.achievement_key), (Decimal("0.00"), Decimal("0.00")))
            if entry.counts and not entry.is_reversed:
                asked = asked_of_evidence(entry.component, entry.evidence)
                mine = asked if follows_from_evidence(entry) else (entry.hours, entry.days)
                hours, days = hours + mine[0], days + mine[1]
            found[owner, entry.achievement_key] = hours, days
    return found
