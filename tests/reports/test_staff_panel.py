"""Each of the three administrators finds her own pages, and nobody else's."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Site

from courses.domain.loading import ensure_home
from lms.people.models import Person
from tests.cast import Cast

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]
LINKS = {
    "system_admin": ["wagtailsites:index", "wagtailadmin_workflows:index"],
    "security_admin": ["staff:people"],
    "audit_admin": ["audit_log"],
    "trainer": [],
    "first_reviewer": [],
}


@pytest.mark.parametrize("part", list(LINKS))
def test_the_start_page_leads_to_ones_own_work(part: str, cast: Cast, at_desk: AtDesk) -> None:
    page = at_desk(getattr(cast, part)).get(reverse("wagtailadmin_home")).content.decode()

    every = {address for links in LINKS.values() for address in links}
    assert {address for address in every if f'<a href="{reverse(address)}">' in page} == set(LINKS[part])


def test_the_start_page_searches_pages_only_for_those_who_have_some(cast: Cast, at_desk: AtDesk) -> None:
    ensure_home()

    def searches(person: Person) -> bool:
        return 'role="search"' in at_desk(person).get(reverse("wagtailadmin_home")).content.decode()

    assert [searches(cast.trainer), searches(cast.system_admin), searches(cast.audit_admin)] == [True, False, False]


def test_how_the_site_runs_is_set_by_system_administrators_alone(cast: Cast, at_desk: AtDesk) -> None:
    workflow = ensure_home().get_workflow()
    assert workflow is not None
    addresses = [
        reverse("wagtailsites:index"),
        reverse("wagtailsites:edit", args=[Site.objects.get().pk]),
        reverse("wagtailadmin_workflows:index"),
        reverse("wagtailadmin_workflows:edit", args=[workflow.pk]),
        reverse("wagtailadmin_workflows:task_index"),
    ]

    opened = {
        address: [part for part, person in cast.everybody.items() if at_desk(person).get(address).status_code == 200]
        for address in addresses
    }

    assert opened == {address: ["system_admin"] for address in addresses}


def test_no_new_kind_of_review_is_made(cast: Cast, at_desk: AtDesk) -> None:
    """Who may approve is said by roles; a task of Wagtail's would let a group approve."""
    address = reverse("wagtailadmin_workflows:add_task", args=["wagtailcore", "groupapprovaltask"])

    assert at_desk(cast.system_admin).get(address).status_code == 302
