"""People say how well they can use a phone, before they learn and after; they alone see what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from courses.domain.instruments import Level, self_assessment
from lms.learning.domain.enrolling import lock_clock
from lms.learning.enums import AssessmentPhase
from lms.learning.models import SelfAssessment
from lms.lib.durations import beijing_day
from lms.people.models import Person


class NotAssessed(Exception):
    """Some sentences were not answered, or not on the scale; the text says so."""


@dataclass(frozen=True, slots=True)
class Score:
    """Percent of the highest score, and what that is called."""

    percent: int
    level: Level


@dataclass(frozen=True, slots=True)
class Compared:
    """One dimension, or all together, before and after; `after` is None until there was a second self-assessment."""

    label: str
    before: Score
    after: Score | None


def assess(person: Person, answers: Mapping[str, int], *, at: datetime) -> SelfAssessment:
    """Keep a value of the scale for every item. The first is “before”, each later one “after”.

    On one day of Beijing there is one: given again, it is put right. Raises NotAssessed, leaving nothing.
    """
    instrument = self_assessment()
    values = {value for value, _words in instrument.scale}
    if set(answers) != set(instrument.item_codes) or not set(answers.values()) <= values:
        raise NotAssessed(_("Please answer every sentence."))
    said = {"answers": dict(answers), "percents": instrument.percents(dict(answers))}
    with transaction.atomic():
        lock_clock(person)
        last = SelfAssessment.objects.of(person).last()
        if last and last.person_id == person.pk and beijing_day(last.taken_at) == beijing_day(at):
            SelfAssessment.objects.filter(pk=last.pk).update(**said, taken_at=at)
            last.refresh_from_db()
            return last
        phase = AssessmentPhase.POST_TEST if last else AssessmentPhase.PRE_TEST
        return SelfAssessment.objects.create(person=person, phase=phase, taken_at=at, **said)


def compare(first: SelfAssessment, latest: SelfAssessment | None) -> list[Compared]:
    """Every dimension in order, then all together: the first self-assessment beside the latest."""
    instrument = self_assessment()

    def score(taken: SelfAssessment, codes: list[str]) -> Score:
        percent = sum(taken.percents[code] for code in codes) // len(codes)
        return Score(percent, instrument.level(percent))

    def compared(label: str, codes: list[str]) -> Compared:
        return Compared(label, score(first, codes), score(latest, codes) if latest else None)

    rows = [compared(str(part.code.label), [part.code]) for part in instrument.parts]
    return [*rows, compared(_("All together"), [part.code for part in instrument.parts])]
