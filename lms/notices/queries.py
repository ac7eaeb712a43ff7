"""Reads about messages, shared by several callers."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q

from lms.lib.durations import beijing_day, beijing_midnight
from lms.notices.enums import SmsDelivery, SmsState, WhyRefused
from lms.notices.models import LastReminder, Message, Reminder, Sms, SmsRefusal
from lms.people.models import Contact, Person, Tally
from lms.people.models.contacts import STALE_AFTER

# One reminder for each person in so many days, the day of the reminder included.
REMINDED_EVERY_DAYS = 14
# SQLite takes some thousands of parameters in one statement.
CHUNK = 500


def unread_count(person: Person) -> int:
    """How many messages wait for her: one short query, asked on every page."""
    return Message.objects.of(person).unread().count()


def wants_sms(person: Person) -> bool:
    return not SmsRefusal.objects.filter(person.owns()).exists()


def in_chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    ordered = sorted(set(ids))
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))


def _accounts(ids: list[int]) -> dict[int, int]:
    """Each account of these people, and whose it is."""
    merged = Person.objects.filter(merged_into__in=ids).values_list("pk", "merged_into_id")
    return {**{pk: pk for pk in ids}, **dict(merged)}


def reminded_lately(ids: Iterable[int], on: date) -> set[int]:
    """Those of the people who were reminded less than fourteen days before, on whichever of their accounts."""
    since = on - timedelta(days=REMINDED_EVERY_DAYS - 1)
    found: set[int] = set()
    for chunk in in_chunks(ids):
        whose = _accounts(chunk)
        rows = LastReminder.objects.filter(person__in=whose, reminded_on__gte=since)
        found |= {whose[pk] for pk in rows.values_list("person_id", flat=True)}
    return found


def refusing_sms(ids: Iterable[int]) -> set[int]:
    """Those of the people who want no reminders by SMS."""
    found: set[int] = set()
    for chunk in in_chunks(ids):
        whose = _accounts(chunk)
        rows = SmsRefusal.objects.filter(person__in=whose).values_list("person_id", flat=True)
        found |= {whose[pk] for pk in rows}
    return found


def _in_use(at: datetime) -> Q:
    """Numbers used or written down within half a year: later they may have been given to somebody else."""
    return Q(last_used_at__gt=at - STALE_AFTER) | Q(active_from__gt=beijing_day(at - STALE_AFTER))


def with_number(ids: Iterable[int], at: datetime) -> set[int]:
    """Those of the people who have a number that may be written to."""
    found: set[int] = set()
    for chunk in in_chunks(ids):
        contacts = Contact.objects.filter(_in_use(at), person__in=chunk).on(beijing_day(at))
        found |= set(contacts.values_list("person_id", flat=True))
    return found


def number_of(person: Person, at: datetime) -> Contact | None:
    """The number to write to: of those in use, the one used last; None where there is none."""
    contacts = Contact.objects.filter(_in_use(at), person=person.survivor).on(beijing_day(at))
    return contacts.order_by(F("last_used_at").desc(nulls_last=True), "-pk").first()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a reminder, in counts alone."""

    people: int
    read: int
    sms: int
    by_state: Counter[str]
    by_refusal: Counter[str]
    by_delivery: Counter[str]
    segments: int

    @property
    def sent(self) -> int:
        return self.by_state[SmsState.SENT]

    @property
    def delivered(self) -> int:
        return self.by_delivery[SmsDelivery.DELIVERED]

    @property
    def undelivered(self) -> int:
        return self.by_delivery[SmsDelivery.UNDELIVERED]

    @property
    def unreported(self) -> int:
        """Accepted by the provider, which has not said what became of it."""
        return self.sent - self.delivered - self.undelivered

    @property
    def failed(self) -> int:
        return self.by_state[SmsState.FAILED]

    @property
    def unknown(self) -> int:
        return self.by_state[SmsState.UNKNOWN]

    @property
    def waiting(self) -> int:
        return self.by_state[SmsState.QUEUED] + self.by_state[SmsState.CLAIMED]

    @property
    def refusals(self) -> list[tuple[str, int]]:
        return [(str(why.label), self.by_refusal[why]) for why in WhyRefused if self.by_refusal[why]]


def outcome_of(reminder: Reminder) -> Outcome:
    """How many read it, and how many SMS were sent, wait or failed: two queries, no names."""
    messages = Message.objects.filter(reminder=reminder)
    counted = messages.aggregate(people=Count("pk"), read=Count("pk", filter=Q(read_at__isnull=False)))
    by_state: Counter[str] = Counter()
    by_refusal: Counter[str] = Counter()
    by_delivery: Counter[str] = Counter()
    segments = 0
    sms = Sms.objects.filter(message__reminder=reminder).order_by()
    kinds = sms.values_list("state", "why_refused", "delivery", "segments").annotate(count=Count("pk"))
    for state, why, delivery, size, count in kinds:
        by_state[state] += count
        by_delivery[delivery] += count
        if why:
            by_refusal[why] += count
        if state in {SmsState.SENT, SmsState.UNKNOWN}:
            segments += size * count
    total = sum(by_state.values())
    return Outcome(counted["people"], counted["read"], total, by_state, by_refusal, by_delivery, segments)


def taken_today(at: datetime, scope: str) -> int:
    """How many messages of the site's day were used up, without making the row that counts them."""
    row = Tally.objects.filter(scope=scope, key="site", window_start=beijing_midnight(beijing_day(at))).first()
    return row.count if row else 0
