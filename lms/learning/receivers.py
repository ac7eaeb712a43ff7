"""When two accounts become one, what was learnt with both is put together at once."""

from typing import Any

from django.utils import timezone

from lms.learning.domain.uniting import unite_learning
from lms.people.models import Person
from lms.people.signals import persons_merged


def unite_merged_learning(survivor_id: int, **kwargs: Any) -> None:
    unite_learning(Person.objects.get(pk=survivor_id), at=timezone.now())


def register_receivers() -> None:
    """Called once, when the app is ready."""
    persons_merged.connect(unite_merged_learning, dispatch_uid="learning.unite_merged_learning")
