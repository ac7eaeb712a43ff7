"""Reports as JSON for another program: what the columns mean stands before the rows, how many there were after them."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from lms.reports.definitions.base import Column, Report

_VERSION = 1


def _value(value: Any) -> Any:
    """Exact: a decimal is text, so that nobody reads a binary fraction; a day is YYYY-MM-DD."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _column(column: Column) -> dict[str, str]:
    said = {"heading": str(column.heading), "unit": str(column.unit)}
    if column.metric:
        said |= {
            "metric": f"{column.metric.code} v{column.metric.version}",
            "definition": str(column.metric.definition),
        }
    return said


def write_json(report: Report, out: IO[bytes], *, remarks: list[str]) -> int:
    """Write the columns, the rows as lists in their order, and the count; returns the count."""
    head = {
        "format": f"tianjian report, version {_VERSION}",
        "report": report.code,
        "title": str(report.title),
        "year": report.year,
        "as_of": report.on.isoformat(),
        "remarks": remarks,
        "columns": [_column(column) for column in report.columns],
    }
    out.write(json.dumps(head, ensure_ascii=False, indent=1)[:-2].encode() + b',\n "rows": [')
    count = 0
    for row in report.rows():
        line = json.dumps([_value(value) for value in row], ensure_ascii=False)
        out.write((",\n  " if count else "\n  ").encode() + line.encode())
        count += 1
    out.write(f'\n ],\n "count": {count}\n}}\n'.encode())
    return count
