"""How each of some people stood on several days of a year, from facts that are read once."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Min, QuerySet

from lms.credits.domain.assessing import assess_facts
from lms.credits.domain.holding import read_facts, read_rows, spans_of
from lms.credits.domain.judging import together
from lms.credits.domain.requiring import Needs
from lms.credits.enums import CreditCategory, StandingState
from lms.learning.models import CourseCompletion, LessonCompletion
from lms.lib.durations import beijing_day, beijing_midnight
from lms.lib.keys import Keys
from lms.people.queries import accounts_of
from lms.reports.overview.shapes import Stand
from lms.reports.queries import year_up_to

_ASKED = {StandingState.MET, StandingState.ON_COURSE, StandingState.SHORT}


def of_one(state: StandingState, *amounts: Any) -> Stand:
    """One person; who is exempt or has no requirement stands in neither numerator nor denominator."""
    is_asked = state in _ASKED
    return Stand(
        1,
        int(is_asked),
        int(state == StandingState.MET),
        int(state == StandingState.ON_COURSE),
        int(state == StandingState.SHORT),
        *amounts,
    )


def stands_over(ids: Sequence[int], year: int, *, days: Sequence[date]) -> Iterator[tuple[date, int, Stand]]:
    """For each day, in order, and each of these people (accounts that stay): how she stood; queries do not grow."""
    needs = Needs(read_rows())
    spans = spans_of(year, needs.rows)
    facts = read_facts(ids, first_day=min(span.first_day for span in spans), until=max(days))
    lessons = _firsts(LessonCompletion.objects.all(), "lesson_key", ids, year, until=max(days))
    courses = _firsts(CourseCompletion.objects.all(), "course_key", ids, year, until=max(days))
    for day in days:
        first, end = year_up_to(year, day)
        for pk, each in facts.items():
            state = together(one.state for one in assess_facts(each, spans, needs, on=day))
            online, centralized = (
                each.earned_in(category, first, end)[0]
                for category in (CreditCategory.ONLINE_SELF_STUDY, CreditCategory.CENTRALIZED_TRAINING)
            )
            done = (bisect_right(kept[pk], end - timedelta(days=1)) for kept in (lessons, courses))
            yield day, pk, of_one(state, online, centralized, *done)


def _firsts(facts: QuerySet[Any], key: str, ids: Sequence[int], year: int, *, until: date) -> dict[int, list[date]]:
    """By person: the days in Beijing, in order, on which she first completed each thing of the year."""
    first, end = year_up_to(year, until)
    stays = accounts_of(ids)
    span = {"completed_at__gte": beijing_midnight(first), "completed_at__lt": beijing_midnight(end)}
    rows = (
        facts.filter(person__in=Keys(stays), **span)
        .order_by()
        .values_list("person_id", key)
        .annotate(Min("completed_at"))
    )
    earliest: dict[int, dict[Any, date]] = defaultdict(dict)
    for person_id, what, at in rows:
        known, day = earliest[stays[person_id]], beijing_day(at)
        known[what] = min(known.get(what, day), day)
    return defaultdict(list, {pk: sorted(known.values()) for pk, known in earliest.items()})
