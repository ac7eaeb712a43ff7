"""初审 → 复审 → 终审: who may act at each step, what is said about it, and what three approvals amount to."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.locks import WorkflowLock
from wagtail.models import Task, TaskState, WorkflowState

from lms.lib.durations import beijing_day
from lms.lib.retention import Retention
from lms.people.enums import ReviewStep
from lms.people.policies import is_reviewer
from lms.people.queries import reviewers_on


class ReviewLock(WorkflowLock):
    """What Wagtail's editor says above a page under review: its step, and who holds it."""

    def get_message(self, user: Any) -> str:
        if not self.for_user(user):
            return gettext(
                "%(step)s is yours. Read the page, then choose “Approve” or “Send back with a comment” below. "
                "Its text stands still until then."
            ) % {"step": self.task.name}
        return self.task.whereabouts(self.object)

    def get_locked_by(self, user: Any, can_lock: bool = False) -> str:
        return gettext("Under review: %(step)s") % {"step": self.task.name}

    def get_description(self, user: Any, can_lock: bool = False) -> str:
        return gettext("Nobody changes a page while it is under review.")


class ReviewTask(Task):
    """One step of the preset workflow: open to reviewers of the page's organisation who hold this step.

    Whoever wrote or submitted the page never reviews it, and each step needs its own person.
    """

    RETENTION = Retention("reviewing lessons", until="never", days=None, basis="no personal data")

    lock_class = ReviewLock

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
        return state is not None and person.pk not in _took_part(page, state)

    def holders(self, page: Any) -> list[Any]:
        """The persons who may act on the page at this step, today."""
        page = page.specific
        took_part = _took_part(page, page.current_workflow_state)
        return [
            each for each in reviewers_on(page.org, self.step, beijing_day(timezone.now())) if each.pk not in took_part
        ]

    def whereabouts(self, page: Any) -> str:
        """In which step the page is and who holds it, as a sentence for its editors."""
        names = "、".join(person.name for person in self.holders(page))
        if names:
            told = gettext("Under review: %(step)s, waiting for %(names)s. Nobody can change it meanwhile.")
        else:
            told = gettext(
                "Under review: %(step)s, but nobody can do it, for its reviewers wrote the page or did another step. "
                "Ask the security administrator to appoint one."
            )
        return told % {"step": self.name, "names": names}

    def start(self, workflow_state: Any, user: Any = None) -> Any:
        """Begin with the first step that has not approved this text: what came back changed is read by all again."""
        missing = workflow_state.get_next_task()
        step = missing.specific if missing else self
        return Task.start(step, workflow_state, user=user)

    def user_can_access_editor(self, obj: Any, user: Any) -> bool:
        return self.may_review(obj, user)

    def locked_for_user(self, obj: Any, user: Any) -> bool:
        return not self.may_review(obj, user)

    def on_action(self, task_state: Any, user: Any, action_name: str, **kwargs: Any) -> Any:
        """Approve or send back; whoever may not is refused."""
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


def _took_part(page: Any, state: Any) -> set[int | None]:
    """Who wrote the page, handed it in, or approved a step of this text: none of them acts at another."""
    approved = state.task_states.filter(status=TaskState.STATUS_APPROVED, revision=page.latest_revision_id)
    return {
        state.requested_by_id,
        page.owner_id,
        *page.revisions.values_list("user_id", flat=True),
        *approved.values_list("finished_by_id", flat=True),
    }


def approved_by(person: Any, revision: Any) -> bool:
    """Whether this person has given the last of the three approvals of this very text, each by its own person.

    A revision that was overwritten since is younger than its approvals, which then count no more.
    """
    approvals = list(
        TaskState.objects.filter(
            revision=revision,
            status=TaskState.STATUS_APPROVED,
            finished_at__gte=revision.created_at,
            workflow_state__status=WorkflowState.STATUS_APPROVED,
        )
        .order_by("-workflow_state_id", "-finished_at", "-pk")
        .values_list("workflow_state_id", "task__reviewtask__step", "finished_by_id")
    )
    newest = [(step, by) for state, step, by in approvals if state == approvals[0][0]]
    steps, people = {step for step, _by in newest}, {by for _step, by in newest}
    return steps >= set(ReviewStep.values) and len(people) == len(newest) and newest[0][1] == person.pk
