"""Who is asked, and who is asked no longer, is told."""

from typing import Any

from lms.programmes.signals import course_assigned, course_unassigned
from lms.programmes.tasks import tell_assigned_task, tell_unassigned_task


def tell_of_assignment(assignment_id: int, **kwargs: Any) -> None:
    tell_assigned_task.enqueue(assignment_id)


def tell_of_withdrawal(assignment_id: int, **kwargs: Any) -> None:
    tell_unassigned_task.enqueue(assignment_id)


def register_receivers() -> None:
    """Called once, when the app is ready."""
    course_assigned.connect(tell_of_assignment, dispatch_uid="programmes.tell_of_assignment")
    course_unassigned.connect(tell_of_withdrawal, dispatch_uid="programmes.tell_of_withdrawal")
