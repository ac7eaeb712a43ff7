"""One person, two hats: an officer learns for 45 minutes, the hours arrive, then the desk asks for the factor again."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
import yaml
from django.test import Client
from django.urls import reverse

from lms.credits.domain.adopting import adopt_rule, load_presets
from lms.credits.domain.registering import register_credit
from lms.credits.management.commands.load_credit_rules import PRESETS
from lms.credits.models import CreditRule
from lms.learning.models import LessonCompletion
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.learning import live_course, live_lesson, published
from tests.factories.people import PostFactory

pytestmark = pytest.mark.django_db
MINUTES = 45
EVERY_SECONDS = 300


def post(client: Client, address: str, body: dict[str, object]) -> dict[str, object]:
    answer = client.post(address, json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_officer_watches_45_minutes_the_hours_arrive_then_the_desk_asks(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    clock.set(2026, 11, 20, 10)
    load_presets(yaml.safe_load(PRESETS.read_text(encoding="utf-8")))
    preset = CreditRule.objects.get(code="yn_2024", region_code="", authority=None)
    adopt_rule(preset, region_code="990000000000", active_from=date(2026, 1, 1), at=clock.now)
    PostFactory(
        person=cast.officer,
        org=cast.orgs.organization_department,
        cadre_authority=cast.orgs.prefecture_department,
        category="township_cadre",
    )
    lesson = published(live_lesson(live_course(credit_for=["township_cadre"]), seconds=MINUTES * 60))
    client = at_desk(cast.officer)
    assert client.get(reverse("desk:overview")).status_code == 200

    session = post(client, reverse("learning:sessions"), {"lesson": lesson.pk})["session"]
    for number, start in enumerate(range(0, MINUTES * 60, EVERY_SECONDS), start=1):
        clock.move(seconds=EVERY_SECONDS)
        report = {"session": session, "number": number, "stretches": [[start, start + EVERY_SECONDS]]}
        receipt = post(client, reverse("learning:report"), report)
    completion = LessonCompletion.objects.get(person=cast.officer)
    register_credit(completion, at=clock.now)

    assert (receipt["percent"], receipt["completed"]) == (100, True)
    assert [entry.hours for entry in cast.officer.credit_entries.all()] == [Decimal("1.00")]
    assert client.get(reverse("credits:my_hours")).status_code == 200
    asked = client.get(reverse("desk:overview"))
    assert asked.status_code == 302
    assert asked["Location"].startswith(reverse("staff:factor"))
    assert client.get(reverse("learning:mine")).status_code == 200
