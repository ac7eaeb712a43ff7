"""Registration in the Wagtail admin: the way from a lesson to what its learners do."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.widgets import Button
from wagtail.models import Page

from courses.models import LessonPage
from courses.models.access import grants_of


@hooks.register("register_page_header_buttons")
@hooks.register("register_page_listing_more_buttons")
def lead_to_learners(page: Page, user: Any, **kwargs: Any) -> Iterator[Button]:
    """For trainers of the lesson's organisation."""
    if isinstance(page, LessonPage) and page.org_id in grants_of(user).orgs_with({"add"}):
        yield Button(
            _("How learners get on"), reverse("teaching:lesson", args=[page.pk]), icon_name="view", priority=70
        )
