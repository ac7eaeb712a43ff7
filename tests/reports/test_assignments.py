"""Assigned courses and reminders on the desk, tried with the whole cast."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.domain.takedown import take_down
from courses.models import CoursePage
from lms.audit.models import AuditEntry
from lms.notices.domain.sending import send_waiting
from lms.notices.domain.telling import choose_sms
from lms.notices.models import Message, Reminder, Sms
from lms.people.models import Person, Post, Role
from lms.programmes.domain.telling import tell_all, tell_assigned, tell_unassigned
from lms.programmes.models import Assignment
from lms.programmes.tasks import tell_assigned_task
from tests.cast import Cast
from tests.clock import Clock
from tests.credits.world import load
from tests.factories.learning import live_course, live_lesson, published
from tests.factories.people import PersonFactory, PostFactory
from tests.programmes.test_assigning import complete
from tests.reports.overview.county import make_county

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]
LIST, NEW, HOURS = "/desk/assignments/", "/desk/assignments/new/", "/desk/reminders/hours/"


@pytest.fixture(autouse=True)
def now(clock: Clock) -> None:
    clock.set(2026, 11, 20, 12)


@pytest.fixture
def course(cast: Cast) -> CoursePage:
    return published(live_lesson(live_course(cast.orgs.provider), seconds=100)).course


@pytest.fixture
def others(cast: Cast) -> list[Person]:
    """Two more cadres of the village committee, with phones."""
    people = [PersonFactory(name=name, phone=f"1990000000{number}") for number, name in enumerate(["甲一", "甲二"])]
    for person in people:
        PostFactory(person=person, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department)
    return people


def said(course: CoursePage, **more: Any) -> dict[str, Any]:
    return {
        "course": course.pk,
        "asked": "everybody",
        "due_on": "2026-12-10",
        "reason": "甲组发〔2026〕8号",
        "step": "assign",
    } | more


def assigned(client: Client, course: CoursePage, **more: Any) -> Assignment:
    answer = client.post(NEW, said(course, **more))
    assert answer.status_code == 302, answer.context["errors"]
    return Assignment.objects.latest("pk")


def opened_by(cast: Cast, at_desk: AtDesk, address: str) -> set[str]:
    return {part for part, person in cast.everybody.items() if at_desk(person).get(address).status_code == 200}


def test_an_officer_looks_and_then_assigns(cast, at_desk: AtDesk, course, others):
    client = at_desk(cast.officer)

    look = client.post(NEW, said(course, step="look"))
    assert (look.context["reach"].asked, Assignment.objects.count()) == (3, 0)
    made = assigned(client, course)
    page = client.get(reverse("desk:assignment", args=[made.pk]))

    assert page.context["counts"].people == 3
    assert [person.name for person in page.context["page"].object_list] == ["李秀英", "甲一", "甲二"]
    assert "甲组发〔2026〕8号" in page.content.decode()
    assert client.get(LIST).context["rows"][0][0] == made
    assert AuditEntry.objects.get(action="course_assigned").detail["until"] == "2026-12-10"


def test_people_are_found_by_name_in_her_scope_alone_and_stay_ticked(cast, at_desk: AtDesk, course, others):
    client = at_desk(cast.officer)

    found = client.post(NEW, said(course, asked="people", q="甲", step="search"))
    kept = client.post(NEW, said(course, asked="people", q="李", people=[others[0].pk], step="search"))
    foreign = client.post(NEW, said(course, asked="people", q="赵国平", step="search"))
    everything = client.post(NEW, said(course, asked="people", q="王大山", step="search"))

    assert [person.name for person in found.context["people"]] == ["甲一", "甲二"]
    assert [person.name for person in kept.context["people"]] == ["甲一", "李秀英"]
    assert kept.context["chosen"] == {others[0].pk}
    assert foreign.context["people"] == everything.context["people"] == []
    assert Assignment.objects.count() == 0


def test_units_are_listed_by_place_with_their_cadres(cast, at_desk: AtDesk, course, others):
    client = at_desk(cast.officer)

    branches = client.get(NEW).context["branches"]
    made = assigned(client, course, asked="units", places=[f"o{cast.orgs.village_committee.pk}"])
    place = assigned(client, course, asked="units", places=[f"d{cast.places.township.pk}"])

    assert [(b.division.name, b.people, [(u.name, n) for u, n in b.units]) for b in branches] == [
        ("东河镇", 3, [("柳树村村民委员会", 3)])
    ]
    assert made.targets.get().org == cast.orgs.village_committee
    assert place.targets.get().division == cast.places.township


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"course": ""}, "course"),
        ({"course": "999999"}, "course"),
        ({"course": "x"}, "course"),
        ({"asked": "all"}, "asked"),
        ({"asked": ""}, "asked"),
        ({"asked": "units"}, "places"),
        ({"asked": "units", "places": ["o999999"]}, "places"),
        ({"asked": "units", "places": ["d'; DROP"]}, "places"),
        ({"asked": "people"}, "people"),
        ({"asked": "people", "people": ["x"]}, "people"),
        ({"asked": "people", "people": ["999999999999999999999"]}, "people"),
        ({"due_on": "2026-11-20"}, "due_on"),
        ({"due_on": "2026-02-30"}, "due_on"),
        ({"due_on": "2040-01-01"}, "__all__"),
        ({"reason": " "}, "reason"),
        ({"reason": "长" * 201}, "reason"),
    ],
)
@pytest.mark.parametrize("step", ["look", "assign"])
def test_a_form_says_what_is_wrong(cast, at_desk: AtDesk, course, wrong, field, step):
    answer = at_desk(cast.officer).post(NEW, said(course, step=step) | wrong)

    if field == "__all__" and step == "look":
        assert answer.status_code == 200
    else:
        assert (answer.status_code, set(answer.context["errors"])) == (422, {field})
    assert not Assignment.objects.exists()


def test_another_officers_people_and_units_cannot_be_slipped_in(cast, at_desk: AtDesk, course):
    client = at_desk(cast.officer)
    committee = Post.objects.get(person=cast.neighbour_learner).org

    for wrong in (
        {"asked": "people", "people": [cast.neighbour_learner.pk]},
        {"asked": "people", "people": [cast.cadre_of_prefecture.pk]},
        {"asked": "units", "places": [f"o{committee.pk}"]},
        {"asked": "units", "places": [f"d{cast.places.neighbour_county.pk}"]},
        {"org": cast.orgs.prefecture_department.pk},
    ):
        assert client.post(NEW, said(course, **wrong)).status_code == 422
    assert not Assignment.objects.exists()


def test_who_opens_which_page(cast, at_desk: AtDesk, course):
    made = assigned(at_desk(cast.officer), course)
    departments = {"officer", "neighbour_officer", "prefecture_officer"}

    assert opened_by(cast, at_desk, LIST) == departments
    assert opened_by(cast, at_desk, NEW) == departments
    assert opened_by(cast, at_desk, HOURS) == departments
    assert opened_by(cast, at_desk, reverse("desk:assignment", args=[made.pk])) == {"officer"}
    assert opened_by(cast, at_desk, reverse("desk:export_assignment", args=[made.pk, "csv"])) == {"officer"}
    assert at_desk(cast.neighbour_officer).get(LIST).context["rows"] == []


def test_nobody_else_takes_it_back_or_reminds(cast, at_desk: AtDesk, course, clock, others):
    made = assigned(at_desk(cast.officer), course)
    clock.set(2026, 12, 11, 10)

    for part, person in cast.everybody.items():
        if part != "officer":
            for name in ("take_back_assignment", "remind_late"):
                answer = at_desk(person).post(reverse(f"desk:{name}", args=[made.pk]), {"reason": "x", "way": "app"})
                assert answer.status_code in {302, 403, 404}, part
    made.refresh_from_db()
    assert made.withdrawn_at is None and not Reminder.objects.exists()


def test_the_late_are_listed_exported_and_nobody_else(cast, at_desk: AtDesk, course, clock, others):
    client = at_desk(cast.officer)
    made = assigned(client, course)
    complete(others[0], course, clock.now)
    clock.set(2026, 12, 11, 10)
    client = at_desk(cast.officer)

    page = client.get(reverse("desk:assignment", args=[made.pk]), {"state": "late"})
    file = client.get(reverse("desk:export_assignment", args=[made.pk, "csv"]), {"state": "late"})

    assert [person.name for person in page.context["page"].object_list] == ["李秀英", "甲二"]
    text = b"".join(file).decode("utf-8-sig")
    assert "李秀英" in text and "甲二" in text and "甲一" not in text
    assert text.count("未开始") == 2
    detail = AuditEntry.objects.get(action="report_exported").detail
    assert (detail["rows"], detail["format"]) == (2, "csv")


def test_export_in_every_format_and_unknown_ones_are_not_there(cast, at_desk: AtDesk, course):
    client = at_desk(cast.officer)
    made = assigned(client, course)

    for extension in ("csv", "xlsx", "json"):
        assert client.get(reverse("desk:export_assignment", args=[made.pk, extension])).status_code == 200
    assert client.get(reverse("desk:export_assignment", args=[made.pk, "exe"])).status_code == 404


def test_taking_back_needs_a_reason_and_tells_those_who_were_told(cast, at_desk: AtDesk, course, clock):
    client = at_desk(cast.officer)
    made = assigned(client, course)
    tell_assigned_task.call(made.pk)

    refused = client.post(reverse("desk:take_back_assignment", args=[made.pk]), {"reason": ""})
    done = client.post(reverse("desk:take_back_assignment", args=[made.pk]), {"reason": "改期"})
    made.refresh_from_db()
    tell_unassigned(made, at=clock.now)

    assert (refused.status_code, done.status_code, made.withdrawn_why) == (422, 302, "改期")
    causes = Message.objects.of(cast.learner).values_list("cause", flat=True)
    assert set(causes) == {f"assignment:{made.pk}", f"assignment:{made.pk}:over"}
    page = client.get(reverse("desk:assignment", args=[made.pk])).content.decode()
    assert "改期" in page


def test_who_comes_later_is_told_once_and_who_has_done_it_is_not(cast, at_desk: AtDesk, course, clock, others):
    made = assigned(at_desk(cast.officer), course)
    complete(others[0], course, clock.now)
    assert tell_assigned(made, at=clock.now) == 2
    comes = PersonFactory()
    PostFactory(person=comes, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department)

    assert tell_all(at=clock.now) == 1
    assert tell_all(at=clock.now) == 0
    assert set(Message.objects.values_list("person_id", flat=True)) == {cast.learner.pk, others[1].pk, comes.pk}


def test_the_learner_finds_it_on_her_start_page_and_in_my_learning(cast, at_desk: AtDesk, signed_in, course, clock):
    made = assigned(at_desk(cast.officer), course)
    client = signed_in(cast.learner)

    for address in (course.get_parent().get_parent().url, reverse("learning:mine")):
        page = client.get(address).content.decode()
        assert f'data-assignment="{made.pk}"' in page and "2026年12月10日前完成" in page
        assert 'data-section="assigned"' not in signed_in(cast.farmer).get(address).content.decode()
    complete(cast.learner, course, clock.now)
    assert 'data-section="assigned"' not in client.get(course.get_parent().get_parent().url).content.decode()
    assert "2026年11月20日完成" in client.get(reverse("learning:mine")).content.decode()


def test_the_button_of_a_message_leads_to_the_course_and_reads_it(cast, at_desk: AtDesk, signed_in, course, clock):
    made = assigned(at_desk(cast.officer), course)
    tell_assigned(made, at=clock.now)
    message = Message.objects.of(cast.learner).get()
    address = f"/messages/{message.pk}/read/"

    stranger = signed_in(cast.stranger).post(address, {"open": "yes"})
    assert (stranger.url, Message.objects.get().read_at) == ("/messages/", None)
    assert signed_in(cast.learner).post(address, {"open": "yes"}).url == course.url
    take_down(course, by=cast.trainer, reason="有错", at=clock.now)
    assert signed_in(cast.learner).post(address, {"open": "yes"}).url == reverse("learning:mine")
    assert Message.objects.get().read_at == clock.now


def test_a_course_taken_down_says_so_to_both(cast, at_desk: AtDesk, signed_in, course, clock):
    made = assigned(at_desk(cast.officer), course)
    take_down(course, by=cast.trainer, reason="有错", at=clock.now)
    clock.set(2026, 12, 11, 10)
    client = at_desk(cast.officer)

    page = client.get(reverse("desk:assignment", args=[made.pk]))
    remind = client.get(reverse("desk:remind_late", args=[made.pk]))

    assert "课程目前没有上线" in page.content.decode()
    assert page.context["may_remind"] is False and remind.status_code == 302
    assert "您先不用学" in signed_in(cast.learner).get(reverse("learning:mine")).content.decode()


def late_page(client: Client, made: Assignment) -> Any:
    return client.get(reverse("desk:remind_late", args=[made.pk]))


def press(client: Client, address: str, page: Any, **more: Any) -> Any:
    """Send what the page showed."""
    initial = page.context["form"].initial
    return client.post(
        address,
        {
            "reason": "催学",
            "way": "sms",
            "seen_sms": initial["seen_sms"],
            "seen_app": initial["seen_app"],
            **more,
        },
    )


@pytest.fixture
def late(cast: Cast, at_desk: AtDesk, course: CoursePage, clock: Clock, others: list[Person]) -> Assignment:
    """Three people are late; the learner has no phone."""
    made = assigned(at_desk(cast.officer), course)
    clock.set(2026, 12, 11, 10)
    return made


def test_the_late_are_reminded_after_a_look(cast, at_desk: AtDesk, late, others, outbox, clock):
    client = at_desk(cast.officer)
    address = reverse("desk:remind_late", args=[late.pk])
    choose_sms(others[1], False, at=clock.now)

    page = late_page(client, late)
    plan = page.context["plan"]
    body = page.content.decode()
    assert (len(plan.asked), len(plan.told), len(plan.by_sms), str(plan.cost)) == (3, 3, 1, "0.05")
    assert page.context["left_out"] == [("没有在用的手机号", 1), ("本人不接收短信提醒", 1)]
    assert plan.sms.text in body and plan.text in body
    assert not any(name in body for name in ("李秀英", "甲一", "甲二"))
    answer = press(client, address, page)
    made = Reminder.objects.get()
    assert answer.url == reverse("desk:reminder", args=[made.pk])
    send_waiting()

    after = client.get(answer.url)
    assert (after.context["outcome"].sent, after.context["outcome"].people) == (1, 3)
    assert 'data-sms="sent">1<' in after.content.decode().replace(" ", "")
    assert [message.number for message in outbox] == ["19900000000"]
    assert not any(name in after.content.decode() for name in ("李秀英", "甲一", "甲二"))
    again = late_page(client, late)
    assert again.context["left_out"] == [("14 天内已提醒过", 3)]
    assert "现在没有需要提醒的人" in again.content.decode()
    assert client.get("/desk/reminders/").context["rows"][0][0] == made


@pytest.mark.parametrize("what", ["completed", "taken back", "course taken down", "nothing"])
def test_an_sms_that_waited_for_the_morning_says_only_what_is_still_so(
    cast, at_desk: AtDesk, late, others, course, clock, outbox, what
):
    clock.set(2026, 12, 11, 21)
    client = at_desk(cast.officer)
    press(client, reverse("desk:remind_late", args=[late.pk]), late_page(client, late))
    if what == "completed":
        for person in others:
            complete(person, course, clock.now)
    elif what == "taken back":
        client.post(reverse("desk:take_back_assignment", args=[late.pk]), {"reason": "改期"})
    elif what == "course taken down":
        take_down(course, by=cast.trainer, reason="有错", at=clock.now)
    clock.set(2026, 12, 12, 8)

    send_waiting()

    assert len(outbox) == (2 if what == "nothing" else 0)
    assert set(Sms.objects.values_list("why_refused", flat=True)) == {"" if what == "nothing" else "settled"}


def test_only_in_the_message_centre_costs_nothing(cast, at_desk: AtDesk, late):
    client = at_desk(cast.officer)

    press(client, reverse("desk:remind_late", args=[late.pk]), late_page(client, late), way="app")

    assert (Reminder.objects.get().by_sms, Sms.objects.count(), Message.objects.count()) == (0, 0, 3)


def test_what_changed_since_the_look_is_looked_at_again(cast, at_desk: AtDesk, late, others, course, clock):
    client = at_desk(cast.officer)
    address = reverse("desk:remind_late", args=[late.pk])
    page = late_page(client, late)
    complete(others[0], course, clock.now)

    answer = press(client, address, page)

    assert answer.status_code == 422 and not Reminder.objects.exists()
    assert "情况有变" in answer.content.decode()
    assert answer.context["form"].initial["reason"] == "催学"
    assert press(client, address, answer).status_code == 302
    assert Message.objects.count() == 2


def test_two_presses_remind_once(cast, at_desk: AtDesk, late):
    client = at_desk(cast.officer)
    address = reverse("desk:remind_late", args=[late.pk])
    page = late_page(client, late)

    assert press(client, address, page).status_code == 302
    assert press(client, address, page).status_code == 422
    assert (Reminder.objects.count(), Message.objects.count()) == (1, 3)


def test_a_role_that_ended_between_look_and_press_reminds_nobody(cast, at_desk: AtDesk, late):
    client = at_desk(cast.officer)
    page = late_page(client, late)
    Role.objects.filter(person=cast.officer).update(active_to=date(2026, 12, 11))

    answer = press(client, reverse("desk:remind_late", args=[late.pk]), page)

    assert answer.status_code == 403
    assert not Reminder.objects.exists() and not Message.objects.exists()


def test_a_role_in_another_department_does_not_remind_either(cast, at_desk: AtDesk, late):
    client = at_desk(cast.officer)
    page = late_page(client, late)
    Role.objects.filter(person=cast.officer).update(org=cast.orgs.neighbour_department)

    assert press(client, reverse("desk:remind_late", args=[late.pk]), page).status_code == 404


def test_a_reminder_needs_its_second_factor_and_a_reason(cast, at_desk: AtDesk, signed_in, late):
    address = reverse("desk:remind_late", args=[late.pk])
    page = late_page(at_desk(cast.officer), late)

    assert signed_in(cast.officer).get(address).status_code == 302
    assert press(signed_in(cast.officer), address, page).status_code == 403
    refused = press(at_desk(cast.officer), address, page, reason="")
    assert refused.status_code == 422 and "reason" in refused.context["errors"]
    assert not Reminder.objects.exists()


def test_who_moved_away_since_is_not_reminded(cast, at_desk: AtDesk, late, others):
    Post.objects.filter(person=others[0]).update(active_to=date(2026, 12, 1))

    assert len(late_page(at_desk(cast.officer), late).context["plan"].asked) == 2


def test_before_its_day_is_past_nobody_is_late(cast, at_desk: AtDesk, late, clock):
    clock.set(2026, 12, 10, 10)

    answer = at_desk(cast.officer).get(reverse("desk:remind_late", args=[late.pk]))

    assert answer.status_code == 302


@pytest.fixture
def required(cast: Cast, others: list[Person]) -> None:
    """All but one have a requirement that nobody has met."""
    load()
    Post.objects.filter(person__in=others).update(category="township_cadre", level="township_level_deputy")


def test_those_whose_hours_are_missing_are_reminded(cast, at_desk: AtDesk, required, others, outbox):
    client = at_desk(cast.officer)

    page = client.get(HOURS)
    assert page.context["plan"].asked == {others[0].pk, others[1].pk}
    assert press(client, HOURS, page).status_code == 302
    send_waiting()

    assert len(outbox) == 2
    assert outbox[0].template_id == "hours-reminder"
    assert Message.objects.count() == 2
    assert "您2026年的培训学时还没有达标" in outbox[0].text
    assert Reminder.objects.get().about == f"standing:2026:{cast.orgs.organization_department.pk}"


def test_who_met_it_overnight_gets_no_sms_about_missing_hours(cast, at_desk: AtDesk, required, others, outbox, clock):
    clock.set(2026, 11, 20, 22)
    client = at_desk(cast.officer)
    press(client, HOURS, client.get(HOURS))
    Post.objects.filter(person=others[0]).update(category="village_cadre", level="")
    clock.set(2026, 11, 21, 9)

    send_waiting()

    assert [message.number for message in outbox] == ["19900000001"]


def test_the_list_of_missing_hours_is_narrowed_by_unit_category_and_state(cast, at_desk: AtDesk, required, others):
    client = at_desk(cast.officer)
    unit = cast.orgs.village_committee.pk

    assert len(client.get(HOURS, {"unit": unit, "state": "open"}).context["plan"].asked) == 2
    assert len(client.get(HOURS, {"category": "village_cadre"}).context["plan"].asked) == 0
    for wrong in ({"unit": "999999"}, {"unit": "x"}, {"category": "x"}, {"state": "x"}):
        assert client.get(HOURS, wrong).status_code == 302
    foreign = Post.objects.get(person=cast.neighbour_learner).org_id
    assert client.get(HOURS, {"unit": foreign}).status_code == 302


def test_a_list_of_a_place_reminds_those_of_the_place_alone(cast, at_desk: AtDesk, required, others, outbox):
    county = make_county(cast)
    upland = county.cadre("孙勤", county.upland_government)
    client = at_desk(cast.officer)

    listed = client.get(reverse("desk:people"), {"place": county.upland.code, "standing": "short"})
    assert f"{HOURS}?place={county.upland.code}&amp;" in listed.content.decode()
    page = client.get(HOURS, {"place": county.upland.code})
    assert page.context["plan"].asked == {upland.pk} == {one.pk for one in listed.context["page"].object_list}
    assert "南岭乡" in page.context["choice"].heading
    for foreign in (cast.places.neighbour_county.code, cast.places.prefecture.code, "x"):
        assert client.get(HOURS, {"place": foreign}).status_code == 302


def test_reminders_are_read_by_the_departments_own_officers(cast, at_desk: AtDesk, late):
    client = at_desk(cast.officer)
    press(client, reverse("desk:remind_late", args=[late.pk]), late_page(client, late))
    made = Reminder.objects.get()

    assert opened_by(cast, at_desk, reverse("desk:reminder", args=[made.pk])) == {"officer"}
    assert at_desk(cast.prefecture_officer).get("/desk/reminders/").context["rows"] == []


def test_lists_take_the_same_queries_for_one_and_for_three(cast, at_desk: AtDesk, course, others, clock):
    client = at_desk(cast.officer)
    counts: dict[str, list[int]] = {"list": [], "people": [], "hours": []}
    made = assigned(client, course)
    load()
    for step in range(2):
        for name, address in (("list", LIST), ("people", reverse("desk:assignment", args=[made.pk])), ("hours", HOURS)):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts[name].append(len(queries))
        if step == 0:
            for number in range(2):
                assigned(client, course, due_on=str(date(2026, 12, 20) + timedelta(days=number)))
                person = PersonFactory(phone=f"1990000001{number}")
                PostFactory(
                    person=person, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department
                )

    assert counts["list"][0] == counts["list"][1] <= 24
    assert counts["people"][0] == counts["people"][1] <= 30
    assert counts["hours"][0] == counts["hours"][1] <= 36
