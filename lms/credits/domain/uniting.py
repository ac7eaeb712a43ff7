"""Two accounts became one: what both had earned for the same lesson counts once."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lms.audit.models import AuditEntry
from lms.credits.domain.appending import announce, lock_chain
from lms.credits.domain.capping import amounts_of_evidence
from lms.credits.domain.correcting import append_correction, append_reversal
from lms.credits.enums import Origin
from lms.credits.models import CreditLedgerEntry
from lms.people.enums import MERGED
from lms.people.models import Person
from lms.people.queries import same_person_ids

COUNTED_BEFORE = gettext_noop("Two accounts of one person were merged, and this had been counted before.")


def counted_twice(person: Person) -> list[tuple[CreditLedgerEntry, list[dict[str, Any]]]]:
    """Standing entries with lessons that an earlier entry of the same human being counted, and what is left of each."""
    return counted_twice_among(same_person_ids(person))


def counted_twice_among(person_ids: Iterable[int]) -> list[tuple[CreditLedgerEntry, list[dict[str, Any]]]]:
    """The same for accounts that may be one human being's."""
    entries = CreditLedgerEntry.objects.of(person_ids).standing().order_by("registered_at", "pk")
    taken: set[tuple[str, str, int]] = set()
    found = []
    for entry in entries.select_related("rule", "outline_version"):
        lessons = {(lesson["key"], entry.component, entry.round): lesson for lesson in entry.evidence["lessons"]}
        if entry.origin != Origin.HERE:
            # What came from elsewhere has no lessons; the achievement itself counts once.
            lessons = {(entry.achievement_key, entry.component, entry.round): {}}
        left = [lesson for key, lesson in lessons.items() if key not in taken]
        if len(left) < len(lessons):
            found.append((entry, left))
        taken.update(lessons)
    return found


def hours_left(entry: CreditLedgerEntry, lessons: list[dict[str, Any]]) -> Decimal:
    """What an entry is worth with these of its lessons alone."""
    if not lessons:
        return Decimal("0.00")
    return amounts_of_evidence(entry.component, {**entry.evidence, "lessons": lessons})[0]


def persons_counted_twice() -> Iterator[Person]:
    """Survivors of a merging whose record still counts something twice."""
    for person in Person.objects.filter(merged_from__isnull=False).distinct().order_by("pk"):
        if counted_twice(person):
            yield person


@transaction.atomic
def unite_record(person: Person, *, at: datetime) -> list[CreditLedgerEntry]:
    """Take back what counts twice, in the name of whoever merged the accounts; the earlier entry stays.

    Where only some lessons of an entry were counted before, a correction gives the hours of the others. Told twice,
    it happens once.
    """
    ids = same_person_ids(person)
    chains = {pk: lock_chain(pk) for pk in sorted(ids)}
    by = _who_merged(ids)
    reason = _(COUNTED_BEFORE)
    added = []
    for entry, left in counted_twice(person):
        chain = chains[entry.person_id]
        reversal = append_reversal(chain, entry, reason=reason, by=by, at=at)
        written = [reversal]
        if left:
            hours = hours_left(entry, left)
            evidence = {**entry.evidence, "lessons": left}
            written.append(
                append_correction(
                    chain, entry, reversal, hours=hours, days=entry.days, evidence=evidence, reason=reason, by=by, at=at
                )
            )
        announce(entry.person_id, written)
        added += written
    return added


def _who_merged(ids: list[int]) -> Person | None:
    merging = AuditEntry.objects.filter(action=MERGED, subject_kind="person", subject_id__in=map(str, ids)).last()
    return Person.objects.filter(pk=merging.actor_id).first() if merging else None
