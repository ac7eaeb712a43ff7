"""An import is undone whole, unless something hangs on it; and its queries stay few."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lms.audit.models import AuditEntry
from lms.credits.domain.assessing import keep_standings
from lms.people.domain.closing import close_account
from lms.people.domain.leaving import end, leave_post
from lms.people.domain.roster.confirming import confirm
from lms.people.domain.roster.hanging import what_hangs
from lms.people.domain.roster.planning import digest
from lms.people.domain.roster.reading import RosterRefused
from lms.people.models import Person, RosterStep
from tests.factories.people import PersonFactory, RoleFactory
from tests.people.roster.desk import PHONE, TOWNSHIP, Desk, everything
from tests.people.rosters import identity_number, row

pytestmark = pytest.mark.django_db


def test_undoing_leaves_everything_as_it_was(desk: Desk, held: Person) -> None:
    farmer = PersonFactory(name="马小云", phone=PHONE, village=desk.cast.places.village)
    before = everything()
    batch = desk.read(
        row("李秀英", unit=TOWNSHIP, title="干事", move="调任"),
        row(phone=PHONE, number=identity_number(2)),
        row("马大云", phone="13900000002", number=identity_number(3)),
    )
    batch = desk.confirm(desk.choose(batch, {3: farmer.pk}))
    assert what_hangs(batch) == []

    for _time in range(2):
        batch = desk.undo(batch)

    assert everything() == before
    assert RosterStep.objects.filter(batch=batch).count() == 12
    entry = AuditEntry.objects.get(action="roster.undone")
    assert (entry.detail["rows"], entry.detail["created"], entry.detail["reason"]) == (3, 1, "文件选错了")
    # The same file can be imported again.
    assert desk.outcomes(desk.read(row("马大云", number=identity_number(3)))) == [(2, "create")]


def test_undoing_needs_a_reason_and_something_confirmed(desk: Desk) -> None:
    with pytest.raises(RosterRefused):
        desk.undo(desk.read(row()))
    with pytest.raises(RosterRefused):
        desk.undo(desk.take(row()), reason=" ")


def test_a_later_import_is_undone_before_an_earlier_one(desk: Desk) -> None:
    first = desk.take(row())
    second = desk.take(row(title="村委会主任", start="2026-10-01", move="晋升"))

    with pytest.raises(RosterRefused):
        desk.undo(first)
    desk.undo(second)
    desk.undo(first)

    assert not Person.objects.filter(name="马小云").exists()


def test_where_somebody_stands_is_no_fact_that_keeps_an_import(desk: Desk) -> None:
    batch = desk.take(row("马大云", number=identity_number(3)))
    person = Person.objects.get(name="马大云")
    keep_standings([person], on=date(2026, 11, 20))
    assert person.standings.exists()

    desk.undo(batch)

    assert not Person.objects.filter(name="马大云").exists()


def test_what_hangs_on_an_import_is_said_and_keeps_it(desk: Desk) -> None:
    names = ["甲一", "甲二", "甲三", "甲四"]
    batch = desk.take(*(row(name, number=identity_number(at)) for at, name in enumerate(names, start=2)))
    signed_in, helper, left, closed = (Person.objects.get(name=name) for name in names)
    Person.objects.filter(pk=signed_in.pk).update(last_login=desk.clock.now)
    RoleFactory(person=helper, org=desk.cast.orgs.village_committee)
    end(helper.memberships.get(), on=date(2026, 11, 1))
    leave_post(left.posts.get(), on=date(2026, 11, 1))
    close_account(closed, by=closed, at=desk.clock.now)
    after = everything()

    hanging = [(each.row, each.text) for each in what_hangs(batch)]

    assert {(2, "已经登录过"), (3, "角色"), (3, "后来被改动过"), (4, "后来被改动过"), (5, "账号已注销或已合并")} <= set(
        hanging
    )
    with pytest.raises(RosterRefused, match="4"):
        desk.undo(batch)
    assert everything() == after


def queries_of(desk: Desk, first: int, count: int) -> tuple[int, int, int]:
    """How many queries previewing, confirming and undoing so many rows take: half of them transfers."""
    new = [
        row(f"新{first + at}", number=identity_number(at, f"19{first:02d}0101"), phone=f"137{first:02d}{at:06d}")
        for at in range(count)
    ]
    batch = desk.read(*new)
    with CaptureQueriesContext(
        connection,
    ) as looking:
        desk.look(batch)
    with CaptureQueriesContext(connection) as confirming:
        confirm(batch, shown=digest(desk.look(batch).planned), by=desk.cast.officer, at=desk.clock.now)
    moved = desk.take(*([*each[:3], TOWNSHIP, "干事", "乡镇干部", None, "2026-10-01", None, "调任"] for each in new))
    with CaptureQueriesContext(connection) as undoing:
        desk.undo(moved)
    return len(looking), len(confirming), len(undoing)


def test_queries_do_not_grow_with_the_rows(desk: Desk) -> None:
    """A hundred rows more cost a few statements more: bulk inserts hold so many parameters."""
    few, many = queries_of(desk, 50, 10), queries_of(desk, 60, 310)

    assert many[0] == few[0]
    assert many[1] - few[1] <= 3 * 10
    assert many[2] - few[2] <= 3 * 6
