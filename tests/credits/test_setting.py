"""An authority sets its own requirements from a day on; overlaps are refused, the past stays."""

from datetime import date
from decimal import Decimal

import pytest

from lms.audit.models import AuditEntry
from lms.credits.domain.adopting import RuleRefused, load_presets
from lms.credits.domain.assessing import assess
from lms.credits.domain.setting import RequirementRefused, end_requirement, set_requirement
from lms.credits.enums import Bound, CreditCategory, Period, StandingState
from lms.credits.models import CreditRequirement
from tests.cast import TODAY
from tests.credits.world import AT, load

pytestmark = pytest.mark.django_db
TRAINING = CreditCategory.CENTRALIZED_TRAINING


@pytest.fixture(autouse=True)
def today(clock):
    clock.set(2026, 11, 20, 12)


def setting(cast, **more):
    said = {
        "authority": cast.orgs.organization_department, "bound": Bound.VILLAGE_CADRES, "category": TRAINING,
        "period": Period.ANNUAL, "hours": Decimal(24), "active_from": TODAY, "source": "甲组发〔2026〕8号",
        "by": cast.officer, "at": AT,
    }  # fmt: skip
    return set_requirement(**(said | more))


def test_village_cadres_owe_what_their_county_sets_from_its_day_on(cast):
    load()
    before = assess(cast.learner, 2027, on=TODAY).state

    row = setting(cast, active_from=date(2027, 1, 1))

    assert setting(cast, active_from=date(2027, 1, 1)) == row
    after = assess(cast.learner, 2027, on=TODAY)
    assert (before, after.state) == (StandingState.NO_REQUIREMENT, StandingState.ON_COURSE)
    assert [one.need.hours for one in after.counters if one.need.is_bound] == [Decimal("24.00")]
    assert assess(cast.learner, 2026, on=TODAY).state == StandingState.NO_REQUIREMENT
    assert assess(cast.neighbour_learner, 2027, on=TODAY).state == StandingState.NO_REQUIREMENT
    entry = AuditEntry.objects.get(action="requirement_set")
    assert (entry.actor_id, entry.detail["hours"]) == (cast.officer.pk, "24")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"hours": Decimal(30)}),
        ({}, {"hours": Decimal(30), "active_from": date(2027, 6, 1)}),
        ({"bound": Bound.ALL_CADRES}, {"bound": Bound.TOWNSHIP_LEVEL_AND_BELOW}),
        ({"bound": Bound.TOWNSHIP_LEVEL_AND_BELOW}, {"bound": Bound.ALL_CADRES}),
    ],
)
def test_two_rows_about_the_same_people_and_days_are_refused_with_a_sentence(cast, first, second):
    setting(cast, **first)

    with pytest.raises(RequirementRefused, match="2026"):
        setting(cast, **second)
    assert CreditRequirement.objects.count() == 1


def test_other_people_places_and_counters_do_not_contradict(cast):
    setting(cast)

    setting(cast, bound=Bound.ALL_CADRES)
    setting(cast, category=CreditCategory.ONLINE_SELF_STUDY)
    setting(cast, authority=cast.orgs.neighbour_department)

    assert CreditRequirement.objects.count() == 4


def test_the_next_version_begins_where_the_last_one_ends(cast):
    row = setting(cast)

    ended = end_requirement(row, active_to=date(2027, 1, 1), by=cast.officer, at=AT)
    following = setting(cast, hours=Decimal(30), active_from=date(2027, 1, 1))

    assert (ended.active_to, following.active_to) == (following.active_from, None)
    assert end_requirement(row, active_to=date(2027, 1, 1), by=cast.officer, at=AT) == ended
    # It cannot be let go on over the one that follows.
    with pytest.raises(RequirementRefused):
        end_requirement(row, active_to=date(2027, 6, 1), by=cast.officer, at=AT)


def test_the_past_is_never_written_anew(cast):
    with pytest.raises(RequirementRefused):
        setting(cast, active_from=date(2026, 11, 19))
    row = setting(cast, active_from=TODAY)
    CreditRequirement.objects.filter(pk=row.pk).update(active_from=date(2026, 1, 1))

    with pytest.raises(RequirementRefused):
        end_requirement(row, active_to=date(2026, 6, 1), by=cast.officer, at=AT)
    with pytest.raises(RequirementRefused):
        end_requirement(setting(cast, bound=Bound.ALL_CADRES), active_to=TODAY, by=cast.officer, at=AT)


@pytest.mark.parametrize(
    "wrong",
    [{"hours": Decimal(0)}, {"hours": Decimal(-1)}, {"days": Decimal(0)}, {"source": " "}, {"bound": "king"},
     {"period": Period.FIVE_YEAR_CYCLE}],
)  # fmt: skip
def test_odd_numbers_are_refused_with_a_sentence(cast, wrong):
    with pytest.raises(RequirementRefused):
        setting(cast, **wrong)
    assert CreditRequirement.objects.count() == 0


def test_a_cycle_is_named_by_any_of_its_first_years(cast):
    row = setting(
        cast, bound=Bound.COUNTY_LEVEL_AND_ABOVE, period=Period.FIVE_YEAR_CYCLE, cycle_first_year=2023,
        hours=Decimal(600),
    )  # fmt: skip

    assert [row.first_year_of(year) for year in (2023, 2026, 2027, 2028, 2022)] == [2023, 2023, 2023, 2028, 2018]


def test_presets_that_contradict_what_is_there_are_refused():
    load()
    another = {
        "code": "cn_other", "bound": "all_cadres", "category": "online_self_study", "period": "annual",
        "hours": "60", "active_from": TODAY, "source": "x", "confidence": "C",
    }  # fmt: skip

    with pytest.raises(RuleRefused, match="cn_other"):
        load_presets({"requirements": [another]})
    assert CreditRequirement.objects.count() == 3
