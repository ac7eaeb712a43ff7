"""Facts that people announces, after commit, with send_robust."""

from django.dispatch import Signal

persons_merged = Signal()
"""Two accounts became one. survivor_id (Person)."""

persons_separated = Signal()
"""A merging was undone: one account is two again. merging_id (Merging)."""

posts_changed = Signal()
"""Posts of many persons began, ended or were taken back by an import. person_ids (list of Person ids)."""

account_closed = Signal()
"""An account was closed, with those that were merged into it. person_ids (list of Person ids)."""
