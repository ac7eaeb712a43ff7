"""What an officer reads before she settles an appeal: facts, and no name."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet

from lms.learning.enums import SettlementOutcome
from lms.learning.models import Appeal, PlaySession, RefusedStretch
from lms.learning.queries import parts_in_words
from lms.lib.durations import beijing_midnight
from lms.lib.stretches import Stretches
from lms.people.queries import same_person_ids

# As long as what is refused is kept.
LOOK_BACK = timedelta(days=365)
SESSIONS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Before:
    """How often it happened to the same person in the year before, this time left out."""

    refused: int
    appeals: int
    granted: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A lesson that she had open on that day, whichever: the clock pays for all of them together."""

    opened_at: datetime
    heard_at: datetime | None
    title: str
    is_this: bool


def with_what_is_listed(appeals: QuerySet[Appeal]) -> QuerySet[Appeal]:
    """Everything a list shows, in one query."""
    return appeals.select_related("refused__page", "refused__record", "person", "settlement__settled_by")


def narrowed(appeals: QuerySet[Appeal], *, settled: bool, reason: str, lesson: str) -> QuerySet[Appeal]:
    """Open ones, those that have waited longest first; or settled ones, newest first."""
    if reason:
        appeals = appeals.filter(refused__reason=reason)
    if lesson:
        appeals = appeals.filter(refused__page__title__icontains=lesson)
    if settled:
        return appeals.filter(settlement__isnull=False).order_by("-settlement__settled_at", "-pk")
    return appeals.unsettled().order_by("appealed_at", "pk")  # type: ignore[attr-defined]  # of its own QuerySet


def before(appeal: Appeal) -> Before:
    """Counts about the same person, over the year before this appeal."""
    since = appeal.appealed_at - LOOK_BACK
    ids = same_person_ids(appeal.person)
    earlier = Appeal.objects.filter(person__in=ids, appealed_at__gte=since).exclude(pk=appeal.pk)
    counts = earlier.aggregate(
        made=Count("pk"), granted=Count("pk", filter=Q(settlement__outcome=SettlementOutcome.GRANTED))
    )
    refused = RefusedStretch.objects.filter(person__in=ids, last_at__gte=since)
    return Before(refused.exclude(pk=appeal.refused_id).count(), counts["made"], counts["granted"])


def opened_on_that_day(appeal: Appeal) -> list[Opened]:
    """The lessons open on the day of the refusal (Beijing), with when the server last heard of each."""
    start = beijing_midnight(appeal.refused.day)
    end = start + timedelta(days=1)
    of_that_day = Q(opened_at__lt=end) & (Q(opened_at__gte=start) | Q(receipts__received_at__gte=start))
    sessions = (
        PlaySession.objects.filter(of_that_day, person__in=same_person_ids(appeal.person))
        .annotate(heard_at=Max("receipts__received_at", filter=Q(receipts__received_at__lt=end)))
        .select_related("page")
        .order_by("opened_at")
    )
    return [
        Opened(each.opened_at, each.heard_at, each.page.title, each.record_id == appeal.refused.record_id)
        for each in sessions[:SESSIONS_SHOWN]
    ]


def parts(appeal: Appeal) -> str:
    """What was asked for, as on a player."""
    return parts_in_words(appeal.asked)


def counting_by_now(appeal: Appeal) -> Stretches:
    """What of it counts by now without a settlement: watched again since."""
    return appeal.asked & appeal.refused.record.covered
