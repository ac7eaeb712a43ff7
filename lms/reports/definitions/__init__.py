"""One module per report: title, columns with units, rows as a generator. A report never decides whose rows."""

from lms.reports.definitions.base import Column, Report
from lms.reports.definitions.cadre_entries import CadreEntries
from lms.reports.definitions.cadre_hours import CadreHours

REPORTS: dict[str, type[Report]] = {report.code: report for report in (CadreHours, CadreEntries)}

__all__ = ["REPORTS", "CadreEntries", "CadreHours", "Column", "Report"]
