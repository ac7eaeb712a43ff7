"""Several cadres on one phone: a question to the officer who looks after them, which takes nothing away."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import models
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses.models import LessonPage
from lms.audit.models import AuditEntry
from lms.credits.domain.registering import register_credit
from lms.credits.models import CreditLedgerEntry
from lms.learning.domain.devices import shared_devices
from lms.learning.domain.forgetting import forget_words
from lms.learning.models import DeviceNote, DeviceSighting, LessonCompletion
from lms.lib import append_only
from lms.people.domain.closing import close_account
from lms.people.domain.merging import merge
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.credits import world
from tests.factories import learning as make
from tests.factories.people import PersonFactory, PostFactory

pytestmark = pytest.mark.django_db
LIST = "desk:devices"


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


@pytest.fixture
def husband(cast: Cast) -> Person:
    """Another village cadre of the same county."""
    person = PersonFactory(name="李国强", village=cast.places.village)
    PostFactory(person=person, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department)
    return person


@pytest.fixture
def lesson(db: None) -> LessonPage:
    return make.credit_lesson(seconds=300)


class Phone:
    """A browser on one phone, in which one person after the other signs in."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.client = clock, Client()

    def watch(self, person: Person, lesson: LessonPage, *, seconds: int = 60) -> Client:
        """Sign in, watch so long, and sign out by handing the phone on."""
        self.client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        opened = self.post("sessions/", {"lesson": lesson.pk})
        for number, start in enumerate(range(0, seconds, 15), start=1):
            self.clock.move(seconds=15)
            stretches = [[start, min(start + 15, seconds)]]
            self.post("reports/", {"session": opened["session"], "number": number, "stretches": stretches})
        del self.client.cookies[settings.SESSION_COOKIE_NAME]
        return self.client

    def post(self, address: str, body: dict[str, object]) -> dict[str, str]:
        answer = self.client.post(f"/learn/{address}", json.dumps(body), content_type="application/json")
        return dict(answer.json())


def shown(client: Client, **chosen: str) -> list[list[str]]:
    """The names on each device of the list."""
    rows = client.get(reverse(LIST), chosen).context["rows"]
    return [[person.name for person, _minutes in row["people"]] for row in rows]


def test_two_cadres_on_one_phone_are_a_question_with_names_minutes_and_no_overlap(
    cast: Cast, clock: Clock, husband: Person, lesson: LessonPage, at_desk: Callable[[Person], Client]
) -> None:
    phone = Phone(clock)
    phone.watch(cast.learner, lesson, seconds=120)
    clock.move(minutes=5)
    phone.watch(husband, lesson, seconds=60)
    Phone(clock).watch(husband, lesson)

    answer = at_desk(cast.officer).get(reverse(LIST))

    (row,) = answer.context["rows"]
    assert [(person.name, minutes) for person, minutes in row["people"]] == [("李国强", 1), ("李秀英", 2)]
    text = answer.content.decode()
    assert "这只是一个问题，不是结论" in text
    assert "夫妻常共用一部手机" in text
    assert "没有同时开着" in text
    assert not any(each.device in text for each in DeviceSighting.objects.all())


def test_lessons_open_at_the_same_time_are_said(
    cast: Cast, clock: Clock, husband: Person, lesson: LessonPage, at_desk: Callable[[Person], Client]
) -> None:
    phone = Phone(clock)
    phone.watch(cast.learner, lesson, seconds=120)
    phone.watch(husband, lesson, seconds=120)
    # The first one's page had been open for a minute longer.
    sighting = DeviceSighting.objects.latest("seen_at")
    sighting.seen_at -= timedelta(minutes=1)
    sighting.save()

    (row,) = at_desk(cast.officer).get(reverse(LIST)).context["rows"]

    both = ("李秀英", "李国强")
    assert row["overlaps"] == [(both, sighting.seen_at, sighting.seen_at + timedelta(minutes=1))]


