"""Questions come from a file into the bank: read and shown first, taken over only when a person confirms."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from courses.domain.question_files import Row, read_questions
from courses.models import Choice, Question, QuestionImport, QuestionSet
from courses.models.asking import Asked, Option
from lms.people.models import Org


class ImportGone(Exception):
    """What was read is no longer kept; the text says what to do."""


def read_import(
    filename: str, content: bytes, *, org: Org, into: QuestionSet | None, title: str, by: Any, at: datetime
) -> QuestionImport:
    """Read the file and keep what it says for a day, to be looked at; nothing is in the bank yet.

    `into` is the quiz that gets the questions; without one a new quiz of the organisation with this title will. Whoever
    calls has checked that `by` may change them. Raises FileRefused.
    """
    rows = read_questions(filename, content)
    known = _fingerprints(QuestionSet.objects.filter(org=org))
    seen: dict[str, str] = {}
    kept = []
    for row in rows:
        here = there = ""
        if row.asked and not row.defect:
            mark = row.asked.fingerprint()
            here = seen.get(mark, "") or next((str(quiz) for quiz in known.get(mark, []) if quiz == into), "")
            there = next((str(quiz) for quiz in known.get(mark, []) if quiz != into), "")
            seen.setdefault(mark, row.place)
        kept.append(_as_json(row, repeats=here, also_in=there))
    QuestionImport.objects.filter(read_at__lt=at - timedelta(days=QuestionImport.RETENTION.days or 0)).delete()
    return QuestionImport.objects.create(
        org=org, question_set=into, title=title.strip(), by=by, filename=filename[-200:], rows=kept, read_at=at
    )


def confirm_import(read: QuestionImport, *, by: Any, at: datetime) -> tuple[QuestionSet, int]:
    """Put the good questions that the quiz does not have yet at its end; the quiz, and how many were added.

    Told twice it adds nothing. Raises ImportGone.
    """
    with transaction.atomic():
        kept = QuestionImport.objects.select_for_update().filter(pk=read.pk).first()
        if kept is None:
            raise ImportGone(_("What was read is no longer kept. Choose the file again."))
        quiz = kept.question_set
        if kept.confirmed_at and quiz:
            return quiz, 0
        is_new = quiz is None
        if quiz is None:
            quiz = QuestionSet.objects.create(org=kept.org, title=kept.title or kept.filename)
        added = _add(quiz, [asked_of(row) for row in kept.rows if not row["defect"]])
        kept.question_set, kept.confirmed_at = quiz, at
        kept.save(update_fields=["question_set", "confirmed_at"])
        log(quiz, "wagtail.create" if is_new else "wagtail.edit", user=by)
    return quiz, added


def asked_of(row: dict[str, Any]) -> Asked:
    """The question of a kept row."""
    said = row["asked"]
    return Asked(
        **{**said, "options": tuple(Option(**each) for each in said["options"]), "accepted": tuple(said["accepted"])}
    )


def _as_json(row: Row, *, repeats: str, also_in: str) -> dict[str, Any]:
    asked = asdict(row.asked) if row.asked else None
    return {
        "place": row.place,
        "asked": asked,
        "defect": row.defect,
        "excerpt": row.excerpt,
        "repeats": repeats,
        "also_in": also_in,
    }


def _fingerprints(quizzes: Iterable[QuestionSet]) -> dict[str, list[QuestionSet]]:
    found: dict[str, list[QuestionSet]] = {}
    questions = Question.objects.filter(question_set__in=quizzes).select_related("question_set")
    for question in questions.prefetch_related("choices"):
        found.setdefault(question.asked.fingerprint(), []).append(question.question_set)
    return found


def _add(quiz: QuestionSet, asked: list[Asked]) -> int:
    known = set(_fingerprints(QuestionSet.objects.filter(pk=quiz.pk)))
    last = quiz.questions.aggregate(last=Max("sort_order"))["last"]
    place = -1 if last is None else last
    choices: list[Choice] = []
    added = 0
    for each in asked:
        if each.fingerprint() in known:
            continue
        known.add(each.fingerprint())
        place, added = place + 1, added + 1
        question = Question.objects.create(
            question_set=quiz,
            kind=each.kind,
            text=each.text,
            accepted="\n".join(each.accepted),
            is_true=each.is_true,
            explanation=each.explanation,
            sort_order=place,
        )
        choices += [
            Choice(question=question, text=o.text, is_right=o.is_right, partner=o.partner, sort_order=number)
            for number, o in enumerate(each.options)
        ]
    Choice.objects.bulk_create(choices)
    return added
