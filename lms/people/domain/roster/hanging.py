"""What hangs on an import, so that it cannot be undone any more."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from lms.people.domain.roster.facts import chunks
from lms.people.enums import RosterStepKind
from lms.people.models import Contact, Identity, Membership, Person, Post, RosterBatch, RosterStep

MADE: dict[RosterStepKind, type[models.Model]] = {
    RosterStepKind.PERSON_CREATED: Person,
    RosterStepKind.IDENTITY_ADDED: Identity,
    RosterStepKind.CONTACT_ADDED: Contact,
    RosterStepKind.POST_BEGUN: Post,
    RosterStepKind.MEMBERSHIP_BEGUN: Membership,
}
ENDED: dict[RosterStepKind, type[models.Model]] = {
    RosterStepKind.POST_ENDED: Post,
    RosterStepKind.MEMBERSHIP_ENDED: Membership,
}

# (persons, moment of confirming) -> what was made since about each of them that depends on her post, in words.
Blocker = Callable[[Sequence[int], datetime], dict[int, str]]
_blockers: list[Blocker] = []


def register_blocker(blocker: Blocker) -> None:
    """An app above says what hangs on a post; called in its `ready()`."""
    if blocker not in _blockers:
        _blockers.append(blocker)


# Tables that are made again from facts: they go with the person, and nothing hangs on them.
_caches: set[type[models.Model]] = set()


def register_cache(model: type[models.Model]) -> None:
    """An app above has a table that says nothing of its own; called in its `ready()`."""
    _caches.add(model)


@dataclass(frozen=True, slots=True)
class Hanging:
    """Why a row of the import cannot be taken back."""

    row: int
    text: str


def what_hangs(batch: RosterBatch) -> list[Hanging]:
    """Everything in the way of undoing the import, by row; empty where it can be undone."""
    steps = list(batch.steps.order_by("row", "pk"))
    found = [*_hangs_on_made(steps), *_was_changed(steps), *_is_used(steps)]
    by_person = {step.person_id: step.row for step in steps}
    for blocker in _blockers:
        for part in chunks(sorted(by_person)):
            told = blocker(part, batch.confirmed_at or batch.read_at)
            found += [Hanging(by_person[person_id], text) for person_id, text in told.items()]
    return sorted(dict.fromkeys(found), key=lambda hanging: hanging.row)


def _hangs_on_made(steps: Sequence[RosterStep]) -> Iterator[Hanging]:
    """Rows of any app that point at what the import made, and are not its own; one query for each chunk."""
    own = {model: {str(step.object_id) for step in steps if step.kind == kind} for kind, model in MADE.items()}
    for kind in (RosterStepKind.PERSON_CREATED, RosterStepKind.POST_BEGUN):
        row_of = {step.object_id: step.row for step in steps if step.kind == kind}
        relations = [
            relation
            for relation in MADE[kind]._meta.related_objects
            if relation.related_model not in _caches and relation.field.concrete
        ]
        for part in chunks(sorted(row_of)):
            for place, key, target in _pointing(relations, part):
                model: Any = relations[place].related_model
                if key not in own.get(model, ()):
                    yield Hanging(row_of[target], str(model._meta.verbose_name))


def _pointing(relations: Sequence[Any], targets: Sequence[int]) -> Iterable[tuple[int, str, int]]:
    """Which of the relations, the key of the row as text, and at whom of the targets it points."""
    arms = [
        relation.related_model._base_manager.order_by()
        .filter(**{f"{relation.field.name}__in": targets})
        .annotate(_place=Value(place), _key=Cast("pk", TextField()), _target=F(relation.field.attname))
        .values_list("_place", "_key", "_target")
        for place, relation in enumerate(relations)
    ]
    found: Iterable[tuple[int, str, int]] = arms[0].union(*arms[1:], all=True) if arms else ()
    return found


def _was_changed(steps: Sequence[RosterStep]) -> Iterator[Hanging]:
    """Posts and memberships whose end is not the one that the import left, and identity numbers that moved."""
    text = _("changed since by somebody else")
    for kind, model in [*MADE.items(), *ENDED.items()]:
        mine = {step.object_id: step for step in steps if step.kind == kind}
        dated = issubclass(model, Post | Membership)
        rows: Any = model._default_manager
        there: dict[int, tuple[int | None, date | None]] = {}
        for part in chunks(sorted(mine)):
            names = ["pk", "pk" if model is Person else "person_id", *(["active_to"] if dated else [])]
            for key, owner, *end in rows.filter(pk__in=part).values_list(*names):
                there[key] = owner, end[0] if dated else None
        for key, step in mine.items():
            owner, end = there.get(key, (None, None))
            moved = (kind in MADE and owner != step.person_id) or owner is None
            if moved or (dated and end != step.ended_after):
                yield Hanging(step.row, text)


def _is_used(steps: Sequence[RosterStep]) -> Iterator[Hanging]:
    """People who have signed in since, or whose account was closed or merged."""
    created = {step.person_id for step in steps if step.kind == RosterStepKind.PERSON_CREATED}
    row_of = {step.person_id: step.row for step in steps}
    for part in chunks(sorted(row_of)):
        for person in Person.objects.filter(pk__in=part).only("pk", "last_login", "merged_into", "closed_at"):
            if person.merged_into_id or person.closed_at:
                yield Hanging(row_of[person.pk], _("the account was closed or merged"))
            elif person.pk in created and person.last_login:
                yield Hanging(row_of[person.pk], _("has signed in"))
