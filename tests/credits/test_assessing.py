"""Where people stand, from posts, exemptions and the ledger; and the cache that says the same."""

import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lms.credits.domain.assessing import assess, assess_many, keep_standings, standing_faults
from lms.credits.domain.binding import Span
from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.correcting import reverse_entry
from lms.credits.domain.holding import read_post, spans_of
from lms.credits.domain.judging import is_on_course, judge, together
from lms.credits.domain.registering import register_credit
from lms.credits.domain.requiring import Need
from lms.credits.enums import CreditCategory, Period, StandingState
from lms.credits.models import CreditRequirement, Exemption, Standing
from lms.people.domain.merging import merge
from lms.people.models import Division, Post
from tests.cast import TODAY
from tests.credits.test_requiring import NATION
from tests.credits.world import AT, BEIJING, adopt, complete, earn, load, teach
from tests.factories.people import PersonFactory, PostFactory
from tests.tasks import run_tasks_at_once

pytestmark = pytest.mark.django_db
ONLINE, TRAINING = CreditCategory.ONLINE_SELF_STUDY, CreditCategory.CENTRALIZED_TRAINING
Z = Decimal("0.00")


@pytest.fixture(autouse=True)
def today(clock):
    clock.set(2026, 11, 20, 12)


@pytest.fixture
def worker(settings):
    run_tasks_at_once(settings)


def township_cadre(cast, **post):
    person = PersonFactory(name="钱进", village=cast.places.village)
    PostFactory(
        person=person,
        org=cast.orgs.township_government,
        cadre_authority=cast.orgs.organization_department,
        category="township_cadre",
        level="township_level_deputy",
        **post,
    )
    return person


def counter(standing, category, period=Period.ANNUAL):
    (found,) = [one for one in standing.counters if (one.need.category, one.need.span.period) == (category, period)]
    return found


def test_village_cadres_stand_neither_in_numerator_nor_denominator(cast):
    load()

    for person in (cast.learner, cast.farmer):
        standing = assess(person, 2026, on=TODAY)
        assert standing.state == StandingState.NO_REQUIREMENT
        assert [one.is_asked for one in standing.counters] == [False, False]


def test_a_township_cadre_owes_both_counters_and_hours_fill_one(cast):
    adopt()
    person = township_cadre(cast)
    taught = teach(1800, credit_for=["township_cadre"])

    register_credit(complete(person, taught), at=AT)

    standing = assess(person, 2026, on=TODAY)

    online, training = counter(standing, ONLINE), counter(standing, TRAINING)
    assert (online.need.hours, online.hours, online.missing_hours) == (Decimal(50), Decimal(1), Decimal(49))
    assert (training.need.hours, training.missing_hours, training.missing_days) == (90, 90, 12)
    assert standing.state == StandingState.SHORT


def test_hours_of_later_days_do_not_count_on_an_earlier_one(cast):
    adopt()
    earn(cast.learner)

    assert counter(assess(cast.learner, 2026, on=date(2026, 11, 19)), ONLINE).hours == Z
    assert counter(assess(cast.learner, 2026, on=TODAY), ONLINE).hours == Decimal("1.00")


def need(hours="12", days=None, months=12):
    counted = Span(Period.ANNUAL, 2026).fifteenths[:months]
    return Need(Span(Period.ANNUAL, 2026), ONLINE, Decimal(hours), days, True, counted, until=date(2027, 1, 1))


def test_on_course_is_the_share_of_the_months_whose_fifteenth_is_past():
    # 12 hours a year, one a month. On 14 March two fifteenths are past, on 15 March three.
    assert is_on_course(need(), (Decimal(2), Z), date(2026, 3, 14))
    assert not is_on_course(need(), (Decimal(2), Z), date(2026, 3, 15))
    assert is_on_course(need(days=Decimal(4)), (Z, Decimal(1)), date(2026, 3, 15))


