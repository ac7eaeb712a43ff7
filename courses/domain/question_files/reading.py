"""Which kind of file it is, and reading it within bounds."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from courses.domain.question_files.aiken import looks_like_aiken, read_aiken
from courses.domain.question_files.base import MOST_BYTES, MOST_QUESTIONS, FileRefused, Row, as_text
from courses.domain.question_files.gift import read_gift
from courses.domain.question_files.moodle import read_moodle
from courses.domain.question_files.sheet import read_sheet
from lms.lib.workbooks import is_old_office, is_workbook


def read_questions(filename: str, content: bytes) -> list[Row]:
    """Every question of the file in its order, good ones and others. Reads no further than needed; FileRefused."""
    if len(content) > MOST_BYTES:
        raise FileRefused(_("The file is larger than 5 MB. Split it into several files."))
    if not content.strip():
        raise FileRefused(_("The file is empty."))
    rows = []
    for row in _reader(filename, content)():
        rows.append(row)
        if len(rows) > MOST_QUESTIONS:
            raise FileRefused(
                _("The file holds more than %(most)s questions. Split it into several files.")
                % {"most": MOST_QUESTIONS}
            )
    if not rows:
        raise FileRefused(_("No question was found in the file. Is it the right one?"))
    return rows


def _reader(filename: str, content: bytes) -> Callable[[], Iterator[Row]]:
    """By what the file holds, not by what it is called."""
    ending = filename.lower().rpartition(".")[2]
    if is_workbook(content) or is_old_office(content):
        return lambda: read_sheet(content)
    if ending == "xls":
        raise FileRefused(_("This is an old Excel file. Open it in Excel or WPS and save it as .xlsx."))
    if ending == "xlsx":
        raise FileRefused(_("The file is called .xlsx but is none. Open it in Excel or WPS and save it as .xlsx."))
    text = as_text(content)
    if ending == "xml" or text.lstrip().startswith(("<?xml", "<quiz")):
        return lambda: read_moodle(text)
    if looks_like_aiken(text):
        return lambda: read_aiken(text)
    return lambda: read_gift(text)
