"""Several people on one device: a question to the officer who looks after them, and nothing else.

Couples share a phone, the village committee lends its tablet. So no machine draws a conclusion here: nothing in this
module is read where watching is judged, checks fall due or hours are registered.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations

from django.db import transaction
from django.db.models import Count, F, Max, QuerySet
from django.db.models.functions import Coalesce
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from lms.audit.domain import record
from lms.learning.models import DeviceNote, DeviceSighting, PlaySession
from lms.people.models import Person

LOOK_BACK = timedelta(days=30)
# More are not shown on one page: those with most people come first.
MOST_DEVICES = 100
REASON_LENGTH = 300
_COOKIE_LENGTH = 22
_REPORT_EVERY = timedelta(seconds=15)


class CannotNote(Exception):
    """The note was not taken; the text says why."""


def new_device_code() -> str:
    """128 random bits that a browser keeps; nothing of the phone is in them."""
    return secrets.token_urlsafe(16)


def is_device_code(text: str) -> bool:
    """Whether the cookie holds what `new_device_code` gave."""
    return len(text) == _COOKIE_LENGTH and text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def see_device(session: PlaySession, code: str, *, at: datetime) -> None:
    """Keep that the session was opened in the browser with this code; called where credit hangs on watching."""
    device = salted_hmac("lms.learning.device", code, algorithm="sha256").hexdigest()[:32]
    DeviceSighting.objects.get_or_create(session=session, defaults={"device": device, "seen_at": at})


@dataclass(frozen=True, slots=True)
class Use:
    """A lesson opened on the device: from when until when the server heard of it."""

    person_id: int
    opened_at: datetime
    heard_at: datetime
    played: timedelta


@dataclass(slots=True)
class SharedDevice:
    """A device on which several of the persons in view had lessons open; `sighting` stands for it in addresses."""

    sighting: int
    device: str
    uses: list[Use]
    note: DeviceNote | None = None
    people: list[Person] = field(default_factory=list)

    @property
    def person_ids(self) -> set[int]:
        return {use.person_id for use in self.uses}

    @property
    def first_at(self) -> datetime:
        return min(use.opened_at for use in self.uses)

    @property
    def last_at(self) -> datetime:
        return max(use.heard_at for use in self.uses)

    def minutes_of(self, person_id: int) -> int:
        """About how many minutes a person's lessons played on the device."""
        played = sum((use.played for use in self.uses if use.person_id == person_id), timedelta())
        return round(played / timedelta(minutes=1))

    def overlaps(self) -> Iterator[tuple[int, int, datetime, datetime]]:
        """Of which two people lessons were open at the same time, and from when until when; in order."""
        for one, other in combinations(sorted(self.uses, key=lambda use: use.opened_at), 2):
            start, end = max(one.opened_at, other.opened_at), min(one.heard_at, other.heard_at)
            if one.person_id != other.person_id and start < end:
                yield one.person_id, other.person_id, start, end

    @property
    def is_noted(self) -> bool:
        """Whether somebody knows why, and nothing is new since."""
        note = self.note
        if note is None or not self.person_ids <= set(note.people):
            return False
        return note.is_overlapping or next(self.overlaps(), None) is None


def shared_devices(persons: QuerySet[Person], *, at: datetime) -> list[SharedDevice]:
    """The devices on which two or more of these persons had lessons open lately, most people first.

    Accounts of one human being are one person. Whoever else used them is neither shown nor counted. In four queries,
    however many there are.
    """
    ids = persons.order_by().values("pk")
    human = Coalesce(F("session__person__merged_into"), F("session__person"))
    lately = DeviceSighting.objects.annotate(human=human).filter(seen_at__gte=at - LOOK_BACK, human__in=ids)
    counted = lately.order_by().values("device").annotate(count=Count("human", distinct=True)).filter(count__gte=2)
    devices = list(counted.order_by("-count", "device").values_list("device", flat=True)[:MOST_DEVICES])
    sightings = (
        lately.filter(device__in=devices)
        .annotate(heard_at=Max("session__receipts__received_at"), reports=Count("session__receipts"))
        .order_by("seen_at", "pk")
    )
    found: dict[str, SharedDevice] = {}
    for each in sightings:
        shared = found.setdefault(each.device, SharedDevice(each.pk, each.device, []))
        heard_at = each.heard_at or each.seen_at
        played = min(heard_at - each.seen_at, each.reports * _REPORT_EVERY)
        shared.uses.append(Use(each.human, each.seen_at, heard_at, played))
    for note in DeviceNote.objects.filter(device__in=devices).select_related("noted_by").order_by("noted_at"):
        found[note.device].note = note
    people = Person.objects.in_bulk({pk for shared in found.values() for pk in shared.person_ids})
    for shared in found.values():
        shared.people = sorted((people[pk] for pk in shared.person_ids), key=lambda each: (each.name, each.pk))
    return [found[device] for device in devices]


def note_as_usual(shared: SharedDevice, *, by: Person, reason: str, at: datetime) -> DeviceNote:
    """Keep that an officer knows why these people share the device; it is asked again when something is new.

    The log says who, when, why and about how many people; it does not hold the device. Whoever calls has found the
    device among those that the officer sees. Raises CannotNote.
    """
    reason = " ".join(reason.split())[:REASON_LENGTH]
    if not reason:
        raise CannotNote(_("Please write what you found out."))
    if by.pk in shared.person_ids:
        raise CannotNote(_("You are one of these people yourself. Somebody else must note this."))
    with transaction.atomic():
        note = DeviceNote.objects.create(
            device=shared.device,
            people=sorted(shared.person_ids),
            is_overlapping=next(shared.overlaps(), None) is not None,
            reason=reason,
            noted_by=by,
            noted_at=at,
        )
        record(
            "learning.device_noted",
            actor=by,
            subject_kind="device_note",
            subject_id=note.pk,
            detail={"people": note.people, "reason": reason},
            at=at,
        )
    return note
