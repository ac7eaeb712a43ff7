"""Adding to the audit log."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import models, transaction

from lms.audit.models import AuditEntry, AuditHead
from lms.lib.sealing import canonical_bytes, chain_hash

SECRET_KEYS = frozenset(
    {"password", "secret", "token", "key", "otp", "sms_code", "recovery_code", "phone", "identity_number"}
)


class SecretInDetail(ValueError):
    """The detail names a secret or a personal value, which the log must never hold."""


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _keys(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _keys(item)


def record(
    action: str,
    *,
    actor: models.Model | None,
    subject_kind: str,
    subject_id: object,
    detail: dict[str, Any] | None = None,
    at: datetime,
) -> AuditEntry:
    """Append one entry to the log; `actor` is the person, or None for the system itself.

    The head of the log stays locked until the surrounding transaction ends, so a story records last.
    """
    secret = SECRET_KEYS.intersection(_keys(detail))
    if secret:
        raise SecretInDetail(f"{action}: {', '.join(sorted(secret))}")
    # Written as it will be read back: decimals and moments as text.
    plain = json.loads(canonical_bytes(detail or {}))
    with transaction.atomic():
        AuditHead.objects.get_or_create(pk=1)
        head = AuditHead.objects.select_for_update().get(pk=1)
        entry = AuditEntry(
            seq=head.seq + 1,
            at=at,
            actor_id=actor.pk if actor is not None else None,
            action=action,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            detail=plain,
            prev_hash=head.hash,
        )
        entry.hash = chain_hash(entry.prev_hash, entry.payload)
        entry.save(force_insert=True)
        head.seq, head.hash = entry.seq, entry.hash
        head.save()
    return entry
