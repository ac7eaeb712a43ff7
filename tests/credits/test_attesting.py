"""证明: what is issued, to whom, what it says, and when its word no longer holds."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lms.audit.models import AuditEntry
from lms.credits.domain import attesting
from lms.credits.domain.attesting import AttestationRefused, attest_course, attest_hours, periods_of, revoke
from lms.credits.domain.binding import Span
from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.correcting import correct_entry, reverse_entry
from lms.credits.domain.figures import HoursRow
from lms.credits.domain.uniting import unite_record
from lms.credits.domain.vouching import Verdict, attestation_faults, verdict_of, verdicts_of
from lms.credits.enums import AttestationKind, AttestationState, CreditCategory, Origin, Period
from lms.credits.models import Attestation, AttestationRevocation
from lms.lib import append_only
from lms.lib.ids import check
from lms.people.domain.closing import close_account
from lms.people.domain.merging import merge
from lms.people.domain.separating import separate
from lms.people.models import Merging, Person
from tests.cast import Cast
from tests.credits.world import AT, BEIJING, adopt, complete_course, earn, load, teach
from tests.factories.people import PersonFactory, PostFactory

pytestmark = pytest.mark.django_db
YEAR = Span(Period.ANNUAL, 2026)
LATER = AT + timedelta(days=3)
SUPERSEDED, REVOKED = AttestationState.SUPERSEDED, AttestationState.REVOKED


@pytest.fixture(autouse=True)
def rules(cast: Cast) -> None:
    adopt()


def refused(call, *args, **named) -> str:
    with pytest.raises(AttestationRefused) as refusal:
        call(*args, **named)
    return str(refusal.value)


def second_account(cast: Cast) -> Person:
    """Another account of the learner, with a post of its own."""
    person = PersonFactory(name=cast.learner.name, village=cast.places.village)
    PostFactory(
        person=person,
        org=cast.orgs.village_committee,
        cadre_authority=cast.orgs.organization_department,
        category="village_cadre",
    )
    return person


def test_a_statement_says_the_hours_of_the_year(cast: Cast) -> None:
    first, second = earn(cast.learner), earn(cast.learner, 3600)

    made = attest_hours(cast.learner, YEAR, by=cast.learner, at=AT)

    (row,) = made.says["rows"]
    assert HoursRow.of(row) == HoursRow(
        2026, CreditCategory.ONLINE_SELF_STUDY, Origin.HERE, first.hours + second.hours, first.days
    )
    assert (made.says["until"], made.says["entries"]) == ("2026-11-20", 2)
    assert made.says["chains"] == {str(cast.learner.pk): second.seq}
    assert (made.kind, made.org, made.issued_by) == (AttestationKind.CREDIT_STATEMENT, None, cast.learner)
    assert check(made.number) and len(made.shown_number) == 14
    assert cast.learner.name not in str(made.signed)
    assert verdict_of(made) == Verdict(AttestationState.VALID)
    assert list(ledger_faults()) == []


def test_told_twice_on_one_day_it_is_the_same_and_later_a_newer_one(cast: Cast) -> None:
    earn(cast.learner)
    first = attest_hours(cast.learner, YEAR, by=cast.learner, at=AT)
    again = attest_hours(cast.learner, YEAR, by=cast.learner, at=AT + timedelta(hours=1))
    newer = attest_hours(cast.learner, YEAR, by=cast.learner, at=LATER)

    assert again == first and newer.supersedes == first
    assert verdict_of(first) == Verdict(SUPERSEDED, date(2026, 11, 23), "newer")
    assert verdict_of(newer).is_valid


def test_a_cycle_counts_all_its_years(cast: Cast) -> None:
    load()
    earn(cast.learner)
    (cycle,) = [span for span in periods_of(2026) if span.period == Period.FIVE_YEAR_CYCLE]

    made = attest_hours(cast.learner, cycle, by=cast.learner, at=AT)

    assert (made.says["first_year"], made.says["last_year"], made.subject) == (2023, 2027, "hours:cycle:2023")


def test_hours_that_are_added_later_make_nothing_untrue(cast: Cast) -> None:
    earn(cast.learner)
    made = attest_hours(cast.learner, YEAR, by=cast.learner, at=AT)
    earn(cast.learner, 3600, at=LATER)

    assert verdict_of(made).is_valid
    assert list(attestation_faults()) == []


def test_a_reversal_and_a_correction_supersede_what_counted_the_entry(cast: Cast) -> None:
    entry, other = earn(cast.learner), earn(cast.learner, 3600)
    made = attest_hours(cast.learner, YEAR, by=cast.learner, at=AT)
    reverse_entry(entry, reason="看错了", by=cast.officer, at=LATER)

    assert verdict_of(made) == Verdict(SUPERSEDED, date(2026, 11, 23), "reversed")
    newer = attest_hours(cast.learner, YEAR, by=cast.learner, at=LATER)
    assert HoursRow.of(newer.says["rows"][0]).hours == other.hours
    correct_entry(other, hours=entry.hours, reason="多算了", by=cast.officer, at=LATER + timedelta(days=1))
    assert verdict_of(newer) == Verdict(SUPERSEDED, date(2026, 11, 24), "reversed")
    assert list(ledger_faults()) == []


def test_an_entry_reversed_before_is_counted_as_it_stood(cast: Cast) -> None:
    entry, _other = earn(cast.learner), earn(cast.learner, 3600)
    reverse_entry(entry, reason="看错了", by=cast.officer, at=AT)

    made = attest_hours(cast.learner, YEAR, by=cast.learner, at=LATER)

    assert verdict_of(made).is_valid


def test_merging_supersedes_and_parting_again_as_well(cast: Cast) -> None:
    other = second_account(cast)
    earn(cast.learner)
    earn(other, 3600)
    mine = attest_hours(cast.learner, YEAR, by=cast.learner, at=AT)
    hers = attest_hours(other, YEAR, by=other, at=AT)
    merge(other, into=cast.learner, by=cast.officer, reason="同一个人", at=LATER)
    unite_record(cast.learner, at=LATER)

    assert verdict_of(Attestation.objects.get(pk=mine.pk)) == Verdict(SUPERSEDED, date(2026, 11, 23), "accounts")
    assert verdict_of(Attestation.objects.get(pk=hers.pk)) == Verdict(SUPERSEDED, date(2026, 11, 23), "accounts")
    both = attest_hours(Person.objects.get(pk=other.pk), YEAR, by=cast.learner, at=LATER)
    assert both.person == cast.learner and len(both.says["chains"]) == 2
    assert verdict_of(both).is_valid

    apart = LATER + timedelta(days=2)
    separate(Merging.objects.get(), by=cast.officer, reason="不是同一个人", at=apart)
    assert verdict_of(both) == Verdict(SUPERSEDED, date(2026, 11, 25), "accounts")
    assert list(attestation_faults()) == []


def test_merging_an_account_without_hours_changes_nothing(cast: Cast) -> None:
    other = second_account(cast)
    earn(cast.learner)
    mine = attest_hours(cast.learner, YEAR, by=cast.learner, at=AT)
    merge(other, into=cast.learner, by=cast.officer, reason="同一个人", at=LATER)

    assert verdict_of(mine).is_valid


def test_what_an_account_was_given_before_it_was_merged_is_replaced_too(cast: Cast) -> None:
    """The account that stays had earned nothing, so nothing but a newer one ends the older."""
    other = second_account(cast)
    earn(other)
    hers, same_day = attest_hours(other, YEAR, by=other, at=AT), AT + timedelta(hours=1)
    merge(other, into=cast.learner, by=cast.officer, reason="同一个人", at=same_day)
    assert attest_hours(cast.learner, YEAR, by=cast.learner, at=same_day) == hers

    newer = attest_hours(cast.learner, YEAR, by=cast.learner, at=LATER)
    assert newer.supersedes == hers and verdict_of(hers).why == "newer"
    separate(Merging.objects.get(), by=cast.officer, reason="不是同一个人", at=LATER)
    again = attest_hours(Person.objects.get(pk=other.pk), YEAR, by=Person.objects.get(pk=other.pk), at=LATER)
    assert again.person == other and again.supersedes is None and verdict_of(again).is_valid
    assert not verdict_of(hers).is_valid and not verdict_of(newer).is_valid


def test_a_finished_course_is_attested_to_a_farmer(cast: Cast) -> None:
    completion = complete_course(cast.farmer, teach(600))

    made = attest_course(completion, by=cast.farmer, at=AT)

    assert (made.says["title"], made.says["completed"]) == (completion.outline_version.title, "2026-11-20")
    assert attest_course(completion, by=cast.farmer, at=LATER) == made
    assert verdict_of(made).is_valid
    assert list(attestation_faults()) == []


def test_a_course_follows_whoever_finished_it(cast: Cast) -> None:
    other = PersonFactory(name=cast.farmer.name, village=cast.places.village)
    completion = complete_course(other, teach(600))
    merge(other, into=cast.farmer, by=cast.helper, reason="同一个人", at=AT)
    completion.refresh_from_db()
    made = attest_course(completion, by=cast.farmer, at=AT)
    assert made.person == cast.farmer and verdict_of(made).is_valid

    Merging.objects.update(undone_at=LATER, undone_by=cast.helper)
    Person.objects.filter(pk=other.pk).update(merged_into=None)
    assert verdict_of(made) == Verdict(SUPERSEDED, date(2026, 11, 23), "accounts")


def test_only_she_and_an_officer_of_her_department_issue(cast: Cast) -> None:
    earn(cast.learner)
    may = set()
    for part, person in cast.everybody.items():
        try:
            attest_hours(cast.learner, YEAR, by=person, at=AT)
        except AttestationRefused:
            continue
        may.add(part)

    assert may == {"learner", "officer"}
    by_officer = Attestation.objects.get(org=cast.orgs.organization_department)
    entry = AuditEntry.objects.get(action="attestation_issued")
    assert (entry.actor_id, entry.subject_id) == (cast.officer.pk, by_officer.number)


def test_what_an_officer_issued_is_not_replaced_by_the_same_from_the_printer_at_home(cast: Cast) -> None:
    earn(cast.learner)
    official = attest_hours(cast.learner, YEAR, by=cast.officer, at=AT)

    assert attest_hours(cast.learner, YEAR, by=cast.learner, at=AT) == official


def test_nothing_is_attested_where_there_is_nothing(cast: Cast) -> None:
    assert "学时" in refused(attest_hours, cast.learner, YEAR, by=cast.learner, at=AT)
    next_year = Span(Period.ANNUAL, 2027)
    assert refused(attest_hours, cast.learner, next_year, by=cast.learner, at=AT) != ""
    assert not Attestation.objects.exists()


def test_revoking_needs_the_department_and_a_reason_and_is_on_the_log(cast: Cast) -> None:
    earn(cast.learner)
    made = attest_hours(cast.learner, YEAR, by=cast.learner, at=AT)
    for part, person in cast.everybody.items():
        if part != "officer":
            refused(revoke, made, reason="错", by=person, at=LATER)
    refused(revoke, made, reason=" \n ", by=cast.officer, at=LATER)
    refused(revoke, made, reason="长" * 201, by=cast.officer, at=LATER)

    first = revoke(made, reason="姓名\n有误", by=cast.officer, at=LATER)
    again = revoke(made, reason="别的", by=cast.officer, at=LATER + timedelta(days=1))

    assert again == first and first.reason == "姓名 有误"
    assert verdict_of(made) == Verdict(REVOKED, date(2026, 11, 23), "revoked")
    assert AuditEntry.objects.get(action="attestation_revoked").detail["reason"] == "姓名 有误"
    refused(attest_hours, cast.learner, YEAR, by=cast.learner, at=LATER)
    newer = attest_hours(cast.learner, YEAR, by=cast.officer, at=LATER)
    assert verdict_of(newer).is_valid and verdict_of(made).state == REVOKED


def test_an_officer_does_not_attest_to_herself(cast: Cast) -> None:
    PostFactory(
        person=cast.officer,
        org=cast.orgs.organization_department,
        cadre_authority=cast.orgs.organization_department,
        category="village_cadre",
    )
    earn(cast.officer)

    made = attest_hours(cast.officer, YEAR, by=cast.officer, at=AT)

    assert made.org is None
    refused(revoke, made, reason="错", by=cast.officer, at=AT)


def test_nobody_fills_the_table_by_herself(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attesting, "MOST_A_DAY", 2)
    done = [complete_course(cast.farmer, teach(600)) for _number in range(3)]
    for completion in done[:2]:
        attest_course(completion, by=cast.farmer, at=AT)

    refused(attest_course, done[2], by=cast.farmer, at=AT)
    attest_course(done[0], by=cast.farmer, at=AT)
    attest_course(done[2], by=cast.farmer, at=AT + timedelta(days=1))


def test_rows_are_only_ever_added_and_a_changed_one_is_found(cast: Cast) -> None:
    earn(cast.learner)
    made = attest_hours(cast.learner, YEAR, by=cast.learner, at=AT)
    revoke(made, reason="错", by=cast.officer, at=AT)
    for change in (
        lambda: Attestation.objects.update(number="X"),
        lambda: AttestationRevocation.objects.update(reason="别的"),
        lambda: AttestationRevocation.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()

    with append_only.lifted(connection):
        said = {**made.says, "rows": [{**made.says["rows"][0], "hours": "999.00"}]}
        Attestation.objects.filter(pk=made.pk).update(says=said)
        faults = list(attestation_faults())
        verdict = verdict_of(Attestation.objects.get(pk=made.pk))
        Attestation.objects.filter(pk=made.pk).update(says=made.says)
    assert faults == [
        f"attestation {made.number}: its signature does not hold",
        f"attestation {made.number}: it says other hours than the ledger held",
    ]
    assert verdict == Verdict(AttestationState.BROKEN, None, "broken")
    assert list(attestation_faults()) == []


def test_one_signed_with_another_key_is_not_ours(cast: Cast, settings: Any) -> None:
    earn(cast.learner)
    made = attest_hours(cast.learner, YEAR, by=cast.learner, at=AT)
    settings.SEALING_KEY = "44" * 32

    assert verdict_of(made).state == AttestationState.BROKEN


def test_closing_an_account_leaves_them_as_they_are(cast: Cast) -> None:
    completion = complete_course(cast.farmer, teach(600))
    made = attest_course(completion, by=cast.farmer, at=AT)
    close_account(cast.farmer, by=cast.farmer, at=LATER)

    made = Attestation.objects.get(pk=made.pk)
    assert verdict_of(made).is_valid and made.is_genuine and made.person.name == ""


def test_a_hundred_cost_as_many_queries_as_one(cast: Cast) -> None:
    earn(cast.learner)
    attest_hours(cast.learner, YEAR, by=cast.learner, at=AT)
    attest_course(complete_course(cast.learner, teach(600)), by=cast.learner, at=AT)
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            verdicts_of(list(Attestation.objects.all()))
        counts.append(len(queries))
        attest_hours(cast.learner, YEAR, by=cast.learner, at=LATER)
        attest_course(complete_course(cast.farmer, teach(600)), by=cast.farmer, at=AT)

    assert counts[0] == counts[1] <= 9


def test_the_night_between_two_years(cast: Cast) -> None:
    """At half past midnight in Beijing the old year is whole and the new one has nothing."""
    earn(cast.learner)
    midnight = datetime(2027, 1, 1, 0, 30, tzinfo=BEIJING)

    made = attest_hours(cast.learner, YEAR, by=cast.learner, at=midnight)

    assert made.says["until"] == "2026-12-31"
    refused(attest_hours, cast.learner, Span(Period.ANNUAL, 2027), by=cast.learner, at=midnight)
    assert AttestationRevocation.objects.count() == 0
