"""What a person is told about her hours when she has completed a lesson."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from lms.credits.domain.explaining import explain
from lms.credits.domain.missing import not_yet_because
from lms.credits.enums import SourceKind
from lms.credits.models import CreditLedgerEntry
from lms.learning.models import LessonCompletion
from lms.lib.durations import beijing_day
from lms.people.enums import LearnerCategory
from lms.people.models import Person
from lms.people.queries import categories_on


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, empty where hours are not her matter; `settled` is False while they are being written down."""

    text: str
    settled: bool = True


def tell_of_lesson(person: Person, lesson_key: UUID) -> Told:
    """What the newest completion of the lesson gave a cadre, or what is missing; reads only."""
    completions = LessonCompletion.objects.of(person.survivor).filter(lesson_key=lesson_key)
    completion = completions.select_related("outline_version").order_by("-round").first()
    if completion is None or not completion.outline_version.credit_for:
        return Told("")
    if LearnerCategory.CADRE not in categories_on(person.survivor, beijing_day(completion.completed_at)):
        return Told("")
    entries = CreditLedgerEntry.objects.caused_by(SourceKind.LESSON_COMPLETION, completion.pk)
    standing = list(entries.standing())
    hours = sum((entry.hours for entry in standing), Decimal("0.00"))
    cuts = [one for entry in standing for one in entry.why if one["code"].startswith("capped_")]
    if cuts and not hours:
        return Told(" ".join(explain(cuts)))
    if hours:
        return Told(_("This lesson gave %(hours)s credit hours; they are on your record.") % {"hours": hours})
    missing = not_yet_because(person, f"lesson:{lesson_key}", round_number=completion.round)
    return Told(" ".join(explain(missing)), settled=not any(one["code"] == "not_registered" for one in missing))
