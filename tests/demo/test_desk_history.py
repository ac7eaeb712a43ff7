"""What was done at the desks of the demo proves itself, happens once, and leaves something to be done."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.vouching import verdicts_of
from lms.credits.models import Attestation, CreditClaim, CreditLedgerEntry, Exemption, ImportBatch, YearSnapshot
from lms.credits.queries import hours_by_origin
from lms.demo.domain import desk_history
from lms.demo.domain.desk_history import tell_desk_history
from lms.demo.domain.moments import Moments
from lms.people.enums import RoleKind
from lms.people.models import Division, Org, Person, Post, Role, RosterBatch
from tests.cast import Cast
from tests.clock import Clock
from tests.credits.world import complete_course, load, teach
from tests.factories.people import PersonFactory, PostFactory, RoleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> Moments:
    clock.set(2026, 11, 20, 10)
    settings.MEDIA_ROOT = tmp_path
    load()
    colleague = PersonFactory(name="韩素梅", staff=True)
    RoleFactory(person=colleague, kind=RoleKind.OFFICER, org=cast.orgs.organization_department)
    personnel = PersonFactory(name="金素芬", staff=True)
    RoleFactory(person=personnel, kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=cast.orgs.township_government)
    for number in range(4):
        PostFactory(
            person=PersonFactory(name=f"干部{number}", village=cast.places.village),
            org=cast.orgs.township_government,
            cadre_authority=cast.orgs.organization_department,
            category="township_cadre",
            level="township_level_deputy",
        )
    for model in (Division, Org, Post, Role):
        model.objects.update(active_from=date(2025, 3, 1))
    people: dict[str, Person] = {
        "officer": cast.officer,
        "colleague_officer": colleague,
        "personnel_officer": personnel,
        "cadre": cast.learner,
        "agriculture_officer": cast.agriculture_officer,
    }
    monkeypatch.setattr(desk_history, "person_of", people.__getitem__)
    return Moments(clock.now)


def test_everything_is_there_once_and_the_proofs_hold(cast: Cast, told: Moments) -> None:
    for number in range(2):
        farmer = PersonFactory(name=f"农民{number}", village=cast.places.village)
        complete_course(farmer, teach(600), at=told.day_at(10, 20))
    for _time in range(2):
        tell_desk_history(told)

    states = CreditClaim.objects.order_by("pk").values_list("submission__state", flat=True)
    assert list(states) == ["approved", "returned", "submitted"]
    assert set(ImportBatch.objects.values_list("kind", "state")) == {
        ("external", "registered"),
        ("opening_balance", "registered"),
    }
    assert RosterBatch.objects.get().counts["create"] == 2
    assert Exemption.objects.get().state == "approved"
    snapshot = YearSnapshot.objects.get()
    assert (snapshot.closing.year, len(snapshot.figures) > 3) == (2025, True)
    assert {origin for origin, _hours, _days in hours_by_origin(cast.learner, 2026)} == {"outside", "claim"}
    worth = Counter(str(verdict.state) for verdict in verdicts_of(list(Attestation.objects.all())).values())
    assert worth == {"valid": 5, "superseded": 1, "revoked": 2}
    assert list(ledger_faults()) == []


def test_nothing_carries_the_moment_of_the_visit(told: Moments) -> None:
    tell_desk_history(told)

    assert not CreditLedgerEntry.objects.filter(registered_at__gte=told.day_at(1, 0)).exists()
    assert not CreditClaim.objects.filter(submission__since__gte=told.day_at(1, 0)).exists()


def test_a_year_that_cannot_be_over_yet_is_left_open(told: Moments, clock: Clock) -> None:
    clock.set(2026, 1, 18, 10)

    tell_desk_history(Moments(clock.now))

    assert not YearSnapshot.objects.exists()
