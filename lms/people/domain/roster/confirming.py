"""A preview is confirmed: all of it, exactly as it was shown, once."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain.recording import record
from lms.lib.durations import beijing_day
from lms.lib.encryption import encrypt, keyed_index
from lms.lib.rows import update_rows
from lms.people.domain.roster.facts import chunks
from lms.people.domain.roster.planning import A_NEW_PERSON, Planned, counts, digest
from lms.people.domain.roster.reading import RosterRefused, check_keeps_roster, preview
from lms.people.enums import ContactKind, LearnerCategory, RosterOutcome, RosterStepKind
from lms.people.models import Contact, Identity, Membership, Org, Person, Post, RosterBatch, RosterStep
from lms.people.models.contacts import PHONE_PURPOSE
from lms.people.models.identities import IDENTITY_PURPOSE
from lms.people.signals import posts_changed


class FactsChanged(RosterRefused):
    """What confirming would do is not what was shown any more."""


@transaction.atomic
def choose(batch: RosterBatch, chosen: dict[int, int], *, by: Person, at: datetime) -> RosterBatch:
    """Say for rows, by number, who is meant: a person of those asked about, or 0 for somebody new."""
    batch = _locked(batch, by=by, at=at)
    if batch.confirmed_at:
        raise RosterRefused(_("This import was confirmed already."))
    asked = {
        step.line.row: {A_NEW_PERSON, *(known.person_id for known in step.candidates)}
        for step in preview(_without(batch, chosen), by=by, at=at).planned
        if step.outcome == RosterOutcome.ASK
    }
    said = {str(row): person for row, person in chosen.items() if person in asked.get(row, ())}
    batch.choices = {**batch.choices, **said}
    batch.save(update_fields=["choices"])
    return batch


@transaction.atomic
def choose_again(batch: RosterBatch, *, by: Person, at: datetime) -> RosterBatch:
    """Nothing is decided yet."""
    batch = _locked(batch, by=by, at=at)
    if not batch.confirmed_at:
        batch.choices = {}
        batch.save(update_fields=["choices"])
    return batch


def _without(batch: RosterBatch, rows: Iterable[int]) -> RosterBatch:
    """The batch as if nothing had been decided for these rows, so that a decision can be taken back."""
    decided = {row: person for row, person in batch.choices.items() if int(row) not in set(rows)}
    return RosterBatch(pk=batch.pk, org=batch.org, lines=batch.lines, choices=decided)


@transaction.atomic
def confirm(batch: RosterBatch, *, shown: str, by: Person, at: datetime) -> RosterBatch:
    """Do what the preview with the digest `shown` showed. Told twice, it happens once.

    Raises FactsChanged where it would be something else by now, RosterRefused where something is still open.
    """
    # One import of a department at a time; the people of the file cannot change between looking and writing.
    Org.objects.select_for_update().get(pk=batch.org_id)
    batch = _locked(batch, by=by, at=at)
    if batch.confirmed_at:
        return batch
    first = preview(batch, by=by, at=at)
    for part in chunks(sorted(step.person_id for step in first.planned if step.person_id)):
        list(Person.objects.select_for_update().filter(pk__in=part).order_by("pk").values_list("pk"))
    seen = preview(batch, by=by, at=at)
    if digest(seen.planned) != shown:
        raise FactsChanged(_("Something has changed since this preview was made. Look at it again, then confirm."))
    if not seen.is_confirmable:
        raise RosterRefused(_("Rows are still to be mended or decided. Nothing was imported."))
    steps = _Writer(batch, at).write(seen.planned)
    RosterStep.objects.bulk_create(steps)
    batch.counts = counts(seen.planned)
    batch.confirmed_by, batch.confirmed_at, batch.lines, batch.choices = by, at, "", {}
    batch.save()
    detail = {"org": batch.org.code, "rows": batch.rows, **{_COUNTED[key]: batch.counts[key] for key in _COUNTED}}
    record("roster.confirmed", actor=by, subject_kind="roster_batch", subject_id=batch.pk, detail=detail, at=at)
    announce(steps)
    return batch


_COUNTED = {"create": "created", "change": "changed", "leave": "left", "same": "unchanged"}


def announce(steps: Sequence[RosterStep]) -> None:
    """After commit: whose posts are others now."""
    person_ids = sorted({step.person_id for step in steps})
    transaction.on_commit(partial(posts_changed.send_robust, sender=None, person_ids=person_ids), robust=True)


def _locked(batch: RosterBatch, *, by: Person, at: datetime) -> RosterBatch:
    locked = RosterBatch.objects.select_for_update(of=("self",)).select_related("org").filter(pk=batch.pk).first()
    if locked is None:
        raise RosterRefused(_("This import is no longer kept. Choose the file again."))
    check_keeps_roster(locked.org, by=by, at=at)
    return locked


class _Writer:
    """Writes the rows of a confirmed preview, model by model, and keeps a step for each."""

    def __init__(self, batch: RosterBatch, at: datetime) -> None:
        self._batch, self._at, self._today = batch, at, beijing_day(at)
        self._steps: list[RosterStep] = []

    def write(self, planned: Sequence[Planned]) -> list[RosterStep]:
        persons = self._persons(planned)
        self._identities([step for step in planned if step.adds_identity], persons)
        self._end_posts([step for step in planned if step.ends], persons)
        self._begin_posts([step for step in planned if step.begins], persons)
        return self._steps

    def _note(self, step: Planned, kind: RosterStepKind, person_id: int, made: int, **ends: date | None) -> None:
        self._steps.append(
            RosterStep(batch=self._batch, row=step.line.row, kind=kind, person_id=person_id, object_id=made, **ends)
        )

    def _persons(self, planned: Sequence[Planned]) -> dict[int, int]:
        """The person of each row; new ones are made, reached on the row's phone."""
        new = [step for step in planned if step.person_id is None]
        made = Person.objects.bulk_create(
            Person(
                name=step.line.name,
                kind=LearnerCategory.CADRE,
                birth_year=int(step.line.identity_number[6:10]),
                joined_at=self._at,
                password=make_password(None),
            )
            for step in new
        )
        persons = {step.line.row: step.person_id for step in planned if step.person_id is not None}
        for step, person in zip(new, made, strict=True):
            persons[step.line.row] = person.pk
            self._note(step, RosterStepKind.PERSON_CREATED, person.pk, person.pk)
        with_phone = [step for step in new if step.line.phone]
        contacts = Contact.objects.bulk_create(
            Contact(
                person_id=persons[step.line.row],
                kind=ContactKind.PHONE,
                encrypted=encrypt(step.line.phone, PHONE_PURPOSE),
                index=keyed_index(step.line.phone, PHONE_PURPOSE),
                active_from=self._today,
            )
            for step in with_phone
        )
        for step, contact in zip(with_phone, contacts, strict=True):
            self._note(step, RosterStepKind.CONTACT_ADDED, contact.person_id, contact.pk)
        return persons

    def _identities(self, steps: Sequence[Planned], persons: dict[int, int]) -> None:
        made = Identity.objects.bulk_create(
            Identity(
                person_id=persons[step.line.row],
                encrypted=encrypt(step.line.identity_number, IDENTITY_PURPOSE),
                index=keyed_index(step.line.identity_number, IDENTITY_PURPOSE),
                added_at=self._at,
            )
            for step in steps
        )
        for step, identity in zip(steps, made, strict=True):
            self._note(step, RosterStepKind.IDENTITY_ADDED, identity.person_id, identity.pk)

    def _end_posts(self, steps: Sequence[Planned], persons: dict[int, int]) -> None:
        endings = [(step, ending) for step in steps for ending in step.ends]
        if not endings:
            return
        update_rows(Post, ["active_to"], [(ending.on, ending.post.pk) for _step, ending in endings])
        for step, ending in endings:
            ends = {"ended_before": ending.post.active_to, "ended_after": ending.on}
            self._note(step, RosterStepKind.POST_ENDED, persons[step.line.row], ending.post.pk, **ends)
        memberships = self._open_memberships(persons[step.line.row] for step in steps)
        still = self._orgs_of_open_posts(persons[step.line.row] for step in steps)
        left: dict[int, date] = {}
        for step, ending in endings:
            where = persons[step.line.row], ending.post.org_id
            stays = where in still or (step.begins and step.line.org_id == ending.post.org_id)
            if where in memberships and not stays:
                membership = memberships[where]
                left[membership.pk] = max(ending.on, membership.active_from)
                ends = {"ended_before": None, "ended_after": left[membership.pk]}
                self._note(step, RosterStepKind.MEMBERSHIP_ENDED, where[0], membership.pk, **ends)
        if left:
            update_rows(Membership, ["active_to"], [(on, pk) for pk, on in left.items()])

    def _begin_posts(self, steps: Sequence[Planned], persons: dict[int, int]) -> None:
        memberships = self._open_memberships(persons[step.line.row] for step in steps)
        posts = Post.objects.bulk_create(Post(**self._post(step, persons[step.line.row])) for step in steps)
        for step, post in zip(steps, posts, strict=True):
            self._note(step, RosterStepKind.POST_BEGUN, post.person_id, post.pk, ended_after=step.line.until)
        joining = [step for step in steps if (persons[step.line.row], step.line.org_id) not in memberships]
        made = Membership.objects.bulk_create(
            Membership(
                person_id=persons[step.line.row],
                org_id=step.line.org_id,
                active_from=step.line.start or self._today,
                active_to=step.line.until,
            )
            for step in joining
        )
        for step, membership in zip(joining, made, strict=True):
            ends = {"ended_after": membership.active_to}
            self._note(step, RosterStepKind.MEMBERSHIP_BEGUN, membership.person_id, membership.pk, **ends)

    def _post(self, step: Planned, person_id: int) -> dict[str, Any]:
        line = step.line
        return {
            "person_id": person_id,
            "org_id": line.org_id,
            "title": line.title,
            "category": line.category,
            "level": line.level,
            "cadre_authority_id": self._batch.org_id,
            "active_from": line.start,
            "active_to": line.until,
        }

    def _open_memberships(self, person_ids: Iterable[int]) -> dict[tuple[int, int], Membership]:
        found: dict[tuple[int, int], Membership] = {}
        for part in chunks(person_ids):
            for membership in Membership.objects.filter(person__in=part, active_to__isnull=True):
                found[membership.person_id, membership.org_id] = membership
        return found

    def _orgs_of_open_posts(self, person_ids: Iterable[int]) -> set[tuple[int, int]]:
        """Where the persons hold a post that does not end."""
        found: set[tuple[int, int]] = set()
        for part in chunks(person_ids):
            open_posts = Post.objects.filter(person__in=part, active_to__isnull=True)
            found.update(open_posts.values_list("person_id", "org_id"))
        return found
