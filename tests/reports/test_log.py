"""The audit administrator reads the log in words, finds what she looks for, changes nothing, and is on it herself."""

import ast
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from lms.audit.domain import record
from lms.audit.models import AuditEntry
from lms.people import enums
from lms.people.models import Person
from lms.reports.log import views, words
from tests.cast import Cast

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
AtDesk = Callable[[Person], Client]


def about(person: Person, action: str, *, by: Person, **rest: Any) -> AuditEntry:
    return record(action, actor=by, subject_kind="person", subject_id=person.pk, **rest)


@pytest.fixture
def three(cast: Cast) -> list[AuditEntry]:
    """A role granted, an account closed a day later, a key noted by the system itself a day after that."""
    detail = {"role": "trainer", "org": cast.orgs.provider.code, "step": "", "from": "2026-11-20", "to": None}
    later, last = AT + timedelta(days=1), AT + timedelta(days=2)
    return [
        about(cast.trainer, "role.granted", by=cast.security_admin, detail=detail, at=AT),
        about(cast.learner, "person.closed", by=cast.learner, at=later),
        record("key_noted", actor=None, subject_kind="key", subject_id="sealing", at=last),
    ]


def seen(answer: Any) -> list[int]:
    return [row.entry.seq for row in answer.context["rows"]]


def test_the_log_opens_to_audit_administrators_alone(cast: Cast, at_desk: AtDesk) -> None:
    opened = {
        part for part, person in cast.everybody.items() if at_desk(person).get(reverse("audit_log")).status_code == 200
    }

    assert opened == {"audit_admin"}
    assert Client().get(reverse("audit_log")).status_code == 302


def test_entries_are_read_in_words_newest_first(cast: Cast, three: list[AuditEntry], at_desk: AtDesk) -> None:
    answer = at_desk(cast.audit_admin).get(reverse("audit_log"))

    key, closed, granted = answer.context["rows"]
    assert (key.actor, key.action, key.subject) == ("", "登记密钥指纹", "密钥 sealing")
    assert (closed.actor, closed.roles, closed.detail) == (f"人员 {cast.learner.pk}", [], [])
    assert (granted.roles, granted.action) == (["安全管理员"], "授予角色")
    assert granted.detail == [("角色", "授课教师"), ("单位代码", cast.orgs.provider.code), ("起始日", "2026-11-20")]


def test_nobody_is_named(cast: Cast, three: list[AuditEntry], at_desk: AtDesk) -> None:
    page = at_desk(cast.audit_admin).get(reverse("audit_log")).content.decode()

    others = {person.name for person in cast.everybody.values()} - {cast.audit_admin.name}
    assert {name for name in others if name in page} == set()


def test_entries_are_found_by_action_person_subject_and_day(
    cast: Cast, three: list[AuditEntry], at_desk: AtDesk
) -> None:
    client = at_desk(cast.audit_admin)

    def found(**asked: object) -> list[int]:
        return seen(client.get(reverse("audit_log"), asked))

    assert found(action="person.closed") == [2]
    assert found(actor=cast.security_admin.pk) == [1]
    assert found(subject_kind="key") == [3]
    assert found(subject_kind="person", subject_id=cast.trainer.pk) == [1]
    assert found(since="2026-11-21", until="2026-11-22") == [3, 2]
    assert found(until="2026-11-20") == [1]
    assert found(actor=cast.stranger.pk) == []


def test_a_day_is_beijings(cast: Cast, at_desk: AtDesk) -> None:
    record("key_noted", actor=None, subject_kind="key", subject_id="x", at=datetime(2026, 11, 20, 16, tzinfo=UTC))
    client = at_desk(cast.audit_admin)

    assert seen(client.get(reverse("audit_log"), {"until": "2026-11-20"})) == []
    assert seen(client.get(reverse("audit_log"), {"since": "2026-11-21", "until": "2026-11-21"})) == [1]


