"""Hours of another platform: dry run, confirmation, the next month's list, undoing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from lms.audit.models import AuditEntry
from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.correcting import correct_entry, reverse_entry
from lms.credits.domain.importing import (
    ImportRefused,
    confirm_import,
    discard_forgotten,
    discard_import,
    preview_of,
)
from lms.credits.domain.outside import KEY_LETTERS, outside_key, plain, read_amount, read_day
from lms.credits.domain.settling_imports import settle_import, undo_import
from lms.credits.domain.uniting import unite_record
from lms.credits.models import ColumnMapping, CreditLedgerEntry, ImportBatch, ImportedHours
from lms.credits.queries import hours_of
from lms.lib import append_only
from lms.lib.files import stored
from lms.lib.sealing import chain_hash
from lms.people.domain.merging import merge
from lms.people.models import Person, Post
from tests.cast import TODAY, Cast
from tests.credits.outside import comma, imported, received, row_of, xlsx
from tests.credits.world import AT, adopt, earn
from tests.factories.people import PersonFactory, PostFactory

pytestmark = pytest.mark.django_db


def online(person: Person, year: int = 2026) -> Decimal:
    return hours_of(person, year)["online_self_study"]


def reasons(cast: Cast, *rows: list[object], **more: object) -> list[tuple[int, str, str]]:
    batch = received(cast, xlsx(*rows), **more)
    return [(one.number, one.column, one.reason) for one in preview_of(batch, officer=cast.officer, at=AT).refused]


@pytest.fixture
def colleague(cast: Cast) -> Person:
    """A second cadre of the same village and authority."""
    person = PersonFactory(name="陈国强", village=cast.places.village, phone="13900000001")
    PostFactory(person=person, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department)
    return person


def test_a_dry_run_writes_nothing(cast):
    batch = received(cast, xlsx(row_of(cast.learner)))

    preview = preview_of(batch, officer=cast.officer, at=AT)

    assert (len(preview.new), preview.people, preview.hours) == (1, 1, Decimal("2.00"))
    assert CreditLedgerEntry.objects.count() == ImportedHours.objects.count() == 0


def test_confirmed_rows_become_entries_that_prove_themselves(cast, colleague):
    batch = imported(cast, xlsx(row_of(cast.learner, days=0.5), row_of(colleague, "K002", hours="1.5")))

    entry = CreditLedgerEntry.objects.get(person=cast.learner)
    assert (entry.kind, entry.source_kind, entry.hours, entry.days, entry.day) == (
        "external",
        "imported_hours",
        Decimal("2.00"),
        Decimal("0.50"),
        date(2026, 3, 5),
    )
    assert (entry.rule, entry.outline_version, entry.by, entry.origin) == (None, None, cast.officer, "outside")
    assert (batch.state, batch.rows_new, online(colleague)) == ("registered", 2, Decimal("1.50"))
    assert list(ledger_faults()) == []
    assert AuditEntry.objects.get(action="hours_imported").detail["new"] == 2


def test_old_entries_keep_their_hashes_beside_new_kinds(cast):
    adopt()
    entry = earn(cast.learner)
    before = entry.hash

    imported(cast, xlsx(row_of(cast.learner)))

    entry.refresh_from_db()
    assert entry.hash == before
    assert list(ledger_faults()) == []


def test_confirming_twice_happens_once(cast):
    batch = received(cast, xlsx(row_of(cast.learner)))
    for _time in range(2):
        confirm_import(batch, by=cast.officer, at=AT)
        settle_import(batch, at=AT)

    assert CreditLedgerEntry.objects.count() == ImportedHours.objects.count() == 1


def test_the_cumulative_list_of_next_month_adds_only_what_is_new(cast):
    imported(cast, xlsx(row_of(cast.learner)))

    batch = imported(cast, comma(row_of(cast.learner), row_of(cast.learner, "K002", day="2026年4月1日")))

    assert (batch.rows_known, batch.rows_new, online(cast.learner)) == (1, 1, Decimal("4.00"))


def test_what_the_platform_says_otherwise_now_replaces_the_hours(cast):
    imported(cast, xlsx(row_of(cast.learner)))

    batch = imported(cast, xlsx(row_of(cast.learner, hours=3)))

    assert (batch.rows_changed, online(cast.learner)) == (1, Decimal("3.00"))
    assert [str(one.hours) for one in CreditLedgerEntry.objects.all()] == ["2.00", "-2.00", "3.00"]
    assert list(ledger_faults()) == []


def test_what_an_officer_corrected_is_not_overruled_by_a_list(cast):
    imported(cast, xlsx(row_of(cast.learner)))
    correct_entry(CreditLedgerEntry.objects.get(), hours=Decimal(1), reason="重复", by=cast.officer, at=AT)

    same = preview_of(received(cast, xlsx(row_of(cast.learner))), officer=cast.officer, at=AT)
    other = preview_of(received(cast, xlsx(row_of(cast.learner, hours=5))), officer=cast.officer, at=AT)

    assert (len(same.known), len(other.refused), len(other.changed)) == (1, 1, 0)
    assert list(ledger_faults()) == []


def test_reversed_hours_do_not_come_back_with_the_next_list(cast):
    imported(cast, xlsx(row_of(cast.learner)))
    reverse_entry(CreditLedgerEntry.objects.get(), reason="代学", by=cast.officer, at=AT)

    preview = preview_of(received(cast, xlsx(row_of(cast.learner))), officer=cast.officer, at=AT)

    assert (len(preview.known), preview.taken) == (1, [])


def test_undoing_takes_back_what_the_import_gave_and_the_list_can_come_again(cast, colleague):
    batch = imported(cast, xlsx(row_of(cast.learner), row_of(colleague)))

    undo_import(batch, reason="发错文件", by=cast.officer, at=AT)
    undo_import(batch, reason="again", by=cast.officer, at=AT)
    settle_import(batch, at=AT)
    settle_import(batch, at=AT)

    batch.refresh_from_db()
    assert (batch.state, batch.undo_reason, online(cast.learner)) == ("undone", "发错文件", Decimal("0.00"))
    assert CreditLedgerEntry.objects.filter(kind="reversal").count() == 2
    assert list(ledger_faults()) == []
    imported(cast, xlsx(row_of(cast.learner)))
    assert online(cast.learner) == Decimal("2.00")
    assert list(ledger_faults()) == []


def test_undoing_a_change_brings_back_what_the_earlier_list_said(cast):
    first = imported(cast, xlsx(row_of(cast.learner)))
    second = imported(cast, xlsx(row_of(cast.learner, hours=3)))

    undo_import(second, reason="有误", by=cast.officer, at=AT)
    settle_import(second, at=AT)
    settle_import(second, at=AT)

    assert online(cast.learner) == Decimal("2.00")
    assert list(ledger_faults()) == []
    third = imported(cast, xlsx(row_of(cast.learner, hours=4)))
    assert (third.rows_changed, online(cast.learner)) == (1, Decimal("4.00"))
    for batch in (first, third):
        undo_import(batch, reason="有误", by=cast.officer, at=AT)
        settle_import(batch, at=AT)
    assert online(cast.learner) == Decimal("0.00")
    assert list(ledger_faults()) == []


def test_undoing_half_done_goes_on(cast, colleague, monkeypatch):
    batch = imported(cast, xlsx(row_of(cast.learner), row_of(colleague)))
    undo_import(batch, reason="有误", by=cast.officer, at=AT)

    assert any("is not undone completely" in fault for fault in ledger_faults())
    call_command("register_missing_credits")

    assert (online(cast.learner), online(colleague)) == (Decimal("0.00"), Decimal("0.00"))
    assert list(ledger_faults()) == []


def test_a_lost_task_is_swept(cast):
    batch = received(cast, xlsx(row_of(cast.learner)))
    confirm_import(batch, by=cast.officer, at=AT)

    assert any("lacks its hours" in fault for fault in ledger_faults())
    call_command("register_missing_credits")

    assert online(cast.learner) == Decimal("2.00")
    assert list(ledger_faults()) == []


def test_refused_rows_stop_the_import_unless_they_are_left_out_knowingly(cast):
    data = xlsx(row_of(cast.learner), row_of(cast.neighbour_learner))
    batch = received(cast, data)

    with pytest.raises(ImportRefused):
        confirm_import(batch, by=cast.officer, at=AT)
    assert ImportedHours.objects.count() == 0

    batch = confirm_import(batch, leave_out_refused=True, by=cast.officer, at=AT)
    assert (batch.rows_new, batch.rows_refused) == (1, 1)


def test_people_of_others_are_refused_like_people_who_are_not_there(cast):
    nobody = PersonFactory.build(login_code="NOBODY99", name="无此人")
    rows = [row_of(one) for one in (cast.neighbour_learner, cast.farmer, nobody, cast.cadre_of_prefecture)]

    found = reasons(cast, *rows)

    assert [number for number, _column, _reason in found] == [2, 3, 4, 5]
    assert len({reason for _number, _column, reason in found}) == 1


def test_a_cadre_managed_below_is_seen_and_gets_no_hours(cast):
    grid_worker = PersonFactory(name="丁一")
    PostFactory(person=grid_worker, org=cast.orgs.village_committee, cadre_authority=cast.orgs.township_government)

    ((number, column, _reason),) = reasons(cast, row_of(grid_worker))

    assert (number, column) == (2, "登录码")


def test_an_officer_imports_no_hours_for_herself(cast):
    PostFactory(
        person=cast.officer, org=cast.orgs.organization_department, cadre_authority=cast.orgs.organization_department
    )

    assert len(reasons(cast, row_of(cast.officer))) == 1


def test_people_are_found_by_phone_and_name_and_never_guessed(cast, colleague):
    wife = PersonFactory(name="王秀兰", village=cast.places.village, phone="13900000001")
    PostFactory(person=wife, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department)
    rows = [
        row_of(colleague, code="", phone="139 0000 0001"),
        row_of(wife, code="", phone=13900000001),
        row_of(colleague, "K002", code="", phone="13900000001", name="陈国"),
        row_of(colleague, "K003", code="", phone="13900000002"),
        row_of(colleague, "K004", code="", phone="12345"),
        row_of(colleague, "K005", code="", phone=""),
        row_of(colleague, "K006", name="陈国弱"),
    ]

    preview = preview_of(received(cast, xlsx(*rows)), officer=cast.officer, at=AT)

    assert {(line.written.number, line.person.pk) for line in preview.new} == {(2, colleague.pk), (3, wife.pk)}
    assert [(one.number, one.column) for one in preview.refused] == [
        (4, "姓名"),
        (5, "手机号"),
        (6, "手机号"),
        (7, "登录码"),
        (8, "姓名"),
    ]


def test_one_training_twice_in_a_list_is_taken_once_and_two_versions_not_at_all(cast):
    same = reasons(cast, row_of(cast.learner), row_of(cast.learner))
    differing = reasons(cast, row_of(cast.learner), row_of(cast.learner, hours=9))

    assert [number for number, _column, _reason in same] == [3]
    assert [number for number, _column, _reason in differing] == [2, 3]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"hours": -1}, "学时"),
        ({"hours": 601}, "学时"),
        ({"hours": "两"}, "学时"),
        ({"hours": "1e3"}, "学时"),
        ({"hours": "1.234"}, "学时"),
        ({"hours": "NaN"}, "学时"),
        ({"hours": 0}, "学时"),
        ({"hours": "=1+1"}, "学时"),
        ({"days": -1}, "天数"),
        ({"day": "5/3/2026"}, "完成日期"),
        ({"day": "2026-02-30"}, "完成日期"),
        ({"day": "20260301x"}, "完成日期"),
        ({"day": 46000}, "完成日期"),
        ({"day": "2027-01-01"}, "完成日期"),
        ({"day": "2019-01-01"}, "完成日期"),
        ({"day": ""}, "完成日期"),
        ({"number": ""}, "课程编号"),
        ({"number": 1.23e18}, "课程编号"),
        ({"number": date(2026, 1, 2)}, "课程编号"),
        ({"name": ""}, "姓名"),
        ({"name": 5}, "姓名"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_with_its_column(cast, change, column):
    ((number, refused, reason),) = reasons(cast, row_of(cast.learner, **change))

    assert (number, refused) == (2, column)
    assert reason


@pytest.mark.parametrize(
    "written",
    ["2026-03-05", "2026/3/5", "2026.3.5", "2026年3月5日", "20260305", "２０２６-03-05", "2026-03-05 08:30:00"],
)
def test_days_written_as_text_with_the_year_first_are_read(written):
    assert read_day(written, today=TODAY) == date(2026, 3, 5)


@given(st.decimals(min_value="0.01", max_value="600", places=2))
def test_every_amount_of_two_places_is_read_exactly(amount):
    assert read_amount(str(amount), "hours", most=Decimal(600)) == amount
    assert read_amount(Decimal(f"{float(amount):.6f}"), "hours", most=Decimal(600)) == amount


@given(st.text(max_size=100), st.text(max_size=100), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_an_achievement_fits_its_column_and_different_courses_differ(one, other, day):
    first, second = outside_key("ABCDEFGH", one, day), outside_key("ABCDEFGH", other, day)

    assert len(first) <= KEY_LETTERS
    assert first.startswith("outside:")
    assert (first == second) == (plain(one) == plain(other))
    assert outside_key("ABCDEFGH", one, day) != outside_key("BCDEFGHJ", one, day)


def test_opening_balances_stand_on_the_last_day_of_their_year(cast):
    headings = ["登录码", "姓名", "年度", "学时", "天数"]
    rows = [
        [cast.learner.login_code, cast.learner.name, "2024年", 88.5, 11],
        [cast.learner.login_code, "李秀英", 2025, 90, 12],
    ]
    more = {"kind": "opening_balance", "category": "centralized_training"}

    batch = imported(cast, xlsx(*rows, headings=headings), **more)
    again = preview_of(received(cast, xlsx(*rows, headings=headings), **more), officer=cast.officer, at=AT)

    first, second = CreditLedgerEntry.objects.order_by("seq")
    assert (first.kind, first.day, first.hours, first.days) == (
        "opening_balance",
        date(2024, 12, 31),
        Decimal("88.50"),
        Decimal("11.00"),
    )
    assert (second.category, second.origin, batch.rows_new) == ("centralized_training", "opening", 2)
    assert (len(again.known), again.taken) == (2, [])
    assert list(ledger_faults()) == []


@pytest.mark.parametrize("year", ["2027", "2020", "25", "二〇二五", ""])
def test_years_outside_the_cycle_are_no_opening_balance(cast, year):
    data = xlsx([cast.learner.login_code, cast.learner.name, year, 9], headings=["登录码", "姓名", "年度", "学时"])

    preview = preview_of(received(cast, data, kind="opening_balance"), officer=cast.officer, at=AT)

    assert [one.column for one in preview.refused] == ["年度"]


def test_columns_chosen_once_are_there_for_the_next_list(cast):
    received(cast, xlsx(row_of(cast.learner)))

    mapping = ColumnMapping.objects.get()
    assert (mapping.authority, mapping.columns["hours"]) == (cast.orgs.organization_department, "学时")
    received(cast, xlsx(row_of(cast.learner)))
    assert ColumnMapping.objects.count() == 1


def test_the_file_is_kept_until_it_is_confirmed_and_no_longer(cast, django_capture_on_commit_callbacks):
    batch = received(cast, xlsx(row_of(cast.learner)))
    kept = batch.stored_as
    assert stored().exists(kept)

    with django_capture_on_commit_callbacks(execute=True):
        confirm_import(batch, by=cast.officer, at=AT)

    assert not stored().exists(kept)


def test_a_list_nobody_confirms_is_thrown_away_after_a_week(cast):
    batch = received(cast, xlsx(row_of(cast.learner)))

    assert discard_forgotten(at=AT + timedelta(days=6)) == 0
    assert discard_forgotten(at=AT + timedelta(days=8)) == 1
    with pytest.raises(ImportRefused):
        confirm_import(batch, by=cast.officer, at=AT)
    assert discard_import(batch, by=cast.officer, at=AT).state == "discarded"


def test_a_file_that_no_list_names_is_thrown_away_with_the_lists_nobody_confirms(cast, clock):
    clock.set(2026, 11, 20, 10)
    batch = received(cast, xlsx(row_of(cast.learner)))
    lost = stored().save("imports/lost", ContentFile(b"x"))
    made_at = next(file.modified_at for file in stored().walk("imports/") if file.name == lost)
    ImportBatch.objects.filter(pk=batch.pk).update(received_at=made_at + timedelta(days=5))

    discard_forgotten(at=made_at + timedelta(days=8))

    assert (stored().exists(lost), stored().exists(batch.stored_as)) == (False, True)


@pytest.mark.parametrize("part", ["neighbour_officer", "ended_officer", "prefecture_officer", "learner", "trainer"])
def test_only_the_authority_confirms_and_undoes(cast, part):
    by = getattr(cast, part)
    batch = received(cast, xlsx(row_of(cast.learner)))
    with pytest.raises(ImportRefused):
        confirm_import(batch, by=by, at=AT)
    done = imported(cast, xlsx(row_of(cast.learner)))
    with pytest.raises(ImportRefused):
        undo_import(done, reason="x", by=by, at=AT)


def test_an_import_with_people_who_moved_away_is_not_undone_in_part(cast):
    batch = imported(cast, xlsx(row_of(cast.learner)))
    Post.objects.filter(person=cast.learner).update(cadre_authority=cast.orgs.neighbour_department)

    with pytest.raises(ImportRefused):
        undo_import(batch, reason="有误", by=cast.officer, at=AT)


def test_imported_rows_are_never_changed(cast):
    imported(cast, xlsx(row_of(cast.learner)))

    for change in (lambda: ImportedHours.objects.update(hours=9), lambda: ImportedHours.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_same_course_imported_for_two_accounts_counts_once_when_they_are_merged(cast, colleague):
    imported(cast, xlsx(row_of(cast.learner), row_of(colleague)))
    merge(colleague, into=cast.learner, by=cast.officer, reason="同一人", at=AT)

    assert any("merged accounts" in fault for fault in ledger_faults())
    unite_record(cast.learner, at=AT)

    assert online(cast.learner) == Decimal("2.00")
    assert list(ledger_faults()) == []
    again = preview_of(received(cast, xlsx(row_of(cast.learner))), officer=cast.officer, at=AT)
    assert (len(again.known), again.taken) == (1, [])


@pytest.mark.parametrize(
    ("attack", "fault"),
    [
        ("UPDATE credits_importedhours SET hours = 9", "its hours are not those of its imported row"),
        ("UPDATE credits_importedhours SET course_number = 'K9'", "its achievement is not what was imported"),
        ("UPDATE credits_importedhours SET day = '2026-03-06'", "it does not fit its imported row"),
        ("UPDATE credits_importbatch SET state = 'undone'", "its import was undone"),
        ("UPDATE credits_importbatch SET sha256 = 'x'", "its evidence is not what was imported"),
        ("UPDATE credits_creditledgerentry SET source_id = 9999", "its imported row does not exist"),
        ("UPDATE credits_creditledgerentry SET kind = 'earned'", "it does not fit its imported row"),
        ("UPDATE credits_creditledgerentry SET source_kind = 'corrected_entry'", "its kind does not fit its cause"),
    ],
)
def test_check_ledger_finds_what_was_changed_behind_it(cast, attack, fault):
    imported(cast, xlsx(row_of(cast.learner)))

    with append_only.lifted(connection), connection.cursor() as cursor:
        cursor.execute(attack)

    assert any(fault in line for line in ledger_faults())


def test_the_database_asks_for_rule_and_outline_where_something_was_completed_here(cast):
    adopt()
    earn(cast.learner)

    with pytest.raises(DatabaseError), transaction.atomic(), append_only.lifted(connection):
        CreditLedgerEntry.objects.update(rule=None)


def test_the_seal_of_an_entry_written_before_there_were_other_causes_still_holds():
    entry = CreditLedgerEntry(
        person_id=7,
        seq=3,
        kind="earned",
        source_kind="lesson_completion",
        source_id=11,
        component="base",
        achievement_key="lesson:0b0f6f3e-5a52-4f0a-9a52-0d6a3c1b9f10",
        round=1,
        counts=True,
        category="online_self_study",
        hours=Decimal("1.00"),
        days=Decimal("0.00"),
        day=date(2026, 11, 20),
        registered_at=AT,
        rule_id=2,
        outline_version_id=5,
        evidence={"lessons": [{"key": "x", "seconds": 1800}]},
        why=[{"code": "completed_lesson", "title": "课时"}],
    )

    assert chain_hash("0" * 64, entry.payload) == SEALED_BEFORE


# Computed by the code that knew completions alone.
SEALED_BEFORE = "636469b6bf113888552ead5e23cb90a6b799e965ef770b04237437ca60c6d689"
