"""What must be right before production starts: no debugging, no demo world, and the keys that belong to the data.

The first migration of a database notes a fingerprint of every key in the audit log; from then on a start with other
keys is refused, because it would write what nobody can read again. Adding a key at the end of FIELD_KEYS is a rotation
and is noted by the next `migrate`.
"""

import hmac
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.utils import timezone

from lms.audit.domain import record
from lms.audit.models import AuditEntry
from lms.people.models import Division

NOTED = "key_noted"
FICTIONAL_PROVINCE = "99"


class StartRefused(ImproperlyConfigured):
    """Production must not start like this; the message says why."""


def fingerprint(secret_hex: str) -> str:
    """What may be written down of a key: it identifies the key and tells nothing about it."""
    return hmac.digest(bytes.fromhex(secret_hex), b"tianjian key fingerprint", "sha256").hex()[:32]


def fingerprints() -> dict[str, str]:
    """The keys of this process by id, in order; the first field key makes the indexes and must stay the first."""
    field_keys = {f"field:{key_id}": fingerprint(secret) for key_id, secret in settings.FIELD_KEYS.items()}
    return {**field_keys, "sealing": fingerprint(settings.SEALING_KEY)}


def noted_keys() -> dict[str, str]:
    entries = AuditEntry.objects.filter(action=NOTED).order_by("seq")
    return {entry.subject_id: entry.detail["fingerprint"] for entry in entries}


def note_keys() -> list[str]:
    """Write down the fingerprint of each key that the log does not know yet; return their ids."""
    known = noted_keys()
    new = {key_id: value for key_id, value in fingerprints().items() if key_id not in known}
    at = timezone.now()
    for key_id, value in new.items():
        record(NOTED, actor=None, subject_kind="key", subject_id=key_id, detail={"fingerprint": value}, at=at)
    return list(new)


def note_keys_after_migrating(**kwargs: Any) -> None:
    if (
        settings.GUARD_START
        and not key_faults()
        and AuditEntry._meta.db_table in connection.introspection.table_names()
    ):
        note_keys()


def key_faults() -> list[str]:
    """Why the keys of this process do not belong to the data."""
    if AuditEntry._meta.db_table not in connection.introspection.table_names():
        return []
    known = noted_keys()
    mine = fingerprints()
    faults = [
        f"The key {key_id} that this database was written with is not the one in the environment."
        for key_id, value in known.items()
        if mine.get(key_id) != value
    ]
    first_known = next((key_id for key_id in known if key_id.startswith("field:")), None)
    if not faults and first_known and next(iter(mine)) != first_known:
        faults.append(f"FIELD_KEYS must begin with {first_known.removeprefix('field:')}; new keys go to the end.")
    return faults


def demo_faults() -> list[str]:
    """The demo world's people have published sign-ins; its province, whose code no real one can have, gives it away."""
    if Division._meta.db_table not in connection.introspection.table_names():
        return []
    if Division.objects.filter(code__startswith=FICTIONAL_PROVINCE).exists():
        return ["This database holds the demo world, whose sign-ins everybody knows; use an empty one."]
    return []


def faults() -> list[str]:
    """Every reason not to start, as sentences; empty outside production."""
    if not settings.GUARD_START:
        return []
    debug = ["DEBUG is on: errors would show secrets to visitors."] if settings.DEBUG else []
    return [*debug, *key_faults(), *demo_faults()]


def refuse_unsafe_start() -> None:
    """Raise StartRefused with every reason; a web server calls this before it answers anybody."""
    found = faults()
    if found:
        raise StartRefused(" ".join(found))


def check_start(**kwargs: Any) -> list[CheckMessage]:
    """The same as a system check, so that workers and commands are refused too."""
    try:
        return [Error(fault, id="tools.E001") for fault in faults()]
    except DatabaseError:
        # No database yet (an image being built, a server still starting): whoever needs it will say so.
        return []
