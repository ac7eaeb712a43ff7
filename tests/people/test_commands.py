"""Commands of lms.people."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from lms.people.domain.inviting import accept_invitation
from lms.people.domain.loading_divisions import TableRefused, level_of, load_divisions, parent_code
from lms.people.domain.signing_in import send_code
from lms.people.enums import RoleKind
from lms.people.models import Division, SentMessage, SmsDevice, Tally
from lms.people.policies import has_role
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.people import PASSWORD

TABLE = """code,name,active_from,active_to,successor
990101100201,柳树村,2000-01-01,2026-10-01,990101100202
990101100202,杨柳村,2026-10-01,,
990000000000,安宁省,2000-01-01,,
990100000000,和平市,2000-01-01,,
990101000000,甲县,2000-01-01,,
990101100000,东河镇,2000-01-01,,
"""

pytestmark = pytest.mark.django_db


def run(*args: str, **options: object) -> str:
    out = StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


def test_load_divisions_again_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "places with blanks.csv"
    file.write_text(TABLE, encoding="utf-8-sig")
    assert "6 would be created" in run("load_divisions", str(file), dry_run=True)
    assert not Division.objects.exists()

    assert run("load_divisions", str(file)) == "6 created, 0 changed, 0 as before\n"
    assert run("load_divisions", str(file)) == "0 created, 0 changed, 6 as before\n"

    old = Division.objects.get(code="990101100201")
    assert (old.successor.name, old.parent.name, old.level) == ("杨柳村", "东河镇", "village")
    assert old.full_name == "安宁省和平市甲县东河镇柳树村"


@pytest.mark.parametrize(
    "line",
    [
        "99,短,2000-01-01,,",
        "９９０００００００００１,全角,2000-01-01,,",
        "990201000000,无上级,2000-01-01,,",
        "990000000000,安宁省,昨天,,",
        "990000000000,安宁省,2000-01-01,,980000000000",
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_loaded(line: str) -> None:
    with pytest.raises(TableRefused, match="Line 2"):
        load_divisions(["code,name,active_from,active_to,successor", line])

    assert not Division.objects.exists()


@pytest.mark.parametrize(
    ("code", "level", "above"),
    [
        ("990000000000", "province", None),
        ("990100000000", "prefecture", "990000000000"),
        ("990101000000", "county", "990100000000"),
        ("990101100000", "township", "990101000000"),
        ("990101100201", "village", "990101100000"),
    ],
)
def test_a_code_tells_its_level_and_where_it_lies(code: str, level: str, above: str | None) -> None:
    assert (level_of(code), parent_code(code)) == (level, above)


def test_the_first_administrator_is_invited_on_the_machine(cast: Cast) -> None:
    printed = run("invite_administrator", "首位管理员", "security_admin", org=cast.orgs.operator.name)
    code = printed.rstrip().rstrip("/").rsplit("/", 1)[-1]

    person = accept_invitation(code, password=PASSWORD, at=timezone.now())

    assert has_role(person, RoleKind.SECURITY_ADMIN, timezone.localdate())
    with pytest.raises(CommandError):
        run("invite_administrator", "某人", "security_admin", org="没有的单位")


def test_codes_and_tallies_are_forgotten_after_two_days(clock: Clock) -> None:
    send_code("13800000001", address="192.0.2.1", at=clock.now)
    run("forget_expired")
    assert SmsDevice.objects.count() == 1

    clock.move(days=3)
    assert "people.SmsDevice: 1 would be deleted" in run("forget_expired", dry_run=True)
    run("forget_expired")

    assert (SmsDevice.objects.count(), Tally.objects.count(), SentMessage.objects.count()) == (0, 0, 1)
