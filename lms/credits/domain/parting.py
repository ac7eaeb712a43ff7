"""A merging was undone: what its uniting took back counts again, on the record where it stood."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from lms.credits.domain.appending import announce, lock_chains
from lms.credits.domain.capping import place_of, without_caps
from lms.credits.domain.correcting import append_correction, append_reversal
from lms.credits.domain.uniting import REASONS
from lms.credits.models import CreditLedgerEntry
from lms.people.models import Merging


def united_since(person_ids: Iterable[int], since: datetime) -> list[CreditLedgerEntry]:
    """The reversals and corrections that the uniting of these accounts has written since the moment."""
    entries = CreditLedgerEntry.objects.of(person_ids).filter(registered_at__gte=since).select_related("reverses")
    reasons = set[str]()
    for language, _name in settings.LANGUAGES:
        with override(language):
            reasons.update(_(reason) for reason in REASONS)
    return [entry for entry in entries.order_by("pk") if entry.why and entry.why[0].get("reason") in reasons]


def _left_by(entry: CreditLedgerEntry, united: dict[int, CreditLedgerEntry]) -> CreditLedgerEntry | None:
    """The last thing that the uniting left of an entry: a correction that stands, or else a reversal.

    None where somebody has decided since.
    """
    last = entry
    while True:
        freed = last.reverses_id is not None
        following = CreditLedgerEntry.objects.filter(**({"freed_by": last} if freed else {"reverses": last})).first()
        if following is None:
            return last
        if following.pk not in united:
            return None
        last = following


@transaction.atomic
def part_records(merging: Merging, *, at: datetime) -> list[CreditLedgerEntry]:
    """Give back, by corrections, the hours that the uniting took back. Told twice, it happens once."""
    if merging.undone_at is None:
        return []
    ids = [merging.survivor_id, merging.duplicate_id]
    chains = lock_chains(ids)
    reason, added = _("The merging of two accounts was undone."), []
    united = {
        entry.pk: entry for entry in united_since(ids, merging.merged_at) if entry.registered_at <= merging.undone_at
    }
    taken = [entry.reverses for entry in united.values() if entry.reverses and entry.reverses_id not in united]
    for entry in sorted(taken, key=place_of):
        last = _left_by(entry, united)
        if last is None:
            continue
        chain, written, freeing, stands = chains[entry.person_id], [], last, last.reverses or last
        if last.reverses is None:
            freeing = append_reversal(chain, last, reason=reason, by=merging.undone_by, at=at)
            written.append(freeing)
        written.append(
            append_correction(
                chain,
                stands,
                freeing,
                hours=entry.hours,
                days=entry.days,
                evidence=without_caps(entry.evidence) | {"in_place_of": place_of(entry), "restores": entry.pk},
                reason=reason,
                by=merging.undone_by,
                at=at,
            )
        )
        announce(entry.person_id, written)
        added += written
    return added
