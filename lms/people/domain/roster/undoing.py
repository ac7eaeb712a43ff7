"""A confirmed import is taken back whole, as long as nothing hangs on what it made."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from lms.audit.domain.recording import record
from lms.lib.rows import update_rows
from lms.people.domain.roster.confirming import announce
from lms.people.domain.roster.facts import chunks
from lms.people.domain.roster.hanging import ENDED, MADE, what_hangs
from lms.people.domain.roster.reading import RosterRefused, check_keeps_roster
from lms.people.enums import RosterStepKind
from lms.people.models import Person, RosterBatch, RosterStep


@transaction.atomic
def undo(batch: RosterBatch, *, reason: str, by: Person, at: datetime) -> RosterBatch:
    """What the import made is deleted, and what it ended goes on as before. Told twice, it happens once.

    The steps stay as the record of what was done. Raises RosterRefused where something hangs on one of them.
    """
    batch = RosterBatch.objects.select_for_update(of=("self",)).select_related("org").get(pk=batch.pk)
    check_keeps_roster(batch.org, by=by, at=at)
    if batch.undone_at:
        return batch
    if batch.confirmed_at is None:
        raise RosterRefused(_("This import was not confirmed, so there is nothing to undo."))
    if not reason.strip():
        raise RosterRefused(_("Please write why the import is undone."))
    steps = list(batch.steps.order_by("pk"))
    if by.pk in {step.person_id for step in steps}:
        raise RosterRefused(_("This import is about you, too. Ask another officer to undo it."))
    for part in chunks(sorted({step.person_id for step in steps})):
        list(Person.objects.select_for_update().filter(pk__in=part).order_by("pk").values_list("pk"))
    if hanging := what_hangs(batch):
        raise RosterRefused(
            _("This import cannot be undone: something hangs on %(count)d of its rows.")
            % {"count": len({each.row for each in hanging})}
        )
    for kind in (RosterStepKind.MEMBERSHIP_BEGUN, RosterStepKind.POST_BEGUN):
        _delete(MADE[kind], _objects(steps, kind))
    for kind, model in ENDED.items():
        again = [(step.ended_before, step.object_id) for step in steps if step.kind == kind]
        if again:
            update_rows(model, ["active_to"], again)
    for kind in (RosterStepKind.IDENTITY_ADDED, RosterStepKind.CONTACT_ADDED, RosterStepKind.PERSON_CREATED):
        _delete(MADE[kind], _objects(steps, kind))
    batch.undone_by, batch.undone_at, batch.undone_why = by, at, reason.strip()
    batch.save(update_fields=["undone_by", "undone_at", "undone_why"])
    detail = {
        "org": batch.org.code,
        "rows": batch.rows,
        "created": len(_objects(steps, RosterStepKind.PERSON_CREATED)),
        "reason": reason.strip(),
    }
    record("roster.undone", actor=by, subject_kind="roster_batch", subject_id=batch.pk, detail=detail, at=at)
    announce(steps)
    return batch


def _objects(steps: Sequence[RosterStep], kind: RosterStepKind) -> list[int]:
    return [step.object_id for step in steps if step.kind == kind]


def _delete(model: type[models.Model], keys: Iterable[int]) -> None:
    rows: Any = model._default_manager
    for part in chunks(keys):
        rows.filter(pk__in=part).delete()
