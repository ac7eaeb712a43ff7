"""`record` adds to the log."""

from lms.audit.domain.recording import SecretInDetail, record

__all__ = ["SecretInDetail", "record"]
