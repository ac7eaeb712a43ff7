"""A worker that is asked to stop tells the tools in progress, so that nobody waits for a long film."""

import threading

_asked = threading.Event()


class StopAsked(Exception):
    """The worker is stopping; the work is given back and begun anew by the next one."""


def ask() -> None:
    """From a signal handler: end what is running soon."""
    _asked.set()


def forget() -> None:
    """For tests, and for a worker that starts."""
    _asked.clear()


def check() -> None:
    """Raises StopAsked once the worker was asked to stop."""
    if _asked.is_set():
        raise StopAsked
