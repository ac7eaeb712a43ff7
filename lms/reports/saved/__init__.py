"""Saved views: an officer's own names for filters of the desk."""
