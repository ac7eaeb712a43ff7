"""My hours: each hour with its why."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.models import LessonPage
from lms.credits.domain.assessing import assess
from lms.credits.domain.explaining import explain
from lms.credits.domain.judging import Assessed
from lms.credits.domain.missing import unpaid_completions
from lms.credits.domain.papers import paper_of
from lms.credits.domain.recognising import NOTHING
from lms.credits.domain.suggesting import suggest_courses
from lms.credits.domain.telling import tell_of_lesson
from lms.credits.enums import CreditCategory
from lms.credits.models import Exemption
from lms.credits.queries import entries_of, hours_of, years_of
from lms.lib.durations import beijing_day
from lms.people.enums import LearnerCategory
from lms.people.models import Person
from lms.people.queries import categories_on


@dataclass(frozen=True, slots=True)
class Counter:
    """One of the two counters of a year: what is on record, what waits, and what is asked for, with its why."""

    category: CreditCategory
    hours: Decimal
    pending: Decimal
    asked: list[tuple[Assessed, list[str]]]


def _chosen_year(request: HttpRequest, years: list[int]) -> int:
    wanted = request.GET.get("year", "")
    return int(wanted) if wanted in {str(year) for year in years} else years[0]


@login_required
def my_hours(request: HttpRequest) -> HttpResponse:
    """The signed-in person's hours of one year; she sees her own and nobody else's."""
    assert isinstance(request.user, Person)  # noqa: S101  (login_required has seen to it)
    person, now = request.user, timezone.now()
    today = beijing_day(now)
    years = sorted({today.year, *years_of(person)}, reverse=True)
    year = _chosen_year(request, years)
    hours = hours_of(person, year)
    is_cadre = LearnerCategory.CADRE in categories_on(person, today)
    standing = assess(person, year, on=today)
    unpaid = unpaid_completions(person, year) if is_cadre else []
    pending = sum((one.hours for one in unpaid), NOTHING)
    counters = [
        Counter(
            category,
            hours[category],
            pending if category == CreditCategory.ONLINE_SELF_STUDY else NOTHING,
            [(one, explain(one.why)) for one in standing.counters if one.need.category == category],
        )
        for category in CreditCategory
    ]
    suggests = is_cadre and year == today.year
    context = {
        "year": year,
        "years": years,
        "counters": counters,
        "total": sum(hours.values(), Decimal("0.00")),
        "entries": [(entry, explain(entry.why)) for entry in entries_of(person, year)],
        "unpaid": [(one, explain(one.missing)) for one in unpaid],
        "is_cadre": is_cadre,
        "has_requirements": any(one.need.is_bound for one in standing.counters),
        "exemptions": list(Exemption.objects.filter(person.owns())),
        "suggestions": suggest_courses(person, at=now) if suggests else [],
    }
    return render(request, "credits/my_hours.html", context)


@never_cache
@require_safe
@login_required
def my_paper(request: HttpRequest) -> HttpResponse:
    """个人年度学时登记表 of whoever is signed in, to print and have signed."""
    assert isinstance(request.user, Person)  # noqa: S101  (login_required has seen to it)
    context = paper_of(request.user, request.GET.get("year", ""), today=beijing_day(timezone.now()))
    return render(request, "desk/paper.html", context)


@never_cache
@require_safe
def lesson_hours(request: HttpRequest, lesson_id: int) -> JsonResponse:
    """For the lesson page: a sentence about the hours of a completed lesson, and whether it is the last word."""
    if not isinstance(request.user, Person):
        return JsonResponse({"text": "", "settled": True})
    told = tell_of_lesson(request.user, get_object_or_404(LessonPage, pk=lesson_id).translation_key)
    return JsonResponse({"text": told.text, "settled": told.settled})
