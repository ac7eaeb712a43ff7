"""Facts that credits announces, after commit, with send_robust."""

from django.dispatch import Signal

credit_registered = Signal()
"""Entries were added to a person's ledger, whatever their kind. person_id, entry_ids."""

duty_changed = Signal()
"""What is required has changed, by an exemption or a requirement. person_id, or None for all whom it may concern."""

import_confirmed = Signal()
"""An officer confirmed a list of hours from elsewhere; its rows wait to be registered. batch_id (ImportBatch)."""

import_undone = Signal()
"""An officer undid an import; what it gave waits to be taken back. batch_id (ImportBatch)."""
