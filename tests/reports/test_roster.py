"""The officer's pages of the roster: for her department alone, masked, and nothing by accident."""

import io
from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from lms.lib.sheets import read_table
from lms.people.domain.roster.columns import Unit
from lms.people.domain.roster.confirming import confirm
from lms.people.domain.roster.hanging import what_hangs
from lms.people.domain.roster.lines import read_lines
from lms.people.domain.roster.planning import digest
from lms.people.domain.roster.reading import preview, read_roster
from lms.people.models import Person, Post, RosterBatch
from lms.people.policies import FACTOR_SEEN_AT
from tests.cast import TODAY, Cast
from tests.clock import Clock
from tests.credits import world
from tests.factories.people import PersonFactory
from tests.people.rosters import HEADINGS, identity_number, row, workbook

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]
PHONE = "13900000001"
QUERIES_OF_A_CONFIRMED_IMPORT = 18


@pytest.fixture(autouse=True)
def _today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


def upload(client: Client, content: bytes, cast: Cast, name: str = "名册.xlsx") -> str:
    """Choose the file; the address of the preview, or what is wrong with it."""
    file = SimpleUploadedFile(name, content)
    answer = client.post(reverse("desk:roster"), {"file": file, "org": cast.orgs.organization_department.pk})
    if answer.status_code == 302:
        return str(answer["Location"])
    return " ".join(error for errors in answer.context["form"].errors.values() for error in errors)


def read(cast: Cast, clock: Clock, *rows: list[object]) -> RosterBatch:
    return read_roster(workbook(*rows), org=cast.orgs.organization_department, by=cast.officer, at=clock.now)


def take(cast: Cast, clock: Clock, *rows: list[object]) -> RosterBatch:
    batch = read(cast, clock, *rows)
    shown = digest(preview(batch, by=cast.officer, at=clock.now).planned)
    return confirm(batch, shown=shown, by=cast.officer, at=clock.now)


def test_pages_open_to_officers_of_organisation_departments_and_imports_to_their_own(
    cast: Cast, clock: Clock, at_desk: AtDesk
) -> None:
    waiting, done = read(cast, clock, row()), take(cast, clock, row(number=identity_number(2), name="马大云"))
    opened: dict[str, set[str]] = {}
    for part, person in cast.everybody.items():
        client = at_desk(person)
        for name, args in [
            ("desk:roster", []),
            ("desk:roster_template", []),
            ("desk:roster_batch", [waiting.pk]),
            ("desk:roster_batch", [done.pk]),
        ]:
            answer = client.get(reverse(name, args=args))
            if answer.status_code == 200:
                opened.setdefault(name, set()).add(part)
            else:
                assert answer.status_code in {302, 403, 404}
                assert "马小云" not in answer.content.decode()
    changed = {
        part
        for part, person in cast.everybody.items()
        for act, said in [("choose", {}), ("confirm", {"shown": "x"}), ("undo", {"reason": "选错了"})]
        if part != "officer"
        and at_desk(person).post(reverse(f"desk:roster_{act}", args=[waiting.pk]), said).status_code == 302
        and at_desk(person).get(reverse("desk:roster_batch", args=[waiting.pk])).status_code == 200
    }

    keepers = {"officer", "neighbour_officer", "prefecture_officer"}
    assert opened == {
        "desk:roster": keepers,
        "desk:roster_template": keepers,
        "desk:roster_batch": {"officer"},
    }
    assert changed == set()
    assert RosterBatch.objects.get(pk=waiting.pk).confirmed_at is None


def test_without_a_second_factor_nothing_opens(cast: Cast, clock: Clock, at_desk: AtDesk) -> None:
    batch, client = read(cast, clock, row()), at_desk(cast.officer)
    session = client.session
    del session[FACTOR_SEEN_AT]
    session.save()

    answers = [
        client.get(reverse("desk:roster")),
        client.get(reverse("desk:roster_batch", args=[batch.pk])),
        client.post(reverse("desk:roster"), {"org": cast.orgs.organization_department.pk}),
        client.post(reverse("desk:roster_confirm", args=[batch.pk]), {"shown": "x"}),
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 403, 403]


