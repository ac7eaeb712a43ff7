"""Steps of a submission: the one place in which its state changes."""

import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lms.approvals.enums import NEXT, OWN, WITH_REASON, Step
from lms.approvals.models import Submission, SubmissionStep
from lms.lib.sealing import canonical_bytes
from lms.people.models import Person

REASON_LETTERS = 300


class StepRefused(Exception):
    """The step cannot be taken; the message can be shown."""


def submit(kind: str, *, by: Person, said: dict[str, Any], at: datetime) -> Submission:
    """A new submission with its first step."""
    with transaction.atomic():
        made = Submission.objects.create(
            submitter=by, kind=kind, state=Step.SUBMITTED, steps_taken=1, submitted_at=at, since=at
        )
        _add(made, Step.SUBMITTED, by=by, reason="", said=said, at=at)
    return made


def take_step(
    submission: Submission,
    step: Step,
    *,
    by: Person,
    seen: int,
    reason: str = "",
    said: dict[str, Any] | None = None,
    at: datetime,
) -> SubmissionStep:
    """Take the step after the one numbered `seen`, which `by` has looked at. Told twice, the first is returned.

    Whoever calls has checked that the step is this person's to take; that it is not her own matter, and not hers
    twice, is checked here. The submission stays locked until the surrounding transaction ends.
    """
    reason = " ".join(reason.split())[:REASON_LETTERS]
    with transaction.atomic():
        locked = (
            Submission.objects.select_for_update(of=("self",))
            .select_related("submitter__merged_into")
            .get(pk=submission.pk)
        )
        last = locked.steps.select_related("by").get(number=locked.steps_taken)
        if last.kind == step and last.by_id == by.pk and last.number == seen + 1:
            return last
        _check(locked, step, by=by, reason=reason)
        if seen != locked.steps_taken:
            raise StepRefused(_("Something has changed since you opened the page. Please look at it again."))
        locked.state, locked.since, locked.steps_taken = step, at, locked.steps_taken + 1
        locked.save(update_fields=["state", "since", "steps_taken"])
        taken = _add(locked, step, by=by, reason=reason, said=said or {}, at=at)
    submission.state, submission.since, submission.steps_taken = locked.state, locked.since, locked.steps_taken
    return taken


def _check(locked: Submission, step: Step, *, by: Person, reason: str) -> None:
    if step not in NEXT.get(Step(locked.state), frozenset()):
        raise StepRefused(
            _("This is not possible any more; its state is by now: %(state)s.") % {"state": locked.get_state_display()}
        )
    is_own = by.survivor == locked.submitter.survivor
    if is_own != (step in OWN):
        raise StepRefused(
            _("Nobody decides about what she submitted herself.")
            if is_own
            else _("Only whoever submitted it may do this.")
        )
    if step in WITH_REASON and not reason:
        raise StepRefused(_("Please say why: it will be read."))
    if step == Step.APPROVED and locked.steps.filter(by.owns("by"), kind=Step.FIRST_REVIEW).exists():
        raise StepRefused(_("Whoever did the first review does not approve. Ask a colleague."))


def _add(
    submission: Submission, step: Step, *, by: Person, reason: str, said: dict[str, Any], at: datetime
) -> SubmissionStep:
    plain = json.loads(canonical_bytes(said))
    return SubmissionStep.objects.create(
        submission=submission, number=submission.steps_taken, kind=step, by=by, reason=reason, said=plain, at=at
    )
