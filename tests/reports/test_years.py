"""Closing a year on the desk: who sees which table, confirms and closes; the paper of one person."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from lms.credits.domain.closing import open_year
from lms.credits.models import UnitConfirmation, YearClosing, YearSnapshot
from lms.people.enums import RoleKind
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.credits.world import AT, adopt, earn, load
from tests.factories.people import PersonFactory, RoleFactory

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]
CUTOFF = date(2027, 1, 15)


@pytest.fixture
def personnel(cast: Cast) -> Person:
    person = PersonFactory(name="人事干部")
    RoleFactory(person=person, kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=cast.orgs.village_committee)
    return person


@pytest.fixture
def closing(cast: Cast, clock: Clock) -> YearClosing:
    adopt()
    load()
    earn(cast.learner)
    made = open_year(cast.orgs.organization_department, 2026, cutoff=CUTOFF, by=cast.officer, at=AT)
    clock.set(2027, 1, 16, 9)
    return made


def everybody(cast: Cast, personnel: Person) -> dict[str, Person]:
    return {**cast.everybody, "personnel": personnel}


def opened(cast: Cast, personnel: Person, at_desk: AtDesk, address: str) -> set[str]:
    return {
        part for part, person in everybody(cast, personnel).items() if at_desk(person).get(address).status_code == 200
    }


def test_each_page_opens_for_those_whose_year_it_is(
    cast: Cast, closing: YearClosing, personnel: Person, at_desk: AtDesk
) -> None:
    unit = reverse("desk:year_unit", args=[closing.pk, cast.orgs.village_committee.pk])

    assert opened(cast, personnel, at_desk, reverse("desk:year", args=[closing.pk])) == {"officer"}
    assert opened(cast, personnel, at_desk, unit) == {"officer", "personnel"}
    assert opened(cast, personnel, at_desk, reverse("desk:paper", args=[cast.learner.pk])) == {
        "officer",
        "prefecture_officer",
        "personnel",
    }
    assert opened(cast, personnel, at_desk, reverse("desk:years")) == {
        "officer",
        "neighbour_officer",
        "prefecture_officer",
        "personnel",
    }


def test_an_officer_begins_a_year(cast: Cast, clock: Clock, at_desk: AtDesk) -> None:
    clock.set(2026, 11, 20, 10)
    client = at_desk(cast.officer)

    assert 'value="2027-01-15"' in client.get(reverse("desk:years")).content.decode(), "as browsers read a day"
    bad = client.post(reverse("desk:open_year"), {"year": "2026", "cutoff": "2026-11-30"})
    good = client.post(reverse("desk:open_year"), {"year": "2026", "cutoff": "2027-01-15"})

    assert bad.status_code == 422 and "12月31日" in bad.content.decode()
    closing = YearClosing.objects.get()
    assert good["Location"] == reverse("desk:year", args=[closing.pk])
    assert (closing.authority, closing.cutoff) == (cast.orgs.organization_department, CUTOFF)
    assert "柳树村村民委员会" in client.get(good["Location"]).content.decode()


def test_a_unit_confirms_and_the_authority_closes(
    cast: Cast, closing: YearClosing, personnel: Person, at_desk: AtDesk
) -> None:
    unit = cast.orgs.village_committee.pk
    page = at_desk(personnel).get(reverse("desk:year_unit", args=[closing.pk, unit]))
    assert page.context["may_confirm"] and cast.learner.name in page.content.decode()

    stranger = at_desk(cast.officer).post(reverse("desk:confirm_unit", args=[closing.pk, unit]))
    assert stranger.status_code == 403 and not UnitConfirmation.objects.exists()
    at_desk(personnel).post(reverse("desk:confirm_unit", args=[closing.pk, unit]))
    assert UnitConfirmation.objects.get().by == personnel

    answer = at_desk(cast.officer).post(reverse("desk:close_year", args=[closing.pk]))
    assert answer.status_code == 302
    assert YearSnapshot.objects.get().without == []
    page = at_desk(cast.officer).get(answer["Location"]).content.decode()
    assert "结账后补登" in page and "目前没有" in page


def test_a_year_with_silent_units_asks_why(cast: Cast, closing: YearClosing, at_desk: AtDesk) -> None:
    address = reverse("desk:close_year", args=[closing.pk])

    asked = at_desk(cast.officer).post(address, {"reason": ""})
    assert asked.status_code == 422 and "请说明" in asked.content.decode()
    assert at_desk(cast.neighbour_officer).post(address, {"reason": "x"}).status_code == 404
    assert at_desk(cast.officer).post(address, {"reason": "村里没有网络"}).status_code == 302


@pytest.mark.parametrize("year", ["2026", "", "１９９９", "9999999999", "-1", "x", "2999"])
def test_the_paper_names_the_year_the_entries_and_places_for_signatures(
    cast: Cast, closing: YearClosing, at_desk: AtDesk, year: str
) -> None:
    page = at_desk(cast.officer).get(reverse("desk:paper", args=[cast.learner.pk]), {"year": year})

    text = page.content.decode()
    assert page.context["year"] == (2026 if year == "2026" else 2027)
    assert "填表人" in text and "盖章" in text
    assert ("校验值" in text) == (year == "2026")
