"""What holds two merged accounts together: facts since then, of which nobody can say whose they are."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from lms.credits.domain.parting import united_since
from lms.credits.models import CreditLedgerEntry
from lms.learning.models import CourseCompletion, LessonCompletion, PresenceCheck, QuizAttempt, WatchRecord


def facts_since(person_ids: Sequence[int], since: datetime) -> list[str]:
    """What was learned, completed or registered since the moment; what the uniting itself wrote is left out."""
    found = []
    whose = {"person__in": person_ids}
    if WatchRecord.objects.filter(**whose, last_watched_at__gte=since).exists():
        found.append(_("lessons were watched since"))
    if QuizAttempt.objects.filter(**whose, submitted_at__gte=since).exists():
        found.append(_("tests were handed in since"))
    if PresenceCheck.objects.filter(**whose, answered_at__gte=since).exists():
        found.append(_("questions in between were answered or put together since"))
    completed = [
        model.objects.filter(**whose, completed_at__gte=since) for model in (LessonCompletion, CourseCompletion)
    ]
    if any(facts.exists() for facts in completed):
        found.append(_("lessons or courses were completed since"))
    written = {entry.pk for entry in united_since(person_ids, since)}
    entries = CreditLedgerEntry.objects.of(person_ids).filter(registered_at__gte=since)
    if entries.exclude(pk__in=written).exists():
        found.append(_("hours were registered since"))
    return found
