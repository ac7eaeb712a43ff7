"""A year is confirmed by its units, closed by its authority, and stays as it was said then."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from lms.audit.models import AuditEntry
from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.closing import (
    ClosingRefused,
    LateHours,
    close_year,
    confirm_unit,
    late_hours,
    open_year,
    snapshot_faults,
    unconfirmed_units,
    units_of_year,
)
from lms.credits.domain.correcting import reverse_entry
from lms.credits.domain.yearly import PersonYear, UnitYear, figures_of_year
from lms.credits.enums import CreditCategory, StandingState
from lms.credits.models import CreditLedgerEntry, UnitConfirmation, YearClosing, YearSnapshot
from lms.lib import append_only
from lms.people.domain.merging import merge
from lms.people.enums import RoleKind
from lms.people.models import Person
from tests.cast import Cast
from tests.credits.world import AT, BEIJING, adopt, earn, load
from tests.factories.people import PersonFactory, PostFactory, RoleFactory

pytestmark = pytest.mark.django_db
ONLINE = CreditCategory.ONLINE_SELF_STUDY
CUTOFF = date(2027, 1, 15)
IN_JANUARY = datetime(2027, 1, 10, 9, tzinfo=BEIJING)
AFTER = datetime(2027, 1, 16, 9, tzinfo=BEIJING)
TODAY = date(2027, 1, 16)


@pytest.fixture
def personnel(cast: Cast) -> Person:
    """The personnel officer of the village committee, where the cast's learner holds her post."""
    person = PersonFactory(name="人事干部")
    RoleFactory(person=person, kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=cast.orgs.village_committee)
    return person


@pytest.fixture
def clerk(cast: Cast) -> Person:
    """A township cadre, bound by 50 hours online and 90 of training."""
    person = PersonFactory(name="钱进", village=cast.places.village)
    PostFactory(
        person=person,
        org=cast.orgs.township_government,
        cadre_authority=cast.orgs.organization_department,
        category="township_cadre",
        level="township_level_deputy",
    )
    return person


@pytest.fixture
def closing(cast: Cast, clerk: Person) -> YearClosing:
    adopt()
    load()
    earn(cast.learner)
    department = cast.orgs.organization_department
    return open_year(department, 2026, cutoff=CUTOFF, by=cast.officer, at=AT)


def refused(call, *args, **named) -> str:
    with pytest.raises(ClosingRefused) as refusal:
        call(*args, **named)
    return str(refusal.value)


def test_figures_are_of_those_whom_the_authority_manages_by_unit(cast: Cast, closing: YearClosing, clerk: Person):
    township, village = units_of_year(closing, today=TODAY)[:2]
    if township.unit_id != cast.orgs.township_government.pk:
        township, village = village, township

    assert [line.person_id for line in village.people] == [cast.learner.pk]
    assert village.online_hours == Decimal("1.00")
    assert (village.asked, village.met, village.rate) == (0, 0, None)
    assert [line.person_id for line in township.people] == [clerk.pk]
    assert (township.asked, township.met, township.short, township.rate) == (1, 0, 1, Decimal("0.0"))


def test_figures_take_the_same_queries_for_many(cast: Cast, closing: YearClosing):
    department = cast.orgs.organization_department
    with CaptureQueriesContext(connection) as few:
        figures_of_year(department, 2026, today=TODAY)
    for number in range(20):
        PostFactory(
            person=PersonFactory(name=f"干部{number}"),
            org=cast.orgs.township_government,
            cadre_authority=department,
            category="township_cadre",
            level="township_level_deputy",
        )

    with CaptureQueriesContext(connection) as many:
        lines = figures_of_year(department, 2026, today=TODAY)

    assert len(lines) == 22
    assert len(many) == len(few)


def test_rates_are_rounded_to_one_place_and_leave_out_who_is_not_asked():
    states = [StandingState.MET] * 2 + [StandingState.SHORT] + [StandingState.NO_REQUIREMENT, StandingState.EXEMPT]
    nothing = dict.fromkeys(CreditCategory.values, Decimal("0.00"))
    unit = UnitYear.of(1, [PersonYear(at, (at,), 1, nothing, nothing, state) for at, state in enumerate(states)])

    assert (unit.asked, unit.met, unit.rate) == (3, 2, Decimal("66.7"))


def test_only_an_officer_of_the_department_begins_and_closes(cast: Cast, closing: YearClosing):
    for person in (cast.neighbour_officer, cast.ended_officer, cast.agriculture_officer, cast.trainer, cast.learner):
        for call, named in (
            (open_year, {"authority": closing.authority, "year": 2025, "cutoff": date(2026, 1, 15)}),
            (close_year, {"closing": closing}),
        ):
            assert "只有" in refused(call, **named, by=person, at=AFTER)
    assert YearClosing.objects.count() == 1 and not YearSnapshot.objects.exists()


