"""Late work of lms.learning: ids in, one story."""

from django.utils import timezone
from django_tasks import task

from lms.learning.domain.counting import count_ticks
from lms.learning.models import GroupViewing


@task(queue_name="default")
def count_ticks_task(viewing_id: int) -> int:
    """Count everybody who was at a closed screening and was not counted yet; how many."""
    return count_ticks(GroupViewing.objects.get(pk=viewing_id), at=timezone.now())
