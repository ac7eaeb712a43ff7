"""Facts that programmes announces, after commit, with send_robust."""

from django.dispatch import Signal

course_assigned = Signal()
"""People are asked to complete a course. assignment_id (Assignment)."""

course_unassigned = Signal()
"""An assignment was withdrawn: nobody is asked any more. assignment_id (Assignment)."""
