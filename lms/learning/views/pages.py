"""The pages learners see: my learning, and the button "I have read it"."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses.models import LessonPage
from lms.learning.domain.knowledge import waiting_tests
from lms.learning.domain.reading import NotRead, finish_reading
from lms.learning.domain.retaking import retakable
from lms.learning.models import GroupTick, LessonCompletion
from lms.learning.queries import Progress, answers_for, begun_courses, open_check, unfinished, unpaid_of
from lms.lib.durations import beijing_day
from lms.people.enums import LearnerCategory
from lms.people.queries import categories_on
from lms.people.views.common import person_of

DONE_SHOWN = 50
ANSWERS_SHOWN_FOR = timedelta(days=60)


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """What was answered, where to go on, what is missing, what is done, and what did not count."""
    person, now = person_of(request), timezone.now()
    progress = Progress(person)
    courses = begun_courses(progress)
    again = retakable(person, [course for course, state in courses if state.is_done], at=now)
    rounds = {enrolment.page_id: enrolment.round for enrolment in progress.enrolments.values()}
    context = {
        "answers": answers_for(person, since=now - ANSWERS_SHOWN_FOR),
        "unfinished": unfinished(progress),
        "courses": courses,
        "tests": waiting_tests(person, [(course, rounds[course.pk]) for course, state in courses if state.is_done]),
        "again": {course.pk for course, _state in courses if course.translation_key in again},
        "done": LessonCompletion.objects.of(person).select_related("page").order_by("-completed_at")[:DONE_SHOWN],
        "unpaid": unpaid_of(person),
        "check": open_check(person.pk),
        "has_screenings": GroupTick.objects.of(person).exists(),
        "has_hours": LearnerCategory.CADRE in categories_on(person, beijing_day(now)),
    }
    return render(request, "learning/mine.html", context)


@login_required
@require_POST
def read(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """The person says that she has read the lesson."""
    lesson = get_object_or_404(LessonPage.objects.live(), pk=lesson_id)
    try:
        finish_reading(person_of(request), lesson, opened=request.POST.get("opened", ""), at=timezone.now())
    except NotRead as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("“%(lesson)s” is done.") % {"lesson": lesson.title})
    return redirect(lesson.url)
