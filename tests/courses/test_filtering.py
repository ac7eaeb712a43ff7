"""The catalogue: what the address asks for, what fits, and a page that helps where nothing does."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses.domain.filtering import Filter
from courses.models import CataloguePage, CoursePage
from courses.queries import new_courses, tracks_on_show
from tests.factories.learning import live_course, live_lesson

pytestmark = pytest.mark.django_db
CATALOGUE = reverse("catalogue:courses")


@pytest.fixture
def short() -> CoursePage:
    """For older people, at the first level, ten minutes."""
    course = live_course(audience=["elder"], level="basic")
    live_lesson(course, seconds=600)
    return course


@pytest.fixture
def long() -> CoursePage:
    """For village cadres, an hour, with credit hours."""
    course = live_course(audience=["village_cadre"], credit_for=["village_cadre"])
    for _each in range(6):
        live_lesson(course, seconds=600)
    return course


def shown(client: Client, **asked: str) -> list[str]:
    entries = client.get(CATALOGUE, asked).context["shown"]
    return [course.course.title for entry in entries for course in entry.courses]


def test_everything_is_shown_until_something_is_chosen(client: Client, short: CoursePage, long: CoursePage) -> None:
    assert shown(client) == [short.title, long.title]


def test_each_choice_leaves_what_fits(client: Client, short: CoursePage, long: CoursePage) -> None:
    assert shown(client, track=short.track.code) == [short.title]
    assert shown(client, **{"for": "elder"}) == [short.title]
    assert shown(client, length="short") == [short.title]
    assert shown(client, length="long") == [long.title]
    assert shown(client, hours="yes") == [long.title]
    assert shown(client, level="basic") == [short.title]
    assert shown(client, length="long", **{"for": "village_cadre"}) == [long.title]


def test_a_course_without_audience_of_its_own_is_for_its_tracks_or_everybody(client: Client) -> None:
    course = live_course()
    live_lesson(course)
    assert shown(client, **{"for": "elder"}) == [course.title]

    CataloguePage.objects.filter(pk=course.track.pk).update(audience=["farmer"])

    assert shown(client, **{"for": "elder"}) == [] and shown(client, **{"for": "farmer"}) == [course.title]


def test_what_the_address_makes_up_is_passed_over(client: Client, short: CoursePage) -> None:
    asked = {"track": "'; drop", "for": "king", "length": "∞", "level": "top", "hours": "maybe"}

    assert shown(client, **asked) == [short.title]
    assert not Filter.read(asked, tracks=[]).is_set


def test_only_levels_that_a_course_has_are_offered(client: Client, short: CoursePage, long: CoursePage) -> None:
    levels = client.get(CATALOGUE).context["levels"]

    assert levels == [("basic", "初级（头回学）")]
    assert "初级（头回学）" in client.get(short.url).content.decode()


def test_nothing_found_says_how_to_go_on(client: Client, short: CoursePage) -> None:
    page = client.get(CATALOGUE, {"length": "long"}).content.decode()

    assert "没有课程样样都合" in page and f'class="button" href="{CATALOGUE}"' in page


def test_a_choice_keeps_the_others_in_its_address(client: Client, short: CoursePage) -> None:
    page = client.get(CATALOGUE, {"for": "elder", "length": "short"}).content.decode()

    assert "?for=elder&amp;length=long" in page


def test_what_was_chosen_stands_above_the_courses_and_each_can_be_left_out(client: Client, short: CoursePage) -> None:
    page = client.get(CATALOGUE, {"for": "elder", "length": "short", "hours": "yes"}).content.decode()

    chosen = re.findall(r'chip-chosen" href="([^"]*)">([^<]*)<', page)
    assert chosen == [
        ("?length=short&amp;hours=yes", "老年人"),
        ("?for=elder&amp;hours=yes", "20 分钟以内"),
        ("?for=elder&amp;length=short", "只看算学时的"),
    ]
    assert "<details" in page and " open>" not in page
    assert "chip-chosen" not in client.get(CATALOGUE, {"track": short.track.code}).content.decode()


def test_the_catalogue_asks_the_database_as_often_for_one_course_as_for_three(
    client: Client, short: CoursePage, django_assert_num_queries: Any
) -> None:
    client.get(CATALOGUE)
    with django_assert_num_queries(4):
        client.get(CATALOGUE)
    for _each in range(2):
        live_lesson(live_course())
    client.get(CATALOGUE)  # new pages made Wagtail forget where the site begins

    with django_assert_num_queries(4):
        client.get(CATALOGUE)


def test_new_are_courses_of_the_last_month_unless_all_are(short: CoursePage, long: CoursePage) -> None:
    now = timezone.now()
    CoursePage.objects.update(first_published_at=now)
    assert new_courses(tracks_on_show(now), now - timedelta(days=30)) == []

    CoursePage.objects.filter(pk=long.pk).update(first_published_at=now - timedelta(days=90))

    assert [each.course for each in new_courses(tracks_on_show(now), now - timedelta(days=30))] == [short]
