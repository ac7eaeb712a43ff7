"""How a report is handed on; no format knows a report."""

from lms.reports.formats.comma import write_csv
from lms.reports.formats.objects import write_json
from lms.reports.formats.spreadsheet import write_xlsx

FORMATS = {
    "csv": ("text/csv; charset=utf-8", write_csv),
    "json": ("application/json", write_json),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
}

__all__ = ["FORMATS"]