def test_the_cookie_is_random_and_kept_for_lessons_that_earn_hours_alone(
    cast: Cast, clock: Clock, lesson: LessonPage
) -> None:
    plain = Phone(clock).watch(cast.learner, make.lesson())
    farmer = Phone(clock).watch(cast.farmer, lesson)
    cadre, other = (Phone(clock).watch(cast.learner, lesson) for _phone in range(2))

    assert "device" not in plain.cookies
    assert "device" not in farmer.cookies
    cookie = cadre.cookies["device"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/learn/sessions/")
    assert len(cookie.value) == 22
    assert cookie.value != other.cookies["device"].value
    kept = list(DeviceSighting.objects.values_list("device", flat=True))
    assert len(set(kept)) == 2
    assert not any(cookie.value in device for device in kept)


@pytest.mark.parametrize("value", ["", "x", "../../../../etc/passwd", "a" * 5000])
def test_a_made_up_cookie_is_replaced(cast: Cast, clock: Clock, lesson: LessonPage, value: str) -> None:
    phone = Phone(clock)
    phone.client.cookies["device"] = value

    phone.watch(cast.learner, lesson)

    assert len(phone.client.cookies["device"].value) == 22
    assert phone.client.cookies["device"].value != value


def test_each_officer_sees_people_of_her_scope_alone(
    cast: Cast, clock: Clock, husband: Person, lesson: LessonPage, at_desk: Callable[[Person], Client]
) -> None:
    """A third user whom another county manages is neither shown nor counted; with one person left there is no row."""
    phone, second = Phone(clock), Phone(clock)
    for person in (cast.learner, husband, cast.neighbour_learner):
        phone.watch(person, lesson)
    for person in (cast.learner, cast.neighbour_learner):
        second.watch(person, lesson)

    opened = {part: at_desk(actor).get(reverse(LIST)) for part, actor in cast.everybody.items()}

    seen = {
        part: [len(row["people"]) for row in answer.context["rows"]]
        for part, answer in opened.items()
        if answer.status_code == 200
    }
    assert seen == {
        "officer": [2],
        "prefecture_officer": [3, 2],
        "neighbour_officer": [],
        "agriculture_officer": [],
    }
    assert shown(at_desk(cast.officer)) == [["李国强", "李秀英"]]


def test_two_accounts_of_one_person_are_one_person(
    cast: Cast, clock: Clock, husband: Person, lesson: LessonPage, at_desk: Callable[[Person], Client]
) -> None:
    phone = Phone(clock)
    phone.watch(cast.learner, lesson)
    phone.watch(husband, lesson)
    merge(husband, into=cast.learner, by=cast.security_admin, reason="同一个人", at=clock.now)

    assert shown(at_desk(cast.officer)) == []


def test_what_is_known_is_put_away_with_the_reason_until_something_is_new(
    cast: Cast, clock: Clock, husband: Person, lesson: LessonPage, at_desk: Callable[[Person], Client]
) -> None:
    phone, desk = Phone(clock), at_desk(cast.officer)
    for person in (cast.learner, husband):
        phone.watch(person, lesson)
    (row,) = desk.get(reverse(LIST)).context["rows"]
    address = reverse("desk:note_device", args=[row["shared"].sighting])

    assert desk.post(address, {"reason": " "}).status_code == 422
    desk.post(address, {"reason": "夫妻共用一部手机"})

    assert shown(desk) == []
    assert shown(desk, noted="yes") == [["李国强", "李秀英"]]
    entry, device = AuditEntry.objects.get(action="learning.device_noted"), DeviceNote.objects.get().device
    assert entry.detail == {"people": sorted([cast.learner.pk, husband.pk]), "reason": "夫妻共用一部手机"}
    assert device not in json.dumps(entry.detail) + entry.subject_id
    phone.watch(husband, lesson)
    assert shown(desk) == []
    third = PersonFactory(name="周平")
    PostFactory(person=third, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department)
    phone.watch(third, lesson)
    assert shown(desk) == [["周平", "李国强", "李秀英"]]


def test_lessons_open_at_once_are_new_where_none_were(cast: Cast, clock: Clock, husband: Person, lesson: LessonPage):
    phone, cadres = Phone(clock), Person.objects.filter(pk__in=[cast.learner.pk, husband.pk])
    for person in (cast.learner, husband):
        phone.watch(person, lesson)
    (shared,) = shared_devices(cadres, at=clock.now)
    DeviceNote.objects.create(
        device=shared.device,
        people=sorted(shared.person_ids),
        reason="先后用",
        noted_by=cast.officer,
        noted_at=clock.now,
    )
    assert [each.is_noted for each in shared_devices(cadres, at=clock.now)] == [True]

    DeviceSighting.objects.filter(session__person=husband).update(seen_at=shared.first_at)

    assert [each.is_noted for each in shared_devices(cadres, at=clock.now)] == [False]


def test_nobody_notes_a_device_out_of_her_sight_or_of_her_own(
    cast: Cast, clock: Clock, husband: Person, lesson: LessonPage, at_desk: Callable[[Person], Client]
) -> None:
    phone = Phone(clock)
    for person in (cast.learner, husband):
        phone.watch(person, lesson)
    address = reverse("desk:note_device", args=[DeviceSighting.objects.earliest("seen_at").pk])
    PostFactory(person=cast.officer, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department)

    told = {part: at_desk(actor).post(address, {"reason": "好"}).status_code for part, actor in cast.everybody.items()}

    assert {part for part, status in told.items() if status == 302} == {"officer", "prefecture_officer"}
    phone.watch(cast.officer, lesson)
    assert at_desk(cast.officer).post(address, {"reason": "我也在用"}).status_code == 422


@pytest.mark.parametrize("how_many", [1, 3])
def test_the_list_needs_the_same_queries_for_one_and_three(
    cast: Cast,
    clock: Clock,
    husband: Person,
    lesson: LessonPage,
    at_desk: Callable[[Person], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
    how_many: int,
) -> None:
    for _device in range(how_many):
        phone = Phone(clock)
        for person in (cast.learner, husband):
            phone.watch(person, lesson, seconds=15)
    desk = at_desk(cast.officer)
    desk.get(reverse(LIST))

    with django_assert_num_queries(QUERIES):
        assert len(shown(desk)) == how_many


# Session, person, second factor, roles, groups; persons in scope, devices, sightings, notes, people; what waits (5).
QUERIES = 17


@pytest.mark.slow
@pytest.mark.parametrize("phones", [pytest.param(1, marks=pytest.mark.any_database), 2])
def test_hours_are_the_same_on_one_phone_and_on_two(
    cast: Cast, clock: Clock, husband: Person, phones: int, at_desk: Callable[[Person], Client]
) -> None:
    """Nothing hangs on the question, noted or not: neither completions nor hours, nor when a check falls due."""
    world.adopt()
    lesson = make.credit_lesson(seconds=2700, presence_questions=None)
    first = Phone(clock)
    second = first if phones == 1 else Phone(clock)
    for phone, person in ((first, cast.learner), (second, husband)):
        phone.watch(person, lesson, seconds=2700)
    assert len(shown(at_desk(cast.officer))) == (phones == 1)

    for completion in LessonCompletion.objects.order_by("pk"):
        register_credit(completion, at=clock.now)

    hours = {entry.person_id: str(entry.hours) for entry in CreditLedgerEntry.objects.all()}
    assert hours == {cast.learner.pk: "1.00", husband.pk: "1.00"}


def test_nothing_that_judges_counts_or_pays_reads_it() -> None:
    """Whoever makes a consequence hang on it has to come past here."""
    root = Path(settings.BASE_DIR)
    readers = {
        str(path.relative_to(root))
        for app in ("lms", "courses", "media", "search")
        for path in (root / app).rglob("*.py")
        if "migrations" not in path.parts
        and any(word in path.read_text(encoding="utf-8") for word in ("DeviceSighting", "DeviceNote", "domain.devices"))
    }

    assert readers == {
        "lms/learning/domain/devices.py",
        "lms/learning/domain/forgetting.py",
        "lms/learning/models/__init__.py",
        "lms/learning/models/devices.py",
        "lms/learning/views/playing.py",
        "lms/reports/devices/forms.py",
        "lms/reports/devices/views.py",
    }


def test_nothing_append_only_holds_a_device() -> None:
    held = [
        f"{model.__name__}.{each.name}"
        for model in append_only.protected_models()
        for each in model._meta.get_fields()
        if "device" in each.name or (isinstance(each, models.ForeignKey) and each.related_model is DeviceSighting)
    ]

    assert held == []


def test_devices_are_forgotten(cast: Cast, clock: Clock, husband: Person, lesson: LessonPage) -> None:
    phone = Phone(clock)
    for person in (cast.learner, husband):
        phone.watch(person, lesson)
    close_account(husband, by=husband, at=clock.now)

    forget_words(at=clock.now)
    assert [each.session.person for each in DeviceSighting.objects.all()] == [cast.learner]
    forget_words(at=clock.move(days=61))

    assert not DeviceSighting.objects.exists()
