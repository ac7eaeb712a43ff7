"""Rules for hours at the desk: who opens them, what is read, written, previewed and ended."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from lms.audit.models import AuditEntry
from lms.credits.models import CreditRule
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.credits.world import adopt, earn, load

pytestmark = pytest.mark.django_db
LIST, WRITE = reverse("desk:rules"), reverse("desk:write_rule")
OFFICERS = {"officer", "neighbour_officer", "prefecture_officer"}
Desk = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


def preset(code: str) -> CreditRule:
    return CreditRule.objects.get(code=code, region_code="", authority=None)


def filled(cast: Cast, **more: object) -> dict[str, object]:
    """The form as an officer fills it in: 45 minutes are an hour, from the new year on."""
    return {
        "authority": cast.orgs.organization_department.pk,
        "name": "甲县学时规则",
        "unit": "lesson",
        "conversion": "minutes_per_hour",
        "minutes_per_hour": "45",
        "rounding": "down",
        "step": "0.01",
        "complete_percent": "90",
        "test_pass_hours": "0.5",
        "counts_once": "ever",
        "offline_needs_quiz": "on",
        "active_from": "2027-01-01",
        "ends_current": "on",
        "source": "甲组发〔2026〕12 号",
        "confidence": "A",
        "sample_minutes": "38",
        "sample_lessons": "3",
        "sample_test": "on",
        "action": "save",
        **more,
    }


def test_the_pages_open_for_officers_of_organisation_departments_alone(cast: Cast, at_desk: Desk) -> None:
    load()
    rule = preset("yn_2024")
    for page in (LIST, WRITE, f"{WRITE}?from={rule.pk}", reverse("desk:rule", args=[rule.pk])):
        opened = {part for part, person in cast.everybody.items() if at_desk(person).get(page).status_code == 200}
        assert opened == OFFICERS


def test_nobody_else_writes_for_the_authority(cast: Cast, at_desk: Desk) -> None:
    for part, person in cast.everybody.items():
        if part != "officer":
            at_desk(person).post(WRITE, filled(cast))
    assert CreditRule.objects.count() == 0

    at_desk(cast.officer).post(WRITE, filled(cast))
    assert CreditRule.objects.get().authority == cast.orgs.organization_department


def test_nobody_else_reads_ends_or_withdraws_the_rule_of_an_authority(cast: Cast, at_desk: Desk) -> None:
    at_desk(cast.officer).post(WRITE, filled(cast))
    rule = CreditRule.objects.get()
    page, withdraw = reverse("desk:rule", args=[rule.pk]), reverse("desk:withdraw_rule", args=[rule.pk])

    for part, person in cast.everybody.items():
        if part != "officer":
            client = at_desk(person)
            assert client.get(page).status_code != 200
            assert client.post(page, {"active_to": "2027-02-01"}).status_code != 200
            client.post(withdraw)

    assert CreditRule.objects.get().active_to is None


def test_the_list_says_what_holds_today_in_plain_words(cast: Cast, at_desk: Desk) -> None:
    held = adopt("sx_legacy")
    load()

    answer = at_desk(cast.officer).get(LIST)
    html = answer.content.decode()

    assert [rule for _org, rule, _words in answer.context["held"]] == [held]
    assert "45 分钟 = 1 学时，向下取整到 0.01" in html
    assert "没有规定" in html
    assert {rule.code for rule in answer.context["presets"]} == {
        "yn_2024", "sx_legacy", "sx_points", "nj_legacy", "zz_legacy",
    }  # fmt: skip


def test_without_a_rule_the_list_says_that_nobody_earns(cast: Cast, at_desk: Desk) -> None:
    assert "notice-warn" in at_desk(cast.officer).get(LIST).content.decode()


def test_a_neighbours_rule_is_not_listed(cast: Cast, at_desk: Desk) -> None:
    adopt(region="990102000000")
    adopt("sx_legacy", region="", authority=cast.orgs.neighbour_department)

    answer = at_desk(cast.officer).get(LIST)

    assert (answer.context["own"], answer.context["around"]) == ([], [])


@pytest.mark.parametrize("code", ["yn_2024", "sx_legacy", "sx_points", "nj_legacy", "zz_legacy"])
def test_a_preset_goes_through_the_form_unchanged(cast: Cast, at_desk: Desk, code: str) -> None:
    load()
    based_on = preset(code)
    officer = at_desk(cast.officer)
    form = officer.get(f"{WRITE}?from={based_on.pk}").context["form"]
    posted = {
        field.html_name: field.value() for field in form if field.value() not in (None, "", False)
    } | {"authority": cast.orgs.organization_department.pk, "action": "save", "sample_minutes": 38, "sample_lessons": 3,
        "name": "甲县学时规则", "source": "甲组发〔2026〕12 号", "confidence": "A"}  # fmt: skip

    answer = officer.post(f"{WRITE}?from={based_on.pk}", posted)

    assert answer.status_code == 302
    rule = CreditRule.objects.get(authority__isnull=False)
    assert (rule.based_on, rule.unit) == (based_on, based_on.unit)
    usual = {"complete_ratio": "0.9", "step": "0.01"}
    assert usual | _exact(rule.parameters) == usual | _exact(based_on.parameters)


def _exact(value: object) -> object:
    """Whole numbers and texts alike."""
    if isinstance(value, dict):
        return {key: _exact(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_exact(each) for each in value]
    return str(value)


def test_everything_that_can_be_filled_in_arrives(cast: Cast, at_desk: Desk) -> None:
    data = filled(
        cast, conversion="tiers", tier_0_bound="below_min", tier_0_minutes="30", tier_0_hours="0.50",
        tier_1_bound="from_min", tier_1_minutes="30", tier_1_hours="1", rounding="half_up", step="0.5",
        weight_required="1", weight_elective="0.5", group_share="0.5", counts_once="cycle", cycle_from="2023",
        cap_day="8", cap_year="90.5", day_hours="6", half_day_hours="3", class_minutes_per_hour="60", class_step="0.5",
        event_0_name="论文", event_0_hours="12", event_1_name="外出", event_1_cap="48",
        carry_from="required", carry_to="elective", carry_years="1", carry_most="20",
    )  # fmt: skip
    del data["offline_needs_quiz"]

    at_desk(cast.officer).post(WRITE, data)

    rule = CreditRule.objects.get()
    assert rule.parameters == {
        "tiers": [{"below_min": "30", "hours": "0.5"}, {"from_min": "30", "hours": "1"}],
        "rounding": "half_up", "step": "0.5", "complete_ratio": "0.9", "test_pass_hours": "0.5",
        "weights": {"required": "1", "elective": "0.5"}, "group_share": "0.5", "counts_once": "cycle",
        "cycle_from": 2023, "caps": {"day": "8", "year": "90.5"}, "day_hours": "6", "half_day_hours": "3",
        "class_minutes_per_hour": "60", "class_step": "0.5",
        "events": [
            {"code": "event_1", "name": "论文", "hours": "12"}, {"code": "event_2", "name": "外出", "cap": "48"},
        ],
        "carryover": {"from": "required", "to": "elective", "years": 1, "most": "20"},
    }  # fmt: skip
    assert rule.terms["offline_needs_quiz"] is False
    assert AuditEntry.objects.filter(action="credit_rule_written").count() == 1


def test_the_preview_without_script_shows_both_units_and_saves_nothing(cast: Cast, at_desk: Desk) -> None:
    load()
    yunnan = preset("yn_2024")
    officer = at_desk(cast.officer)
    data = filled(
        cast, conversion="tiers", tier_0_bound="max_min", tier_0_minutes="15", tier_0_hours="0.25",
        tier_1_bound="below_min", tier_1_minutes="30", tier_1_hours="0.5", tier_2_bound="from_min",
        tier_2_minutes="30", tier_2_hours="1", step="0.25", action="preview",
    )  # fmt: skip

    answer = officer.post(f"{WRITE}?from={yunnan.pk}", data)

    # 38 min → 1, and 0.5 for the test; three times by lesson. By course: 114 min → 1, and 3 × 0.5.
    lesson, course = (previewed for previewed, _words, _is_said in answer.context["previews"])
    assert (str(lesson.first), str(lesson.hours), str(course.hours)) == ("1.50", "4.50", "2.50")
    assert answer.status_code == 200
    assert CreditRule.objects.filter(authority__isnull=False).count() == 0
    assert "desk/write_rule.html" in [template.name for template in answer.templates]


def test_the_preview_with_script_is_only_the_preview(cast: Cast, at_desk: Desk) -> None:
    answer = at_desk(cast.officer).post(
        WRITE, filled(cast, action="preview"), headers={"X-Requested-With": "XMLHttpRequest"}
    )

    html = answer.content.decode()
    assert "1.34" in html  # 38 ÷ 45 = 0.84, and 0.5
    assert "<form" not in html


def test_what_cannot_be_read_is_said_beside_the_field(cast: Cast, at_desk: Desk) -> None:
    wrong = [
        {"minutes_per_hour": ""},
        {"conversion": "tiers"},
        {"conversion": "tiers", "tier_0_bound": "max_min", "tier_0_minutes": "15"},
        {"weight_elective": "0.5"},
        {"carry_years": "1"},
        {"event_0_name": "论文"},
        {"event_0_hours": "3"},
        {"minutes_per_hour": "1e999"},
        {"minutes_per_hour": "NaN"},
        {"step": "0.001"},
        {"active_to": "2026-12-31"},
        {"conversion": "none"},
        {"authority": cast.orgs.neighbour_department.pk},
        {"source": ""},
    ]
    for change in wrong:
        answer = at_desk(cast.officer).post(WRITE, filled(cast, **change))
        assert answer.status_code == 422, change
        assert answer.context["form"].errors, change
    assert CreditRule.objects.count() == 0


def test_an_overlap_is_refused_with_a_sentence_that_names_the_days(cast: Cast, at_desk: Desk) -> None:
    officer = at_desk(cast.officer)
    officer.post(WRITE, filled(cast))

    answer = officer.post(WRITE, filled(cast, active_from="2027-07-01", ends_current=""))

    assert answer.status_code == 422
    assert "2027年1月1日" in answer.content.decode()


def test_a_rule_of_her_own_is_ended_and_one_of_the_place_is_not(cast: Cast, at_desk: Desk) -> None:
    place = adopt()
    officer = at_desk(cast.officer)
    officer.post(WRITE, filled(cast))
    own = CreditRule.objects.get(authority__isnull=False)

    assert officer.post(reverse("desk:rule", args=[own.pk]), {"active_to": "2028-01-01"}).status_code == 302
    assert officer.post(reverse("desk:rule", args=[place.pk]), {"active_to": "2028-01-01"}).status_code == 404
    assert officer.post(reverse("desk:rule", args=[own.pk]), {"active_to": "2026-01-01"}).status_code == 422

    own.refresh_from_db()
    place.refresh_from_db()
    assert (str(own.active_to), place.active_to) == ("2028-01-01", None)


def test_a_rule_before_its_first_day_is_taken_back(cast: Cast, at_desk: Desk) -> None:
    officer = at_desk(cast.officer)
    officer.post(WRITE, filled(cast))

    officer.post(reverse("desk:withdraw_rule", args=[CreditRule.objects.get().pk]))

    assert CreditRule.objects.count() == 0


@pytest.mark.parametrize("wanted", ["0", "999999", "99999999999999", "-1", "x", ""])
def test_an_odd_rule_to_write_from_is_answered_calmly(cast: Cast, at_desk: Desk, wanted: str) -> None:
    assert at_desk(cast.officer).get(WRITE, {"from": wanted}).status_code in {200, 404}


def test_the_list_asks_as_often_for_three_rules_as_for_one(
    cast: Cast, at_desk: Desk, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    adopt()
    officer = at_desk(cast.officer)
    officer.get(LIST)
    with django_assert_max_num_queries(16) as one:
        officer.get(LIST)
    adopt("sx_legacy", region="990101000000")
    adopt("sx_points", region="990100000000")
    with django_assert_max_num_queries(len(one)):
        officer.get(LIST)


def test_the_tab_is_shown_to_those_who_set_rules(cast: Cast, at_desk: Desk) -> None:
    earn(cast.learner) if adopt() else None

    assert LIST in at_desk(cast.officer).get(reverse("desk:overview")).content.decode()
    assert LIST not in at_desk(cast.agriculture_officer).get(reverse("desk:overview")).content.decode()


def test_a_rule_is_tried_on_the_cadres_of_the_authority_and_nobody_elses(cast: Cast, at_desk: Desk) -> None:
    adopt()
    earn(cast.learner, 5400)
    earn(cast.neighbour_learner, 5400)
    rule = preset("sx_legacy")
    page = reverse("desk:rule_trial", args=[rule.pk])

    named = {}
    for part, person in cast.everybody.items():
        answer = at_desk(person).get(page, {"year": "2026"})
        if answer.status_code == 200:
            named[part] = [each.person_id for each, _name in answer.context["rows"]]

    assert named == {
        "officer": [cast.learner.pk],
        "neighbour_officer": [cast.neighbour_learner.pk],
        "prefecture_officer": [],
    }


def test_a_trial_is_a_file_too_and_that_is_on_the_log(cast: Cast, at_desk: Desk) -> None:
    adopt()
    earn(cast.learner, 5400)
    address = reverse("desk:export_trial", args=[preset("sx_legacy").pk, "csv"])

    text = at_desk(cast.officer).get(address, {"year": "2026"}).getvalue().decode("utf-8-sig")

    assert f"{cast.learner.name},1.00,2.00,1.00" in text
    entry = AuditEntry.objects.get(action="report_exported")
    assert (entry.subject_id, entry.detail["code"]) == ("rule-trial", "sx_legacy") and entry.detail["sha256"]


@pytest.mark.parametrize("year", ["", "x", "99999", "1066", "２０２６"])
def test_an_odd_year_is_last_year(cast: Cast, at_desk: Desk, year: str) -> None:
    load()

    answer = at_desk(cast.officer).get(reverse("desk:rule_trial", args=[preset("sx_legacy").pk]), {"year": year})

    assert answer.context["tried_year"] in {2025, 2026}


def test_a_preview_asks_for_no_name_and_no_source_yet(cast: Cast, at_desk: Desk) -> None:
    answer = at_desk(cast.officer).post(WRITE, filled(cast, action="preview", name="", source="", confidence=""))

    assert answer.status_code == 200
    assert not answer.context["form"].errors
    assert len(answer.context["previews"]) == 2
