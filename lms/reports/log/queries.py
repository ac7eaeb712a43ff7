"""Entries of the log in words, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lms.audit.models import AuditEntry
from lms.lib.durations import beijing_day, beijing_midnight
from lms.people.models import Role
from lms.reports.log.words import action_in_words, detail_in_words, person_in_words, subject_in_words

ONE_DAY = timedelta(days=1)


@dataclass
class EntryInWords:
    """An entry as it is read. `roles` are those the actor held on that day; nobody is named."""

    entry: AuditEntry
    actor: str  # empty: the system itself
    roles: list[str]
    action: str
    subject: str
    detail: list[tuple[str, str]]


def entries_sought(asked: dict[str, Any], *, count: int) -> list[AuditEntry]:
    """At most `count` entries that fit, newest first, before entry number `before` where one is given.

    Leafing by number stays in place while the log grows, as it does with each page that is read.
    """
    found = AuditEntry.objects.order_by("-seq")
    if "before" in asked:
        found = found.filter(seq__lt=asked["before"])
    if "action" in asked:
        found = found.filter(action=asked["action"])
    if "actor" in asked:
        found = found.by(asked["actor"])
    if "subject_kind" in asked:
        found = found.filter(subject_kind=asked["subject_kind"])
    if "subject_id" in asked:
        found = found.filter(subject_id=asked["subject_id"])
    if "since" in asked:
        found = found.filter(at__gte=beijing_midnight(asked["since"]))
    if "until" in asked:
        found = found.filter(at__lt=beijing_midnight(asked["until"] + ONE_DAY))
    return list(found[:count])


def in_words(entries: Iterable[AuditEntry]) -> list[EntryInWords]:
    """The entries as sentences; one query for the roles of all actors."""
    entries = list(entries)
    roles: dict[int, list[Role]] = {}
    for role in Role.objects.filter(person_id__in={entry.actor_id for entry in entries if entry.actor_id}):
        roles.setdefault(role.person_id, []).append(role)

    def kinds(actor_id: int | None, day: date) -> list[str]:
        return sorted({str(role.get_kind_display()) for role in roles.get(actor_id or 0, ()) if role.holds(day)})

    return [
        EntryInWords(
            entry,
            person_in_words(entry.actor_id) if entry.actor_id else "",
            kinds(entry.actor_id, beijing_day(entry.at)),
            action_in_words(entry.action),
            subject_in_words(entry.subject_kind, entry.subject_id),
            detail_in_words(entry.detail),
        )
        for entry in entries
    ]
