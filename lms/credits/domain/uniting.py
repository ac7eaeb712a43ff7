"""Two accounts became one: what both had earned for the same lesson counts once, and a cap holds for both together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lms.audit.models import AuditEntry
from lms.credits.domain.appending import announce, heads_of, lock_chains
from lms.credits.domain.capping import (
    amounts_within,
    asked_of_evidence,
    caps_of,
    chains_beside,
    counted_before,
    follows_from_evidence,
    line_of,
    place_of,
    steps_of_cut,
    without_caps,
)
from lms.credits.domain.converting import NOTHING
from lms.credits.domain.correcting import append_correction, append_reversal
from lms.credits.domain.steps import Step
from lms.credits.enums import Origin
from lms.credits.models import CreditLedgerEntry
from lms.people.enums import MERGED
from lms.people.models import Person
from lms.people.queries import same_person_ids

COUNTED_BEFORE = gettext_noop("Two accounts of one person were merged, and this had been counted before.")
OVER_CAP = gettext_noop("Two accounts of one person were merged, and together they gave more than a cap lets count.")
# By these reasons the entries of a uniting are known again.
REASONS = (COUNTED_BEFORE, OVER_CAP)


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that is to be taken back, and what stands in its place with what evidence; without, nothing does."""

    entry: CreditLedgerEntry
    reason: str
    hours: Decimal = NOTHING
    days: Decimal = NOTHING
    evidence: dict[str, Any] | None = None
    why: tuple[Step, ...] = ()

    @property
    def lost(self) -> Decimal:
        return self.entry.hours - self.hours


def changes_of(person_ids: Iterable[int]) -> list[Change]:
    """What uniting these accounts would change, in the order in which their hours count; nothing when they are one.

    Of what was earned twice the earlier entry stays. Then every entry is held once more against the caps of its rule,
    with what comes before it on all accounts; what a person decided stays as it is.
    """
    entries = list(
        CreditLedgerEntry.objects.of(person_ids).select_related("rule", "outline_version", "reverses", "reversal")
    )
    standing = sorted((each for each in entries if each.counts and not each.is_reversed), key=place_of)
    left, found = _left_of(standing), list[Change]()
    lines = {entry.pk: line_of(entry) for entry in entries}
    for entry in standing:
        change = _change_of(entry, left.get(entry.pk), lines.values())
        if change is not None:
            lines[entry.pk] = replace(lines[entry.pk], hours=change.hours)
            found.append(change)
    return found


def _left_of(standing: list[CreditLedgerEntry]) -> dict[int, list[dict[str, Any]]]:
    """By id the entries with lessons that an earlier one counted, and what is left of each."""
    taken: set[tuple[str, str, int]] = set()
    found = {}
    for entry in standing:
        lessons = {(lesson["key"], entry.component, entry.round): lesson for lesson in entry.evidence["lessons"]}
        if entry.origin != Origin.HERE:
            # What came from elsewhere has no lessons; the achievement itself counts once.
            lessons = {(entry.achievement_key, entry.component, entry.round): {}}
        left = [lesson for key, lesson in lessons.items() if key not in taken]
        if len(left) < len(lessons):
            found[entry.pk] = left
        taken.update(lessons)
    return found


def _change_of(entry: CreditLedgerEntry, left: list[dict[str, Any]] | None, lines: Iterable[Any]) -> Change | None:
    if left == []:
        return Change(entry, COUNTED_BEFORE)
    caps = caps_of(entry.evidence)
    if left is None and not (caps and follows_from_evidence(entry)):
        return None
    evidence = without_caps(entry.evidence) | {"in_place_of": place_of(entry)}
    if left is not None:
        evidence["lessons"] = left
    asked = asked_of_evidence(entry.component, evidence)
    if caps:
        line = line_of(entry)
        evidence["counted_before"] = counted_before(caps, line, (each for each in lines if each.place < line.place))
    hours, days = amounts_within(asked, evidence)
    if left is None and hours >= entry.hours:
        return None
    reason = OVER_CAP if left is None else COUNTED_BEFORE
    return Change(entry, reason, hours, days, evidence, tuple(steps_of_cut(asked, evidence)))


def persons_to_unite() -> Iterator[tuple[Person, list[Change]]]:
    """Survivors of a merging whose record still counts something twice, or more than a cap lets count."""
    for person in Person.objects.filter(merged_from__isnull=False).distinct().order_by("pk"):
        if changes := changes_of(same_person_ids(person)):
            yield person, changes


@transaction.atomic
def unite_record(person: Person, *, at: datetime) -> list[CreditLedgerEntry]:
    """Take back what counts twice or beyond a cap, in the name of whoever merged the accounts.

    Where something of an entry is left, a correction gives it, in the place of the entry. Told twice, it happens once.
    """
    ids = same_person_ids(person)
    chains = lock_chains(ids)
    by = _who_merged(ids)
    added = []
    for change in changes_of(ids):
        entry, reason = change.entry, _(change.reason)
        chain = chains[entry.person_id]
        written = [append_reversal(chain, entry, reason=reason, by=by, at=at)]
        if change.evidence is not None:
            written.append(
                append_correction(
                    chain,
                    entry,
                    written[0],
                    hours=change.hours,
                    days=change.days,
                    evidence=change.evidence | chains_beside(change.evidence, entry.person_id, heads_of(chains)),
                    reason=reason,
                    by=by,
                    at=at,
                    why=change.why,
                )
            )
        announce(entry.person_id, written)
        added += written
    return added


def _who_merged(ids: list[int]) -> Person | None:
    merging = AuditEntry.objects.filter(action=MERGED, subject_kind="person", subject_id__in=map(str, ids)).last()
    return Person.objects.filter(pk=merging.actor_id).first() if merging else None
