"""Two accounts of one human being become one. Rows of facts never move; reads follow `merged_into`."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lms.audit.domain.recording import record
from lms.lib.durations import beijing_day
from lms.people.domain.granting import end_role
from lms.people.domain.keeping import take_off_everywhere
from lms.people.domain.leaving import end
from lms.people.enums import MERGED, Purpose
from lms.people.models import Belonging, Contact, Identity, Merging, Person, Role
from lms.people.policies import persons_visible_to
from lms.people.signals import persons_merged


class MergeRefused(Exception):
    """These two cannot be merged; the text says why."""


def check_in_person(duplicate: Person, *, into: Person, by: Person, at: datetime) -> None:
    """Raise MergeRefused unless a helper or officer may merge the two while the person sits beside her.

    An account with a role is not merged away like this: its role would end, and that is for the security
    administrator to say.
    """
    today, both = beijing_day(at), {duplicate.pk, into.pk}
    near = persons_visible_to(by, purpose=Purpose.HELPING, on=today).filter(pk__in=both)
    if near.count() != len(both):
        raise MergeRefused(_("You can merge accounts of people in your own place only, while both are open."))
    if Role.objects.filter(person=duplicate).exclude(active_to__lte=today).exists():
        raise MergeRefused(_("The account that goes has a role on the staff pages. Choose the other way round."))


@transaction.atomic
def merge_in_person(duplicate: Person, *, into: Person, by: Person, reason: str, at: datetime) -> Person:
    """A helper or officer who sits beside the person merges two accounts of her own place.

    Whoever calls has seen a code of the survivor's number.
    """
    check_in_person(duplicate, into=into, by=by, at=at)
    return merge(duplicate, into=into, by=by, reason=reason, at=at)


def check_on_roster(duplicate: Person, *, into: Person, by: Person, at: datetime) -> None:
    """Raise MergeRefused unless an officer may merge two records of her own roster, with papers at hand.

    The person need not be there, so more is asked: one roster, one name, and no role that would end.
    """
    today, both = beijing_day(at), {duplicate.pk, into.pk}
    on_roster = persons_visible_to(by, purpose=Purpose.ROSTER, on=today).filter(pk__in=both)
    names = [person.name for person in on_roster]
    if len(names) != len(both):
        raise MergeRefused(_("You can merge two records of your own roster only."))
    if len(set(names)) > 1:
        raise MergeRefused(_("The names differ. Put the name right first, or leave these two people as they are."))
    if Role.objects.filter(person=duplicate).exclude(active_to__lte=today).exists():
        raise MergeRefused(_("The account that goes has a role on the staff pages. Choose the other way round."))


@transaction.atomic
def merge_on_roster(duplicate: Person, *, into: Person, by: Person, reason: str, at: datetime) -> Person:
    """An officer merges two records of one cadre of her roster."""
    check_on_roster(duplicate, into=into, by=by, at=at)
    return merge(duplicate, into=into, by=by, reason=reason, at=at)


def number_to_prove(person: Person, *, at: datetime) -> Contact | None:
    """The number on which the person shows that she is there: of those that hold today, the one used last."""
    contacts = Contact.objects.filter(person=person).on(beijing_day(at))
    return contacts.order_by(F("last_used_at").desc(nulls_last=True), "-pk").first()


@transaction.atomic
def merge(duplicate: Person, *, into: Person, by: Person, reason: str, at: datetime) -> Person:
    """The duplicate stops being used; phone and identity number lead to the survivor, who is returned.

    Whatever was merged into the duplicate before now points at the survivor, so that one step always
    leads there. Told twice, it happens once.
    """
    pair = Person.objects.select_for_update().filter(pk__in=[duplicate.pk, into.pk]).order_by("pk")
    locked = {row.pk: row for row in pair}
    if duplicate.pk == into.pk or by.pk in locked:
        raise MergeRefused(_("Choose two different accounts, neither of them your own."))
    duplicate, into = locked[duplicate.pk], locked[into.pk]
    if duplicate.merged_into_id == into.pk:
        return into
    if duplicate.merged_into_id or into.merged_into_id or duplicate.closed_at or into.closed_at:
        raise MergeRefused(_("One of the two accounts was closed or merged before."))
    if not reason.strip():
        raise MergeRefused(_("Please write why these are one person."))
    identities = {identity.person_id: identity for identity in Identity.objects.filter(person__in=locked)}
    if len(identities) > 1:
        raise MergeRefused(_("Each of the two has an identity number of its own: these are two persons."))
    if duplicate.pk in identities:
        Identity.objects.filter(pk=identities[duplicate.pk].pk).update(person=into)
    today = beijing_day(at)
    for role in Role.objects.filter(person=duplicate).on(today):
        end_role(role, by=by, on=today, at=at)
    changed: dict[str, Any] = {"belongings": [], "contacts": [], "made": [], "identity": duplicate.pk in identities}
    for belonging in Belonging.objects.filter(person=duplicate).on(today):
        changed["belongings"].append([belonging.pk, belonging.active_to and belonging.active_to.isoformat()])
        end(belonging, on=today)
    reached = set(Contact.objects.filter(person=into).on(today).values_list("index", flat=True))
    for contact in Contact.objects.filter(person=duplicate).on(today):
        changed["contacts"].append([contact.pk, contact.active_to and contact.active_to.isoformat()])
        end(contact, on=today)
        if contact.index not in reached:
            made = Contact.objects.create(
                person=into,
                encrypted=contact.encrypted,
                index=contact.index,
                active_from=today,
                last_used_at=contact.last_used_at,
            )
            changed["made"].append(made.pk)
    changed["brought"] = list(duplicate.merged_from.values_list("pk", flat=True))
    take_off_everywhere(duplicate)
    duplicate.merged_from.update(merged_into=into)
    duplicate.merged_into = into
    duplicate.is_active = False
    duplicate.save(update_fields=["merged_into", "is_active"])
    Merging.objects.create(
        duplicate=duplicate, survivor=into, changed=changed, reason=reason.strip(), merged_by=by, merged_at=at
    )
    detail = {"into": into.pk, "reason": reason.strip()}
    record(MERGED, actor=by, subject_kind="person", subject_id=duplicate.pk, detail=detail, at=at)
    announce = partial(persons_merged.send_robust, sender=None, survivor_id=into.pk)
    transaction.on_commit(announce, robust=True)
    return into
