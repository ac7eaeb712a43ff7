"""The self-assessment, and the picture of before and after that only the person sees."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from courses.domain.instruments import self_assessment
from lms.learning.domain.assessing import assess, compare
from lms.learning.domain.knowledge import knowledge_of
from lms.learning.forms import SelfAssessmentForm
from lms.learning.models import SelfAssessment
from lms.people.views.common import person_of


@login_required
@never_cache
def take(request: HttpRequest) -> HttpResponse:
    """Eighteen sentences, one dimension a page. Nothing is kept before the last: the pages carry what was answered."""
    instrument = self_assessment()
    if request.method != "POST":
        form = SelfAssessmentForm(instrument=instrument, number=1)
        return render(request, "learning/self_assessment.html", {"form": form})
    number = _number(request.POST.get("number", ""), len(instrument.parts))
    form = SelfAssessmentForm(request.POST, instrument=instrument, number=number)
    if "back" in request.POST:
        form = SelfAssessmentForm(initial=request.POST.dict(), instrument=instrument, number=max(number - 1, 1))
    elif not form.is_valid():
        form = SelfAssessmentForm(request.POST, instrument=instrument, number=form.first_faulty())
    elif not form.is_last:
        form = SelfAssessmentForm(initial=form.cleaned_data, instrument=instrument, number=number + 1)
    else:
        assess(person_of(request), form.cleaned_data, at=timezone.now())
        return redirect("learning:self_assessment_result")
    return render(request, "learning/self_assessment.html", {"form": form}, status=422 if form.errors else 200)


def _number(said: str, most: int) -> int:
    """The dimension that a page says it asked."""
    return min(max(int(said), 1), most) if said.isdecimal() and len(said) < 4 else 1


@login_required
@never_cache
def result(request: HttpRequest) -> HttpResponse:
    """Before and after, of skills and of what one knows; who has not said anything yet is asked."""
    person = person_of(request)
    taken, knowledge = list(SelfAssessment.objects.of(person)), knowledge_of(person)
    if not taken and not knowledge:
        return redirect("learning:self_assessment")
    first, latest = taken[0] if taken else None, taken[-1] if len(taken) > 1 else None
    rows = compare(first, latest) if first else []
    context = {"first": first, "latest": latest, "rows": rows, "knowledge": knowledge}
    return render(request, "learning/self_assessment_result.html", context)
