"""Publishing many pages at once: those that are not ready stay drafts and are named with their reasons."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.utils.functional import classproperty
from wagtail.admin.views.pages.bulk_actions import PublishBulkAction
from wagtail.models import Page

from courses.domain.publishing import Published, publish_pages, publish_with_descendants
from courses.models import GatedPage
from courses.models.gate import must_be_reviewed
from courses.validators import NotPublishable


class PublishReadyPages(PublishBulkAction):
    """Takes the place of Wagtail's own, which stops at the first refusal."""

    # Wagtail offers it to everybody alike; not shown where nothing is published by hand.
    classes = classproperty(lambda cls: {"w-hidden"} if must_be_reviewed() else set())

    def prepare_action(self, objects: list[Page], objects_without_access: dict[str, list[Page]]) -> None:
        """Say how those pages go online that the person could publish if there were no review."""
        for page in objects_without_access["items_with_no_access"]:
            specific = page.specific
            if isinstance(specific, GatedPage) and page.permissions_for_user(self.request.user).can_withdraw():
                self.tell(NotPublishable(specific, [specific.why_not_by_hand()]))

    def get_execution_context(self) -> dict[str, Any]:
        return {**super().get_execution_context(), "told": self.tell}

    @classmethod
    @transaction.atomic
    def execute_action(
        cls,
        objects: Iterable[Page],
        include_descendants: bool = False,
        user: Any = None,
        told: Any = None,
        **kwargs: Any,
    ) -> tuple[int, int]:
        if include_descendants:
            above, below = publish_with_descendants(objects, by=user)
        else:
            above, below = publish_pages(objects, by=user), Published()
        for page, reasons in [*above.refused, *below.refused]:
            if told is not None:
                told(NotPublishable(page, reasons))
        return len(above.pages), len(below.pages)

    def tell(self, refusal: NotPublishable) -> None:
        messages.error(self.request, refusal.sentence)

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        if not num_parent_objects and not num_child_objects:
            return None
        return super().get_success_message(num_parent_objects, num_child_objects)