def test_the_tab_is_shown_to_those_who_keep_a_roster(cast: Cast, at_desk: AtDesk) -> None:
    page = reverse("desk:devices")

    assert reverse("desk:roster") in at_desk(cast.officer).get(page).content.decode()
    assert reverse("desk:roster") not in at_desk(cast.agriculture_officer).get(page).content.decode()


def test_the_template_holds_the_units_of_the_place_and_reads_back(cast: Cast, at_desk: AtDesk) -> None:
    answer = at_desk(cast.officer).get(reverse("desk:roster_template"))
    book = load_workbook(io.BytesIO(answer.content))
    roster = book["名册"]
    for column, value in enumerate(row(), start=1):
        roster.cell(row=2, column=column, value=value)
    out = io.BytesIO()
    book.save(out)
    org = cast.orgs.village_committee

    lines, faults = read_lines(read_table(out.getvalue()), units=[Unit(org.pk, org.name, org.code)], on=TODAY)

    assert [cell.value for cell in roster[1]] == HEADINGS
    assert "柳树村村民委员会" in {cell.value for cell in book["选项"]["A"]}
    assert "杨树村村民委员会" not in {cell.value for cell in book["选项"]["A"]}
    assert (len(lines), faults) == (1, [])
    assert len(roster.data_validations.dataValidation) == 4


def test_an_officer_reads_looks_confirms_and_undoes(cast: Cast, at_desk: AtDesk) -> None:
    client = at_desk(cast.officer)
    number = identity_number(1)

    address = upload(client, workbook(row(phone=PHONE)), cast)
    looked = client.get(address)
    confirmed = client.post(f"{address}confirm/", {"shown": looked.context["digest"]}, follow=True)
    person = Person.objects.get(name="马小云")
    numbered = client.post(f"{address}undo/", {"reason": f"不是{number}"})
    undone = client.post(f"{address}undo/", {"reason": "选错了"}, follow=True)

    text = looked.content.decode()
    assert (numbered.status_code, list(numbered.context["form"].errors)) == (422, ["reason"])
    assert "2026-09-01 起任柳树村村民委员会 村委会委员（村干部）" in text
    assert number not in text
    assert f"99************{number[-4:]}" in text
    assert "no-store" in looked["Cache-Control"]
    assert reverse("desk:person", args=[person.pk]) in confirmed.content.decode()
    assert "新建账号；登记手机号；登记身份证号；新任职务；加入单位" in confirmed.content.decode()
    assert "导入已撤销" in undone.content.decode()
    assert not Person.objects.filter(pk=person.pk).exists()
    assert f"人员 {person.pk}" in undone.content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "空"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls"), (b"PK\x03\x04", "损坏"), (workbook(), "每人填一行")],
)
def test_a_file_that_is_no_roster_is_refused_on_the_page(
    cast: Cast, at_desk: AtDesk, content: bytes, words: str
) -> None:
    assert words in upload(at_desk(cast.officer), content, cast)
    assert not RosterBatch.objects.exists()


def test_a_file_for_another_department_is_refused(cast: Cast, at_desk: AtDesk) -> None:
    assert upload(at_desk(cast.neighbour_officer), workbook(row()), cast) != ""
    assert not RosterBatch.objects.exists()


def test_faults_stand_by_row_and_column_and_nothing_can_be_confirmed(cast: Cast, at_desk: AtDesk) -> None:
    client = at_desk(cast.officer)

    page = client.get(upload(client, workbook(row(), row(number="123", start="昨天")), cast))

    (bad,) = page.context["page"].object_list
    assert bad.row == 3
    assert bad.sentences == [
        "“身份证号”列：身份证号是 18 位：17 位数字，最后一位是数字或 X。",
        "“任职日期”列：“昨天”看不出是哪一天。请写成 2026-09-01 或 202609。",
    ]
    assert (page.context["digest"], "确认导入" in page.content.decode()) == ("", False)


