"""A file with more rows than a sheet can hold."""

import io
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from lms.people.models import Person
from lms.reports.definitions.base import Column, Report
from lms.reports.formats import spreadsheet
from lms.reports.formats.spreadsheet import write_xlsx


class Counted(Report):
    code = "counted"
    title = "Counted, with a title as long as a sheet's may be"
    columns = (Column("Name"), Column("Stands", "hours"))

    def __init__(self, many: int) -> None:
        super().__init__(Person.objects.none(), year=2026, on=date(2026, 11, 20))
        self.many = many

    def rows(self) -> Iterator[Sequence[Any]]:
        for number in range(self.many):
            yield f"person {number}", Decimal(number)


@pytest.mark.django_db
@pytest.mark.parametrize(("many", "sheets"), [(0, 1), (7, 1), (8, 1), (9, 2), (25, 4)])
def test_rows_beyond_the_last_of_a_sheet_go_on_in_the_next(
    many: int, sheets: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet, "_AT_ONCE", 2)
    monkeypatch.setattr(spreadsheet, "_MOST_ROWS", 10)
    out = io.BytesIO()

    count = write_xlsx(Counted(many), out, remarks=["made on a Friday"])

    *pages, words = load_workbook(out).worksheets
    read = [list(page.iter_rows(values_only=True)) for page in pages]
    assert count == many and len(pages) == sheets
    assert all(rows[:2] == [("made on a Friday", None), ("Name", "Stands（hours）")] for rows in read)
    assert [row for rows in read for row in rows[2:]] == [(f"person {number}", number) for number in range(many)]
    assert max(map(len, read)) <= 10 and len({page.title for page in pages}) == sheets
    assert list(words.iter_rows(values_only=True))[-1][1] == many
