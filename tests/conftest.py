"""Fixtures shared by all tests; what a machine must offer stands in tests/machine.py."""

from hypothesis import settings

pytest_plugins = [
    "tests.machine",
    "tests.migrated",
    "tests.database",
    "tests.clock",
    "tests.people_fixtures",
    "tests.browsing",
    "tests.buckets",
]

# How long something takes is a matter of benchmarks: a machine that is busy fails no test.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
