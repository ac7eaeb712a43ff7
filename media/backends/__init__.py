"""The outside tools of this app, each behind a small interface."""
