"""Questions read from files that other systems and people write: GIFT, Aiken, Moodle XML and a sheet (XLSX).

`read_questions` is the one way in; lms/docs/questions.md says what each kind of file may hold.
"""

from courses.domain.question_files.base import MOST_BYTES, MOST_QUESTIONS, FileRefused, Row
from courses.domain.question_files.reading import read_questions

__all__ = ["MOST_BYTES", "MOST_QUESTIONS", "FileRefused", "Row", "read_questions"]
