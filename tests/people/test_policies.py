"""Law 8 with the whole cast, day by day."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory

from lms.people import policies
from lms.people.enums import LearnerCategory, OrgKind, PersonnelCategory, Purpose, RoleKind
from lms.people.models import Division, Person, Post, Role
from tests.cast import ENDED, TODAY, Cast
from tests.clock import Clock
from tests.factories.people import OrgFactory, PersonFactory, PostFactory, RoleFactory

# purpose → who sees whom; everybody who is not named sees nobody.
SEEN = {
    Purpose.CADRE_TRAINING: {
        "officer": {"learner"},
        "neighbour_officer": {"neighbour_learner"},
        "prefecture_officer": {"learner", "neighbour_learner", "cadre_of_prefecture"},
    },
    Purpose.FARMER_TRAINING: {"agriculture_officer": {"farmer"}},
    Purpose.HELPING: {
        "officer": {"learner", "farmer", "cadre_of_prefecture"},
        "agriculture_officer": {"learner", "farmer", "cadre_of_prefecture"},
        "helper": {"learner", "farmer", "cadre_of_prefecture"},
        "neighbour_officer": {"neighbour_learner"},
        "prefecture_officer": {"learner", "farmer", "cadre_of_prefecture", "neighbour_learner"},
    },
    Purpose.SETTLING_APPEALS: {
        "officer": {"learner"},
        "neighbour_officer": {"neighbour_learner"},
        "prefecture_officer": {"learner", "neighbour_learner", "cadre_of_prefecture"},
        "agriculture_officer": {"farmer"},
    },
    Purpose.CERTIFICATES: {"agriculture_officer": {"farmer"}},
}


@pytest.mark.parametrize("purpose", SEEN)
def test_each_of_the_cast_sees_exactly_whom_the_purpose_opens(cast: Cast, purpose: Purpose) -> None:
    for part, actor in cast.everybody.items():
        expected = {cast.everybody[name] for name in SEEN[purpose].get(part, set())}

        assert set(policies.persons_visible_to(actor, purpose=purpose, on=TODAY)) == expected, part


def test_a_security_administrator_sees_staff_accounts_and_no_learner(cast: Cast) -> None:
    for part, actor in cast.everybody.items():
        seen = set(policies.persons_visible_to(actor, purpose=Purpose.ACCOUNT_ADMINISTRATION, on=TODAY))

        if part in {"security_admin", "second_security_admin"}:
            assert {cast.officer, cast.trainer, cast.audit_admin, cast.ended_officer} <= seen
            assert not {cast.learner, cast.farmer, cast.stranger} & seen
        else:
            assert seen == set(), part


def test_an_officer_sees_until_the_day_before_the_role_ends(cast: Cast) -> None:
    def seen(day: date) -> set[Person]:
        return set(policies.persons_visible_to(cast.ended_officer, purpose=Purpose.CADRE_TRAINING, on=day))

    assert seen(ENDED - timedelta(days=1)) == {cast.learner}
    assert seen(ENDED) == set()


def test_a_cadre_is_visible_on_the_days_of_her_post_only(cast: Cast) -> None:
    Post.objects.filter(person=cast.learner).update(active_to=TODAY)

    def seen(day: date) -> set[Person]:
        return set(policies.persons_visible_to(cast.officer, purpose=Purpose.CADRE_TRAINING, on=day))

    assert seen(TODAY - timedelta(days=1)) == {cast.learner}
    assert seen(TODAY) == set()


def test_a_cadre_managed_by_a_township_below_is_visible_to_the_county(cast: Cast) -> None:
    grid_worker = PersonFactory()
    PostFactory(
        person=grid_worker,
        org=cast.orgs.village_committee,
        cadre_authority=cast.orgs.township_government,
        category=PersonnelCategory.GRID_WORKER,
    )

    seen = policies.persons_visible_to(cast.officer, purpose=Purpose.CADRE_TRAINING, on=TODAY)

    assert set(seen) == {cast.learner, grid_worker}


def test_a_cadre_managed_by_another_organisation_of_the_same_county_is_not_hers(cast: Cast) -> None:
    other = OrgFactory(kind=OrgKind.PARTY_SCHOOL, division=cast.places.county)
    PostFactory(org=cast.orgs.village_committee, cadre_authority=other)

    assert set(policies.persons_visible_to(cast.officer, purpose=Purpose.CADRE_TRAINING, on=TODAY)) == {cast.learner}


def test_a_closed_or_merged_actor_sees_nobody(cast: Cast) -> None:
    cast.officer.is_active = False
    cast.prefecture_officer.merged_into = cast.stranger

    for actor in (cast.officer, cast.prefecture_officer):
        assert not policies.persons_visible_to(actor, purpose=Purpose.CADRE_TRAINING, on=TODAY).exists()


def test_a_merged_account_shows_up_once_as_its_survivor(cast: Cast) -> None:
    survivor = PersonFactory(name="李秀英")
    cast.learner.merged_into = survivor
    cast.learner.is_active = False
    cast.learner.save()

    assert list(policies.persons_visible_to(cast.officer, purpose=Purpose.CADRE_TRAINING, on=TODAY)) == [survivor]


def test_one_person_is_looked_up_by_her_accounts_in_an_index(cast: Cast) -> None:
    seen = policies.persons_visible_to(cast.officer, purpose=Purpose.CADRE_TRAINING, on=TODAY)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")

    assert "people_person_stays" in seen.filter(pk=cast.learner.pk).explain()
    assert "people_person_stays" in Post.objects.filter(cast.learner.owns()).explain()


def _renumber(division: Division, code: str, parent: Division, on: date) -> Division:
    new = Division.objects.create(code=code, name=division.name, level=division.level, parent=parent, active_from=on)
    Division.objects.filter(pk=division.pk).update(active_to=on, successor=new)
    return new


def test_a_village_moved_to_the_neighbour_is_seen_by_one_county_on_each_day(cast: Cast) -> None:
    village, day = cast.places.village, date(2026, 10, 1)
    _renumber(village, "990102100202", cast.places.neighbour_township, day)
    RoleFactory(
        person=cast.neighbour_officer,
        kind=RoleKind.OFFICER,
        org=OrgFactory(kind=OrgKind.AGRICULTURE_DEPARTMENT, division=cast.places.neighbour_county),
    )

    def farmers(actor: Person, on: date) -> set[Person]:
        return set(policies.persons_visible_to(actor, purpose=Purpose.FARMER_TRAINING, on=on))

    eve = day - timedelta(days=1)
    assert (farmers(cast.agriculture_officer, eve), farmers(cast.neighbour_officer, eve)) == ({cast.farmer}, set())
    assert (farmers(cast.agriculture_officer, day), farmers(cast.neighbour_officer, day)) == (set(), {cast.farmer})


def test_an_officer_of_a_renumbered_county_goes_on_seeing_her_cadres(cast: Cast) -> None:
    places, day = cast.places, date(2026, 10, 1)
    county = _renumber(places.county, "990103000000", places.prefecture, day)
    township = _renumber(places.township, "990103100000", county, day)
    _renumber(places.village, "990103100201", township, day)

    assert set(policies.persons_visible_to(cast.officer, purpose=Purpose.CADRE_TRAINING, on=TODAY)) == {cast.learner}


def test_counts_below_ten_are_not_told(cast: Cast) -> None:
    farmers = Person.objects.filter(kind=LearnerCategory.FARMER)
    for _number in range(8):
        PersonFactory(village=cast.places.village)
    assert policies.count_visible_to(cast.officer, among=farmers, on=TODAY) is None

    PersonFactory(village=cast.places.village)

    assert policies.count_visible_to(cast.officer, among=farmers, on=TODAY) == 10
    assert policies.count_visible_to(cast.ended_officer, among=farmers, on=TODAY) is None


def test_only_the_authority_itself_recognises_hours(cast: Cast) -> None:
    may = {
        part for part, actor in cast.everybody.items() if policies.may_recognise_hours_of(actor, cast.learner, TODAY)
    }

    assert may == {"officer"}


def test_trainers_manage_the_content_of_their_own_organisation_only(cast: Cast) -> None:
    may = {
        part
        for part, actor in cast.everybody.items()
        if policies.may_manage_content_of(actor, cast.orgs.provider, TODAY)
    }

    assert may == {"trainer"}
    assert list(policies.orgs_of_trainer(cast.trainer, TODAY)) == [cast.orgs.provider]


def test_each_review_step_has_its_own_person(cast: Cast) -> None:
    for step in ("first", "second", "final"):
        may = {
            part
            for part, actor in cast.everybody.items()
            if policies.is_reviewer(actor, cast.orgs.provider, step, TODAY)
        }

        assert may == {f"{step}_reviewer"}


def test_the_desk_is_for_officers_on_duty(cast: Cast) -> None:
    may = {part for part, actor in cast.everybody.items() if policies.is_officer(actor, TODAY)}

    assert may == {"officer", "neighbour_officer", "prefecture_officer", "agriculture_officer"}


def test_a_role_for_an_organisation_that_ended_opens_nothing(cast: Cast) -> None:
    cast.orgs.provider.active_to = TODAY
    cast.orgs.provider.save()

    assert policies.roles_on(cast.trainer, TODAY) == []


def test_the_list_takes_as_many_queries_for_three_as_for_one(cast: Cast, django_assert_num_queries: Any) -> None:
    for _number in range(2):
        PostFactory(
            org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department, person=PersonFactory()
        )

    with django_assert_num_queries(2):
        assert len(policies.persons_visible_to(cast.officer, purpose=Purpose.CADRE_TRAINING, on=TODAY)) == 3


def test_a_day_before_every_role_shows_nobody(cast: Cast) -> None:
    before = date(2025, 12, 31)

    assert not Role.objects.on(before).exists()
    assert not policies.persons_visible_to(cast.officer, purpose=Purpose.CADRE_TRAINING, on=before).exists()


def test_roles_are_looked_up_once_in_a_request_and_anew_in_the_next(
    cast: Cast, clock: Clock, rf: RequestFactory, django_assert_num_queries: Any
) -> None:
    """The same person object sits on both requests, as in a test or a task that holds on to it."""
    clock.set(2026, 11, 20, 10)
    first, second = rf.get("/desk/"), rf.get("/desk/")
    first.user = second.user = cast.officer
    held = list(cast.officer.roles.all())
    with django_assert_num_queries(1):
        assert policies.roles_today(first) == policies.roles_today(first) == held

    cast.officer.roles.update(active_to=TODAY)

    assert policies.roles_today(second) == []
    # Midnight passes while a request runs, or somebody else signs in: neither gets the roles of before.
    clock.set(2026, 11, 21, 0)
    assert policies.roles_today(first) == []
    first.user = cast.helper
    assert policies.roles_today(first) == list(cast.helper.roles.all())
