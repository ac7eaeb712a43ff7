"""What a file says is read by row and column, kept encrypted, and forgotten."""

from datetime import date, timedelta
from typing import Any

import pytest

from lms.lib.encryption import decrypt
from lms.lib.workbooks import FileRefused
from lms.people.domain.forgetting import forget_expired
from lms.people.domain.roster.reading import RosterRefused, read_roster
from lms.people.enums import OrgKind
from lms.people.models import Person, Post, RosterBatch
from lms.people.models.contacts import PHONE_PURPOSE
from lms.people.models.identities import IDENTITY_PURPOSE
from tests.factories.people import OrgFactory
from tests.people.roster.desk import PHONE, Desk, everything, posts_of
from tests.people.rosters import HEADINGS, identity_number, row, workbook

pytestmark = pytest.mark.django_db


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
    with pytest.raises(FileRefused):
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
