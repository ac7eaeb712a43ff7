"""Reports as CSV, with the mark by which spreadsheets recognise UTF-8."""

import csv
import io
from typing import IO, Any

from lms.reports.definitions.base import Report

# A cell that begins so is taken for a formula by spreadsheets; a name from outside must not become one.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def write_csv(report: Report, out: IO[bytes], *, remarks: list[str]) -> int:
    """Write the remarks, the headings and the rows, and return how many rows there were."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    for remark in remarks:
        writer.writerow([_cell(remark)])
    writer.writerow([f"{c.heading}（{c.unit}）" if c.unit else str(c.heading) for c in report.columns])
    count = 0
    for row in report.rows():
        writer.writerow([_cell(value) for value in row])
        count += 1
    text.detach()
    return count
