"""Append-only tables in tests: the flush after a transactional test may empty them, nothing else may."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.db import connections
from django.test import TransactionTestCase

from lms.lib import append_only


@pytest.fixture(scope="session", autouse=True)
def flush_lifts_append_only_triggers() -> Iterator[None]:
    teardown = TransactionTestCase._fixture_teardown

    def lifted_teardown(self: TransactionTestCase) -> None:
        with ExitStack() as stack:
            for alias in self._databases_names(include_mirrors=False):
                stack.enter_context(append_only.lifted(connections[alias]))
            teardown(self)

    TransactionTestCase._fixture_teardown = lifted_teardown
    yield
    TransactionTestCase._fixture_teardown = teardown
