"""Importing questions in the Wagtail admin: choose a file, look at what was read, confirm."""

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.permissions import policy_registry

from courses.domain.importing import ImportGone, asked_of, confirm_import
from courses.domain.question_files import FileRefused
from courses.domain.question_files.sheet import write_template
from courses.enums import QuestionKind
from courses.forms import ImportForm
from courses.models import QuestionImport, QuestionSet
from courses.models.access import grants_of
from lms.people.models import Org

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _own_orgs(request: HttpRequest) -> list[int]:
    orgs = grants_of(request.user).orgs_with({"add"})
    if not orgs:
        raise PermissionDenied
    return orgs


def import_questions(request: HttpRequest) -> HttpResponse:
    """Choose a file and where its questions go; nothing is taken over yet."""
    orgs = Org.objects.filter(pk__in=_own_orgs(request))
    quizzes = policy_registry.get_by_type(QuestionSet).instances_user_has_permission_for(request.user, "change")
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ImportForm(*data, orgs=orgs, quizzes=quizzes, initial={"into": request.GET.get("into")})
    if form.is_valid():
        try:
            read = form.save(by=request.user, at=timezone.now())
        except FileRefused as error:
            form.add_error("file", str(error))
        else:
            return redirect("courses_preview_import", read.pk)
    return render(request, "courses/admin/import.html", {"form": form}, status=422 if form.errors else 200)


def preview_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """What was read, row by row, with what is wrong; confirming takes the good ones over."""
    read = get_object_or_404(
        QuestionImport.objects.select_related("org", "question_set"), pk=import_id, org__in=_own_orgs(request)
    )
    if request.method == "POST":
        try:
            quiz, added = confirm_import(read, by=request.user, at=timezone.now())
        except ImportGone as error:
            messages.error(request, str(error))
            return redirect("courses_import_questions")
        words = ngettext("%(count)d question was imported.", "%(count)d questions were imported.", added)
        messages.success(request, words % {"count": added})
        return redirect("courses_quizzes:edit", quiz.pk)
    rows = [_shown(row) for row in read.rows]
    counts = {state: sum(row["state"] == state for row in rows) for state in ("good", "repeated", "bad")}
    return render(request, "courses/admin/import_preview.html", {"read": read, "rows": rows, **counts})


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    asked = asked_of(row) if row["asked"] else None
    shown = {**row, "asked": asked, "state": "bad" if row["defect"] else "repeated" if row["repeats"] else "good"}
    if asked is None:
        return shown
    answer: list[str] = []
    match asked.kind:
        case QuestionKind.TRUE_FALSE:
            answer = [] if asked.is_true is None else [_("right") if asked.is_true else _("wrong")]
        case QuestionKind.SHORT:
            answer = list(asked.accepted)
    kind = dict(QuestionKind.choices).get(asked.kind, asked.kind)
    return {**shown, "kind": kind, "answer": answer, "is_order": asked.kind == QuestionKind.ORDER}


def question_template(request: HttpRequest) -> HttpResponse:
    """The sheet to fill in."""
    _own_orgs(request)
    sheet = BytesIO()
    write_template(sheet)
    response = HttpResponse(sheet.getvalue(), content_type=SHEET)
    response["Content-Disposition"] = 'attachment; filename="questions.xlsx"'
    return response
