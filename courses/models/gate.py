"""The gate: no way of publishing shows learners a course or lesson that is not ready."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from wagtail.models import Page, TaskState, WorkflowState

from courses.models.publishing import Takedown
from courses.validators import NotPublishable, registered_reasons


class GatedPage(models.Model):
    """Mixin of pages that pass a gate before they are live.

    `publish()` refuses for revisions, now or later. Wagtail's edit view, its API and copying do not call it, so
    `save()` refuses as well when a page becomes live, and a new page that is not ready is born a draft.
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save as Wagtail does; becoming live without being ready raises NotPublishable."""
        self.prepare()
        if self._state.adding:
            self.live: bool = bool(self.live and not self.why_not_publishable())
        elif self.live and self._becomes_live(kwargs.get("update_fields")):
            self._refuse_unready()
        super().save(*args, **kwargs)

    def prepare(self) -> None:
        """Fill in what follows from other fields, before anything is checked."""

    def unmet_conditions(self) -> list[str]:
        """What this page itself still lacks, as sentences for its editor."""
        return []

    def why_not_publishable(self) -> list[str]:
        """Everything that stands between this page and its learners; empty when it may be published."""
        takedown = self.open_takedown
        taken_down = [_("It was taken down: %(reason)s") % {"reason": takedown.reason}] if takedown else []
        return [*self.unmet_conditions(), *taken_down, *registered_reasons(self)]

    @property
    def open_takedown(self) -> Takedown | None:
        """The takedown in force on this page or on one above it."""
        if not self.pk:
            return None
        above = self.get_ancestors(inclusive=True)  # type: ignore[attr-defined]
        return Takedown.objects.filter(page__in=above, lifted_at=None).order_by("taken_down_at").first()

    def _refuse_unready(self) -> None:
        if reasons := self.why_not_publishable():
            raise NotPublishable(self, reasons)

    def publish(
        self,
        revision: Any,
        user: Any = None,
        changed: bool = True,
        log_action: Any = True,
        previous_revision: Any = None,
        skip_permission_checks: bool = False,
    ) -> Any:
        """Publish or schedule the revision as Wagtail does, or raise NotPublishable and change nothing."""
        revision.as_object()._refuse_unready()
        return super().publish(  # type: ignore[misc]
            revision,
            user=user,
            changed=changed,
            log_action=log_action,
            previous_revision=previous_revision,
            skip_permission_checks=skip_permission_checks or _approved_by(user, revision),
        )

    def _becomes_live(self, update_fields: list[str] | None) -> bool:
        if update_fields is not None and not {"live", "live_revision"} & set(update_fields):
            return False
        unchanged = Page.objects.filter(pk=self.pk, live=True, live_revision_id=self.live_revision_id)  # type: ignore[attr-defined]
        return not unchanged.exists()


def _approved_by(person: Any, revision: Any) -> bool:
    """Whether this person has just given the last approval in the revision's workflow, which publishes it."""
    return (
        person is not None
        and TaskState.objects.filter(
            revision=revision,
            finished_by=person,
            status=TaskState.STATUS_APPROVED,
            workflow_state__status=WorkflowState.STATUS_APPROVED,
        ).exists()
    )
