"""Slow or late work of lms.credits: ids in, one story."""

from django.utils import timezone
from django_tasks import task

from lms.credits.domain.registering import register_credit
from lms.credits.domain.studying import completion_of


@task(queue_name="default")
def register_credit_task(source_kind: str, source_id: int) -> list[int]:
    """Register the hours of one completion; the ids of its entries."""
    completion = completion_of(source_kind, source_id)
    if completion is None:
        return []
    return [entry.pk for entry in register_credit(completion, at=timezone.now())]
