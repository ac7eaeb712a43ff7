"""Make a lesson of a recording: choose the course, and go on in the page editor."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.domain.making import CannotMake, courses_for, make_lesson
from lms.lib.durations import beijing_day
from media.policies import videos_visible_to


@require_http_methods(["GET", "HEAD", "POST"])
def make_lesson_of(request: HttpRequest, code: str) -> HttpResponse:
    """The courses of its organisation as rows; POST `course` makes the draft."""
    videos = videos_visible_to(request.user, on=beijing_day(timezone.now())).select_related("org")
    video = get_object_or_404(videos, code=code)
    courses = courses_for(video, request.user)
    problem = ""
    if request.method == "POST":
        chosen = [course for course in courses if str(course.pk) == request.POST.get("course")]
        try:
            if chosen:
                lesson = make_lesson(video, chosen[0], by=request.user)
                messages.success(
                    request, _("The draft is there. Read it through, then publish it or send it to review.")
                )
                return redirect("wagtailadmin_pages:edit", lesson.pk)
            problem = _("Please choose a course.")
        except CannotMake as error:
            problem = str(error)
    context = {"video": video, "courses": courses, "problem": problem}
    return render(request, "courses/make_lesson.html", context, status=422 if problem else 200)
