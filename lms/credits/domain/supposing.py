"""What study would be worth under the terms of a rule, with everything that a rule remembers: nothing is written.

Used for the preview of a rule and for trying it on facts of the past.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from lms.credits.domain.capping import Line, counted_before, cut
from lms.credits.domain.converting import NOTHING
from lms.credits.domain.recognising import StudiedLesson, Study, recognise
from lms.credits.domain.steps import Step
from lms.credits.enums import CreditCategory, RuleUnit


@dataclass
class SupposedRecord:
    """A person's record as it would grow under a rule: what counted by round and component, and the lines for caps."""

    person_id: int = 0
    lines: list[Line] = field(default_factory=list)
    counted: dict[int, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))

    @property
    def hours(self) -> Decimal:
        return sum((line.hours for line in self.lines), NOTHING)

    def add(self, study: Study, terms: dict[str, Any], *, course: str, round_number: int = 1) -> list[Step]:
        """Add the hours of the study, and return the steps that led to them, or what is missing."""
        counted, steps = self.counted[round_number], []
        recognition = recognise(study, terms, counted=counted)
        for part in recognition.parts:
            if not part.counts:
                continue
            line = Line(
                self.person_id,
                len(self.lines) + 1,
                CreditCategory.ONLINE_SELF_STUDY,
                study.day,
                study.achievement_key,
                course,
                round_number,
            )
            caps = terms["parameters"].get("caps", {})
            hours, cuts = cut(part.hours, caps, counted_before(caps, line, self.lines))
            self.lines.append(Line(**{name: getattr(line, name) for name in _COLUMNS}, hours=hours))
            counted[part.component].update(lesson.key for lesson in part.lessons)
            # The first two steps say what was completed and for whom.
            steps += [*part.why[2:], *cuts]
        return steps or recognition.missing


_COLUMNS = [name for name in Line.__dataclass_fields__ if name != "hours"]


@dataclass(frozen=True, slots=True)
class Sample:
    """So many lessons of one course, each of so many minutes, completed on one day."""

    minutes: int = 38
    lessons: int = 1
    elective: bool = False
    test_passed: bool = True


@dataclass(frozen=True, slots=True)
class Previewed:
    """What the sample gives where the rule counts by this unit; `steps` are of the first lesson, or of the course."""

    unit: RuleUnit
    hours: Decimal
    first: Decimal
    steps: list[Step]


def preview(terms: dict[str, Any], sample: Sample, day: date) -> list[Previewed]:
    """The sample under the terms counted by lesson and counted by course, whichever of both the rule says."""
    lessons = [
        StudiedLesson(str(number), "", sample.minutes * 60, 100, sample.test_passed, elective=sample.elective)
        for number in range(sample.lessons)
    ]
    found = []
    for unit in RuleUnit:
        record, first, steps = SupposedRecord(), NOTHING, list[Step]()
        for number, studied in enumerate([[lesson] for lesson in lessons] if unit == RuleUnit.LESSON else [lessons]):
            key = f"{unit}:{number}"
            study = Study(unit, "", key, day, studied, frozenset({"cadre"}), frozenset({"cadre"}))
            how = record.add(study, {**terms, "unit": unit.value}, course="sample")
            if not number:
                first, steps = record.hours, how
        found.append(Previewed(unit, record.hours, first, steps))
    return found
