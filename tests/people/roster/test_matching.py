"""An identity number finds a person; everything else is asked, and nothing is told about others."""

from datetime import date

import pytest

from lms.lib.encryption import decrypt, encrypt, keyed_index
from lms.people.domain.leaving import leave_post
from lms.people.domain.roster.confirming import choose_again
from lms.people.domain.roster.reading import RosterRefused
from lms.people.enums import RosterOutcome
from lms.people.models import Contact, Person, Post
from lms.people.models.contacts import PHONE_PURPOSE
from lms.people.models.identities import IDENTITY_PURPOSE
from tests.factories.people import PersonFactory, RoleFactory
from tests.people.roster.desk import PHONE, TOWNSHIP, Desk, numbered, posts_of
from tests.people.rosters import identity_number, row

pytestmark = pytest.mark.django_db


def test_a_known_number_finds_her_whatever_the_phone(desk: Desk) -> None:
    numbered(desk.cast.learner, identity_number(1))

    batch = desk.read(row("李秀英", phone=PHONE, unit=TOWNSHIP, title="干事", category="乡镇干部", move="调任"))

    assert desk.outcomes(batch) == [(2, "change")]
    desk.confirm(batch)
    # An import never gives an account another number to sign in with.
    assert not Contact.objects.filter(person=desk.cast.learner).exists()


def test_same_phone_and_name_is_asked_about_and_never_taken_for_granted(desk: Desk) -> None:
    farmer = PersonFactory(name="马小云", phone=PHONE, village=desk.cast.places.village)
    batch = desk.read(row(phone=PHONE))

    (asked,) = desk.look(batch).planned
    assert (asked.outcome, [known.person_id for known in asked.candidates]) == (RosterOutcome.ASK, [farmer.pk])
    with pytest.raises(RosterRefused):
        desk.confirm(batch)
    batch = desk.choose(batch, {2: desk.cast.farmer.pk})  # nobody who was asked about
    assert desk.outcomes(batch) == [(2, "ask")]
    batch = desk.choose(batch, {2: 0})
    assert desk.outcomes(batch) == [(2, "create")]
    batch = desk.choose(batch, {2: farmer.pk})
    assert desk.outcomes(batch) == [(2, "change")]
    assert desk.outcomes(choose_again(batch, by=desk.cast.officer, at=desk.clock.now)) == [(2, "ask")]
    desk.confirm(desk.choose(batch, {2: farmer.pk}))
    assert Person.objects.get(name="马小云") == farmer
    assert decrypt(farmer.identity.encrypted, IDENTITY_PURPOSE) == identity_number(1)


def test_a_couple_with_one_phone_is_two_people(desk: Desk) -> None:
    PersonFactory(name="牛大力", phone=PHONE, village=desk.cast.places.village)

    assert desk.outcomes(desk.read(row(phone=PHONE))) == [(2, "create")]


def test_a_learner_of_another_place_is_never_hinted_at(desk: Desk) -> None:
    PersonFactory(name="马小云", phone=PHONE, village=desk.cast.places.neighbour_village)

    assert desk.outcomes(desk.read(row(phone=PHONE))) == [(2, "create")]


def test_own_cadres_without_a_number_are_asked_about_by_name_and_unit(desk: Desk) -> None:
    batch = desk.read(row("李秀英", start="2026-01-01"), row("李秀英", number=identity_number(2), start="2026-01-01"))
    both = desk.choose(batch, dict.fromkeys((2, 3), desk.cast.learner.pk))

    assert desk.outcomes(batch) == [(2, "ask"), (3, "ask")]
    assert desk.outcomes(both) == [(2, "error"), (3, "error")]
    chosen = desk.choose(desk.choose(batch, {2: desk.cast.learner.pk}), {3: 0})
    assert desk.outcomes(chosen) == [(2, "change"), (3, "create")]
    desk.confirm(chosen)
    assert posts_of(desk.cast.learner) == [("柳树村村民委员会", "村委会委员", date(2026, 1, 1), None)]


@pytest.mark.parametrize("name", ["赵国平", "马小云"])
@pytest.mark.parametrize("by_phone", [True, False])
def test_a_cadre_of_another_authority_is_a_conflict_that_tells_nothing(desk: Desk, name: str, by_phone: bool) -> None:
    other = desk.cast.neighbour_learner
    if by_phone:
        Contact.objects.create(
            person=other,
            encrypted=encrypt(PHONE, PHONE_PURPOSE),
            index=keyed_index(PHONE, PHONE_PURPOSE),
            active_from=date(2026, 1, 1),
        )
    else:
        numbered(other, identity_number(1))

    (step,) = desk.look(desk.read(row(name, phone=PHONE))).planned

    if by_phone and name != other.name:
        assert step.outcome == RosterOutcome.CREATE
    else:
        assert (step.outcome, step.candidates, step.person_id) == (RosterOutcome.CONFLICT, (), None)
        assert step.text == "已在其他单位的名册中，请联系上级组织部门。"


def test_whoever_left_the_neighbours_may_be_appointed(desk: Desk) -> None:
    numbered(desk.cast.neighbour_learner, identity_number(1))
    leave_post(Post.objects.get(person=desk.cast.neighbour_learner), on=date(2026, 8, 1))

    assert desk.outcomes(desk.read(row("赵国平"))) == [(2, "change")]
    # Under another name it is not told whose number it is.
    assert desk.outcomes(desk.read(row("马小云"))) == [(2, "conflict")]


def test_another_name_for_a_known_number_and_a_closed_account_are_conflicts(desk: Desk) -> None:
    numbered(desk.cast.learner, identity_number(1))
    Person.objects.filter(pk=desk.cast.learner.pk).update(is_active=False)

    (suspended,) = desk.look(desk.read(row("李秀英", start="2026-01-01"))).planned
    Person.objects.filter(pk=desk.cast.learner.pk).update(is_active=True)
    (renamed,) = desk.look(desk.read(row("李绣英"))).planned

    assert [suspended.outcome, renamed.outcome] == [RosterOutcome.CONFLICT] * 2
    assert "李秀英" in renamed.text


def test_nobody_keeps_her_own_record(desk: Desk) -> None:
    numbered(desk.cast.officer, identity_number(1))
    second = RoleFactory(officer=True, org=desk.cast.orgs.organization_department, person=PersonFactory()).person

    batch = desk.read(row("周敏"))

    assert desk.outcomes(batch) == [(2, "error")]
    assert [step.outcome for step in desk.look(batch, second).planned] == [RosterOutcome.CHANGE]