def test_who_is_meant_is_asked_row_by_row(cast: Cast, at_desk: AtDesk) -> None:
    farmer = PersonFactory(name="马小云", phone=PHONE, village=cast.places.village)
    client = at_desk(cast.officer)
    address = upload(client, workbook(row(phone=PHONE)), cast)

    asked = client.get(address).content.decode()
    decided = client.post(f"{address}choose/", {"row-2": farmer.pk}, follow=True)
    again = client.post(f"{address}choose/", {"again": "yes"}, follow=True)
    client.post(f"{address}choose/", {"row-2": "7" * 30, "row-x": "1", "row-": "1"})

    assert "站内已有同名、同手机号的账号，没有任职" in asked
    assert cast.places.village.name not in asked.replace("柳树村村民委员会", "")
    assert "给现有账号登记身份证号" in decided.content.decode()
    assert again.context["is_asked"]
    assert RosterBatch.objects.get().choices == {}


def test_a_preview_that_is_too_old_is_shown_again(cast: Cast, clock: Clock, at_desk: AtDesk) -> None:
    client = at_desk(cast.officer)
    address = upload(client, workbook(row()), cast)
    shown = client.get(address).context["digest"]
    take(cast, clock, row(title="妇女主任"))

    answer = client.post(f"{address}confirm/", {"shown": shown}, follow=True)

    assert "没有导入" in answer.content.decode()
    assert Post.objects.filter(person__name="马小云").count() == 1


def test_hours_registered_since_keep_an_import(cast: Cast, clock: Clock, at_desk: AtDesk) -> None:
    batch = take(cast, clock, row())
    clock.move(minutes=1)
    world.adopt()
    world.earn(Person.objects.get(name="马小云"), 1800)

    page = at_desk(cast.officer).get(reverse("desk:roster_batch", args=[batch.pk]))

    assert "之后已登记学时" in {each.text for each in what_hangs(batch)}
    assert "之后已登记学时" in page.content.decode()
    assert "整批撤销" not in page.content.decode()


def test_hours_from_before_do_not(cast: Cast, clock: Clock) -> None:
    world.adopt()
    world.earn(cast.learner, 1800)
    clock.move(minutes=1)
    batch = read(cast, clock, row("李秀英", start=date(2026, 1, 1)))
    batch.choices = {"2": cast.learner.pk}
    batch.save()
    confirm(batch, shown=digest(preview(batch, by=cast.officer, at=clock.now).planned), by=cast.officer, at=clock.now)

    assert what_hangs(RosterBatch.objects.get(pk=batch.pk)) == []


def test_the_list_and_the_preview_take_the_same_queries_for_one_and_many(
    cast: Cast, clock: Clock, at_desk: AtDesk
) -> None:
    client = at_desk(cast.officer)
    counts = []
    for first, many in ((0, 1), (10, 30)):
        batch = read(cast, clock, *(row(f"新{first + at}", number=identity_number(first + at)) for at in range(many)))
        with CaptureQueriesContext(connection) as taken:
            client.get(reverse("desk:roster"))
            client.get(reverse("desk:roster_batch", args=[batch.pk]))
        counts.append(len(taken))

    assert counts[0] == counts[1]


def test_the_page_of_a_confirmed_import_asks_little_for_one_row_and_for_thirty(
    cast: Cast, clock: Clock, at_desk: AtDesk
) -> None:
    client, counts = at_desk(cast.officer), []
    for first, many in ((0, 1), (10, 30)):
        batch = take(cast, clock, *(row(f"新{first + at}", number=identity_number(first + at)) for at in range(many)))
        with CaptureQueriesContext(connection) as taken:
            client.get(reverse("desk:roster_batch", args=[batch.pk]))
        counts.append(len(taken))

    assert counts[0] == counts[1] <= QUERIES_OF_A_CONFIRMED_IMPORT
