"""The desk shows an officer her cadres as of a day, and nobody else anybody."""

import base64
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from courses.models import LessonPage
from lms.audit.models import AuditEntry
from lms.credits.domain.registering import register_credit
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.models import LessonCompletion
from lms.lib.stretches import Stretches
from lms.people.domain.leaving import leave_post
from lms.people.models import Person, Post, Role
from lms.reports.definitions import CadreHours
from tests.cast import Cast
from tests.clock import Clock
from tests.credits.world import adopt
from tests.factories.learning import live_course, live_lesson, published

pytestmark = pytest.mark.django_db
# The day on which everybody looks; the cast's ended officer's role ended on 1 November.
LOOK = (2026, 11, 20, 10)


@pytest.fixture
def lesson(cast: Cast, clock: Clock) -> LessonPage:
    """A lesson that gives village cadres hours, under a rule in force in the cast's province."""
    clock.set(*LOOK)
    adopt()
    return published(live_lesson(live_course(credit_for=["village_cadre", "township_cadre"]), seconds=100))


def watch(person: Person, lesson: LessonPage, *, at: datetime) -> LessonCompletion:
    """The person watches the whole lesson in real time, and the hours are registered."""
    session = open_session(person, lesson, at=at)
    accept_report(session, 1, stretches=Stretches.of([(0, 100)]), at=at + timedelta(seconds=100))
    completion = LessonCompletion.objects.get(person=person, lesson_key=lesson.translation_key)
    register_credit(completion, at=at + timedelta(seconds=101))
    return completion


PAGES = ["desk:overview", "desk:people"]
EXPORTS = [
    ("cadre-hours", "xlsx"),
    pytest.param("cadre-hours", "csv", marks=pytest.mark.slow),
    pytest.param("cadre-entries", "xlsx", marks=pytest.mark.slow),
    ("cadre-entries", "csv"),
]


def test_overview_adds_up_the_cadres_of_the_county(
    cast: Cast, lesson: LessonPage, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    watch(cast.learner, lesson, at=clock.now - timedelta(days=1))
    watch(cast.neighbour_learner, lesson, at=clock.now - timedelta(days=1))

    answer = at_desk(cast.officer).get(reverse("desk:overview"))

    figures = answer.context["figures"]
    assert (figures.total.people, figures.total.online_hours) == (1, Decimal("0.25"))
    assert (figures.total.lessons_completed, figures.total.courses_completed) == (1, 1)
    assert [(place.name, place.stand) for place in figures.children] == [("东河镇", figures.total)]


def test_people_lists_cadres_of_the_place_and_nobody_else(
    cast: Cast, lesson: LessonPage, at_desk: Callable[[Person], Client]
) -> None:
    answer = at_desk(cast.officer).get(reverse("desk:people"))

    assert [person.pk for person in answer.context["page"].object_list] == [cast.learner.pk]


@pytest.mark.parametrize("page", PAGES)
def test_page_opens_for_desk_roles_alone(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client], page: str
) -> None:
    clock.set(*LOOK)

    opened = {part for part, person in cast.everybody.items() if at_desk(person).get(reverse(page)).status_code == 200}

    assert opened == {"officer", "neighbour_officer", "prefecture_officer", "agriculture_officer"}


@pytest.mark.parametrize(("code", "extension"), EXPORTS)
def test_export_never_holds_a_cadre_of_somebody_else(
    cast: Cast, lesson: LessonPage, clock: Clock, at_desk: Callable[[Person], Client], code: str, extension: str
) -> None:
    watch(cast.learner, lesson, at=clock.now - timedelta(days=1))
    watch(cast.neighbour_learner, lesson, at=clock.now - timedelta(days=1))

    named = set()
    for part, person in cast.everybody.items():
        answer = at_desk(person).get(reverse("desk:export", args=[code, extension]))
        if answer.status_code == 200 and cast.learner.name in _text(b"".join(answer), extension):
            named.add(part)

    assert named == {"officer", "prefecture_officer"}


