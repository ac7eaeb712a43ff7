"""Caps on what is imported and claimed: they cut, say so, are foreseen, and are proved from the ledger."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from lms.credits.domain.capping import amounts_within, counted_before, cut
from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.correcting import correct_entry, reverse_entry
from lms.credits.domain.deciding_claims import foresee_claim, recognise_claim
from lms.credits.domain.explaining import explain
from lms.credits.domain.importing import confirm_import, preview_of
from lms.credits.domain.limiting import line_from_elsewhere
from lms.credits.domain.settling_imports import settle_import, undo_import
from lms.credits.models import CreditLedgerEntry
from lms.credits.queries import hours_of
from lms.lib import append_only
from tests.credits.outside import imported, received, row_of, xlsx
from tests.credits.test_capping import capped, codes
from tests.credits.test_claiming import CLASS, recognised, reviewed, reviewer  # noqa: F401  (a fixture)
from tests.credits.world import AT, adopt, earn

pytestmark = pytest.mark.django_db
CENT = Decimal("0.01")


def counted(person) -> list[str]:
    return [str(entry.hours) for entry in CreditLedgerEntry.objects.filter(person=person)]


def online(person, year=2026) -> str:
    return str(hours_of(person, year)["online_self_study"])


def take_back_all(cast, batch) -> None:
    settle_import(undo_import(batch, reason="发错了", by=cast.officer, at=AT), at=AT)


@given(
    st.dictionaries(st.sampled_from(["external", "claim", "year", "day"]), st.integers(0, 20).map(str), min_size=1),
    st.lists(
        st.tuples(st.sampled_from(["outside", "claim", "lesson", "opening"]), st.integers(0, 900), st.integers(0, 500)),
        max_size=12,
    ),
)
def test_no_source_ever_exceeds_its_cap_and_days_go_with_hours(caps, given_lines):
    lines = []
    for seq, (source, cents, day_cents) in enumerate(given_lines, start=1):
        new = line_from_elsewhere(
            1, seq=seq, category="online_self_study", day=date(2026, 5, 1 + seq % 3), achievement_key=f"{source}:{seq}"
        )
        asked = Decimal(cents) * CENT, Decimal(day_cents) * CENT
        before = counted_before(caps, new, lines)
        hours = cut(asked[0], caps, before)[0]
        evidence = {"terms": {"parameters": {"caps": caps}}, "counted_before": before}
        assert amounts_within(asked, evidence)[0] == hours
        days = amounts_within(asked, evidence)[1]
        assert Decimal(0) <= days <= asked[1]
        # Never more than the same share, and less than a hundredth of a day below it.
        if asked[0]:
            assert Decimal(0) <= asked[1] * hours / asked[0] - days < CENT
        else:
            assert days == asked[1]
        if source == "opening":
            assert hours == asked[0]
        lines.append(replace(new, hours=hours))

    for prefix, cap in (("outside", "external"), ("claim", "claim")):
        if cap in caps:
            assert sum(each.hours for each in lines if each.achievement_key.startswith(prefix)) <= Decimal(caps[cap])


def test_a_table_by_hand_for_yunnan_with_caps_of_a_county(cast, reviewer):  # noqa: F811
    """云南 2024 with 外部 20、申报 10、全年 26: each line reckoned by hand, in the order in which it was registered."""
    capped("yn_2024", external="20", claim="10", year="26")

    imported(
        cast,
        xlsx(
            row_of(cast.learner, "K1", hours=12),  # 12 of 20
            row_of(cast.learner, "K2", hours=6, days=1),  # 18 of 20
            row_of(cast.learner, "K3", hours=5, days="1.25"),  # 2 are left: 2 × 1.25 / 5 = 0.50 days
            row_of(cast.learner, "K4", hours=1),  # nothing is left
        ),
    )
    earn(cast.learner, 2400)  # 40 minutes: 1.00; the year has 21
    claim = reviewed(cast.learner, reviewer, training=replace(CLASS, category="online_self_study", hours=Decimal(12)))
    # 10 by the cap on claims, then 5 by the year; 5/12 of 3 days are 1.25.
    entry = recognise(cast, claim)
    earn(cast.learner, 2400)  # the year is full

    assert counted(cast.learner) == ["12.00", "6.00", "2.00", "0.00", "1.00", "5.00", "0.00"]
    assert [str(one.days) for one in CreditLedgerEntry.objects.order_by("seq")][1:4] == ["1.00", "0.50", "0.00"]
    assert (str(entry.days), codes(entry.why)[2:]) == ("1.25", ["capped_claim", "capped_year", "days_in_proportion"])
    assert online(cast.learner) == "26.00"
    assert list(ledger_faults()) == []


def recognise(cast, claim):
    return recognise_claim(claim, hours=claim.hours, days=claim.days, by=cast.officer, seen=2, at=AT)


def test_the_dry_run_foresees_exactly_what_is_written(cast):
    capped("yn_2024", external="20")
    imported(cast, xlsx(row_of(cast.learner, "K1", hours=12)))
    rows = [row_of(cast.learner, f"K{number}", hours=5, days=1) for number in (2, 3, 4)]
    batch = received(cast, xlsx(row_of(cast.learner, "K1", hours=9), *rows))

    preview = preview_of(batch, officer=cast.officer, at=AT)

    foreseen = [str(preview.hours_of(line)) for line in preview.taken]
    # The platform says 9 instead of 12 now, so 11 are left: 5, 5 and 1.
    assert foreseen == ["9.00", "5.00", "5.00", "1.00"]
    assert (preview.hours, list(preview.cuts), str(preview.cuts[5].days)) == (Decimal("20.00"), [5], "0.20")
    assert "20" in explain(preview.cuts[5].why)[0]
    before = set(CreditLedgerEntry.objects.values_list("pk", flat=True))
    settle_import(confirm_import(batch, by=cast.officer, at=AT), at=AT)
    written = CreditLedgerEntry.objects.exclude(pk__in=before).filter(counts=True).order_by("seq")
    assert [str(entry.hours) for entry in written] == foreseen
    assert list(ledger_faults()) == []


def test_an_undone_import_gives_its_room_to_what_comes_later(cast):
    capped("yn_2024", external="10")
    first = imported(cast, xlsx(row_of(cast.learner, "K1", hours=8)))
    imported(cast, xlsx(row_of(cast.learner, "K2", hours=8)))
    take_back_all(cast, first)

    imported(cast, xlsx(row_of(cast.learner, "K3", hours=9)))

    # What was cut stays cut; what comes later finds the room.
    assert counted(cast.learner) == ["8.00", "2.00", "-8.00", "8.00"]
    assert list(ledger_faults()) == []


def test_what_an_earlier_list_said_comes_back_within_the_cap(cast):
    capped("yn_2024", external="10")
    imported(cast, xlsx(row_of(cast.learner, "K1", hours=8, days=4)))
    second = imported(cast, xlsx(row_of(cast.learner, "K1", hours=2)))
    imported(cast, xlsx(row_of(cast.learner, "K2", hours=5)))

    take_back_all(cast, second)

    last = CreditLedgerEntry.objects.last()
    assert (str(last.hours), str(last.days), online(cast.learner)) == ("5.00", "2.50", "10.00")
    assert codes(last.why) == ["corrected", "capped_external", "days_in_proportion"]
    assert list(ledger_faults()) == []


def test_a_row_that_was_cut_is_known_next_month_and_may_still_change(cast):
    capped("yn_2024", external="10")
    rows = [row_of(cast.learner, "K1", hours=8), row_of(cast.learner, "K2", hours=8)]
    imported(cast, xlsx(*rows))

    batch = imported(cast, xlsx(rows[0], row_of(cast.learner, "K2", hours=1)))

    assert (batch.rows_known, batch.rows_changed, online(cast.learner)) == (1, 1, "9.00")
    assert list(ledger_faults()) == []


def test_what_an_officer_corrected_is_not_overruled_and_not_cut(cast):
    capped("yn_2024", external="10")
    imported(cast, xlsx(row_of(cast.learner, "K1", hours=8), row_of(cast.learner, "K2", hours=8)))
    second = CreditLedgerEntry.objects.get(seq=2)
    corrected = correct_entry(second, hours=Decimal("7.5"), reason="有据", by=cast.officer, at=AT).entry

    batch = received(cast, xlsx(row_of(cast.learner, "K2", hours=6)))

    assert [one.number for one in preview_of(batch, officer=cast.officer, at=AT).refused] == [2]
    assert "counted_before" not in corrected.evidence
    assert list(ledger_faults()) == []


def test_where_the_rule_has_no_caps_nothing_is_cut_and_no_rule_named(cast):
    adopt()
    imported(cast, xlsx(row_of(cast.learner, hours=60)))
    entry = CreditLedgerEntry.objects.get()
    assert (entry.hours, entry.rule, "terms" in entry.evidence) == (Decimal("60.00"), None, False)


def test_opening_balances_are_never_cut(cast):
    rule = capped("yn_2024", year="10")
    rule.active_from = date(2024, 1, 1)
    rule.save()
    headings = ["登录码", "手机号", "姓名", "年度", "学时", "天数"]
    opening = [cast.learner.login_code, "", cast.learner.name, 2025, 42, ""]
    imported(cast, xlsx(opening, headings=headings), kind="opening_balance")

    assert online(cast.learner, 2025) == "42.00"
    assert rule.entries.count() == 0
    assert list(ledger_faults()) == []


def test_the_rule_of_the_day_of_the_row_decides(cast):
    rule = capped("yn_2024", external="5")
    rule.active_from = date(2026, 6, 1)
    rule.save()

    imported(
        cast,
        xlsx(
            row_of(cast.learner, "K1", day=date(2026, 5, 31), hours=9),
            row_of(cast.learner, "K2", hours=9, day=date(2026, 6, 1)),
        ),
    )

    first, second = CreditLedgerEntry.objects.order_by("seq")
    assert (first.rule, str(first.hours)) == (None, "9.00")
    # Nine had counted already when the cap came.
    assert (second.rule, str(second.hours)) == (rule, "0.00")
    assert second.counts


def test_a_claim_is_told_beforehand_what_a_cap_will_leave(cast, reviewer):  # noqa: F811
    capped("yn_2024", claim="16")
    claim = reviewed(cast.learner, reviewer)

    foreseen = foresee_claim(claim)
    entry = recognise(cast, claim)

    assert (foreseen.hours, foreseen.days, foreseen.why) == (entry.hours, entry.days, entry.why[-2:])
    assert (str(entry.hours), str(entry.days)) == ("16.00", "2.00")
    assert list(ledger_faults()) == []


def test_the_order_of_registering_decides_and_taking_back_frees(cast, reviewer):  # noqa: F811
    capped("yn_2024", year="24", claim="24")
    entry = recognised(cast, reviewer)
    reverse_entry(entry, reason="x", by=cast.officer, at=AT)
    imported(cast, xlsx(row_of(cast.learner, hours=30)), category="centralized_training")

    assert counted(cast.learner) == ["24.00", "-24.00", "24.00"]
    assert list(ledger_faults()) == []


@pytest.mark.parametrize("lie", [{"external": "0.00"}, {}, {"external": "8.00", "year": "0.00"}])
def test_check_ledger_finds_what_was_counted_before(cast, lie):
    capped("yn_2024", external="10")
    imported(cast, xlsx(row_of(cast.learner, "K1", hours=8), row_of(cast.learner, "K2", hours=8)))
    entry = CreditLedgerEntry.objects.get(seq=2)
    with append_only.lifted(connection):
        CreditLedgerEntry.objects.filter(pk=entry.pk).update(evidence=entry.evidence | {"counted_before": lie})

    assert any("counted before" in fault for fault in ledger_faults())


def test_check_ledger_finds_hours_beyond_a_cap(cast):
    capped("yn_2024", external="10")
    imported(cast, xlsx(row_of(cast.learner, "K1", hours=8), row_of(cast.learner, "K2", hours=8)))
    with append_only.lifted(connection):
        CreditLedgerEntry.objects.filter(seq=2).update(hours=Decimal(8))

    assert any("not those of its imported row" in fault for fault in ledger_faults())


def test_foreseeing_a_long_list_costs_no_more_than_a_short_one(cast):
    capped("yn_2024", external="10")
    short = received(cast, xlsx(row_of(cast.learner, "K1")))
    long = received(cast, xlsx(*[row_of(cast.learner, f"K{number}") for number in range(40)]))

    with CaptureQueriesContext(connection) as few:
        preview_of(short, officer=cast.officer, at=AT)
    with CaptureQueriesContext(connection) as many:
        preview_of(long, officer=cast.officer, at=AT)

    assert len(many) == len(few)
