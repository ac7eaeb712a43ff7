"""When two accounts become one, what was learnt with both is put together; and apart, when they are two again.

When a full hall is closed, its people are counted one after the other.
"""

from typing import Any

from django.utils import timezone

from lms.learning.domain.rebuilding import rebuild_watch_records
from lms.learning.domain.uniting import unite_learning
from lms.learning.signals import group_viewing_closed
from lms.learning.tasks import count_ticks_task
from lms.people.models import Merging, Person
from lms.people.signals import persons_merged, persons_separated


def unite_merged_learning(survivor_id: int, **kwargs: Any) -> None:
    unite_learning(Person.objects.get(pk=survivor_id), at=timezone.now())


def part_separated_learning(merging_id: int, **kwargs: Any) -> None:
    merging = Merging.objects.get(pk=merging_id)
    rebuild_watch_records(of=[merging.survivor_id, merging.duplicate_id])


def count_full_hall(viewing_id: int, **kwargs: Any) -> None:
    count_ticks_task.enqueue(viewing_id)


def register_receivers() -> None:
    """Called once, when the app is ready."""
    group_viewing_closed.connect(count_full_hall, dispatch_uid="learning.count_full_hall")
    persons_merged.connect(unite_merged_learning, dispatch_uid="learning.unite_merged_learning")
    persons_separated.connect(part_separated_learning, dispatch_uid="learning.part_separated_learning")