def _text(body: bytes, extension: str) -> str:
    if extension == "csv":
        return body.decode("utf-8-sig")
    book = load_workbook(io.BytesIO(body), read_only=True)
    return "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)


@pytest.mark.parametrize("part", ["neighbour_officer", "agriculture_officer", "ended_officer", "trainer", "farmer"])
def test_record_of_a_cadre_is_not_there_for_others(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client], part: str
) -> None:
    clock.set(*LOOK)

    answer = at_desk(getattr(cast, part)).get(reverse("desk:person", args=[cast.learner.pk]))

    assert answer.status_code in {302, 403, 404}
    assert cast.learner.name not in answer.content.decode()


def test_record_shows_each_hour_with_its_why(
    cast: Cast, lesson: LessonPage, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    watch(cast.learner, lesson, at=clock.now - timedelta(days=1))

    answer = at_desk(cast.officer).get(reverse("desk:person", args=[cast.learner.pk]))

    (row,) = answer.context["entries"]
    assert (row.entry.hours, row.title) == (Decimal("0.25"), f"{lesson.course.title} · {lesson.title}")
    assert row.sentences
    assert sorted(completed.is_course for completed in answer.context["completions"]) == [False, True]


def test_hours_as_of_an_earlier_day_are_those_of_that_day(
    cast: Cast, lesson: LessonPage, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    watch(cast.learner, lesson, at=clock.now - timedelta(days=1))
    before = (clock.now - timedelta(days=2)).date()

    answer = at_desk(cast.officer).get(reverse("desk:overview"), {"on": before.isoformat()})

    assert answer.context["figures"].total.online_hours == Decimal("0.00")
    assert answer.context["figures"].total.people == 1


def test_cadre_whose_post_ended_is_seen_as_of_the_day_it_held(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    clock.set(*LOOK)
    leave_post(Post.objects.get(person=cast.learner), on=date(2026, 11, 10))
    officer = at_desk(cast.officer)

    today = officer.get(reverse("desk:people"))
    then = officer.get(reverse("desk:people"), {"on": "2026-11-09"})

    assert list(today.context["page"].object_list) == []
    assert [person.pk for person in then.context["page"].object_list] == [cast.learner.pk]


def test_officer_whose_role_ended_yesterday_exports_nothing(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    clock.set(2026, 11, 1, 0, 0, 30)

    for on in ("", "2026-10-31"):
        answer = at_desk(cast.ended_officer).get(reverse("desk:export", args=["cadre-hours", "xlsx"]), {"on": on})
        assert answer.status_code == 403


def test_export_is_on_the_log(cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]) -> None:
    clock.set(*LOOK)

    at_desk(cast.officer).get(reverse("desk:export", args=["cadre-hours", "csv"]))

    entry = AuditEntry.objects.get(action="report_exported")
    assert (entry.actor_id, entry.detail["rows"]) == (cast.officer.pk, 1)


@pytest.mark.parametrize("extension", ["csv", "json", "xlsx"])
def test_the_checksum_of_a_file_goes_with_it_and_stands_on_the_log(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client], extension: str
) -> None:
    clock.set(*LOOK)

    answer = at_desk(cast.officer).get(reverse("desk:export", args=["cadre-hours", extension]))

    checksum = hashlib.sha256(b"".join(answer)).digest()
    assert answer["Repr-Digest"] == f"sha-256=:{base64.b64encode(checksum).decode()}:"
    assert AuditEntry.objects.get(action="report_exported").detail["sha256"] == checksum.hex()


def test_json_says_what_its_columns_mean_and_how_many_rows_there_are(
    cast: Cast, lesson: LessonPage, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    watch(cast.learner, lesson, at=clock.now - timedelta(days=1))

    hours = json.loads(b"".join(at_desk(cast.officer).get(reverse("desk:export", args=["cadre-hours", "json"]))))
    entries = json.loads(b"".join(at_desk(cast.officer).get(reverse("desk:export", args=["cadre-entries", "json"]))))

    online = next(at for at, column in enumerate(hours["columns"]) if column.get("metric") == "online_hours v1")
    assert hours["rows"][0][online] == "0.25" and hours["columns"][online]["definition"]
    assert (hours["count"], hours["as_of"], hours["year"]) == (1, "2026-11-20", 2026)
    assert entries["count"] == len(entries["rows"]) == 1
    assert len(entries["rows"][0]) == len(entries["columns"])


def test_an_export_stops_when_the_role_ends_on_the_way(
    cast: Cast, lesson: LessonPage, clock: Clock, at_desk: Callable[[Person], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(cast.learner, lesson, at=clock.now - timedelta(days=1))
    rows = CadreHours.rows

    def rows_over_midnight(report: CadreHours) -> Iterator[Any]:
        for row in rows(report):
            yield row
            Role.objects.filter(person=cast.officer).update(active_to=date(2026, 11, 20))

    monkeypatch.setattr(CadreHours, "rows", rows_over_midnight)
    officer = at_desk(cast.officer)

    answer = officer.get(reverse("desk:export", args=["cadre-hours", "csv"]))

    assert answer.status_code == 403 and cast.learner.name not in answer.content.decode()
    assert not AuditEntry.objects.filter(action="report_exported").exists()
    assert AuditEntry.objects.get(action="report_stopped").actor_id == cast.officer.pk


def test_name_that_looks_like_a_formula_stays_text(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    clock.set(*LOOK)
    Person.objects.filter(pk=cast.learner.pk).update(name='=HYPERLINK("x")')
    officer = at_desk(cast.officer)

    comma = b"".join(officer.get(reverse("desk:export", args=["cadre-hours", "csv"]))).decode("utf-8-sig")
    book = load_workbook(
        io.BytesIO(b"".join(officer.get(reverse("desk:export", args=["cadre-hours", "xlsx"])))), data_only=False
    )

    assert "'=HYPERLINK" in comma
    (cell,) = [cell for row in book.worksheets[0] for cell in row if str(cell.value).startswith("=HYPERLINK")]
    assert cell.data_type == "s"


@pytest.mark.parametrize(
    "query",
    [
        {"on": "yesterday"},
        {"on": "9999-99-99"},
        {"year": "abc"},
        {"year": "-5"},
        {"unit": "'; drop table"},
        {"unit": "999999"},
        {"category": "king"},
        {"page": "-1"},
        {"q": "王" * 5000},
        {"q": "%_\\"},
    ],
)
def test_odd_questions_are_answered_calmly(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client], query: dict[str, str]
) -> None:
    clock.set(*LOOK)

    assert at_desk(cast.officer).get(reverse("desk:people"), query).status_code == 200


@pytest.mark.parametrize("how_many", [1, 3])
def test_people_needs_the_same_queries_for_one_and_three(
    cast: Cast,
    clock: Clock,
    at_desk: Callable[[Person], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
    how_many: int,
) -> None:
    from tests.factories.people import PersonFactory, PostFactory

    clock.set(*LOOK)
    for _number in range(how_many - 1):
        PostFactory(
            person=PersonFactory(village=cast.places.village),
            org=cast.orgs.village_committee,
            cadre_authority=cast.orgs.organization_department,
            category="village_cadre",
        )
    officer = at_desk(cast.officer)
    officer.get(reverse("desk:people"))

    with django_assert_num_queries(QUERIES_OF_PEOPLE):
        officer.get(reverse("desk:people"))


QUERIES_OF_PEOPLE = 30


def test_agriculture_officer_sees_farmers_masked(cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]) -> None:
    clock.set(*LOOK)

    page = at_desk(cast.agriculture_officer).get(reverse("desk:overview")).content.decode()

    assert "王＊＊" in page
    assert cast.farmer.name not in page
    assert cast.learner.name not in page
