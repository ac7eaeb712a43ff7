"""Reads of the log for audit administrators."""

from lms.audit.models import AuditEntry, AuditHead
from lms.lib.sealing import GENESIS, chain_faults


def log_faults() -> list[str]:
    """What is wrong with the chain of the log, one sentence each; empty when every entry stands as it was written."""
    head = AuditHead.objects.filter(pk=1).first()
    entries = AuditEntry.objects.order_by("seq").iterator(chunk_size=2000)
    links = ((entry.seq, entry.prev_hash, entry.hash, entry.payload) for entry in entries)
    return list(chain_faults(links, head_seq=head.seq if head else 0, head_hash=head.hash if head else GENESIS))
