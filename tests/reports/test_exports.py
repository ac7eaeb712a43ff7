"""Files of the desk: the same as the pages of the people in them, in every format, in as many queries however many."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from lms.credits.domain.assessing import assess_everybody
from lms.credits.domain.judging import together
from lms.credits.domain.registering import register_credit
from lms.people.models import Person, Post
from lms.people.queries import accounts_of
from lms.reports.definitions import cadre_hours
from tests.cast import TODAY, Cast
from tests.clock import Clock
from tests.credits.outside import imported, row_of, xlsx
from tests.credits.world import AT, adopt, complete, teach
from tests.factories.people import PersonFactory, PostFactory

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]
BEFORE = date(2026, 11, 10)


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 12)


def cadre(cast: Cast, name: str, **more: Any) -> Person:
    person = PersonFactory(name=name)
    post = {
        "org": cast.orgs.township_government,
        "cadre_authority": cast.orgs.organization_department,
        "category": "township_cadre",
        "level": "township_level_deputy",
        "title": f"{name}的职务",
    }
    PostFactory(person=person, **post | more)
    return person


@pytest.fixture
def people(cast: Cast) -> list[Person]:
    """Somebody with two posts, two accounts and hours from two places, somebody who began lately, and the learner."""
    adopt()
    taught = teach(1800, 2700, credit_for=["township_cadre", "village_cadre"])
    busy, fresh = cadre(cast, "钱进"), cadre(cast, "孙芳", active_from=date(2026, 11, 1))
    PostFactory(
        person=busy,
        org=cast.orgs.village_committee,
        cadre_authority=cast.orgs.organization_department,
        category="village_cadre",
        title="包村干部",
        active_from=date(2026, 5, 1),
    )
    old = cadre(cast, "钱进", title="旧账号的职务", active_from=date(2026, 2, 1))
    imported(cast, xlsx(row_of(busy, hours=7.5), row_of(busy, number="K002", day=date(2026, 11, 15), hours=4)))
    for person, number in ((busy, 0), (old, 1), (cast.learner, 0)):
        register_credit(complete(person, taught, number), at=AT)
    complete(old, taught, 0)
    Person.objects.filter(pk=old.pk).update(merged_into=busy)
    return [busy, fresh, cast.learner]


def rows_of(client: Client, code: str, **query: str) -> list[list[Any]]:
    answer = client.get(reverse("desk:export", args=[code, "json"]), query)
    rows: list[list[Any]] = json.loads(b"".join(answer))["rows"]
    return rows


def as_the_page_says(client: Client, person: Person, **query: str) -> list[Any]:
    """What the file should say of her, put together from her own page."""
    shown = client.get(reverse("desk:person", args=[person.pk]), query).context
    hours = dict.fromkeys(("online_self_study", "centralized_training"), Decimal("0.00"))
    missing = dict(hours)
    for row in shown["entries"]:
        hours[row.entry.category] += row.entry.hours
    for one, _why in shown["counters"]:
        missing[one.need.category] += one.missing_hours
    state = together(one.state for one, _why in shown["counters"])
    titles = {(done.is_course, done.title) for done in shown["completions"]}
    post = shown["cadre"].post
    return [
        person.name,
        post.org.name,
        post.title,
        post.get_category_display(),
        *map(str, hours.values()),
        len([title for is_course, title in titles if not is_course]),
        len([title for is_course, title in titles if is_course]),
        state.label,
        *map(str, missing.values()),
    ]


@pytest.mark.parametrize(
    ("kept", "on"),
    [
        (True, TODAY),
        *(pytest.param(*each, marks=pytest.mark.slow) for each in ((True, BEFORE), (False, TODAY), (False, BEFORE))),
    ],
)
def test_the_file_says_what_each_persons_page_says(
    cast: Cast, people: list[Person], at_desk: AtDesk, on: date, kept: bool
) -> None:
    officer = at_desk(cast.officer)
    if kept:
        assess_everybody(on=TODAY)

    rows = rows_of(officer, "cadre-hours", on=on.isoformat())

    said = [as_the_page_says(officer, person, on=on.isoformat()) for person in people]
    assert sorted(rows) == sorted(said)
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


def test_the_entries_of_a_file_are_those_of_each_persons_page(
    cast: Cast, people: list[Person], at_desk: AtDesk
) -> None:
    officer = at_desk(cast.officer)

    rows = rows_of(officer, "cadre-entries")

    said = [
        [
            person.name,
            row.entry.day.isoformat(),
            row.title,
            str(row.entry.hours),
            f"{row.entry.person_id}-{row.entry.seq}",
        ]
        for person in people
        for row in officer.get(reverse("desk:person", args=[person.pk])).context["entries"]
    ]
    assert sorted([row[0], row[1], row[5], row[6], row[9]] for row in rows) == sorted(said)
    assert {row[4] for row in rows} == {"本平台", "外部导入"}


def test_the_post_in_the_file_is_that_of_the_day(cast: Cast, people: list[Person], at_desk: AtDesk) -> None:
    Post.objects.filter(person=people[0], title="钱进的职务").update(active_to=date(2026, 11, 15))
    officer = at_desk(cast.officer)

    posts = [
        {row[0]: row[2] for row in rows_of(officer, "cadre-hours", on=on.isoformat())}["钱进"] for on in (BEFORE, TODAY)
    ]

    assert posts == ["钱进的职务", "旧账号的职务"]


def test_whoever_leaves_while_the_file_is_written_is_not_in_it(
    cast: Cast, people: list[Person], at_desk: AtDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave_first(ids: list[int]) -> dict[int, int]:
        Post.objects.filter(person=cast.learner).update(active_to=TODAY)
        return accounts_of(ids)

    monkeypatch.setattr(cadre_hours, "accounts_of", leave_first)

    rows = rows_of(at_desk(cast.officer), "cadre-hours")

    assert sorted(row[0] for row in rows) == ["孙芳", "钱进"]


@pytest.mark.parametrize("code", ["cadre-hours", "cadre-entries"])
def test_a_workbook_holds_what_the_comma_file_holds(
    cast: Cast, people: list[Person], at_desk: AtDesk, code: str
) -> None:
    Person.objects.filter(pk=cast.learner.pk).update(name="+\x07<王 & 秀>")
    officer = at_desk(cast.officer)

    comma, workbook = (
        b"".join(officer.get(reverse("desk:export", args=[code, extension]))) for extension in ("csv", "xlsx")
    )

    lines = list(csv.reader(io.StringIO(comma.decode("utf-8-sig"), newline="")))
    sheet, words = load_workbook(io.BytesIO(workbook)).worksheets
    cells = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    plain = [[cell.removeprefix("'").replace("\x07", "") for cell in line] for line in lines]
    numbers = {5, 6} if code == "cadre-hours" else {7, 8}
    assert [[cell for cell in row if cell] for row in cells[:2]] == plain[:2]
    assert [as_numbers(row) for row in cells[2:]] == [as_numbers(row) for row in plain[2:]]
    assert {sheet.cell(sheet.max_row, column).number_format for column in numbers} == {"0.00"}
    assert list(words.iter_rows(values_only=True))[-1][:2] == ("行数", len(lines) - 3)


def as_numbers(cells: list[str]) -> list[Any]:
    """Cells that are numbers as these: 12.50 in one file is 12.5 in the other."""
    return [Decimal(cell) if cell.replace(".", "", 1).isdecimal() else cell for cell in cells]


@pytest.mark.parametrize("code", ["cadre-hours", "cadre-entries"])
def test_one_cadre_and_three_take_the_same_queries(
    cast: Cast, people: list[Person], at_desk: AtDesk, code: str
) -> None:
    officer = at_desk(cast.officer)
    counts = []
    for query in ({"q": "钱"}, {}):
        with CaptureQueriesContext(connection) as queries:
            officer.get(reverse("desk:export", args=[code, "csv"]), query)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 30
