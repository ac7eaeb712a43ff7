"""Facts that people announces, after commit, with send_robust."""

from django.dispatch import Signal

persons_merged = Signal()
"""Two accounts became one. survivor_id (Person)."""
