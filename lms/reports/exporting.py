"""Handing a report on as a file: counted, with a checksum, on the log, and only as long as the reader may read it."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from lms.audit.domain import record
from lms.people.models import Person
from lms.reports.definitions import Report
from lms.reports.formats import FORMATS

# Whether the reader still may is asked anew after so many rows, about a quarter of a second.
ASK_EVERY = 5000
_PIECE = 1 << 20


class ExportStopped(Exception):
    """The reader's role ended while the file was being written; nothing of it is handed on."""


@dataclass(frozen=True)
class Export:
    """A finished file, standing at its beginning; whoever takes it closes it."""

    file: IO[bytes]
    content_type: str
    name: str
    rows: int
    sha256: str


class _Watched(Report):
    """A report that asks from time to time whether it may go on. Raises ExportStopped."""

    def __init__(self, report: Report, may_go_on: Callable[[], bool]) -> None:
        self._report = report
        self._may_go_on = may_go_on
        self.code = report.code  # type: ignore[misc]  # of the report it wraps
        self.title = report.title  # type: ignore[misc]  # of the report it wraps
        self.columns = report.columns  # type: ignore[misc]  # of the report it wraps
        self.year, self.on = report.year, report.on

    def rows(self) -> Iterator[Sequence[Any]]:
        for number, row in enumerate(self._report.rows(), start=1):
            yield row
            if number % ASK_EVERY == 0:
                self._ask()
        self._ask()

    def _ask(self) -> None:
        if not self._may_go_on():
            raise ExportStopped


def export_report(
    report: Report,
    extension: str,
    *,
    remarks: list[str],
    by: Person,
    may_go_on: Callable[[], bool],
    at: datetime,
    about: Mapping[str, str] | None = None,
) -> Export:
    """Write the report to a temporary file and note on the log who took how many rows, with the file's checksum.

    What is `about` the report goes with that note.

    Raises ExportStopped, with that on the log, where `may_go_on` says no before the last row was written.
    """
    content_type, write = FORMATS[extension]
    detail: dict[str, Any] = {"format": extension, "year": report.year, "on": report.on.isoformat(), **(about or {})}
    out = tempfile.TemporaryFile()  # noqa: SIM115  (handed on open)
    try:
        rows = write(_Watched(report, may_go_on), out, remarks=remarks)
    except ExportStopped:
        out.close()
        record("report_stopped", actor=by, subject_kind="report", subject_id=report.code, detail=detail, at=at)
        raise
    checksum = _sha256(out)
    detail |= {"rows": rows, "sha256": checksum}
    record("report_exported", actor=by, subject_kind="report", subject_id=report.code, detail=detail, at=at)
    name = f"{report.code}-{report.year}-{report.on:%Y%m%d}.{extension}"
    return Export(out, content_type, name, rows, checksum)


def _sha256(file: IO[bytes]) -> str:
    """The checksum in hex; the file stands at its beginning afterwards."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()
