"""Saved views are an officer's own, hold filters alone, and open only what she may see today."""

from collections.abc import Callable
from datetime import date
from io import StringIO
from urllib.parse import parse_qs

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from lms.people.domain.closing import close_account
from lms.people.enums import RoleKind
from lms.people.models import Person, Role
from lms.reports.models import SavedView
from lms.reports.saved.forms import kept_of
from lms.reports.saved.keeping import MOST_VIEWS
from lms.tools.management.commands.sweep import COMMANDS
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.people import PersonFactory, RoleFactory

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]
VIEWS = reverse("desk:views")


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 12)


def keep(client: Client, name: str, page: str = "people", **query: str) -> SavedView:
    said = client.get(reverse(f"desk:{page}"), query).context["keep_form"].initial
    client.post(VIEWS, {"name": name, **said})
    return SavedView.objects.get(name=name)


def test_a_view_keeps_what_is_shown_and_comes_back_to_it(cast: Cast, at_desk: AtDesk) -> None:
    officer = at_desk(cast.officer)
    code = cast.places.township.code

    view = keep(officer, "东河镇未达标", place=code, standing="short", sort="unit", on="2026-06-30", q="王", page_="3")

    assert (view.person, view.page) == (cast.officer, "people")
    assert parse_qs(view.query) == {"place": [code], "standing": ["short"], "sort": ["unit"], "on": ["2026-06-30"]}
    opened = officer.get(reverse("desk:view", args=[view.pk]))
    assert opened["Location"] == f"{reverse('desk:people')}?{view.query}"
    shown = officer.get(opened["Location"]).context
    assert (shown["place"], shown["on"], shown["form"].cleaned_data["standing"]) == (
        cast.places.township,
        date(2026, 6, 30),
        "short",
    )


def test_a_view_of_today_follows_the_calendar(cast: Cast, at_desk: AtDesk) -> None:
    view = keep(at_desk(cast.officer), "今天", "overview", on="2026-11-20", year="2026", category="village_cadre")

    assert view.query == "category=village_cadre"


def test_the_same_name_keeps_the_new_filters(cast: Cast, at_desk: AtDesk) -> None:
    officer = at_desk(cast.officer)

    keep(officer, "我的", standing="short")
    keep(officer, "我的", standing="met")

    assert [view.query for view in SavedView.objects.all()] == ["standing=met"]


def test_views_are_renamed_and_deleted_by_their_owner_alone(cast: Cast, at_desk: AtDesk) -> None:
    officer, other = at_desk(cast.officer), at_desk(cast.prefecture_officer)
    view = keep(officer, "未达标", standing="short")
    keep(officer, "达标", standing="met")

    for address in ("view", "rename_view", "delete_view"):
        method = other.get if address == "view" else other.post
        assert method(reverse(f"desk:{address}", args=[view.pk]), {"name": "x"}).status_code == 404
    assert "未达标" not in [row.view.name for row in other.get(VIEWS).context["rows"]]
    officer.post(reverse("desk:rename_view", args=[view.pk]), {"name": "达标"})
    officer.post(reverse("desk:rename_view", args=[view.pk]), {"name": ""})
    view.refresh_from_db()
    assert view.name == "未达标"
    officer.post(reverse("desk:rename_view", args=[view.pk]), {"name": "要催的"})
    view.refresh_from_db()
    assert view.name == "要催的"
    officer.post(reverse("desk:delete_view", args=[view.pk]))
    assert [view.name for view in SavedView.objects.all()] == ["达标"]


def test_a_place_that_is_no_longer_hers_is_said_and_not_shown(cast: Cast, at_desk: AtDesk) -> None:
    RoleFactory(person=cast.officer, kind=RoleKind.OFFICER, org=cast.orgs.neighbour_department)
    officer = at_desk(cast.officer)
    view = keep(officer, "乙县", place=cast.places.neighbour_township.code)
    Role.objects.filter(person=cast.officer, org=cast.orgs.neighbour_department).update(active_to=date(2026, 11, 20))

    listed = officer.get(VIEWS)
    opened = officer.get(reverse("desk:view", args=[view.pk]), follow=True)

    (row,) = listed.context["rows"]
    assert (row.is_open, row.place) == (False, "")
    assert "这个地区现在不归您负责" in listed.content.decode()
    assert opened.redirect_chain == [(VIEWS, 302)]
    assert "现在不归您负责" in opened.content.decode() and "西河镇" not in opened.content.decode()


def test_there_is_an_end_to_views(cast: Cast, at_desk: AtDesk, clock: Clock) -> None:
    officer = at_desk(cast.officer)
    SavedView.objects.bulk_create(
        SavedView(person=cast.officer, name=f"视图{number}", page="people", saved_at=clock.now)
        for number in range(MOST_VIEWS)
    )

    answer = officer.post(VIEWS, {"name": "还一个", "page": "people", "query": ""})

    assert answer.status_code == 422 and "请先删掉一个" in answer.content.decode()
    assert SavedView.objects.count() == MOST_VIEWS
    assert officer.post(VIEWS, {"name": "视图1", "page": "overview", "query": ""}).status_code == 302


@pytest.mark.parametrize(
    "said",
    [
        {"name": "", "page": "people"},
        {"name": "长" * 41, "page": "people"},
        {"name": "x", "page": "https://elsewhere.example"},
        {"name": "x"},
        {"name": "x\0y", "page": "people"},
    ],
)
def test_bad_input_keeps_nothing(cast: Cast, at_desk: AtDesk, said: dict[str, str]) -> None:
    answer = at_desk(cast.officer).post(VIEWS, said)

    assert answer.status_code == 422
    assert not SavedView.objects.exists()


def test_only_filters_are_kept_of_an_address() -> None:
    assert kept_of("standing=short&q=王大山&page=3&next=//x&standing=met") == "standing=met"
    assert (
        len(kept_of("&".join(f"{name}={'%E7%8E%8B' * 900}" for name in ("place", "unit", "category", "sort")))) <= 300
    )
    assert kept_of("%%%&=&&\n") == ""


def test_views_are_for_officers(cast: Cast, at_desk: AtDesk) -> None:
    personnel = PersonFactory(name="钱人事", staff=True)
    RoleFactory(person=personnel, kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=cast.orgs.township_government)
    everybody = {**cast.everybody, "personnel": personnel}

    opened = {part for part, person in everybody.items() if at_desk(person).get(VIEWS).status_code == 200}

    assert opened == {"officer", "neighbour_officer", "prefecture_officer", "agriculture_officer"}


def test_views_go_with_the_account(cast: Cast, at_desk: AtDesk, clock: Clock) -> None:
    keep(at_desk(cast.officer), "未达标", standing="short")
    keep(at_desk(cast.prefecture_officer), "达标", standing="met")
    close_account(cast.officer, by=cast.security_admin, at=clock.now)

    call_command("forget_saved_views", dry_run=True, stdout=StringIO())
    assert SavedView.objects.count() == 2
    call_command("forget_saved_views", stdout=StringIO())

    assert [view.name for view in SavedView.objects.all()] == ["达标"]
    assert "forget_saved_views" in COMMANDS
