"""Slow or late work of lms.credits: ids in, one story."""

from django.utils import timezone
from django_tasks import task

from lms.credits.domain.assessing import keep_standings
from lms.credits.domain.parting import part_records
from lms.credits.domain.reassessing import go_on
from lms.credits.domain.registering import register_credit
from lms.credits.domain.settling_imports import settle_import
from lms.credits.domain.striking import regain_hours, strike_hours
from lms.credits.domain.studying import completion_of
from lms.credits.domain.uniting import unite_record
from lms.credits.models import ImportBatch
from lms.learning.models import LessonCompletion
from lms.lib.durations import beijing_day
from lms.people.models import Merging, Person

# How long one task works on a reassessment before others have their turn.
REASSESSING_SECONDS = 20


@task(queue_name="default")
def register_credit_task(source_kind: str, source_id: int) -> list[int]:
    """Register the hours of one completion; the ids of its entries."""
    completion = completion_of(source_kind, source_id)
    if completion is None:
        return []
    return [entry.pk for entry in register_credit(completion, at=timezone.now())]


@task(queue_name="default")
def strike_hours_task(completion_id: int) -> list[int]:
    """Take back hours that rested on a group viewing to which the person objected; the ids of the reversals."""
    lesson = LessonCompletion.objects.select_related("person__merged_into", "outline_version").get(pk=completion_id)
    return [entry.pk for entry in strike_hours(lesson, at=timezone.now())]


@task(queue_name="default")
def regain_hours_task(completion_id: int) -> list[int]:
    """Give again what an objection took back and the record bears now; the ids of the corrections."""
    lesson = LessonCompletion.objects.select_related("person__merged_into", "outline_version").get(pk=completion_id)
    return [entry.pk for entry in regain_hours(lesson, at=timezone.now())]


@task(queue_name="default")
def unite_record_task(person_id: int) -> list[int]:
    """Make each lesson count once on the record of a person whose accounts were merged; the ids of new entries."""
    return [entry.pk for entry in unite_record(Person.objects.get(pk=person_id).survivor, at=timezone.now())]


@task(queue_name="default")
def assess_person_task(person_id: int) -> list[str]:
    """Make the standing of one person again, as of today; what differed."""
    return keep_standings([Person.objects.get(pk=person_id).survivor], on=beijing_day(timezone.now()))


@task(queue_name="default")
def assess_people_task(person_ids: list[int]) -> list[str]:
    """Make the standing of several people again, as of today; what differed."""
    people = Person.objects.filter(pk__in=person_ids).select_related("merged_into")
    return keep_standings(list({person.survivor for person in people}), on=beijing_day(timezone.now()))


@task(queue_name="default")
def reassess_task(run_id: int) -> bool:
    """Go on with a reassessment of everybody for a while and leave the rest to the next task: others get on."""
    finished = go_on(run_id, at=timezone.now(), seconds=REASSESSING_SECONDS)
    if not finished:
        reassess_task.enqueue(run_id)
    return finished


@task(queue_name="default")
def settle_import_task(batch_id: int) -> int:
    """Register or take back the hours of one import; how many entries were written."""
    return settle_import(ImportBatch.objects.get(pk=batch_id), at=timezone.now())


@task(queue_name="default")
def part_records_task(merging_id: int) -> list[int]:
    """Give back what the uniting of two accounts took, when they are two again; the ids of new entries."""
    return [entry.pk for entry in part_records(Merging.objects.get(pk=merging_id), at=timezone.now())]
