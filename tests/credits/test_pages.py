from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from lms.credits.domain.correcting import correct_entry
from lms.credits.domain.explaining import SENTENCES, explain
from lms.credits.domain.recognising import step
from lms.credits.domain.registering import register_credit
from tests.credits.world import AT, adopt, complete, earn, load, teach

pytestmark = pytest.mark.django_db
URL = "/hours/"


@pytest.fixture(autouse=True)
def today(clock):
    clock.set(2026, 11, 20, 12)


def test_my_hours_needs_a_sign_in(client):
    response = client.get(URL)

    assert response.status_code == 302
    assert response.url.startswith(reverse("people:sign_in"))


def test_my_hours_shows_each_hour_with_its_why(cast, signed_in):
    adopt()
    entry = earn(cast.learner)

    page = signed_in(cast.learner).get(URL)

    assert page.status_code == 200
    html = page.content.decode()
    assert 'data-total="1.00"' in html
    assert 'data-category="online_self_study" data-hours="1.00"' in html
    assert 'data-category="centralized_training" data-hours="0.00"' in html
    assert "data-no-requirement" in html
    for sentence in explain(entry.why):
        assert escape(sentence) in html


def test_my_hours_shows_nobody_elses(cast, signed_in):
    adopt()
    earn(cast.neighbour_learner)

    html = signed_in(cast.learner).get(URL).content.decode()

    assert "data-entry" not in html
    assert 'data-total="0.00"' in html


def test_a_farmer_is_told_that_hours_are_for_cadres(cast, signed_in):
    html = signed_in(cast.farmer).get(URL).content.decode()

    assert "data-no-cadre" in html


def test_a_civil_servant_sees_the_requirement(cast, signed_in):
    load()

    html = signed_in(cast.cadre_of_prefecture).get(URL).content.decode()

    assert 'data-required="90.00"' in html
    assert 'data-required="50.00"' in html
    assert "data-no-requirement" not in html


def test_corrections_stand_beside_what_they_correct(cast, signed_in):
    adopt()
    correct_entry(earn(cast.learner), hours=Decimal("0.5"), reason="录音有误", by=cast.officer, at=AT)

    html = signed_in(cast.learner).get(URL).content.decode()

    assert [html.count(f'data-kind="{kind}"') for kind in ("earned", "reversal", "correction")] == [1, 1, 1]
    assert "录音有误" in html
    assert 'data-total="0.50"' in html


def test_a_completion_without_hours_says_why(cast, signed_in):
    complete(cast.learner, teach(1800))

    html = signed_in(cast.learner).get(URL).content.decode()

    assert html.count("data-unpaid") == 1
    assert explain([step("no_rule", day="2026-11-20")])[0] in html


@pytest.mark.parametrize("year", ["2025", "x", "", "99999999999999999999"])
def test_a_year_without_entries_falls_back_to_this_one(cast, signed_in, year):
    adopt()
    earn(cast.learner)

    html = signed_in(cast.learner).get(URL, {"year": year}).content.decode()

    assert "data-entry" in html


def test_my_hours_asks_as_often_for_three_entries_as_for_one(cast, signed_in):
    adopt()
    client = signed_in(cast.learner)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            earn(cast.learner)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 32


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_step_has_words(code, language):
    values = {
        "title": "课时",
        "day": "2026-11-20",
        "categories": ["village_cadre", "unheard_of"],
        "seconds": 1800,
        "minutes": "30",
        "hours": "1.00",
        "step": "0.25",
        "tests": 1,
        "number": 3,
        "weight": "0.5",
        "share": "0.5",
        "percent": 40,
        "limit": "10",
        "before": "9.50",
        "days": 3,
        "half_days": 1,
        "each": "6",
        "half": "3",
        "name": "学习小组",
        "count": 2,
        "year": 2026,
        "bucket": "required",
        "reason": "x",
        "bound": "all_cadres",
        "ground": "first_year",
        "until": "2027-07-10",
        "months": 7,
        "of_months": 12,
        "reached": 80,
        "needed": 90,
        "platform": "省干部网络学院",
        "file": 1,
        "row": 2,
        "organiser": "县委党校",
        "since": "2026-11-19",
        "claimed_hours": "2.00",
        "claimed_days": "1.00",
    }

    with translation.override(language):
        (sentence,) = explain([step(code, **values)])

    assert sentence
    assert "%(" not in sentence


def told(client, taught):
    return client.get(f"/hours/lessons/{taught.lesson(0).pk}/").json()


def test_a_cadre_is_told_the_hours_of_a_finished_lesson(cast, signed_in):
    adopt()
    taught = teach(1800)
    completion = complete(cast.learner, taught)

    waiting = told(signed_in(cast.learner), taught)
    register_credit(completion, at=AT)
    arrived = told(signed_in(cast.learner), taught)

    assert waiting["text"] and not waiting["settled"]
    assert "1.00" in arrived["text"] and arrived["settled"]


def test_who_gets_no_hours_is_told_nothing_or_why(cast, signed_in, client):
    taught = teach(1800)
    complete(cast.learner, taught)
    complete(cast.farmer, taught)

    assert told(signed_in(cast.learner), taught)["text"] == explain([step("no_rule", day="2026-11-20")])[0]
    assert told(signed_in(cast.farmer), taught) == {"text": "", "settled": True}
    assert told(signed_in(cast.neighbour_learner), taught) == {"text": "", "settled": True}
    assert told(client, taught) == {"text": "", "settled": True}
    assert signed_in(cast.learner).get("/hours/lessons/999999/").status_code == 404


def test_a_cadre_prints_her_own_record_and_nobody_elses(cast, clock, client):
    adopt()
    clock.set(2026, 11, 20, 12)
    earn(cast.learner)
    earn(cast.neighbour_learner)
    address = reverse("credits:my_paper")
    assert client.get(address).status_code == 302
    client.force_login(cast.learner)

    page = client.get(address, {"year": "2026", "person": cast.neighbour_learner.pk})

    assert page.context["person"] == cast.learner and len(page.context["entries"]) == 1
    assert "填表人" in page.content.decode()
