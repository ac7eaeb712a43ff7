"""What happens to pages on their way to learners and back: review steps, takedowns, notices to editors."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Task, TaskState

from courses.enums import NoticeKind
from lms.lib.durations import beijing_day
from lms.lib.retention import Retention
from lms.people.enums import ReviewStep
from lms.people.policies import is_reviewer


class ReviewTask(Task):
    """One step of the preset workflow: open to reviewers of the page's organisation who hold this step.

    Whoever wrote or submitted the page never reviews it, and each step needs its own person.
    """

    RETENTION = Retention("reviewing lessons", until="never", days=None, basis="no personal data")

    step = models.CharField(_("step"), max_length=8, choices=ReviewStep, unique=True)

    admin_form_fields = [*Task.admin_form_fields, "step"]
    admin_form_readonly_on_edit_fields = [*Task.admin_form_readonly_on_edit_fields, "step"]

    class Meta:
        verbose_name = _("review step")
        verbose_name_plural = _("review steps")

    def may_review(self, page: Any, person: Any) -> bool:
        """Whether this person may act on the page at this step, today."""
        page = page.specific
        org = getattr(page, "org", None)
        if org is None or not is_reviewer(person, org, self.step, beijing_day(timezone.now())):
            return False
        state = page.current_workflow_state
        if state is None or state.requested_by_id == person.pk or page.owner_id == person.pk:
            return False
        if page.revisions.filter(user=person).exists():
            return False
        return not state.task_states.filter(finished_by=person, status=TaskState.STATUS_APPROVED).exists()

    def user_can_access_editor(self, obj: Any, user: Any) -> bool:
        return self.may_review(obj, user)

    def locked_for_user(self, obj: Any, user: Any) -> bool:
        return not self.may_review(obj, user)

    def on_action(self, task_state: Any, user: Any, action_name: str, **kwargs: Any) -> Any:
        """Approve or send back; who may not, or has become an author by correcting the page, is refused."""
        if not self.may_review(task_state.revision.content_object, user):
            raise PermissionDenied
        with transaction.atomic():  # the last approval publishes; refused there, the step stays open
            return super().on_action(task_state, user, action_name, **kwargs)

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, Any, bool]]:
        if not self.may_review(obj, user):
            return []
        return [("reject", _("Send back with a comment"), True), ("approve", _("Approve"), False)]

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> models.QuerySet[Any]:
        waiting = self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS)
        mine = [state.pk for state in waiting if self.may_review(state.revision.content_object, user)]
        return waiting.filter(pk__in=mine)

    @classmethod
    def get_description(cls) -> str:
        return str(_("Reviewers of the page's organisation who hold this step, never its author."))


class Takedown(models.Model):
    """A course or lesson was taken off the site at once. Written by `domain.takedown`; what was earned stays.

    Kept for ever; a lifted one stays with its date.
    """

    RETENTION = Retention("saying why a lesson left the site", until="never", days=None, basis="statutory_duty")

    page = models.ForeignKey(Page, models.PROTECT, related_name="takedowns")
    reason = models.CharField(_("reason"), max_length=300)
    taken_down_at = models.DateTimeField(_("taken down at"))
    taken_down_by = models.ForeignKey("people.Person", models.SET_NULL, null=True, related_name="+")
    recordings = models.ManyToManyField("media.Video", verbose_name=_("recordings that it stopped"), related_name="+")
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey("people.Person", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("takedown")
        verbose_name_plural = _("takedowns")
        constraints = [
            models.UniqueConstraint(fields=["page"], condition=Q(lifted_at=None), name="courses_one_open_takedown")
        ]

    def __str__(self) -> str:
        return self.reason


class EditorNotice(models.Model):
    """Something the editors of a page should know, shown on their start page until the page is published.

    Written by `domain.telling`; deleted with its page.
    """

    RETENTION = Retention("telling editors what to do", until="the page is deleted", basis="no personal data")

    page = models.ForeignKey(Page, models.CASCADE, related_name="editor_notices")
    kind = models.CharField(max_length=24, choices=NoticeKind)
    reasons = models.JSONField(default=list, blank=True)
    told_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice to editors")
        verbose_name_plural = _("notices to editors")
        constraints = [
            models.UniqueConstraint(
                fields=["page", "kind"], condition=Q(settled_at=None), name="courses_notice_open_once"
            )
        ]

    def __str__(self) -> str:
        return str(NoticeKind(self.kind).label)
