"""Fixtures shared by all tests; what a machine must offer stands in tests/machine.py."""

pytest_plugins = [
    "tests.machine",
    "tests.database",
    "tests.clock",
    "tests.people_fixtures",
    "tests.browsing",
    "tests.buckets",
]
