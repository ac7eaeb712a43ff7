"""A roster is read, looked at, confirmed once, and undone as long as nothing hangs on it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from lms.audit.models import AuditEntry
from lms.lib.encryption import decrypt, encrypt, keyed_index
from lms.lib.sheets import SheetRefused
from lms.people.domain.closing import close_account
from lms.people.domain.forgetting import forget_expired
from lms.people.domain.leaving import end, leave_post
from lms.people.domain.roster.confirming import FactsChanged, choose, choose_again, confirm
from lms.people.domain.roster.hanging import what_hangs
from lms.people.domain.roster.planning import digest
from lms.people.domain.roster.reading import Preview, RosterRefused, preview, read_roster
from lms.people.domain.roster.undoing import undo
from lms.people.enums import OrgKind, RosterOutcome
from lms.people.models import Contact, Identity, Membership, Person, Post, RosterBatch, RosterStep
from lms.people.models.contacts import PHONE_PURPOSE
from lms.people.models.identities import IDENTITY_PURPOSE
from lms.people.signals import posts_changed
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.people import OrgFactory, PersonFactory, PostFactory, RoleFactory
from tests.people.rosters import HEADINGS, identity_number, row, workbook

pytestmark = pytest.mark.django_db
PHONE = "13900000001"
TOWNSHIP = "东河镇人民政府"


@dataclass
class Desk:
    """The officer of 甲县 before her roster."""

    cast: Cast
    clock: Clock

    def read(self, *rows: Any, by: Person | None = None) -> RosterBatch:
        officer = by or self.cast.officer
        return read_roster(workbook(*rows), org=self.cast.orgs.organization_department, by=officer, at=self.clock.now)

    def look(self, batch: RosterBatch, by: Person | None = None) -> Preview:
        return preview(batch, by=by or self.cast.officer, at=self.clock.now)

    def outcomes(self, batch: RosterBatch) -> list[tuple[int, str]]:
        return [(step.line.row, step.outcome.value) for step in self.look(batch).planned]

    def faults(self, *rows: Any) -> list[tuple[int, str]]:
        return [(fault.row, fault.heading) for fault in self.look(self.read(*rows)).faults]

    def choose(self, batch: RosterBatch, said: dict[int, int]) -> RosterBatch:
        return choose(batch, said, by=self.cast.officer, at=self.clock.now)

    def confirm(self, batch: RosterBatch, by: Person | None = None) -> RosterBatch:
        officer = by or self.cast.officer
        shown = digest(self.look(batch, officer).planned)
        return confirm(batch, shown=shown, by=officer, at=self.clock.now)

    def take(self, *rows: Any) -> RosterBatch:
        return self.confirm(self.read(*rows))

    def undo(self, batch: RosterBatch, reason: str = "文件选错了") -> RosterBatch:
        return undo(batch, reason=reason, by=self.cast.officer, at=self.clock.now)


@pytest.fixture
def desk(cast: Cast, clock: Clock) -> Desk:
    clock.set(2026, 11, 20, 10)
    return Desk(cast, clock)


def numbered(person: Person, number: str) -> Person:
    Identity.objects.create(
        person=person,
        encrypted=encrypt(number, IDENTITY_PURPOSE),
        index=keyed_index(number, IDENTITY_PURPOSE),
        added_at=person.joined_at,
    )
    return person


def posts_of(person: Person) -> list[tuple[str, str, date, date | None]]:
    posts = Post.objects.filter(person=person).order_by("active_from", "pk")
    return [(post.org.name, post.title, post.active_from, post.active_to) for post in posts]


def everything() -> dict[str, list[Any]]:
    """All rows that an import may touch."""
    models = (Person, Identity, Contact, Post, Membership)
    return {model.__name__: list(model._default_manager.order_by("pk").values_list()) for model in models}


# Reading


def test_a_new_cadre_comes_with_account_phone_number_post_and_membership(desk: Desk) -> None:
    batch = desk.take(row(phone="139 0000 0001", level="科员级", start="202609"))

    person = Person.objects.get(name="马小云")
    assert (person.kind, person.birth_year, person.has_usable_password()) == ("cadre", 1985, False)
    assert decrypt(person.identity.encrypted, IDENTITY_PURPOSE) == identity_number(1)
    assert decrypt(person.contacts.get().encrypted, PHONE_PURPOSE) == PHONE
    post = person.posts.get()
    assert (post.category, post.level, post.cadre_authority) == (
        "village_cadre",
        "staff_level",
        desk.cast.orgs.organization_department,
    )
    assert posts_of(person) == [("柳树村村民委员会", "村委会委员", date(2026, 9, 1), None)]
    assert person.memberships.get().active_from == date(2026, 9, 1)
    assert batch.counts["create"] == 1


@pytest.mark.parametrize(
    ("said", "heading"),
    [
        ({"name": " "}, "姓名"),
        ({"name": "马" * 81}, "姓名"),
        ({"number": "990101198506070013"}, "身份证号"),
        ({"number": 99010119850607001}, "身份证号"),
        ({"phone": "12345"}, "手机号"),
        ({"unit": "乙县农广校"}, "单位"),
        ({"unit": "杨树村村民委员会"}, "单位"),
        ({"title": ""}, "职务"),
        ({"category": "县长"}, "人员类别"),
        ({"category": ""}, "人员类别"),
        ({"level": "处级"}, "职务层次"),
        ({"start": "昨天"}, "任职日期"),
        ({"start": "2029-01-01"}, "任职日期"),
        ({"start": "=TODAY()"}, "任职日期"),
        ({"start": ""}, "任职日期"),
        ({"until": "2026-09-01"}, "离任日期"),
        ({"move": "离任"}, "离任日期"),
        ({"move": "走了"}, "变动"),
    ],
)
def test_what_cannot_be_read_is_told_by_row_and_column(desk: Desk, said: dict[str, Any], heading: str) -> None:
    assert desk.faults(row(number=identity_number(2)), row(**{"number": identity_number(3), **said})) == [(3, heading)]


def test_one_number_twice_is_wrong_in_both_rows_and_nothing_is_imported(desk: Desk) -> None:
    twice = [row(), row(number=identity_number(2), name="马大云"), row(name="马云")]
    before = everything()

    assert desk.faults(*twice) == [(2, "身份证号"), (4, "身份证号")]
    with pytest.raises(RosterRefused):
        desk.take(*twice)
    assert everything() == before


@pytest.mark.parametrize("content", [workbook(), workbook(row(), headings=HEADINGS[1:]), b"", b"PK\x03\x04"])
def test_what_is_no_roster_is_refused(desk: Desk, content: bytes) -> None:
    with pytest.raises(SheetRefused):
        read_roster(content, org=desk.cast.orgs.organization_department, by=desk.cast.officer, at=desk.clock.now)


def test_units_of_one_name_are_told_apart_by_their_code(desk: Desk) -> None:
    twin = OrgFactory(name="柳树村村民委员会", kind=OrgKind.VILLAGE_COMMITTEE, division=desk.cast.places.village)

    assert desk.faults(row()) == [(2, "单位")]
    desk.take(row(unit=f"柳树村村民委员会({twin.code})"))
    assert Post.objects.get(person__name="马小云").org == twin


def test_rows_wait_encrypted_and_are_forgotten(desk: Desk) -> None:
    waiting, done = desk.read(row(phone=PHONE)), desk.take(row(number=identity_number(2), name="马大云"))

    assert {"马小云", PHONE, identity_number(1)} & set(waiting.lines) == set()
    assert waiting.lines.startswith("aes-gcm:test1:")
    assert done.lines == ""
    forget_expired(at=desk.clock.now + timedelta(days=8))
    assert list(RosterBatch.objects.all()) == [done]


# Matching


def test_a_known_number_finds_her_whatever_the_phone(desk: Desk) -> None:
    numbered(desk.cast.learner, identity_number(1))

    batch = desk.read(row("李秀英", phone=PHONE, unit=TOWNSHIP, title="干事", category="乡镇干部", move="调任"))

    assert desk.outcomes(batch) == [(2, "change")]
    desk.confirm(batch)
    # An import never gives an account another number to sign in with.
    assert not Contact.objects.filter(person=desk.cast.learner).exists()


def test_same_phone_and_name_is_asked_about_and_never_taken_for_granted(desk: Desk) -> None:
    farmer = PersonFactory(name="马小云", phone=PHONE, village=desk.cast.places.village)
    batch = desk.read(row(phone=PHONE))

    (asked,) = desk.look(batch).planned
    assert (asked.outcome, [known.person_id for known in asked.candidates]) == (RosterOutcome.ASK, [farmer.pk])
    with pytest.raises(RosterRefused):
        desk.confirm(batch)
    batch = desk.choose(batch, {2: desk.cast.farmer.pk})  # nobody who was asked about
    assert desk.outcomes(batch) == [(2, "ask")]
    batch = desk.choose(batch, {2: 0})
    assert desk.outcomes(batch) == [(2, "create")]
    batch = desk.choose(batch, {2: farmer.pk})
    assert desk.outcomes(batch) == [(2, "change")]
    assert desk.outcomes(choose_again(batch, by=desk.cast.officer, at=desk.clock.now)) == [(2, "ask")]
    desk.confirm(desk.choose(batch, {2: farmer.pk}))
    assert Person.objects.get(name="马小云") == farmer
    assert decrypt(farmer.identity.encrypted, IDENTITY_PURPOSE) == identity_number(1)


def test_a_couple_with_one_phone_is_two_people(desk: Desk) -> None:
    PersonFactory(name="牛大力", phone=PHONE, village=desk.cast.places.village)

    assert desk.outcomes(desk.read(row(phone=PHONE))) == [(2, "create")]


def test_a_learner_of_another_place_is_never_hinted_at(desk: Desk) -> None:
    PersonFactory(name="马小云", phone=PHONE, village=desk.cast.places.neighbour_village)

    assert desk.outcomes(desk.read(row(phone=PHONE))) == [(2, "create")]


def test_own_cadres_without_a_number_are_asked_about_by_name_and_unit(desk: Desk) -> None:
    batch = desk.read(row("李秀英", start="2026-01-01"), row("李秀英", number=identity_number(2), start="2026-01-01"))
    both = desk.choose(batch, dict.fromkeys((2, 3), desk.cast.learner.pk))

    assert desk.outcomes(batch) == [(2, "ask"), (3, "ask")]
    assert desk.outcomes(both) == [(2, "error"), (3, "error")]
    chosen = desk.choose(desk.choose(batch, {2: desk.cast.learner.pk}), {3: 0})
    assert desk.outcomes(chosen) == [(2, "change"), (3, "create")]
    desk.confirm(chosen)
    assert posts_of(desk.cast.learner) == [("柳树村村民委员会", "村委会委员", date(2026, 1, 1), None)]


@pytest.mark.parametrize("name", ["赵国平", "马小云"])
@pytest.mark.parametrize("by_phone", [True, False])
def test_a_cadre_of_another_authority_is_a_conflict_that_tells_nothing(desk: Desk, name: str, by_phone: bool) -> None:
    other = desk.cast.neighbour_learner
    if by_phone:
        Contact.objects.create(
            person=other,
            encrypted=encrypt(PHONE, PHONE_PURPOSE),
            index=keyed_index(PHONE, PHONE_PURPOSE),
            active_from=date(2026, 1, 1),
        )
    else:
        numbered(other, identity_number(1))

    (step,) = desk.look(desk.read(row(name, phone=PHONE))).planned

    if by_phone and name != other.name:
        assert step.outcome == RosterOutcome.CREATE
    else:
        assert (step.outcome, step.candidates, step.person_id) == (RosterOutcome.CONFLICT, (), None)
        assert step.text == "已在其他单位的名册中，请联系上级组织部门。"


def test_whoever_left_the_neighbours_may_be_appointed(desk: Desk) -> None:
    numbered(desk.cast.neighbour_learner, identity_number(1))
    leave_post(Post.objects.get(person=desk.cast.neighbour_learner), on=date(2026, 8, 1))

    assert desk.outcomes(desk.read(row("赵国平"))) == [(2, "change")]
    # Under another name it is not told whose number it is.
    assert desk.outcomes(desk.read(row("马小云"))) == [(2, "conflict")]


def test_another_name_for_a_known_number_and_a_closed_account_are_conflicts(desk: Desk) -> None:
    numbered(desk.cast.learner, identity_number(1))
    Person.objects.filter(pk=desk.cast.learner.pk).update(is_active=False)

    (suspended,) = desk.look(desk.read(row("李秀英", start="2026-01-01"))).planned
    Person.objects.filter(pk=desk.cast.learner.pk).update(is_active=True)
    (renamed,) = desk.look(desk.read(row("李绣英"))).planned

    assert [suspended.outcome, renamed.outcome] == [RosterOutcome.CONFLICT] * 2
    assert "李秀英" in renamed.text


def test_nobody_keeps_her_own_record(desk: Desk) -> None:
    numbered(desk.cast.officer, identity_number(1))
    second = RoleFactory(officer=True, org=desk.cast.orgs.organization_department, person=PersonFactory()).person

    batch = desk.read(row("周敏"))

    assert desk.outcomes(batch) == [(2, "error")]
    assert [step.outcome for step in desk.look(batch, second).planned] == [RosterOutcome.CHANGE]


# Moves


@pytest.fixture
def held(desk: Desk) -> Person:
    """李秀英 holds one post since 2026-01-01, and her number is known."""
    Membership.objects.create(
        person=desk.cast.learner, org=desk.cast.orgs.village_committee, active_from=date(2026, 1, 1)
    )
    return numbered(desk.cast.learner, identity_number(1))


def test_a_transfer_ends_the_old_post_and_begins_a_new_one(desk: Desk, held: Person) -> None:
    desk.take(row("李秀英", unit=TOWNSHIP, title="干事", category="乡镇干部", move="调任"))

    assert posts_of(held) == [
        ("柳树村村民委员会", "村委会委员", date(2026, 1, 1), date(2026, 9, 1)),
        (TOWNSHIP, "干事", date(2026, 9, 1), None),
    ]
    assert sorted(held.memberships.values_list("org__name", "active_to")) == sorted(
        [("柳树村村民委员会", date(2026, 9, 1)), (TOWNSHIP, None)]
    )


def test_a_promotion_stays_in_the_unit_and_other_posts_go_on(desk: Desk, held: Person) -> None:
    PostFactory(
        person=held,
        org=desk.cast.orgs.township_government,
        title="联络员",
        cadre_authority=desk.cast.orgs.organization_department,
    )

    desk.take(row("李秀英", title="村委会主任", move="晋升"))

    assert posts_of(held) == [
        ("柳树村村民委员会", "村委会委员", date(2026, 1, 1), date(2026, 9, 1)),
        (TOWNSHIP, "联络员", date(2026, 1, 1), None),
        ("柳树村村民委员会", "村委会主任", date(2026, 9, 1), None),
    ]
    assert held.memberships.get().active_to is None


def test_a_leaver_keeps_her_history(desk: Desk, held: Person) -> None:
    batch = desk.take(row("李秀英", category="", start="", until="2026-10-01", move="离任"))

    assert posts_of(held) == [("柳树村村民委员会", "村委会委员", date(2026, 1, 1), date(2026, 10, 1))]
    assert batch.counts["leave"] == 1
    assert held.memberships.get().active_to == date(2026, 10, 1)


def test_a_concurrent_post_ends_nothing(desk: Desk, held: Person) -> None:
    desk.take(row("李秀英", unit=TOWNSHIP, title="联络员", move="兼任"))

    assert [active_to for *_post, active_to in posts_of(held)] == [None, None]


def test_a_post_managed_by_others_is_never_touched(desk: Desk, held: Person) -> None:
    theirs = PostFactory(
        person=held, org=desk.cast.orgs.township_government, cadre_authority=desk.cast.orgs.prefecture_department
    )

    desk.take(row("李秀英", title="村委会主任", move="调任"))

    theirs.refresh_from_db()
    assert theirs.active_to is None


@pytest.mark.parametrize(
    "said",
    [
        {"title": "村委会主任"},  # what becomes of the present post?
        {"title": "村委会主任", "move": "新任"},
        {"start": "2025-06-01", "title": "村委会主任", "move": "调任"},  # before the post that would end
        {"unit": TOWNSHIP, "title": "干事", "move": "晋升"},  # no post in that unit
        {"title": "妇女主任", "until": "2026-10-01", "move": "离任"},  # no such post
        {"start": "2026-10-01", "move": "兼任"},  # the very same post
        {"start": "2026-02-01"},  # history is not rewritten
    ],
)
def test_what_is_not_said_plainly_is_not_guessed(desk: Desk, held: Person, said: dict[str, Any]) -> None:
    (step,) = desk.look(desk.read(row("李秀英", **said))).planned

    assert (step.outcome, bool(step.text)) == (RosterOutcome.ERROR, True)


@pytest.mark.parametrize("move", ["调任", "晋升"])
def test_without_a_post_nothing_can_be_replaced(desk: Desk, move: str) -> None:
    assert desk.outcomes(desk.read(row(move=move))) == [(2, "error")]


def test_next_months_file_changes_only_what_is_new(desk: Desk, held: Person) -> None:
    rows = [row("李秀英", title="村委会主任", move="晋升"), row("马小云", number=identity_number(2))]
    desk.take(*rows)
    after = everything()

    again = desk.read(*rows, row("马大云", number=identity_number(3)))

    assert desk.outcomes(again) == [(2, "same"), (3, "same"), (4, "create")]
    assert desk.take(*rows).counts["same"] == 2
    assert everything() == after


# Confirming


def test_confirming_runs_once_and_is_on_the_log_with_counts(
    desk: Desk, held: Person, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    heard: list[list[int]] = []
    posts_changed.connect(listener := lambda person_ids, **rest: heard.append(person_ids), weak=False)
    batch = desk.read(row("李秀英", title="村委会主任", move="晋升"), row(number=identity_number(2)))
    shown = digest(desk.look(batch).planned)

    with django_capture_on_commit_callbacks(execute=True):
        for _time in range(2):
            confirm(batch, shown=shown, by=desk.cast.officer, at=desk.clock.now)
    posts_changed.disconnect(listener)

    assert heard == [[held.pk, Person.objects.get(name="马小云").pk]]
    entry = AuditEntry.objects.get(action="roster.confirmed")
    assert (entry.actor_id, entry.subject_id) == (desk.cast.officer.pk, str(batch.pk))
    assert entry.detail == {
        "org": desk.cast.orgs.organization_department.code,
        "rows": 2,
        "created": 1,
        "changed": 1,
        "left": 0,
        "unchanged": 0,
    }
    assert AuditEntry.objects.get(action="roster.read").detail["rows"] == 2


def test_a_preview_whose_facts_changed_is_not_confirmed(desk: Desk, held: Person) -> None:
    batch = desk.read(row("李秀英", title="村委会主任", move="晋升"), row(number=identity_number(2)))
    shown = digest(desk.look(batch).planned)
    leave_post(Post.objects.get(person=held), on=date(2026, 12, 1))
    before = everything()

    with pytest.raises(FactsChanged):
        confirm(batch, shown=shown, by=desk.cast.officer, at=desk.clock.now)

    assert everything() == before
    desk.confirm(batch)  # the new preview says what happens now


def test_an_error_in_one_row_imports_nothing(desk: Desk) -> None:
    before = everything()

    with pytest.raises(RosterRefused):
        desk.take(row(), row(number=identity_number(2), move="调任"))

    assert everything() == before


def test_stories_serve_the_officers_of_the_department_alone(desk: Desk) -> None:
    batch = desk.read(row())
    may = set()
    for part, actor in desk.cast.everybody.items():
        for story in (
            lambda by: desk.read(row(), by=by),
            lambda by: choose(batch, {}, by=by, at=desk.clock.now),
            lambda by: confirm(batch, shown="", by=by, at=desk.clock.now),
            lambda by: undo(batch, reason="选错了", by=by, at=desk.clock.now),
        ):
            try:
                story(actor)
            except FactsChanged:
                may.add(part)
            except RosterRefused as refused:
                if "没有确认" in str(refused):
                    may.add(part)
            else:
                may.add(part)

    assert may == {"officer"}


# Undoing


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


# Size


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
