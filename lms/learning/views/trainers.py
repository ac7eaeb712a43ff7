"""The trainer's own pages about her lessons, under /studio/, made for a phone: counts, and what learners report."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lms.learning.domain.feedback import CannotSay, answer_problem
from lms.learning.domain.teaching import NEWEST, counts_of, failed_in_video, failed_questions, viewing_of
from lms.learning.models import LessonProblem
from lms.learning.policies import lessons_of_trainer
from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.gates import role_required
from lms.people.views.common import person_of
from media.enums import ReportOutcome
from media.models import CaptionReport

LESSONS_PER_PAGE = 50
ANSWERED_SHOWN = 20


@require_safe
@role_required(RoleKind.TRAINER)
def lessons(request: HttpRequest) -> HttpResponse:
    """The lessons of her organisations that were ever published, those with a mistake to answer first."""
    waiting = LessonProblem.objects.filter(page=OuterRef("pk"), replied_at=None)
    hers = lessons_of_trainer(request.user, on=beijing_day(timezone.now())).defer("body").select_related("org")
    published = hers.exclude(live=False, first_published_at=None)
    found = published.annotate(waits=Exists(waiting)).order_by("-waits", "path")
    page = Paginator(found, LESSONS_PER_PAGE).get_page(request.GET.get("page"))
    counts = counts_of(page.object_list)
    rows = [(lesson, counts[lesson.pk]) for lesson in page.object_list]
    return render(request, "learning/trainer_lessons.html", {"page": page, "rows": rows})


@require_safe
@role_required(RoleKind.TRAINER)
def lesson(request: HttpRequest, pk: int) -> HttpResponse:
    """One lesson: started, finished, where people stop, which question fails, understood or not, and mistakes."""
    hers = lessons_of_trainer(request.user, on=beijing_day(timezone.now())).select_related("video", "quiz")
    found = get_object_or_404(hers, pk=pk)
    problems = LessonProblem.objects.filter(page=found)
    captions = CaptionReport.objects.filter(video=found.video_id, outcome=ReportOutcome.OPEN)
    context = {
        "lesson": found,
        "counts": counts_of([found])[found.pk],
        "viewing": viewing_of(found),
        "newest": NEWEST,
        "questions": failed_questions(found),
        "in_video": failed_in_video(found),
        "asks_in_video": found.video_questions.exists(),
        "problems": problems.filter(replied_at=None).order_by("reported_at", "pk"),
        "answered": problems.exclude(replied_at=None).order_by("-replied_at")[:ANSWERED_SHOWN],
        "captions": captions.select_related("video") if found.video_id else [],
    }
    return render(request, "learning/trainer_lesson.html", context)


@require_POST
@role_required(RoleKind.TRAINER)
def answer(request: HttpRequest, pk: int, problem_id: int) -> HttpResponse:
    """Answer a mistake that a learner reported."""
    hers = lessons_of_trainer(request.user, on=beijing_day(timezone.now()))
    problem = get_object_or_404(LessonProblem, pk=problem_id, page=get_object_or_404(hers, pk=pk))
    try:
        answer_problem(problem, reply=request.POST.get("reply", "")[:2000], by=person_of(request), at=timezone.now())
    except CannotSay as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Answered. Whoever reported it reads it under “My learning”."))
    return redirect("teaching:lesson", pk)
