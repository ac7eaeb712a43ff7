"""A personnel officer on leave hands the first review of claims to a colleague: for days, for this alone, on record."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from lms.audit.models import AuditEntry
from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.deciding_claims import DecisionRefused, pass_on, recognise_claim
from lms.credits.policies import claims_to_review, claims_waiting_for
from lms.people.domain.granting import end_role
from lms.people.domain.standing_in import DelegationRefused, colleagues_of, end_delegation, hand_over
from lms.people.enums import OrgKind, Purpose, RoleKind
from lms.people.models import Delegation, Person, Role
from lms.people.policies import persons_visible_to
from tests.cast import TODAY, Cast
from tests.clock import Clock
from tests.credits.test_claiming import claimed
from tests.credits.world import AT
from tests.factories.people import OrgFactory, PersonFactory, PostFactory, RoleFactory

pytestmark = pytest.mark.django_db
To = Callable[[Person], Client]
WEEK = TODAY + timedelta(days=6)


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


@pytest.fixture
def reviewer(cast: Cast) -> Person:
    person = PersonFactory(name="钱人事", staff=True)
    RoleFactory(person=person, kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=cast.orgs.township_government)
    return person


@pytest.fixture
def colleague(cast: Cast) -> Person:
    """The personnel officer of another unit, whose people the same department manages."""
    school = OrgFactory(name="甲县第一中学", kind=OrgKind.SCHOOL, division=cast.places.county)
    PostFactory(org=school, cadre_authority=cast.orgs.organization_department)
    person = PersonFactory(name="孙人事", staff=True)
    RoleFactory(person=person, kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=school)
    return person


def role_of(person: Person) -> Role:
    return Role.objects.get(person=person)


def handed(reviewer: Person, colleague: Person, first: date = TODAY, last: date = WEEK) -> Delegation:
    return hand_over(role_of(reviewer), to=colleague, first_day=first, last_day=last, by=reviewer, at=AT)


def queue(person: Person, on: date = TODAY) -> list[int]:
    return list(claims_to_review(person, on=on).values_list("pk", flat=True))


def test_a_colleague_reviews_from_the_first_day_to_the_last(cast: Cast, reviewer: Person, colleague: Person) -> None:
    claim = claimed(cast.learner)
    assert queue(colleague) == []

    handed(reviewer, colleague, first=TODAY + timedelta(days=1))

    days = {day: queue(colleague, TODAY + timedelta(days=day)) for day in (0, 1, 6, 7)}
    assert days == {0: [], 1: [claim.pk], 6: [claim.pk], 7: []}
    # Who handed it over may come back early.
    assert queue(reviewer, TODAY + timedelta(days=1)) == [claim.pk]


def test_it_opens_the_review_of_claims_and_nothing_else(cast: Cast, reviewer: Person, colleague: Person) -> None:
    handed(reviewer, colleague)

    for purpose in Purpose:
        seen = persons_visible_to(colleague, purpose=purpose, on=TODAY).filter(pk=cast.learner.pk).exists()
        assert seen == (purpose == Purpose.REVIEWING_CLAIMS), purpose


def test_her_review_is_on_record_with_whom_she_stood_in_for(cast: Cast, reviewer: Person, colleague: Person) -> None:
    claim = claimed(cast.learner)
    handed(reviewer, colleague)

    pass_on(claim, by=colleague, seen=1, at=AT)
    recognise_claim(claim, hours=claim.hours, days=claim.days, by=cast.officer, seen=2, at=AT)

    said = {entry.action: entry.detail for entry in AuditEntry.objects.all()}
    assert said["credit_claim_reviewed"]["stands_in_for"] == reviewer.pk
    assert "stands_in_for" not in said["credit_claim_recognised"]
    assert said["review.delegated"]["person"] == colleague.pk
    assert list(ledger_faults()) == []


def test_her_own_work_names_nobody_else(cast: Cast, reviewer: Person, colleague: Person) -> None:
    handed(reviewer, colleague)

    pass_on(claimed(cast.learner), by=reviewer, seen=1, at=AT)

    assert "stands_in_for" not in AuditEntry.objects.get(action="credit_claim_reviewed").detail


def test_nobody_chooses_who_reviews_her_own_claims(cast: Cast, reviewer: Person, colleague: Person) -> None:
    PostFactory(person=reviewer, org=cast.orgs.township_government, cadre_authority=cast.orgs.organization_department)
    PostFactory(person=colleague, org=cast.orgs.township_government, cadre_authority=cast.orgs.organization_department)
    hers, colleagues = claimed(reviewer), claimed(colleague)
    handed(reviewer, colleague)

    assert hers.pk not in queue(colleague)
    assert colleagues.pk not in queue(colleague)
    with pytest.raises(DecisionRefused):
        pass_on(hers, by=colleague, seen=1, at=AT)


def test_it_ends_with_either_role_and_when_taken_back(cast: Cast, reviewer: Person, colleague: Person) -> None:
    claim, tomorrow = claimed(cast.learner), TODAY + timedelta(days=1)
    given = handed(reviewer, colleague)
    assert queue(colleague) == [claim.pk]

    with transaction.atomic():
        end_role(role_of(colleague), by=cast.security_admin, on=tomorrow)
        assert queue(colleague, tomorrow) == []
        transaction.set_rollback(True)
    with transaction.atomic():
        end_role(role_of(reviewer), by=cast.security_admin, on=tomorrow)
        assert queue(colleague, tomorrow) == []
        transaction.set_rollback(True)
    for _time in range(2):
        end_delegation(given, by=reviewer, at=AT)

    assert queue(colleague) == []
    assert AuditEntry.objects.filter(action="review.delegation_ended").count() == 1


def test_only_colleagues_of_the_same_authority_can_be_chosen(cast: Cast, reviewer: Person, colleague: Person) -> None:
    far = PersonFactory(name="李外县", staff=True)
    RoleFactory(person=far, kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=cast.neighbour_learner.posts.get().org)

    assert colleagues_of(role_of(reviewer), TODAY) == [colleague]
    for stranger in (far, cast.officer, cast.trainer, reviewer, cast.learner):
        with pytest.raises(DelegationRefused):
            handed(reviewer, stranger)


def test_what_cannot_be_handed_over_is_refused_with_a_sentence(cast: Cast, reviewer: Person, colleague: Person) -> None:
    own = role_of(reviewer)

    def refused(role: Role = own, by: Person = reviewer, first: date = TODAY, last: date = WEEK) -> bool:
        try:
            hand_over(role, to=colleague, first_day=first, last_day=last, by=by, at=AT)
        except DelegationRefused as error:
            return bool(str(error))
        return False

    assert refused(first=TODAY - timedelta(days=1))
    assert refused(last=TODAY - timedelta(days=1))
    assert refused(last=TODAY + timedelta(days=60))
    assert refused(by=colleague)
    assert refused(role=role_of(cast.officer), by=cast.officer)
    assert not Delegation.objects.exists()
    handed(reviewer, colleague)
    assert handed(reviewer, colleague) == Delegation.objects.get()
    # A second colleague for some of the same days, and nobody hands on what she stands in for.
    assert refused(first=WEEK, last=WEEK)
    assert refused(by=colleague)


def test_the_database_asks_for_an_end(reviewer: Person, colleague: Person) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.create(role=role_of(reviewer), taker=colleague, active_from=TODAY, given_at=AT)


def test_she_hands_over_and_takes_back_at_the_desk(
    cast: Cast, reviewer: Person, colleague: Person, at_desk: To
) -> None:
    claimed(cast.learner)
    desk, hers, address = at_desk(reviewer), at_desk(colleague), reverse("desk:stand_in")
    assert address in desk.get(reverse("desk:claims")).content.decode()
    said = {"role": role_of(reviewer).pk, "to": colleague.pk, "first_day": "2026-11-20", "last_day": "2026-11-26"}

    assert desk.post(address, {**said, "last_day": "2027-11-26"}).status_code == 422
    assert desk.post(address, {**said, "to": cast.officer.pk}).status_code == 422
    assert desk.post(address, said).status_code == 302

    page = hers.get(reverse("desk:claims")).content.decode()
    assert "钱人事（东河镇人民政府）" in page
    assert "乡村振兴专题培训班" in page
    given = Delegation.objects.get()
    assert hers.post(reverse("desk:end_stand_in", args=[given.pk])).status_code == 404
    assert "2026-11-26" in desk.get(address).content.decode()
    desk.post(reverse("desk:end_stand_in", args=[given.pk]))
    assert not claims_waiting_for(colleague, on=TODAY).exists()
    assert at_desk(cast.officer).get(address).status_code == 403
