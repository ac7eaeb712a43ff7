"""Two accounts, each under a cap alone, together over it: cut when merged, restored when parted, proved all along."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.correcting import correct_entry
from lms.credits.domain.parting import part_records
from lms.credits.domain.uniting import changes_of, unite_record
from lms.credits.models import CreditLedgerEntry
from lms.credits.queries import hours_of
from lms.lib import append_only
from lms.people.domain.merging import merge
from lms.people.domain.separating import separate
from lms.people.models import Merging, Person
from tests.cast import Cast
from tests.credits import world
from tests.credits.outside import imported, row_of, xlsx
from tests.credits.test_capping import capped, codes
from tests.credits.world import AT, earn
from tests.factories.people import PersonFactory, PostFactory
from tests.machine import examples

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def twin(cast: Cast) -> Person:
    person = PersonFactory(name=cast.learner.name, village=cast.places.village)
    PostFactory(person=person, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department)
    return person


def online(person: Person) -> str:
    return str(hours_of(person, 2026)["online_self_study"])


def unite(cast: Cast, twin: Person, at=AT + MINUTE) -> list[CreditLedgerEntry]:
    merge(twin, into=cast.learner, by=cast.security_admin, reason="同一人", at=at)
    cast.learner.refresh_from_db()
    return unite_record(cast.learner, at=at + MINUTE)


def part(cast: Cast, at=AT + 4 * MINUTE) -> list[CreditLedgerEntry]:
    merging = Merging.objects.get(undone_at__isnull=True)
    separate(merging, by=cast.officer, reason="堂姐妹", at=at)
    merging.refresh_from_db()
    return part_records(merging, at=at + MINUTE)


def test_what_exceeds_a_cap_together_is_cut_and_given_back(cast, twin):
    capped(year="4")
    for person in (cast.learner, twin, cast.learner, twin):
        earn(person, 4050)  # 1.50 each: 3.00 for each account, 6.00 together
    assert list(ledger_faults()) == []

    written = unite(cast, twin)

    # In the order in which they were earned: 1.50 + 1.50 + 1.00 + 0.00.
    assert [str(entry.hours) for entry in written] == ["-1.50", "1.00", "-1.50", "0.00"]
    assert online(cast.learner) == "4.00"
    assert codes(written[1].why) == ["corrected", "capped_year"]
    assert written[3].counts
    assert unite_record(cast.learner, at=AT + 3 * MINUTE) == []
    assert list(ledger_faults()) == []

    given = part(cast)

    cast.learner.refresh_from_db()
    twin.refresh_from_db()
    assert (online(cast.learner), online(twin)) == ("3.00", "3.00")
    assert [str(entry.hours) for entry in given] == ["-1.00", "1.50", "0.00", "1.50"]
    assert part_records(Merging.objects.get(), at=AT + 9 * MINUTE) == []
    assert list(ledger_faults()) == []


def test_the_officer_sees_beforehand_what_a_cap_takes(cast, twin, clock, at_desk):
    clock.set(2026, 11, 20, 10)
    capped(year="2")
    earn(cast.learner, 4050)
    earn(twin, 4050)

    page = at_desk(cast.officer).get(reverse("desk:merge_records", args=[cast.learner.pk, twin.pk])).content.decode()

    assert page.count('data-less="cap"') == 1
    assert "2.00" in page


def test_merged_parted_and_merged_again_ends_alike(cast, twin):
    capped(year="4")
    for person in (cast.learner, twin, cast.learner, twin):
        earn(person, 4050)
    unite(cast, twin)
    part(cast)
    twin.refresh_from_db()

    unite(cast, twin, at=AT + 20 * MINUTE)

    assert online(cast.learner) == "4.00"
    assert list(ledger_faults()) == []
    part(cast, at=AT + 30 * MINUTE)
    cast.learner.refresh_from_db()
    assert online(cast.learner) == "3.00"
    assert list(ledger_faults()) == []


def test_imports_on_both_accounts_share_the_cap_with_their_days(cast, twin):
    capped("yn_2024", external="10")
    imported(cast, xlsx(row_of(cast.learner, "K1", hours=8, days=4), row_of(twin, "K2", hours=8, days=4)))
    # The same course under both accounts counts once anyway.
    imported(cast, xlsx(row_of(cast.learner, "K3", hours=1), row_of(twin, "K3", hours=1)))
    before = {entry.pk for entry in CreditLedgerEntry.objects.all()}

    unite(cast, twin)

    new = CreditLedgerEntry.objects.exclude(pk__in=before).filter(counts=True).order_by("pk")
    assert [(str(entry.hours), str(entry.days)) for entry in new] == [("2.00", "1.00"), ("0.00", "0.00")]
    assert online(cast.learner) == "10.00"
    assert list(ledger_faults()) == []


def test_what_an_officer_decided_is_not_cut_but_counts(cast, twin):
    capped(year="3")
    corrected = correct_entry(earn(cast.learner, 2700), hours=Decimal("2.5"), reason="x", by=cast.officer, at=AT).entry
    earn(twin, 4050)

    unite(cast, twin)

    corrected.refresh_from_db()
    assert (str(corrected.hours), corrected.is_reversed, online(cast.learner)) == ("2.50", False, "3.00")
    assert list(ledger_faults()) == []


def test_nothing_is_cut_where_one_account_alone_has_hours(cast, twin):
    capped(year="2")
    for _time in range(3):
        earn(cast.learner, 4050)

    assert unite(cast, twin) == []


def test_the_sweep_cuts_what_a_lost_task_left(cast, twin):
    capped(year="2")
    earn(cast.learner, 4050)
    earn(twin, 4050)
    merge(twin, into=cast.learner, by=cast.security_admin, reason="同一人", at=AT)
    assert any("more together than a cap" in fault for fault in ledger_faults())

    call_command("register_missing_credits", verbosity=0)

    cast.learner.refresh_from_db()
    assert online(cast.learner) == "2.00"
    assert list(ledger_faults()) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"hours": Decimal("1.25")}, "do not follow from its evidence"),
        ({"counted_before": {"year": "0.00"}}, "counted before"),
    ],
)
def test_check_ledger_finds_a_changed_cut(cast, twin, change, fault):
    capped(year="2")
    earn(cast.learner, 4050)
    earn(twin, 4050)
    entry = unite(cast, twin)[1]
    if "counted_before" in change:
        change = {"evidence": entry.evidence | change}
    with append_only.lifted(connection):
        CreditLedgerEntry.objects.filter(pk=entry.pk).update(**change)

    assert any(fault in line for line in ledger_faults())


def test_check_ledger_finds_more_given_back_than_was_taken(cast, twin):
    capped(year="2")
    earn(cast.learner, 4050)
    earn(twin, 4050)
    unite(cast, twin)
    given = part(cast)[-1]
    with append_only.lifted(connection):
        CreditLedgerEntry.objects.filter(pk=given.pk).update(hours=Decimal(2))

    assert any("give back what merging took" in line for line in ledger_faults())


@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    limits=st.dictionaries(st.sampled_from(["year", "day", "course", "platform"]), st.integers(0, 5), min_size=1),
    earned=st.lists(st.tuples(st.booleans(), st.integers(0, 1), st.sampled_from([900, 2700, 4050])), max_size=7),
)
def test_any_two_records_are_united_within_every_cap_and_parted_as_they_were(cast, twin, limits, earned):
    with transaction.atomic():
        capped(**{name: str(limit) for name, limit in limits.items()})
        taught = [world.teach(*[seconds] * 8) for seconds in (2700, 4050)]
        for number, (is_twin, course, _seconds) in enumerate(earned):
            completion = world.complete(twin if is_twin else cast.learner, taught[course], number)
            world.register_credit(completion, at=AT)
        before = online(cast.learner), online(twin)

        unite(cast, twin)

        assert changes_of([cast.learner.pk, twin.pk]) == []
        assert list(ledger_faults()) == []
        for name in {"year", "day", "platform"} & set(limits):
            assert Decimal(online(cast.learner)) <= limits[name]
        part(cast)
        cast.learner.refresh_from_db()
        twin.refresh_from_db()
        assert (online(cast.learner), online(twin)) == before
        assert list(ledger_faults()) == []
        transaction.set_rollback(True)
    Person.objects.filter(pk=twin.pk).update(merged_into=None, is_active=True)
    for person in (cast.learner, twin):
        person.refresh_from_db()
