"""Background work in tests: by default it is only noted; here it is done."""

from typing import Any


def run_tasks_at_once(settings: Any) -> None:
    """Every task runs where it is sent, on whichever queue."""
    queues = settings.TASKS["default"]["QUEUES"]
    backend = "django_tasks.backends.immediate.ImmediateBackend"
    settings.TASKS = {"default": {"BACKEND": backend, "QUEUES": queues}}
