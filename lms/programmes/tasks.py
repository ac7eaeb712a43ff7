"""Late work of lms.programmes: ids in, one story."""

from django.utils import timezone
from django_tasks import task

from lms.programmes.domain.telling import tell_assigned, tell_unassigned
from lms.programmes.models import Assignment


@task(queue_name="default")
def tell_assigned_task(assignment_id: int) -> int:
    """Tell everybody whom an assignment asks; how many."""
    return tell_assigned(Assignment.objects.get(pk=assignment_id), at=timezone.now())


@task(queue_name="default")
def tell_unassigned_task(assignment_id: int) -> int:
    """Tell them that it was taken back; how many."""
    return tell_unassigned(Assignment.objects.get(pk=assignment_id), at=timezone.now())