@pytest.mark.parametrize(
    "asked",
    [
        {"action": "no such"},
        {"actor": "周敏"},
        {"subject_id": "7"},
        {"since": "2026-11-02", "until": "2026-11-01"},
        {"before": "9" * 30},
    ],
)
def test_what_cannot_be_looked_for_is_explained_and_shows_nothing(
    asked: dict[str, str], cast: Cast, three: list[AuditEntry], at_desk: AtDesk
) -> None:
    answer = at_desk(cast.audit_admin).get(reverse("audit_log"), asked)

    assert answer.status_code == 200
    assert "rows" not in answer.context
    assert AuditEntry.objects.count() == 3


def test_leafing_stays_in_place_while_the_log_grows(
    cast: Cast, three: list[AuditEntry], at_desk: AtDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    client = at_desk(cast.audit_admin)

    first = client.get(reverse("audit_log"))
    second = client.get(reverse("audit_log"), {"before": first.context["older_than"]})

    assert (seen(first), seen(second)) == ([3, 2], [1])
    assert second.context["older_than"] is None


def test_reading_is_on_the_log(cast: Cast, three: list[AuditEntry], at_desk: AtDesk) -> None:
    at_desk(cast.audit_admin).get(reverse("audit_log"), {"action": "person.closed", "since": "2026-11-20"})

    entry = AuditEntry.objects.get(action="audit_log.read")
    assert (entry.actor_id, entry.subject_kind, entry.subject_id) == (cast.audit_admin.pk, "audit_log", "2–2")
    assert entry.detail == {"action": "person.closed", "since": "2026-11-20"}


def test_the_page_takes_nothing(cast: Cast, three: list[AuditEntry], at_desk: AtDesk) -> None:
    assert at_desk(cast.audit_admin).post(reverse("audit_log")).status_code == 405
    assert AuditEntry.objects.count() == 3


def test_one_entry_and_many_take_the_same_queries(cast: Cast, at_desk: AtDesk) -> None:
    client = at_desk(cast.audit_admin)
    client.get(reverse("audit_log"))

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            client.get(reverse("audit_log"))
        return len(counted)

    few = queries()
    for person in cast.everybody.values():
        record("password.changed", actor=person, subject_kind="person", subject_id=person.pk, at=AT)

    assert queries() == few


def recorded() -> tuple[set[str], set[str], set[str]]:
    """Every action, kind of subject and key of a detail that stands in our sources beside a call of `record`."""
    actions: set[str] = set()
    kinds: set[str] = set()
    keys: set[str] = set()
    for top in ("lms", "courses", "media", "search"):
        for path in (ROOT / top).rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            if "audit.domain" not in source or path.is_relative_to(ROOT / "lms" / "audit"):
                continue
            tree = ast.parse(source)
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"record", "_record", "_replace"}:
                    first = node.args[0] if node.args else None
                    if isinstance(first, ast.Constant):
                        actions.add(first.value)
                    elif isinstance(first, ast.Name) and hasattr(enums, first.id):
                        actions.add(getattr(enums, first.id))
                    given = {keyword.arg: keyword.value for keyword in node.keywords}
                    kinds |= texts(given.get("subject_kind"))
                    keys |= keys_of(given.get("detail"), *node.args[1:])
                if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "detail":
                    keys |= keys_of(node.value)
    return actions, kinds, keys


def texts(node: ast.expr | None) -> set[str]:
    if isinstance(node, ast.IfExp):
        return texts(node.body) | texts(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) else set()


def keys_of(*nodes: ast.expr | None) -> set[str]:
    dicts = [node for node in nodes if isinstance(node, ast.Dict)]
    return {key.value for node in dicts for key in node.keys if isinstance(key, ast.Constant)}


def test_every_code_that_is_recorded_has_words() -> None:
    actions, kinds, keys = recorded()

    assert actions | {"key_noted"} == set(words.ACTIONS)
    assert kinds == set(words.SUBJECTS)
    assert keys <= set(words.DETAILS)


def test_words_are_chinese() -> None:
    with override("zh-hans"):
        said = [str(word) for words_ in (words.ACTIONS, words.SUBJECTS, words.DETAILS) for word in words_.values()]

    assert [word for word in said if word.isascii()] == []


def test_unknown_codes_are_shown_as_they_are() -> None:
    assert words.action_in_words("x.y") == "x.y"
    assert words.subject_in_words("x", "1") == "x 1"
    assert words.detail_in_words({"z": [1, 2], "empty": ""}) == [("z", "1、2")]
