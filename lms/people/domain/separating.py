"""A merging is undone as far as facts allow: two accounts again, each with what it had."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain.recording import record
from lms.lib.durations import beijing_day
from lms.people.enums import SEPARATED, Purpose
from lms.people.models import Belonging, Contact, Identity, Merging, Person
from lms.people.policies import persons_visible_to
from lms.people.signals import persons_separated

# (the two persons, moment of merging) -> what was made since then and cannot be told apart any more, in words.
Bond = Callable[[Sequence[int], datetime], list[str]]
_bonds: list[Bond] = []


class SeparatingRefused(Exception):
    """The two stay one; the text says why."""


def register_bond(bond: Bond) -> None:
    """An app above says what holds two merged accounts together; called in its `ready()`."""
    if bond not in _bonds:
        _bonds.append(bond)


def what_holds(merging: Merging) -> list[str]:
    """Why the merging cannot be undone; empty where it can."""
    survivor = Person.objects.get(pk=merging.survivor_id)
    duplicate = Person.objects.get(pk=merging.duplicate_id)
    held = []
    if duplicate.merged_into_id != survivor.pk:
        held.append(_("the account that stayed was merged into another one"))
    if survivor.closed_at or duplicate.closed_at:
        held.append(_("the account was closed"))
    if Contact.objects.filter(pk__in=merging.changed["made"], active_to__isnull=True).count() < len(
        merging.changed["made"]
    ):
        held.append(_("the phone was changed since"))
    if merging.changed["identity"] and not Identity.objects.filter(person=survivor).exists():
        held.append(_("the identity number was changed since"))
    for bond in _bonds:
        held += bond([survivor.pk, duplicate.pk], merging.merged_at)
    return list(dict.fromkeys(held))


@transaction.atomic
def separate(merging: Merging, *, by: Person, reason: str, at: datetime) -> Merging:
    """The account that went is used again, with its phones, village and identity number. Told twice, it happens once.

    Roles that ended stay ended. Only the officer who keeps the roster of the account that stayed, and never her own.
    Raises SeparatingRefused, with everything that stands in the way.
    """
    both = [merging.duplicate_id, merging.survivor_id]
    list(Person.objects.select_for_update().filter(pk__in=both).order_by("pk").values_list("pk"))
    merging = Merging.objects.select_for_update().get(pk=merging.pk)
    if by.pk in both or not _keeps(by, merging, at):
        raise SeparatingRefused(_("Only an officer who keeps this person’s roster can undo this."))
    if merging.undone_at:
        return merging
    if not reason.strip():
        raise SeparatingRefused(_("Please write why these are two persons."))
    if held := what_holds(merging):
        raise SeparatingRefused(_("This cannot be undone: %(reasons)s.") % {"reasons": "、".join(held)})
    changed = merging.changed
    Contact.objects.filter(pk__in=changed["made"]).delete()
    for model, key in ((Contact, "contacts"), (Belonging, "belongings")):
        for pk, end in changed[key]:
            model.objects.filter(pk=pk).update(active_to=end and date.fromisoformat(end))
    if changed["identity"]:
        Identity.objects.filter(person=merging.survivor_id).update(person=merging.duplicate_id)
    Person.objects.filter(pk=merging.duplicate_id).update(merged_into=None, is_active=True)
    Person.objects.filter(pk__in=changed["brought"]).update(merged_into=merging.duplicate_id)
    merging.undone_by, merging.undone_at, merging.undone_why = by, at, reason.strip()
    merging.save(update_fields=["undone_by", "undone_at", "undone_why"])
    detail = {"parted_from": merging.survivor_id, "reason": reason.strip()}
    record(SEPARATED, actor=by, subject_kind="person", subject_id=merging.duplicate_id, detail=detail, at=at)
    announce = partial(persons_separated.send_robust, sender=None, merging_id=merging.pk)
    transaction.on_commit(announce, robust=True)
    return merging


def _keeps(by: Person, merging: Merging, at: datetime) -> bool:
    seen = persons_visible_to(by, purpose=Purpose.ROSTER, on=beijing_day(at))
    return seen.filter(pk__in=[merging.survivor_id, merging.duplicate_id]).exists()