def test_beginning_twice_is_harmless_and_another_day_is_refused(cast: Cast, closing: YearClosing):
    again = open_year(closing.authority, 2026, cutoff=CUTOFF, by=cast.officer, at=AT)

    assert again == closing
    assert "2027" in refused(open_year, closing.authority, 2026, cutoff=date(2027, 2, 1), by=cast.officer, at=AT)
    assert refused(open_year, closing.authority, 2027, cutoff=date(2028, 1, 1), by=cast.officer, at=AT)
    assert refused(open_year, closing.authority, 2025, cutoff=date(2025, 12, 1), by=cast.officer, at=AT)
    assert AuditEntry.objects.filter(action="year_opened").count() == 1


def test_a_unit_confirms_after_the_year_and_anew_when_a_figure_changed(
    cast: Cast, closing: YearClosing, personnel: Person
):
    unit = cast.orgs.village_committee
    assert refused(confirm_unit, closing, unit, by=personnel, at=AT)
    assert "人事干部" in refused(confirm_unit, closing, unit, by=cast.officer, at=IN_JANUARY)
    first = confirm_unit(closing, unit, by=personnel, at=IN_JANUARY)
    assert confirm_unit(closing, unit, by=personnel, at=IN_JANUARY) == first

    earn(cast.learner)

    units = units_of_year(closing, today=TODAY)
    assert unit.pk in unconfirmed_units(closing, units)
    second = confirm_unit(closing, unit, by=personnel, at=IN_JANUARY + timedelta(hours=1))
    assert second != first and second.digest != first.digest
    assert unit.pk not in unconfirmed_units(closing, units)
    assert UnitConfirmation.objects.count() == 2


def test_a_personnel_officer_of_another_unit_confirms_nothing(cast: Cast, closing: YearClosing, personnel: Person):
    assert refused(confirm_unit, closing, cast.orgs.township_government, by=personnel, at=IN_JANUARY)


def test_a_year_is_closed_after_the_last_day_and_with_a_reason_where_units_are_silent(
    cast: Cast, closing: YearClosing, personnel: Person
):
    assert "2027" in refused(close_year, closing, by=cast.officer, at=IN_JANUARY)
    assert "2027" in refused(close_year, closing, by=cast.officer, at=datetime(2027, 1, 15, 23, 59, tzinfo=BEIJING))
    confirm_unit(closing, cast.orgs.village_committee, by=personnel, at=IN_JANUARY)
    assert "说明" in refused(close_year, closing, by=cast.officer, reason="  ", at=AFTER)

    snapshot = close_year(closing, by=cast.officer, reason="镇里停电", at=AFTER)

    assert snapshot.without == [cast.orgs.township_government.pk]
    assert close_year(closing, by=cast.officer, at=AFTER + timedelta(days=1)) == snapshot
    assert refused(confirm_unit, closing, cast.orgs.village_committee, by=personnel, at=AFTER)
    assert list(snapshot_faults()) == [] and list(ledger_faults()) == []


@pytest.fixture
def closed(cast: Cast, closing: YearClosing) -> YearSnapshot:
    return close_year(closing, by=cast.officer, reason="试点", at=AFTER)


def test_what_comes_late_stands_beside_and_never_inside(cast: Cast, closing: YearClosing, closed: YearSnapshot):
    closing.refresh_from_db()
    before = [line.plain for unit in units_of_year(closing, today=TODAY) for line in unit.people]
    late = earn(cast.learner, at=AT + timedelta(hours=1))
    with append_only.lifted(connection):
        CreditLedgerEntry.objects.filter(pk=late.pk).update(registered_at=AFTER + timedelta(days=2))
    reverse_entry(CreditLedgerEntry.objects.get(person=cast.learner, seq=1), reason="重复", by=cast.officer, at=AFTER)
    with append_only.lifted(connection):
        CreditLedgerEntry.objects.filter(kind="reversal").update(registered_at=AFTER + timedelta(days=3))

    assert [line.plain for unit in units_of_year(closing, today=TODAY) for line in unit.people] == before
    assert late_hours(closed) == [LateHours(cast.learner.pk, ONLINE, Decimal("0.00"), Decimal("0.00"), 2)]
    assert list(snapshot_faults()) == []


def test_accounts_merged_after_the_closing_leave_it_whole(cast: Cast, clerk: Person, closed: YearSnapshot):
    merge(clerk, into=cast.learner, by=cast.security_admin, reason="同一人", at=AFTER + timedelta(days=1))

    assert list(snapshot_faults()) == []


def test_the_closed_figures_cannot_be_changed_and_a_forgery_is_found(closed: YearSnapshot):
    with pytest.raises(DatabaseError, match="only ever added"):
        YearSnapshot.objects.update(reason="另一个")


def test_forged_figures_are_found(cast: Cast, closed: YearSnapshot):
    with append_only.lifted(connection):
        closed.figures[0]["hours"][ONLINE] = "99.00"
        closed.save()

    faults = list(snapshot_faults())

    assert any("signature" in fault for fault in faults)
    assert any("other hours" in fault for fault in faults)
