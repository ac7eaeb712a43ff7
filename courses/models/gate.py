"""The gate: no way of publishing shows learners a course or lesson that is not ready, or that nobody has reviewed."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.models.publishing import Takedown
from courses.models.reviewing import ReviewTask, approved_by
from courses.validators import NotPublishable, StandsStill, registered_reasons


def must_be_reviewed() -> bool:
    """Whether this station publishes after three reviews only."""
    return settings.REVIEW_BEFORE_PUBLISHING


class GatedPage(models.Model):
    """Mixin of pages that pass a gate before they are live.

    `publish()` refuses for revisions, now or later. Wagtail's edit view, its API and copying do not call it, so
    `save()` refuses as well when a page becomes live, and a new page that is not ready is born a draft.

    With REVIEW_BEFORE_PUBLISHING a person publishes by giving the last of three approvals and in no other way: nobody's
    `can_publish()` is true (access.py), `publish()` asks for the approvals, and every new page is born a draft. The
    system itself, publishing in nobody's name, is trusted.
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save as Wagtail does; becoming live without being ready raises NotPublishable."""
        self.prepare()
        if self._state.adding:
            self.live: bool = bool(self.live and not must_be_reviewed() and not self.why_not_publishable())
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
        above = self.get_ancestors(inclusive=True)  # type: ignore[attr-defined]  # of the page it is mixed into
        return Takedown.objects.filter(page__in=above, lifted_at=None).order_by("taken_down_at").first()

    def why_not_by_hand(self) -> str:
        """What to tell a person who wants to publish the page without the review."""
        task = self.current_workflow_task  # type: ignore[attr-defined]  # of the page it is mixed into
        if isinstance(task, ReviewTask):
            return task.whereabouts(self) + " " + _("It goes online by itself after the last approval.")
        return _("It goes online after three reviews. Save it, then choose “Submit for review”.")

    def _refuse_unready(self) -> None:
        if reasons := self.why_not_publishable():
            raise NotPublishable(self, reasons)

    def save_revision(self, user: Any = None, **kwargs: Any) -> Any:
        """Save a version as Wagtail does; while the page is under review its text stands still: StandsStill."""
        if user is not None and self.workflow_in_progress:  # type: ignore[attr-defined]  # of the page it is mixed into
            raise StandsStill(self)
        return super().save_revision(user=user, **kwargs)  # type: ignore[misc]  # of the page it is mixed into

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
        page = revision.as_object()
        page._refuse_unready()
        approved = user is not None and approved_by(user, revision)
        if user is not None and must_be_reviewed() and not approved:
            raise NotPublishable(page, [page.why_not_by_hand()])
        return super().publish(  # type: ignore[misc]  # of the page it is mixed into
            revision,
            user=user,
            changed=changed,
            log_action=log_action,
            previous_revision=previous_revision,
            skip_permission_checks=skip_permission_checks or approved,
        )

    def _becomes_live(self, update_fields: list[str] | None) -> bool:
        if update_fields is not None and not {"live", "live_revision"} & set(update_fields):
            return False
        unchanged = Page.objects.filter(pk=self.pk, live=True, live_revision_id=self.live_revision_id)  # type: ignore[attr-defined]  # of the page it is mixed into
        return not unchanged.exists()
