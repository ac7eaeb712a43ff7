"""免修、减免: an officer proposes with a document, another officer of the person's authority approves.

Nobody decides about herself, and nobody approves what she proposed. All of it is in the audit log.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain import record
from lms.credits.enums import ExemptionKind, ExemptionState
from lms.credits.models import Exemption
from lms.credits.signals import duty_changed
from lms.lib.documents import MEBIBYTE, Document, DocumentRefused, read_document
from lms.lib.durations import beijing_day
from lms.people.enums import Purpose
from lms.people.models import Person
from lms.people.policies import may_recognise_hours_of, persons_visible_to
from lms.people.queries import authority_on

MOST_BYTES = 10 * MEBIBYTE
MOST_YEARS = 5


class ExemptionRefused(ValueError):
    """It cannot be proposed, approved or withdrawn; the text says why and what to do."""


def read_paper(data: bytes, name: str) -> Document:
    """The document of an exemption by its content. Raises ExemptionRefused."""
    try:
        return read_document(data, name, most_bytes=MOST_BYTES)
    except DocumentRefused as error:
        raise ExemptionRefused(str(error)) from error


def may_propose(actor: Person, person: Person, on: date) -> bool:
    """Officers who see the person for the training of cadres, never for themselves."""
    seen = persons_visible_to(actor, purpose=Purpose.CADRE_TRAINING, on=on).filter(pk=person.survivor.pk)
    return person.survivor != actor.survivor and seen.exists()


def may_decide(actor: Person, exemption: Exemption, on: date) -> bool:
    """Officers of the organisation that manages the person on the day, besides herself and whoever proposed it."""
    person = exemption.person.survivor
    others = actor.survivor not in {person, exemption.proposed_by.survivor}
    return others and may_recognise_hours_of(actor, person, on)


def may_withdraw(actor: Person, exemption: Exemption, on: date) -> bool:
    """Whoever proposed it, while it waits; afterwards the officers of the person's authority, never for themselves."""
    person = exemption.person.survivor
    if actor.survivor == person:
        return False
    if exemption.is_waiting and actor.survivor == exemption.proposed_by.survivor:
        return True
    return may_recognise_hours_of(actor, person, on)


def propose_exemption(
    person: Person,
    *,
    kind: str,
    active_from: date,
    active_to: date,
    category: str = "",
    hours: Decimal | None = None,
    days: Decimal | None = None,
    reason: str,
    document: Document,
    by: Person,
    at: datetime,
) -> Exemption:
    """The exemption waits for another officer of the person's authority. It holds up to, not including, `active_to`."""
    today = beijing_day(at)
    if not may_propose(by, person, today):
        raise ExemptionRefused(_("You cannot propose an exemption for this person."))
    authority = authority_on(person, today)
    if authority is None:
        raise ExemptionRefused(_("No organisation manages this person as a cadre today, so nobody could approve it."))
    if active_to <= active_from:
        raise ExemptionRefused(_("It ends before it begins. Look at the two days again."))
    if active_to.year - active_from.year > MOST_YEARS:
        raise ExemptionRefused(_("It lasts longer than five years. Look at the two days again."))
    if not reason.strip():
        raise ExemptionRefused(_("Please write why: whoever approves it, and the person herself, read it."))
    exemption = Exemption(
        person=person.survivor,
        kind=ExemptionKind(kind),
        category=category,
        hours=hours or None,
        days=days or None,
        active_from=active_from,
        active_to=active_to,
        reason=reason.strip(),
        document_kind=document.kind,
        authority=authority,
        proposed_by=by,
        proposed_at=at,
    )
    # The file first: outside the transaction, because storing is slow work.
    exemption.document.save("", ContentFile(document.data), save=False)
    try:
        with transaction.atomic():
            exemption.save()
            detail = {"kind": exemption.kind, "active_from": active_from, "active_to": active_to, "person": person.pk}
            _record("exemption_proposed", exemption, by=by, detail=detail, at=at)
    except BaseException:
        exemption.document.delete(save=False)
        raise
    return exemption


def approve_exemption(exemption: Exemption, *, by: Person, at: datetime) -> Exemption:
    """It counts from now on, also for the months that have passed; told twice, the first approval stands."""
    with transaction.atomic():
        locked = _lock(exemption)
        if locked.state == ExemptionState.APPROVED:
            return locked
        _check_decision(locked, by=by, at=at)
        locked.state = ExemptionState.APPROVED
        locked.decided_by, locked.decided_at = by, at
        locked.save()
        _record("exemption_approved", locked, by=by, detail={}, at=at)
        _announce(locked)
    return locked


def decline_exemption(exemption: Exemption, *, reason: str, by: Person, at: datetime) -> Exemption:
    """It never counts; whoever proposed it reads why."""
    with transaction.atomic():
        locked = _lock(exemption)
        if locked.state == ExemptionState.DECLINED:
            return locked
        _check_decision(locked, by=by, at=at)
        locked.remark = _reason(reason)
        locked.state = ExemptionState.DECLINED
        locked.decided_by, locked.decided_at = by, at
        locked.save()
        _record("exemption_declined", locked, by=by, detail={"reason": locked.remark}, at=at)
    return locked


def withdraw_exemption(
    exemption: Exemption, *, ends: date | None = None, reason: str, by: Person, at: datetime
) -> Exemption:
    """It counts no longer: not at all, or, if a day is named, from that day on. The row stays, with the reason."""
    today = beijing_day(at)
    with transaction.atomic():
        locked = _lock(exemption)
        if not may_withdraw(by, locked, today):
            raise ExemptionRefused(_("Only the officers of the organisation that manages this person can do that."))
        if locked.state not in {ExemptionState.PROPOSED, ExemptionState.APPROVED}:
            return locked
        locked.remark = _reason(reason)
        locked.withdrawn_by, locked.withdrawn_at = by, at
        if ends is None:
            locked.state = ExemptionState.WITHDRAWN
        elif locked.active_from < ends < (locked.active_to or date.max):
            locked.active_to = ends
        else:
            raise ExemptionRefused(_("Choose a day on which the exemption holds."))
        locked.save()
        if ends is None:
            _record("exemption_withdrawn", locked, by=by, detail={"reason": locked.remark}, at=at)
        else:
            detail = {"reason": locked.remark, "active_to": ends}
            _record("exemption_ended", locked, by=by, detail=detail, at=at)
        _announce(locked)
    return locked


def _lock(exemption: Exemption) -> Exemption:
    rows = Exemption.objects.select_for_update(of=("self",)).select_related("person__merged_into", "proposed_by")
    return rows.get(pk=exemption.pk)


def _check_decision(exemption: Exemption, *, by: Person, at: datetime) -> None:
    if not exemption.is_waiting:
        raise ExemptionRefused(_("This exemption waits no longer; the first decision stands."))
    if not may_decide(by, exemption, beijing_day(at)):
        raise ExemptionRefused(
            _("Another officer of the organisation that manages this person decides: not whoever proposed it.")
        )


def _reason(reason: str) -> str:
    if not reason.strip():
        raise ExemptionRefused(_("Please write why."))
    return reason.strip()


def _record(action: str, exemption: Exemption, *, by: Person, detail: dict[str, object], at: datetime) -> None:
    record(action, actor=by, subject_kind="exemption", subject_id=exemption.pk, detail=detail, at=at)


def _announce(exemption: Exemption) -> None:
    send = partial(duty_changed.send_robust, sender=None, person_id=exemption.person_id)
    transaction.on_commit(send, robust=True)
