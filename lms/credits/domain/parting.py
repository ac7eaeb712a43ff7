"""A merging was undone: what its uniting took back counts again, on the record where it stood."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from lms.credits.domain.appending import announce, lock_chain
from lms.credits.domain.correcting import append_correction, append_reversal
from lms.credits.domain.uniting import COUNTED_BEFORE
from lms.credits.models import CreditLedgerEntry
from lms.people.models import Merging


def united_since(person_ids: Iterable[int], since: datetime) -> list[CreditLedgerEntry]:
    """The reversals and corrections that the uniting of these accounts has written since the moment."""
    entries = CreditLedgerEntry.objects.of(person_ids).filter(registered_at__gte=since).order_by("pk")
    reasons = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            reasons.add(_(COUNTED_BEFORE))
    return [entry for entry in entries if entry.why and entry.why[0].get("reason") in reasons]


@transaction.atomic
def part_records(merging: Merging, *, at: datetime) -> list[CreditLedgerEntry]:
    """Give back, by corrections, the hours that were taken back as counted twice. Told twice, it happens once."""
    if merging.undone_at is None:
        return []
    ids = sorted([merging.survivor_id, merging.duplicate_id])
    chains = {pk: lock_chain(pk) for pk in ids}
    reason, added = _("The merging of two accounts was undone."), []
    united = [entry for entry in united_since(ids, merging.merged_at) if entry.registered_at <= merging.undone_at]
    for reversal in united:
        entry = reversal.reverses
        if entry is None:
            continue
        chain, written, freeing, stands = chains[entry.person_id], [], reversal, entry
        partial = CreditLedgerEntry.objects.filter(freed_by=reversal).first()
        if partial is not None:
            if CreditLedgerEntry.objects.filter(reverses=partial).exists() or partial not in united:
                continue
            stands = partial
            freeing = append_reversal(chain, partial, reason=reason, by=merging.undone_by, at=at)
            written.append(freeing)
        written.append(
            append_correction(
                chain,
                stands,
                freeing,
                hours=entry.hours,
                days=entry.days,
                evidence=entry.evidence,
                reason=reason,
                by=merging.undone_by,
                at=at,
            )
        )
        announce(entry.person_id, written)
        added += written
    return added
