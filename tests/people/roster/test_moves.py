"""A row says what becomes of a post; history stays, and nothing is guessed."""

from datetime import date
from typing import Any

import pytest

from lms.people.enums import RosterOutcome
from lms.people.models import Person
from tests.factories.people import PostFactory
from tests.people.roster.desk import TOWNSHIP, Desk, everything, posts_of
from tests.people.rosters import identity_number, row

pytestmark = pytest.mark.django_db


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