@pytest.mark.parametrize(
    ("hours", "on", "state"),
    [
        ("0", date(2026, 1, 10), StandingState.ON_COURSE),
        ("10.99", date(2026, 11, 20), StandingState.SHORT),
        ("11", date(2026, 11, 20), StandingState.ON_COURSE),
        ("12", date(2026, 3, 1), StandingState.MET),
        ("11.99", date(2027, 1, 1), StandingState.SHORT),
    ],
)
def test_states_of_a_year(hours, on, state):
    assert judge(need(), (Decimal(hours), Z), on=on).state == state


def test_hours_after_a_promotion_catch_up_only_what_was_missing():
    promoted = replace(need(), promoted_on=date(2026, 7, 10), until=date(2027, 7, 10))

    caught_up = judge(promoted, (Decimal(8), Z), later=(Decimal(5), Z), on=date(2027, 5, 1))
    not_needed = judge(promoted, (Decimal(12), Z), later=(Decimal(5), Z), on=date(2027, 5, 1))

    assert (caught_up.state, caught_up.hours) == (StandingState.MET, Decimal(13))
    assert (not_needed.state, not_needed.hours) == (StandingState.MET, Decimal(12))
    assert "caught_up" in [one["code"] for one in caught_up.why]


def test_one_word_for_a_year_is_the_worst_of_what_is_asked():
    met, short, exempt, free = (
        StandingState.MET,
        StandingState.SHORT,
        StandingState.EXEMPT,
        StandingState.NO_REQUIREMENT,
    )

    assert together([met, short, free]) == short
    assert together([met, exempt]) == met
    assert together([exempt, free]) == exempt
    assert together([free, free]) == together([]) == free


def test_an_authority_whose_place_was_merged_is_followed_to_the_new_place(cast):
    # The county becomes another one on 1 June: two parts of one post.
    county, merged = cast.places.county, date(2026, 6, 1)
    new = Division.objects.create(
        code="990103000000", name="丙县", level="county", parent=cast.places.prefecture, active_from=merged
    )
    Division.objects.filter(pk=county.pk).update(active_to=merged, successor=new)
    post = Post.objects.select_related("cadre_authority__division").get(person=cast.learner)

    parts = list(read_post(post))

    assert [(part.active_from, part.active_to, part.place) for part in parts] == [
        (date(2026, 1, 1), merged, county.code),
        (merged, None, new.code),
    ]


def test_a_cycle_of_the_row_is_found_for_any_year():

    assert spans_of(2026, NATION) == [Span(Period.ANNUAL, 2026), Span(Period.FIVE_YEAR_CYCLE, 2023)]
    assert spans_of(2028, NATION)[1] == Span(Period.FIVE_YEAR_CYCLE, 2028)
    assert spans_of(2022, NATION)[1] == Span(Period.FIVE_YEAR_CYCLE, 2018)


def test_only_approved_exemptions_count(cast):
    load()
    person = township_cadre(cast)
    exemption = Exemption.objects.create(
        person=person, kind="long_sick_leave", active_from=date(2026, 1, 1), active_to=date(2027, 1, 1),
        reason="x", document="x", document_kind="pdf", authority=cast.orgs.organization_department,
        proposed_by=cast.officer, proposed_at=AT,
    )  # fmt: skip

    waiting = assess(person, 2026, on=TODAY).state
    Exemption.objects.filter(pk=exemption.pk).update(state="approved", decided_by=cast.prefecture_officer)

    assert (waiting, assess(person, 2026, on=TODAY).state) == (StandingState.SHORT, StandingState.EXEMPT)


def test_merged_accounts_count_together_under_the_one_that_stays(cast, worker, django_capture_on_commit_callbacks):
    adopt()
    township = township_cadre(cast)
    double = PersonFactory(name="钱进")
    PostFactory(
        person=double, org=cast.orgs.township_government, cadre_authority=cast.orgs.organization_department,
        category="township_cadre",
    )  # fmt: skip
    taught = teach(1800, 1800, credit_for=["township_cadre"])

    register_credit(complete(township, taught, 0), at=AT)
    register_credit(complete(double, taught, 1), at=AT)
    keep_standings([township, double], on=TODAY)

    with django_capture_on_commit_callbacks(execute=True):
        merge(double, into=township, by=cast.officer, reason="同一人", at=AT)

    assert not Standing.objects.filter(person=double).exists()
    assert Standing.objects.get(person=township, category=ONLINE, first_year=2026).hours == Decimal("2.00")
    assert list(standing_faults()) == []


