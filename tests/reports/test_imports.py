"""Lists of hours at the desk: sent, columns chosen, tried, confirmed, undone; by the officer of the authority alone."""

import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from lms.credits.domain.settling_imports import settle_import
from lms.credits.models import CreditLedgerEntry, ImportBatch
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.credits.outside import imported, received, row_of, xlsx
from tests.credits.test_capping import capped
from tests.factories.people import PersonFactory, PostFactory

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]
SAID = {"kind": "external", "new_platform": "安宁省干部网络学院", "category": "online_self_study"}
COLUMNS = {
    "login_code": "登录码",
    "phone": "手机号",
    "name": "姓名",
    "course_number": "课程编号",
    "title": "课程名称",
    "day": "完成日期",
    "hours": "学时",
    "days": "天数",
}


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


def file_of(data: bytes, name: str = "学时.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_an_officer_walks_from_the_file_to_the_record_and_back(cast: Cast, clock: Clock, at_desk: AtDesk) -> None:
    desk = at_desk(cast.officer)

    sent = desk.post(reverse("desk:import_send"), {**SAID, "file": file_of(xlsx(row_of(cast.learner)))})
    batch = ImportBatch.objects.get()
    assert sent["Location"] == reverse("desk:import_columns", args=[batch.pk])
    chosen = desk.get(sent["Location"]).context["form"]
    assert {name: field.initial for name, field in chosen.fields.items()} == COLUMNS
    address = reverse("desk:import", args=[batch.pk])
    assert desk.post(sent["Location"], COLUMNS)["Location"] == address
    assert len(desk.get(address).context["preview"].new) == 1
    desk.post(address, {"do": "confirm"})
    desk.post(address, {"do": "confirm"})
    settle_import(batch, at=clock.now)
    assert CreditLedgerEntry.objects.get().hours == Decimal("2.00")
    assert 'data-state="registered"' in desk.get(address).content.decode()
    assert desk.post(address, {"do": "undo", "reason": ""}).status_code == 422
    desk.post(address, {"do": "undo", "reason": "发错了"})
    settle_import(batch, at=clock.now)

    assert "发错了" in desk.get(address).content.decode()
    assert sum(CreditLedgerEntry.objects.values_list("hours", flat=True)) == 0
    assert desk.get(reverse("desk:imports")).status_code == 200


def test_refused_rows_are_shown_by_row_and_column_in_chinese(cast: Cast, at_desk: AtDesk) -> None:
    batch = received(cast, xlsx(row_of(cast.learner, hours=-2), row_of(cast.learner, "K2")))
    desk, address = at_desk(cast.officer), reverse("desk:import", args=[batch.pk])

    page = desk.get(address, headers={"accept-language": "zh-CN"}).content.decode()

    assert 'data-refused="2"' in page
    assert "学时" in page
    assert "小于 0" in page
    desk.post(address, {"do": "confirm"})
    batch.refresh_from_db()
    assert batch.state == "received"
    desk.post(address, {"do": "confirm", "leave_out": "1"})
    batch.refresh_from_db()
    assert (batch.state, batch.rows_refused) == ("confirmed", 1)


def test_the_dry_run_says_in_chinese_what_a_cap_leaves(cast: Cast, at_desk: AtDesk) -> None:
    capped("yn_2024", external="3")
    batch = received(cast, xlsx(row_of(cast.learner), row_of(cast.learner, "K2")))

    page = at_desk(cast.officer).get(reverse("desk:import", args=[batch.pk])).content.decode()

    assert 'data-cut="3"' in page
    assert 'data-cut="2"' not in page
    assert "其他平台" in page.split('data-cut="3"')[1][:200]
    assert "计入 3.00 学时" in page


def test_pages_open_to_officers_of_organisation_departments_alone(cast: Cast, at_desk: AtDesk) -> None:
    waiting, done = received(cast, xlsx(row_of(cast.learner))), imported(cast, xlsx(row_of(cast.learner)))
    opened: dict[str, set[str]] = {}
    for part, person in cast.everybody.items():
        desk = at_desk(person)
        for name, args in [
            ("imports", []),
            ("import_send", []),
            ("import", [waiting.pk]),
            ("import_columns", [waiting.pk]),
            ("import", [done.pk]),
        ]:
            if desk.get(reverse(f"desk:{name}", args=args)).status_code == 200:
                opened.setdefault(f"{name}{args}", set()).add(part)

    officers = {"officer", "neighbour_officer", "prefecture_officer"}
    assert opened == {
        "imports[]": officers,
        "import_send[]": officers,
        f"import[{waiting.pk}]": {"officer"},
        f"import_columns[{waiting.pk}]": {"officer"},
        f"import[{done.pk}]": {"officer"},
    }


def test_others_neither_confirm_nor_undo_by_sending_the_form(cast: Cast, at_desk: AtDesk) -> None:
    waiting, done = received(cast, xlsx(row_of(cast.learner, "K9"))), imported(cast, xlsx(row_of(cast.learner)))
    for part, person in cast.everybody.items():
        if part != "officer":
            desk = at_desk(person)
            desk.post(reverse("desk:import", args=[waiting.pk]), {"do": "confirm"})
            desk.post(reverse("desk:import", args=[done.pk]), {"do": "undo", "reason": "x"})

    assert {batch.state for batch in ImportBatch.objects.all()} == {"received", "registered"}


@pytest.mark.parametrize("data", [b"", b"MZ\x90", b"\xd0\xcf\x11\xe0", b"PK\x03\x04x", "姓名\n甲".encode(), b"\0" * 50])
def test_a_file_that_is_no_list_is_answered_on_the_form(cast: Cast, at_desk: AtDesk, data: bytes) -> None:
    answer = at_desk(cast.officer).post(reverse("desk:import_send"), {**SAID, "file": file_of(data)})

    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert ImportBatch.objects.count() == 0


@pytest.mark.parametrize(
    "change", [{"hours": ""}, {"hours": "姓名"}, {"login_code": "", "phone": ""}, {"hours": "没有这一列"}]
)
def test_columns_that_do_not_fit_are_answered_on_the_form(cast: Cast, at_desk: AtDesk, change: dict[str, str]) -> None:
    batch = received(cast, xlsx(row_of(cast.learner)))

    answer = at_desk(cast.officer).post(reverse("desk:import_columns", args=[batch.pk]), {**COLUMNS, **change})

    assert answer.status_code == 422
    assert answer.context["form"].errors


def test_a_discarded_list_is_answered_calmly(cast: Cast, at_desk: AtDesk) -> None:
    batch = received(cast, xlsx(row_of(cast.learner)))
    desk, address = at_desk(cast.officer), reverse("desk:import", args=[batch.pk])

    assert desk.post(address, {"do": "discard"})["Location"] == reverse("desk:imports")
    desk.post(address, {"do": "confirm"})

    assert desk.get(address).status_code == 200
    assert desk.get(reverse("desk:import_columns", args=[batch.pk])).status_code == 302
    assert CreditLedgerEntry.objects.count() == 0


def test_a_dry_run_asks_as_often_for_thirty_people_as_for_three(cast: Cast, at_desk: AtDesk) -> None:
    desk, counts = at_desk(cast.officer), []
    for people in (3, 30):
        rows = []
        for number in range(people):
            person = PersonFactory(name=f"干部{number}")
            PostFactory(
                person=person, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department
            )
            rows.append(row_of(person))
        address = reverse("desk:import", args=[received(cast, xlsx(*rows)).pk])
        desk.get(address)
        with CaptureQueriesContext(connection) as queries:
            desk.get(address)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_export_of_entries_says_where_hours_were_earned(cast: Cast, at_desk: AtDesk) -> None:
    imported(cast, xlsx(row_of(cast.learner, days=1)))

    body = b"".join(at_desk(cast.officer).get(reverse("desk:export", args=["cadre-entries", "xlsx"])))

    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(body)).worksheets[0]]
    line = next(row for row in rows if row[0] == cast.learner.name)
    assert {"外部导入", "课程K001"} <= {str(cell) for cell in line}


def test_the_record_of_a_cadre_shows_imported_hours_apart(cast: Cast, at_desk: AtDesk) -> None:
    imported(cast, xlsx(row_of(cast.learner)))

    page = at_desk(cast.officer).get(reverse("desk:person", args=[cast.learner.pk])).content.decode()

    assert 'data-origin="outside"' in page
    assert "安宁省干部网络学院" in page
