"""Fixtures shared by all tests; what a machine must offer stands in tests/machine.py."""

pytest_plugins = [
    "tests.turns",
    "tests.statements",
    "tests.machine",
    "tests.migrated",
    "tests.database",
    "tests.snapshots",
    "tests.clock",
    "tests.people_fixtures",
    "tests.browsing",
    "tests.buckets",
]