def test_registered_hours_freshen_the_standing(cast, worker, django_capture_on_commit_callbacks):
    adopt()

    with django_capture_on_commit_callbacks(execute=True):
        entry = earn(cast.learner)

    row = Standing.objects.get(person=cast.learner, category=ONLINE, first_year=2026)
    assert (row.hours, row.state, row.as_of) == (Decimal("1.00"), "no_requirement", TODAY)
    with django_capture_on_commit_callbacks(execute=True):
        reverse_entry(entry, reason="有误", by=cast.officer, at=AT)
    assert Standing.objects.get(person=cast.learner, category=ONLINE, first_year=2026).hours == Z


def test_hours_of_the_last_minutes_may_still_wait_for_their_task(cast):
    adopt()
    keep_standings([cast.learner], on=TODAY)
    earn(cast.learner)

    assert list(standing_faults(at=AT + timedelta(minutes=9))) == []
    assert len(list(standing_faults(at=AT + timedelta(minutes=11)))) == 1


def run(*arguments):
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_assessing_everybody_makes_the_cache_once_a_day_and_again_when_asked(cast, clock):
    adopt()
    assert "3 people" in run("assess_requirements")
    assert run("assess_requirements") == "0 people, 0 differences.\n"
    assert Standing.objects.filter(person=cast.cadre_of_prefecture, first_year=2026).count() == 2
    assert set(Standing.objects.values_list("first_year", flat=True)) == {2025, 2026}
    Standing.objects.filter(person=cast.learner).update(hours=Decimal(7))

    assert len(list(standing_faults())) == 4
    assert any("standing differs" in fault for fault in ledger_faults())
    assert "4 differences (dry run)" in run("assess_requirements", "--all", "--dry-run")
    assert "4 differences." in run("assess_requirements", "--all")
    assert list(ledger_faults()) == []
    clock.set(2026, 11, 21, 1)
    assert "3 people" in run("assess_requirements")


def test_assessing_asks_as_often_for_three_people_as_for_one(cast):
    load()
    people = [cast.learner, township_cadre(cast), cast.cadre_of_prefecture]
    counts = []
    for some in (people[:1], people):
        with CaptureQueriesContext(connection) as queries:
            assess_many([person.pk for person in some], 2026, on=TODAY)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 6


def test_the_presets_say_what_the_policy_says(cast):
    load()
    rows = {(row.bound, row.category): row for row in CreditRequirement.objects.all()}

    county = rows["county_level_and_above", TRAINING]
    assert (county.hours, county.months, county.alternative_days, county.cycle_first_year) == (550, 3, 63, 2023)
    assert county.days_of_month_confidence == "U"
    township = rows["township_level_and_below", TRAINING]
    assert (township.hours, township.alternative_days, township.catch_up_months) == (90, 12, 12)
    assert rows["all_cadres", ONLINE].alternative_days is None
    assert all(row.source and row.confidence in "AB" for row in rows.values())


def test_a_moment_before_midnight_in_beijing_belongs_to_the_day(cast):
    adopt()
    earn(cast.learner, at=datetime(2026, 11, 20, 23, 59, tzinfo=BEIJING))

    assert counter(assess(cast.learner, 2026, on=TODAY), ONLINE).hours == Decimal("1.00")


def test_rows_loaded_before_say_afterwards_what_the_presets_say(cast):
    migration = import_module("lms.credits.migrations.0003_requirements")
    load()
    CreditRequirement.objects.filter(category=TRAINING).update(days=None, catch_up_months=0)
    CreditRequirement.objects.filter(months=3).update(
        months=None, days_of_month=None, days_of_month_confidence="", active_from=date(2023, 9, 19)
    )

    migration.complete_national_presets(apps, None)

    assert run("load_credit_rules") == "0 rules and requirements added.\n"
