"""What the trainers of the demo ask: presence questions, quizzes and exams, brought into the bank as a sheet."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any

import yaml
from openpyxl import Workbook

from courses.domain.importing import confirm_import, read_import
from courses.domain.question_files.sheet import LETTERS
from courses.enums import CompletionRule, LessonKind
from courses.models import CoursePage, LessonPage, QuestionSet
from lms.demo.clock import moved_to
from lms.demo.domain.places import DATA
from lms.people.models import Org, Person

HEADING = ("题型", "题目", "答案", "解析", *(f"选项{letter}" for letter in LETTERS))
HOW_ASKED = ("pass_mark", "draw_count", "pause_minutes")


@cache
def asked() -> dict[str, Any]:
    """The file of the demo's questions."""
    return yaml.safe_load((DATA / "questions.yaml").read_text(encoding="utf-8"))


def sheet_of(rows: Iterable[Sequence[str]]) -> bytes:
    """A sheet as a trainer sends it."""
    book, out = Workbook(write_only=True), BytesIO()
    sheet = book.create_sheet("题目")
    sheet.append(HEADING)
    for row in rows:
        sheet.append(row)
    book.save(out)
    return out.getvalue()


def presence_rows(questions: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Their rows of the sheet; where the right choice stands differs from question to question."""
    rows = []
    for number, (text, right, *others) in enumerate(questions):
        place = (len(text) + number) % (len(others) + 1)
        rows.append(("单选", text, LETTERS[place], "", *others[:place], right, *others[place:]))
    return rows


def quiz_rows(questions: Iterable[dict[str, Any]]) -> list[tuple[str, ...]]:
    return [(row["题型"], row["题目"], row["答案"], row.get("解析", ""), *row.get("选项", ())) for row in questions]


def bank(title: str, rows: Iterable[Sequence[str]], *, org: Org, by: Person, at: datetime) -> QuestionSet:
    """The organisation's set of this title, imported from such a sheet where it is not there yet."""
    known = QuestionSet.objects.filter(org=org, title=title).first()
    if known:
        return known
    with moved_to(at):
        read = read_import("题目.xlsx", sheet_of(rows), org=org, into=None, title=title, by=by, at=at)
        if faults := [f"{row['place']}: {row['defect']}" for row in read.rows if row["defect"]]:
            raise ValueError(f"{title}: {'; '.join(faults)}")
        made, _count = confirm_import(read, by=by, at=at)
    return made


def write_questions(*, by: Person, at: datetime) -> None:
    """Give the drafts of the lessons their questions, and courses their exams; told twice, it is done once."""
    quizzes = {row["lesson"]: row for row in asked()["quizzes"]}
    lessons = LessonPage.objects.filter(code__in=asked()["presence"].keys() | quizzes.keys(), live=False)
    for lesson in lessons.select_related("org").order_by("path"):
        draft = lesson.get_latest_revision_as_object()
        if draft.presence_questions_id:
            continue
        rows = presence_rows(asked()["presence"][lesson.code])
        draft.presence_questions = bank(f"{lesson.title} · 在线确认", rows, org=lesson.org, by=by, at=at)
        if lesson.code in quizzes:
            draft.quiz = _quiz(quizzes[lesson.code], org=lesson.org, by=by, at=at)
        with moved_to(at):
            draft.save_revision(user=by)
    for row in asked()["exams"]:
        if not LessonPage.objects.filter(code=row["code"]).exists():
            _add_exam(row, by=by, at=at)


def _quiz(row: dict[str, Any], *, org: Org, by: Person, at: datetime) -> QuestionSet:
    quiz = bank(row["title"], quiz_rows(row["rows"]), org=org, by=by, at=at)
    for name in HOW_ASKED:
        setattr(quiz, name, row.get(name, getattr(quiz, name)))
    quiz.full_clean()
    quiz.save()
    return quiz


def _add_exam(row: dict[str, Any], *, by: Person, at: datetime) -> None:
    course = CoursePage.objects.get(code=row["course"])
    if course.org is None:
        raise ValueError(f"{course} belongs to nobody yet.")
    quiz = _quiz(row, org=course.org, by=by, at=at)
    with moved_to(at):
        exam = course.add_child(
            instance=LessonPage(
                code=row["code"],
                title=row["title"],
                title_en=row["title_en"],
                slug=row["code"],
                org=course.org,
                teaches=row["teaches"],
                teaches_en=row["teaches_en"],
                kind=LessonKind.EXAM,
                completion_rule=CompletionRule.QUIZ,
                quiz=quiz,
                owner=by,
                live=False,
                has_unpublished_changes=True,
            )
        )
        exam.save_revision(user=by)
