"""Who has met the requirement and who falls short, on the desk; from the cache, from facts, and as of a day."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.credits.domain.assessing import assess_everybody
from lms.credits.domain.registering import register_credit
from lms.credits.models import Standing
from lms.people.models import Person
from lms.reports import metrics
from lms.reports.standing.queries import standings_of
from tests.cast import TODAY, Cast
from tests.clock import Clock
from tests.credits.world import AT, adopt, complete, load, teach
from tests.factories.people import PersonFactory, PostFactory

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 12)


def township_cadre(cast: Cast, name: str = "钱进") -> Person:
    person = PersonFactory(name=name, village=cast.places.village)
    PostFactory(
        person=person,
        org=cast.orgs.township_government,
        cadre_authority=cast.orgs.organization_department,
        category="township_cadre",
        level="township_level_deputy",
    )
    return person


def sixty_hours(person: Person) -> None:
    """Online: more than the 50 of a year."""
    adopt()
    taught = teach(*[1800] * 60, credit_for=["township_cadre"])
    for number in range(60):
        register_credit(complete(person, taught, number), at=AT)


def figures(answer: Any) -> tuple[int, ...]:
    total = answer.context["figures"].total
    return total.people, total.asked, total.met, total.on_course, total.short


@pytest.mark.parametrize("kept", [pytest.param(False, marks=pytest.mark.slow), True])
def test_overview_counts_those_of_whom_something_is_required(cast: Cast, at_desk: AtDesk, kept: bool) -> None:
    load()
    township_cadre(cast)
    if kept:
        assess_everybody(on=TODAY)

    answer = at_desk(cast.officer).get(reverse("desk:overview"))

    # The village cadre has no requirement: she is counted as a cadre and nowhere else.
    assert figures(answer) == (2, 1, 0, 0, 1)
    assert answer.context["figures"].total.met_percent == Decimal("0.0")
    township = at_desk(cast.officer).get(reverse("desk:overview"), {"place": cast.places.township.code})
    (village,) = township.context["figures"].children
    assert (village.name, village.stand.met_percent) == ("柳树村", None)
    assert set(metrics.STANDING) <= set(answer.context["metrics"])


def test_figures_as_of_an_earlier_day_come_from_facts_of_that_day(cast: Cast, at_desk: AtDesk) -> None:
    load()
    township_cadre(cast)
    assess_everybody(on=TODAY)

    answer = at_desk(cast.officer).get(reverse("desk:overview"), {"on": "2026-01-10"})

    # Nothing was due before the first fifteenth of the year.
    assert figures(answer) == (2, 1, 0, 1, 0)


def test_kept_and_counted_anew_say_the_same(cast: Cast) -> None:
    sixty_hours(township_cadre(cast))
    everybody = list(Person.objects.filter(posts__isnull=False).values_list("pk", flat=True))
    counted = standings_of(everybody, year=2026, on=TODAY)

    assess_everybody(on=TODAY)

    assert standings_of(everybody, year=2026, on=TODAY) == counted
    assert {pk: one.online_missing for pk, one in counted.items() if one.is_asked} == {
        cast.cadre_of_prefecture.pk: Decimal("50.00"),
        Person.objects.get(name="钱进").pk: Decimal("0.00"),
    }


def test_people_are_filtered_by_standing_in_list_and_export(cast: Cast, at_desk: AtDesk) -> None:
    load()
    short = township_cadre(cast)
    officer = at_desk(cast.officer)

    answer = officer.get(reverse("desk:people"), {"standing": "short"})
    export = b"".join(officer.get(reverse("desk:export", args=["cadre-hours", "csv"]), {"standing": "short"}))

    assert [person.pk for person in answer.context["page"].object_list] == [short.pk]
    assert "90.00" in answer.content.decode()
    assert short.name in export.decode("utf-8-sig") and cast.learner.name not in export.decode("utf-8-sig")
    assert officer.get(reverse("desk:people"), {"standing": "nonsense"}).status_code == 200


def test_export_says_where_each_stands(cast: Cast, at_desk: AtDesk) -> None:
    load()
    township_cadre(cast)

    text = b"".join(at_desk(cast.officer).get(reverse("desk:export", args=["cadre-hours", "csv"]))).decode("utf-8-sig")

    (line,) = [line for line in text.splitlines() if "钱进" in line]
    assert line.endswith("还差学时,50.00,90.00")
    (line,) = [line for line in text.splitlines() if cast.learner.name in line]
    assert line.endswith("未设要求,0.00,0.00")


def test_the_record_of_a_cadre_says_why(cast: Cast, at_desk: AtDesk) -> None:
    load()
    cadre = township_cadre(cast)

    page = at_desk(cast.officer).get(reverse("desk:person", args=[cadre.pk])).content.decode()

    assert 'data-state="short" data-required="90.00" data-missing="90.00"' in page
    assert "每年 90.00 学时或 12.00 天培训" in page


@pytest.mark.parametrize(
    ("kept", "page"),
    [
        pytest.param(True, "desk:people", marks=pytest.mark.slow),
        (True, "desk:overview"),
        pytest.param(False, "desk:overview", marks=pytest.mark.slow),
    ],
)
def test_one_cadre_and_three_take_the_same_queries(cast: Cast, at_desk: AtDesk, kept: bool, page: str) -> None:
    load()
    officer = at_desk(cast.officer)
    officer.get(reverse(page))
    counts = []
    for more in ([], ["钱一", "钱二"]):
        for name in more:
            township_cadre(cast, name)
        if kept:
            assess_everybody(on=TODAY, anew=True)
        with CaptureQueriesContext(connection) as queries:
            officer.get(reverse(page))
        counts.append(len(queries))

    # The overview asks besides for each end of a month of the year who was hers then.
    most = {"desk:people": 25, "desk:overview": 50 if kept else 56}
    assert counts[0] == counts[1] <= most[page]


def test_a_stale_cache_is_not_shown(cast: Cast, at_desk: AtDesk, clock: Clock) -> None:
    load()
    cadre = township_cadre(cast)
    assess_everybody(on=date(2026, 11, 19))
    Standing.objects.filter(person=cadre).update(state="met")

    assert figures(at_desk(cast.officer).get(reverse("desk:overview")))[2] == 0


def test_a_year_that_is_not_kept_is_counted_from_facts(cast: Cast) -> None:
    load()
    person = PersonFactory(name="李县长")
    PostFactory(
        person=person,
        org=cast.orgs.township_government,
        cadre_authority=cast.orgs.organization_department,
        category="civil_servant",
        level="county_level_deputy",
        active_from=date(2024, 1, 1),
    )
    assess_everybody(on=TODAY)

    # Online 50 hours of 2024, and the cycle: 48 of 60 months of 550 hours.
    found = standings_of([person.pk], year=2024, on=TODAY)[person.pk]

    assert (found.online_missing, found.centralized_missing) == (Decimal("50.00"), Decimal("440.00"))
    assert standings_of([person.pk], year=2026, on=TODAY)[person.pk].centralized_missing == Decimal("440.00")
