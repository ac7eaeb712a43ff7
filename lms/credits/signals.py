"""Facts that credits announces, after commit, with send_robust."""

from django.dispatch import Signal

credit_registered = Signal()
"""Entries were added to a person's ledger, whatever their kind. person_id, entry_ids."""

duty_changed = Signal()
"""What is required has changed, by an exemption or a requirement. person_id, or None for all whom it may concern."""
