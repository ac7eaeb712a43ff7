"""Slow or late work of lms.credits: ids in, one story."""

from django.utils import timezone
from django_tasks import task

from lms.credits.domain.parting import part_records
from lms.credits.domain.registering import register_credit
from lms.credits.domain.studying import completion_of
from lms.credits.domain.uniting import unite_record
from lms.people.models import Merging, Person


@task(queue_name="default")
def register_credit_task(source_kind: str, source_id: int) -> list[int]:
    """Register the hours of one completion; the ids of its entries."""
    completion = completion_of(source_kind, source_id)
    if completion is None:
        return []
    return [entry.pk for entry in register_credit(completion, at=timezone.now())]


@task(queue_name="default")
def unite_record_task(person_id: int) -> list[int]:
    """Make each lesson count once on the record of a person whose accounts were merged; the ids of new entries."""
    return [entry.pk for entry in unite_record(Person.objects.get(pk=person_id).survivor, at=timezone.now())]


@task(queue_name="default")
def part_records_task(merging_id: int) -> list[int]:
    """Give back what the uniting of two accounts took, when they are two again; the ids of new entries."""
    return [entry.pk for entry in part_records(Merging.objects.get(pk=merging_id), at=timezone.now())]
