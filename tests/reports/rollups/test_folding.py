"""The roll-ups say what a recount from facts says, whatever happened, in whatever order it was counted."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import cycle, product
from random import Random

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from lms.credits.domain.correcting import reverse_entry
from lms.credits.domain.registering import register_credit
from lms.credits.models import CreditLedgerEntry, CreditRequirement
from lms.people.domain.leaving import leave_post
from lms.people.domain.merging import merge
from lms.people.domain.separating import separate
from lms.people.enums import Purpose
from lms.people.models import Division, Merging, Person, Post
from lms.people.policies import persons_visible_to
from lms.reports.overview.counting import count_place, count_trend
from lms.reports.overview.figures import figures_of, freshness_of, trend_of
from lms.reports.overview.shapes import Inquiry, Scope
from lms.reports.rollups import touching
from lms.reports.rollups.enums import TouchedKind
from lms.reports.rollups.folding import fold, fold_all
from lms.reports.rollups.models import DayTally, FoldState, Share, TodayTally, Touched
from lms.reports.rollups.reading import roll_up_for
from lms.reports.rollups.rebuilding import differences, rebuild
from tests.cast import TODAY, Cast
from tests.clock import Clock
from tests.credits.world import AT, BEIJING, adopt, complete, complete_course, earn, teach
from tests.factories.people import PersonFactory
from tests.reports.overview.county import County, make_county, merge_upland_into_township

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 12)
    Touched.objects.all().delete()


@pytest.fixture
def county(cast: Cast) -> County:
    adopt()
    county = make_county(cast)
    county.cadre("钱进步", cast.orgs.township_government)
    county.cadre("孙立方", county.upland_government)
    county.cadre("李正方", county.office, level="county_level_deputy", cadre_authority=cast.orgs.prefecture_department)
    return county


def scopes(cast: Cast) -> list[tuple[Scope, Division]]:
    """The departments of the county, its neighbour and the prefecture, with their places."""
    found = []
    for officer, org in [
        (cast.officer, cast.orgs.organization_department),
        (cast.neighbour_officer, cast.orgs.neighbour_department),
        (cast.prefecture_officer, cast.orgs.prefecture_department),
    ]:

        def visible(on: date, officer: Person = officer):
            return persons_visible_to(officer, purpose=Purpose.CADRE_TRAINING, on=on, acting_on=TODAY)

        found.append((Scope((org,), visible), org.division))
    return found


def assert_equal_to_recount(cast: Cast, *days: date, today: date = TODAY, whole: bool = False) -> None:
    """Places, categories and days in turn for each scope, and the trend of the first; the `whole` grid where asked."""
    for number, (scope, root) in enumerate(scopes(cast)):
        days = days or (today, date(2026, 11, 1), date(2026, 6, 30), date(2026, 2, 3))
        cuts = [(place, category) for place in (root, cast.places.township, None) for category in ("", "village_cadre")]
        grid = product(days, cuts) if whole else zip(days, cycle(cuts), strict=False)
        for on, (place, category) in grid:
            place = place and place.current(on)
            inquiry = Inquiry(scope, on.year, on, category)
            roll_up = roll_up_for(inquiry)
            assert roll_up is not None
            assert roll_up.figures_of(place) == count_place(inquiry, place), (root, on, place, category)
        if number and not whole:
            continue
        inquiry = Inquiry(scope, today.year, today)
        assert trend_of(inquiry, root, figures_of(inquiry, root).total) == count_trend(inquiry, root)


def much_happens(county: County, seed: Random) -> None:
    """Facts of every kind, at random."""
    cast = county.cast
    taught = teach(1800, 2400, 900, credit_for=["cadre"])
    people = [cast.learner, *Person.objects.filter(name__in=["钱进步", "孙立方", "李正方"])]
    for person in people:
        for number in seed.sample(range(3), seed.randint(0, 3)):
            at = datetime(2026, seed.randint(1, 11), seed.randint(1, 20), 9, tzinfo=BEIJING)
            completion = complete(person, taught, number, at=at)
            register_credit(completion, at=AT)
    complete_course(seed.choice(people), taught)


def test_nothing_is_answered_from_roll_ups_before_everybody_was_counted(cast: Cast, county: County) -> None:
    scope, place = scopes(cast)[0]
    inquiry = Inquiry(scope, 2026, TODAY)

    assert roll_up_for(inquiry) is None
    assert figures_of(inquiry, place).total.people == 3
    fold_all(at=timezone.now())
    assert roll_up_for(inquiry) is not None
    assert roll_up_for(Inquiry(scope, 2019, date(2019, 5, 1))) is None


@pytest.mark.slow
@pytest.mark.any_database
def test_the_first_fold_says_what_the_recount_says(cast: Cast, county: County) -> None:
    fold_all(at=timezone.now())

    assert_equal_to_recount(cast, whole=True)
    assert list(differences()) == []


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))])
def test_after_facts_of_every_kind_the_roll_ups_equal_the_recount(
    cast: Cast, county: County, seed: int, clock: Clock
) -> None:
    fold_all(at=timezone.now())
    random = Random(seed)

    much_happens(county, random)
    fold(at=timezone.now(), most=1 + random.randint(0, 3))
    entry = CreditLedgerEntry.objects.filter(person__posts__cadre_authority=cast.orgs.organization_department).first()
    if entry:
        reverse_entry(entry, reason="有误", by=cast.officer, at=AT)
    post = Post.objects.get(person__name="孙立方")
    leave_post(post, on=date(2026, 5, random.randint(1, 28)))
    county.cadre("赵新", county.upland_government, active_from=date(2026, 7, 1))
    double = PersonFactory(name="钱进步")
    merge(double, into=Person.objects.filter(name="钱进步").order_by("pk")[0], by=cast.officer, reason="同一人", at=AT)
    fold_all(at=timezone.now())

    assert_equal_to_recount(cast)
    assert list(differences()) == []


@pytest.mark.slow
@pytest.mark.any_database
@pytest.mark.parametrize("few", [0, 2000], ids=["many cells moved", "few"])
def test_a_place_merged_in_the_middle_of_the_year_is_counted_where_it_lay_on_the_day(
    cast: Cast, county: County, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("lms.reports.rollups.reading.FEW", few)
    fold_all(at=timezone.now())

    merge_upland_into_township(county, date(2026, 6, 1))
    fold_all(at=timezone.now())

    assert FoldState.objects.get().places_since == date(2026, 6, 1)
    assert_equal_to_recount(cast, TODAY, date(2026, 6, 1), date(2026, 5, 31), date(2026, 3, 1))


@pytest.mark.slow
@pytest.mark.any_database
def test_whoever_goes_into_another_account_is_counted_once_and_twice_again_when_they_part(
    cast: Cast, county: County
) -> None:
    double = county.cadre("钱进步", county.upland_government)
    fold_all(at=timezone.now())
    scope, place = scopes(cast)[0]
    before = figures_of(Inquiry(scope, 2026, TODAY), place).total.people

    merge(double, into=Person.objects.filter(name="钱进步").order_by("pk")[0], by=cast.officer, reason="同一人", at=AT)
    fold_all(at=timezone.now())

    assert figures_of(Inquiry(scope, 2026, TODAY), place).total.people == before - 1
    assert_equal_to_recount(cast)
    separate(Merging.objects.get(), reason="不是同一人", by=cast.officer, at=AT)
    fold_all(at=timezone.now())
    assert figures_of(Inquiry(scope, 2026, TODAY), place).total.people == before
    assert_equal_to_recount(cast)


def test_a_requirement_that_changes_has_everybody_counted_again(cast: Cast, county: County) -> None:
    fold_all(at=timezone.now())

    CreditRequirement.objects.filter(category="online_self_study").update(hours=Decimal("0.50"))
    earn(cast.learner)

    assert Touched.objects.filter(kind=TouchedKind.ALL).exists()
    fold_all(at=timezone.now())
    assert not Touched.objects.exists()
    assert_equal_to_recount(cast)


def test_while_everybody_is_counted_again_what_happens_to_one_is_not_late(
    cast: Cast, county: County, at_desk: Callable[[Person], Client]
) -> None:
    fold_all(at=timezone.now())
    scope, place = scopes(cast)[0]
    inquiry = Inquiry(scope, 2026, TODAY)
    lessons = figures_of(inquiry, place).total.lessons_completed
    CreditRequirement.objects.filter(category="online_self_study").update(hours=Decimal("0.50"))
    assert fold(at=timezone.now(), most=1).is_more
    earn(cast.learner)
    while Touched.objects.exists():
        assert fold(at=timezone.now(), most=1).is_more

    freshness = freshness_of(inquiry)
    page = at_desk(cast.officer).get("/desk/").content.decode()

    assert figures_of(inquiry, place).total.lessons_completed == lessons + 1
    assert freshness.facts_up_to == timezone.now()
    assert freshness.recount is not None
    assert 0 <= freshness.recount.percent < 100
    assert f"约完成 {freshness.recount.percent}%" in page
    fold_all(at=timezone.now())
    assert freshness_of(inquiry).recount is None
    assert_equal_to_recount(cast)


def test_counting_somebody_again_changes_nothing(cast: Cast, county: County) -> None:
    fold_all(at=timezone.now())
    rows = list(TodayTally.objects.order_by("pk").values()), list(DayTally.objects.order_by("pk").values())

    for person in Person.objects.all():
        Touched.objects.create(kind=TouchedKind.PERSON, ref=person.pk, at=timezone.now())
        Touched.objects.create(kind=TouchedKind.PERSON, ref=person.pk, at=timezone.now())
    fold_all(at=timezone.now())

    assert rows == (list(TodayTally.objects.order_by("pk").values()), list(DayTally.objects.order_by("pk").values()))


def test_whoever_is_killed_in_the_middle_of_a_fold_loses_nothing(
    cast: Cast, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold_all(at=timezone.now())
    earn(cast.learner)
    shares = list(Share.objects.order_by("pk").values())

    class Killed(BaseException):
        pass

    def die(*arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed), transaction.atomic():
        patch.setattr("lms.reports.rollups.folding.add_lines", die)
        fold(at=timezone.now())

    assert Touched.objects.filter(ref=cast.learner.pk).exists()
    assert list(Share.objects.order_by("pk").values()) == shares
    fold_all(at=timezone.now())
    assert_equal_to_recount(cast)


@pytest.mark.slow
@pytest.mark.any_database
def test_a_post_that_begins_tomorrow_counts_from_midnight(cast: Cast, county: County, clock: Clock) -> None:
    tomorrow = TODAY + timedelta(days=1)
    county.cadre("明天", county.office, active_from=tomorrow)
    leave_post(Post.objects.get(person__name="钱进步"), on=tomorrow)
    fold_all(at=timezone.now())
    scope, place = scopes(cast)[0]
    assert_equal_to_recount(cast)

    clock.set(2026, 11, 21, 0, 1)
    late = figures_of(Inquiry(scope, 2026, tomorrow), place)
    fold_all(at=timezone.now())

    assert FoldState.objects.get().day == tomorrow
    assert late == figures_of(Inquiry(scope, 2026, tomorrow), place)
    assert late == count_place(Inquiry(scope, 2026, tomorrow), place)
    assert list(differences()) == []


def test_in_december_the_next_year_is_counted_as_well(cast: Cast, county: County, clock: Clock) -> None:
    fold_all(at=timezone.now())
    clock.set(2026, 12, 1, 1)
    fold_all(at=timezone.now())
    assert FoldState.objects.get().last_year == 2027

    clock.set(2027, 1, 1, 0, 1)
    fold_all(at=timezone.now())

    scope, place = scopes(cast)[0]
    inquiry = Inquiry(scope, 2027, date(2027, 1, 1))
    assert figures_of(inquiry, place) == count_place(inquiry, place)


@pytest.mark.slow
@pytest.mark.any_database
def test_a_closed_account_is_counted_no_longer(cast: Cast, county: County) -> None:
    fold_all(at=timezone.now())
    Person.objects.filter(name="钱进步").update(is_active=False, closed_at=AT)
    fold_all(at=timezone.now())

    assert_equal_to_recount(cast)


@pytest.mark.slow
@pytest.mark.any_database
def test_what_is_wrong_with_the_sums_is_said_and_made_right(cast: Cast, county: County) -> None:
    fold_all(at=timezone.now())
    TodayTally.objects.order_by("pk")[:1].get()
    TodayTally.objects.update(people=7)
    Share.objects.filter(person_id=cast.learner.pk).update(lines=[])

    assert len(list(differences())) >= 2
    rebuild(at=timezone.now())
    assert list(differences()) == []
    assert_equal_to_recount(cast)


def test_whoever_signs_in_is_not_counted_again(cast: Cast) -> None:
    Touched.objects.all().delete()
    cast.learner.last_login = AT
    cast.learner.save()

    assert not Touched.objects.exists()


@pytest.mark.parametrize(
    "name", ["credits_creditledgerentry_touch_insert_person_id", "people_post_touch_update_person_id"]
)
def test_a_trigger_that_is_missing_is_named_and_put_back(cast: Cast, county: County, name: str) -> None:
    fold_all(at=timezone.now())
    table = name.partition("_touch_")[0]
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")

    (error,) = touching.check_touching(None, ["default"])
    touching.install(connection)

    assert name in error.msg
    assert touching.check_touching(None, ["default"]) == []
    assert Touched.objects.filter(kind=TouchedKind.ALL).count() == 1
