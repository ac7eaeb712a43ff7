"""A course's test before and after it; only the person sees what came of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from courses.models import CoursePage
from lms.learning.domain.knowledge import NotOffered, feedback_on_test, knowledge_of, open_test, take_test
from lms.learning.domain.marking import open_part
from lms.learning.enums import AssessmentPhase
from lms.learning.forms import QuizForm
from lms.learning.models import KnowledgeTest
from lms.people.views.common import person_of


@login_required
@never_cache
def take(request: HttpRequest, course_id: int) -> HttpResponse:
    """The questions of the test that the person can take now; what she does not know she leaves open."""
    course = get_object_or_404(CoursePage.objects.live().select_related("knowledge_test"), pk=course_id)
    person, at = person_of(request), timezone.now()
    try:
        test = open_test(person, course, at=at)
        items = [open_part(item) for item in test.paper]
        form = QuizForm(request.POST if request.method == "POST" else None, items=items, needs_all=False)
        if form.is_valid():
            take_test(test, given=form.given, at=at)
            return redirect("learning:knowledge_result", course_id=course.pk)
    except NotOffered as error:
        messages.info(request, str(error))
        return redirect(course.url)
    context = {"course": course, "test": test, "form": form, "is_before": test.phase == AssessmentPhase.PRE_TEST}
    return render(request, "learning/knowledge_test.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
def result(request: HttpRequest, course_id: int) -> HttpResponse:
    """What came of the latest test of the course, beside the one before it."""
    course = get_object_or_404(CoursePage.objects.live(), pk=course_id)
    person = person_of(request)
    taken = KnowledgeTest.objects.of(person).filter(course_key=course.translation_key).exclude(taken_at=None)
    test = taken.last()
    if test is None:
        return redirect(course.url)
    context = {
        "course": course,
        "test": test,
        "knowledge": knowledge_of(person, course=course),
        "feedback": feedback_on_test(test),
    }
    return render(request, "learning/knowledge_result.html", context)
