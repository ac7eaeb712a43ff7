"""What a learner says by one tap: an appeal, a course taken again, understood or not, a mistake in the lesson."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses.models import CoursePage, LessonPage
from lms.learning.domain.appealing import CannotAppeal, appeal
from lms.learning.domain.feedback import CannotSay, report_problem, vote
from lms.learning.domain.retaking import CannotRetake, retake
from lms.learning.models import RefusedStretch
from lms.people.views.common import person_of


@login_required
@require_POST
def make_appeal(request: HttpRequest, refused_id: int) -> HttpResponse:
    """Ask a person to look at what did not count."""
    person = person_of(request)
    mine = RefusedStretch.objects.filter(person.owns())
    refused = get_object_or_404(mine.select_related("page", "person"), pk=refused_id)
    try:
        appeal(refused, by=person, words=request.POST.get("words", "")[:2000], at=timezone.now())
    except CannotAppeal as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Your appeal is made. Somebody looks at it, and the answer will stand here."))
    return redirect("learning:mine")


@login_required
@require_POST
def take_again(request: HttpRequest, course_id: int) -> HttpResponse:
    """Begin the next round of a completed course."""
    course = get_object_or_404(CoursePage.objects.live(), pk=course_id)
    try:
        retake(person_of(request), course, at=timezone.now())
    except CannotRetake as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("“%(course)s” begins anew. What you completed before stays.") % {"course": course})
    return redirect(course.url)


@login_required
@require_POST
def understood(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """看懂了 or 没看懂."""
    lesson = get_object_or_404(LessonPage.objects.live(), pk=lesson_id)
    is_understood = request.POST.get("understood") == "yes"
    try:
        vote(person_of(request), lesson, understood=is_understood, at=timezone.now())
    except CannotSay as error:
        messages.warning(request, str(error))
    else:
        messages.success(
            request,
            _("Good to hear, thank you!")
            if is_understood
            else _("Thank you. The teacher will make it plainer; watching it again helps, too."),
        )
    return redirect(lesson.url)


@login_required
@require_POST
def problem(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """本课有错."""
    lesson = get_object_or_404(LessonPage.objects.live(), pk=lesson_id)
    try:
        report_problem(person_of(request), lesson, words=request.POST.get("words", "")[:2000], at=timezone.now())
    except CannotSay as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Thank you! The teacher reads it; the answer will stand under “My learning”."))
    return redirect(lesson.url)
