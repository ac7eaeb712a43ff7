"""Telling people something in the message centre; reading; wanting no SMS."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from lms.notices.domain.wording import Template
from lms.notices.enums import MessageKind
from lms.notices.models import Message, SmsRefusal
from lms.people.models import Person

BATCH = 500


def tell(
    person_ids: Iterable[int], template: Template, variables: Mapping[str, Any], *, cause: str, at: datetime
) -> int:
    """Write one notice for each of them who has none of this cause yet; to how many. Told twice, it happens once."""
    ids = sorted(set(person_ids))
    told = set(Message.objects.filter(cause=cause, person__in=ids).values_list("person_id", flat=True))
    new = [
        Message(
            person_id=pk,
            kind=MessageKind.NOTICE,
            template=template.code,
            variables=dict(variables),
            cause=cause,
            written_at=at,
        )
        for pk in ids
        if pk not in told
    ]
    Message.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    return len(new)


def mark_read(person: Person, *, message_id: int | None = None, at: datetime) -> int:
    """Her message, or all of them, is read; how many were not before."""
    hers = Message.objects.of(person).unread()
    if message_id is not None:
        hers = hers.filter(pk=message_id)
    return hers.update(read_at=at)


def choose_sms(person: Person, wanted: bool, *, at: datetime) -> None:
    """Whether she wants reminders by SMS; the choice of one account holds for all that were merged into it."""
    if wanted:
        SmsRefusal.objects.filter(person.owns()).delete()
    else:
        SmsRefusal.objects.get_or_create(person=person.survivor, defaults={"refused_at": at})
