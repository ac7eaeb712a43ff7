"""The audit administrator takes the seals away; nobody else sees the page, and the taking is on the log."""

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from lms.audit.models import AuditEntry
from lms.credits.domain.seal_files import read_seals
from lms.credits.domain.sealing import seal_day
from lms.credits.models import DailySeal
from lms.people.models import Person
from tests.cast import Cast
from tests.credits.world import AT, adopt, earn

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 1)
AtDesk = Callable[[Person], Client]


@pytest.fixture
def sealed(cast: Cast) -> None:
    for number in range(40):
        seal_day(DAY + timedelta(days=number), at=AT + timedelta(days=1))


@pytest.mark.parametrize("name", ["seals", "seals_file"])
def test_only_the_audit_administrator_sees_the_seals(cast: Cast, sealed: None, at_desk: AtDesk, name: str) -> None:
    opened = {part for part, person in cast.everybody.items() if at_desk(person).get(reverse(name)).status_code == 200}

    assert opened == {"audit_admin"}
    assert Client().get(reverse(name)).status_code == 302


def test_a_month_stands_on_a_page_and_the_newest_signature_above(cast: Cast, sealed: None, at_desk: AtDesk) -> None:
    client = at_desk(cast.audit_admin)

    first = client.get(reverse("seals"))
    second = client.get(reverse("seals"), {"page": 2})

    newest = DailySeal.objects.get(day=DAY + timedelta(days=39))
    assert len(first.context["page"]) == 31 and len(second.context["page"]) == 9
    text = first.content.decode()
    assert newest.key_id in text and newest.signature[-8:] in text and newest.root[:8] in text


def test_the_file_can_be_read_back_and_the_taking_is_on_the_log(cast: Cast, at_desk: AtDesk) -> None:
    adopt()
    earn(cast.learner)
    seal_day(date(2026, 11, 20), at=AT + timedelta(days=1))

    answer = at_desk(cast.audit_admin).get(reverse("seals_file"))

    assert answer["Content-Disposition"].startswith('attachment; filename="tianjian-seals-')
    (seal,) = read_seals(answer.content.decode())
    assert (seal.heads, seal.entries) == (1, 1)
    assert json.loads(answer.content)["seals"][0]["day"] == "2026-11-20"
    entry = AuditEntry.objects.filter(action="seals_exported").get()
    assert (entry.actor_id, entry.subject_id, entry.detail) == (cast.audit_admin.pk, "2026-11-20", {"rows": 1})


def test_before_the_first_night_the_page_says_so(cast: Cast, at_desk: AtDesk) -> None:
    assert "还没有封存" in at_desk(cast.audit_admin).get(reverse("seals")).content.decode()
