"""Facts that notices announces, after commit, with send_robust."""

from django.dispatch import Signal

sms_queued = Signal()
"""SMS were put among those that wait."""
