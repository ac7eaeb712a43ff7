"""认定: how many hours a completed lesson or course is worth, and why. Pure: no database, no clock.

Hours come from decoded seconds and passed tests, never from planned minutes or time online. Every step is kept as a
message code with its values, so that the learner can read it in words later (`explaining`).
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from lms.credits.domain.converting import (
    NOTHING,
    group_share,
    has_conversion,
    hours_of_component,
    hours_of_seconds,
    hours_of_tests,
    needed_percent,
)
from lms.credits.domain.steps import Step, step
from lms.credits.enums import Component, RuleUnit

__all__ = [
    "NOTHING",
    "Part",
    "Recognition",
    "Step",
    "StudiedLesson",
    "Study",
    "hours_of_component",
    "hours_of_seconds",
    "hours_of_tests",
    "recognise",
    "refusals",
    "step",
]


@dataclass(frozen=True, slots=True)
class StudiedLesson:
    """One completed lesson as its outline version has it."""

    key: str
    title: str
    decoded_seconds: int
    studied_percent: int  # whole percent of the recording that was played, at least
    test_passed: bool = False
    # Of that, what does not rest on watching without network; None: all of it.
    witnessed_percent: int | None = None
    # The quiz attempt (id) that vouches for watching without network.
    vouched_by: int | None = None
    # Which quiz could: the lesson's own, one of its course, or none.
    quiz: str = ""
    # The test was answered without network; the attempt (id), answered with it, that vouches for that.
    test_offline: bool = False
    test_vouched_by: int | None = None
    # What is known from group viewing only, in whole percent of the recording; part of `studied_percent`.
    group_percent: int = 0
    elective: bool = False

    @property
    def rests_on_offline(self) -> bool:
        return self.witnessed_percent is not None and self.witnessed_percent < self.studied_percent

    @property
    def evidence(self) -> dict[str, Any]:
        """What an entry keeps; what is not the usual (without network, in a group, elective) is named only there."""
        offline = {"witnessed_percent": self.witnessed_percent, "vouched_by": self.vouched_by}
        tested = {"test_offline": True, "test_vouched_by": self.test_vouched_by}
        return {
            "key": self.key,
            "seconds": self.decoded_seconds,
            "percent": self.studied_percent,
            "test": self.test_passed,
            **(offline if self.rests_on_offline else {}),
            **(tested if self.test_offline else {}),
            **({"group_percent": self.group_percent} if self.group_percent else {}),
            **({"elective": True} if self.elective else {}),
        }

    def reached_percent(self, parameters: Mapping[str, Any]) -> int:
        """How much was played as far as the rule asks; group viewing is left out where it is worth nothing."""
        return self.studied_percent - (0 if group_share(parameters) else self.group_percent)


@dataclass(frozen=True, slots=True)
class Study:
    """A completion, read: what was completed, by whom in which categories, for whom it gives hours."""

    unit: str
    title: str
    achievement_key: str
    day: date
    lessons: Sequence[StudiedLesson]
    categories: frozenset[str]
    credit_for: frozenset[str]
    has_authority: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """The hours of one component; a part that does not count was counted before and is worth nothing."""

    component: Component
    counts: bool
    hours: Decimal
    lessons: Sequence[StudiedLesson]
    why: list[Step]


@dataclass(frozen=True, slots=True)
class Recognition:
    """Parts that become entries, and the reasons for what is missing (yet)."""

    parts: list[Part] = field(default_factory=list)
    missing: list[Step] = field(default_factory=list)


def refusals(study: Study, terms: Mapping[str, Any] | None) -> list[Step]:
    """Why the study gives no hours at all; empty when it may."""
    if not study.credit_for:
        return [step("gives_no_hours", title=study.title)]
    if not study.categories & study.credit_for:
        return [step("not_your_category", title=study.title, categories=sorted(study.credit_for))]
    if not study.has_authority:
        return [step("no_authority", day=study.day.isoformat())]
    if terms is None:
        return [step("no_rule", day=study.day.isoformat())]
    if terms["unit"] != study.unit:
        return [step("counted_by_course" if terms["unit"] == RuleUnit.COURSE else "counted_by_lesson")]
    return []


def _short_of(lessons: Sequence[StudiedLesson], parameters: Mapping[str, Any]) -> list[Step]:
    """The lessons of which less was played than the rule asks for."""
    needed, short = needed_percent(parameters), []
    for lesson in lessons:
        reached = lesson.reached_percent(parameters)
        if reached < needed:
            short.append(step("coverage_short", title=lesson.title, reached=reached, needed=needed))
        if reached < needed <= lesson.studied_percent:
            short.append(step("group_gives_nothing", title=lesson.title, percent=lesson.group_percent))
    return short


# What is missing where hours rest on watching without network, by the quiz that could vouch for it.
OFFLINE_STEPS = {"lesson": "offline_needs_quiz", "course": "offline_needs_course_quiz", "": "offline_needs_network"}


def _unvouched(lessons: Sequence[StudiedLesson], terms: Mapping[str, Any]) -> list[Step]:
    """The lessons of which enough was played only if what was watched without network counts, and no quiz says so."""
    if not terms.get("offline_needs_quiz", True):
        return []
    needed = needed_percent(terms["parameters"])
    return [
        step(OFFLINE_STEPS[lesson.quiz], title=lesson.title)
        for lesson in lessons
        if lesson.vouched_by is None
        and lesson.witnessed_percent is not None
        and lesson.witnessed_percent < needed <= lesson.reached_percent(terms["parameters"])
    ]


def _untested(lessons: Sequence[StudiedLesson], terms: Mapping[str, Any]) -> list[Step]:
    """The lessons whose quiz was passed without network only, where passing it gives hours."""
    if not terms.get("offline_needs_quiz", True) or "test_pass_hours" not in terms["parameters"]:
        return []
    return [
        step("offline_test", title=lesson.title)
        for lesson in lessons
        if lesson.test_offline and lesson.test_vouched_by is None
    ]


def recognise(
    study: Study, terms: Mapping[str, Any] | None, *, counted: Mapping[str, Set[str]] | None = None
) -> Recognition:
    """The hours of a completion under the terms (`CreditRule.terms`) of the rule in force on its day, if any.

    `counted` names, by component, the lessons that already gave hours in this round: they give none again.
    """
    missing = refusals(study, terms)
    if missing or terms is None:
        return Recognition(missing=missing)
    parameters = terms["parameters"]
    recorded = [lesson for lesson in study.lessons if lesson.decoded_seconds]
    tested = [lesson for lesson in study.lessons if lesson.test_passed]
    untested = _untested(tested, terms)
    gives: dict[Component, list[StudiedLesson]] = {}
    short = [*_short_of(recorded, parameters), *_unvouched(recorded, terms)]
    if recorded and not has_conversion(parameters):
        short = [step("no_conversion")]
    if recorded and not short:
        gives[Component.BASE] = recorded
    if tested and not untested and "test_pass_hours" in parameters:
        gives[Component.TEST_BONUS] = tested
    if not gives and not short and not untested:
        short = [step("nothing_to_measure")]

    opening = [
        step(f"completed_{study.unit}", title=study.title, day=study.day.isoformat()),
        step("your_category", categories=sorted(study.categories & study.credit_for)),
    ]
    parts = []
    for component, lessons in gives.items():
        before = (counted or {}).get(component, frozenset())
        fresh = [lesson for lesson in lessons if lesson.key not in before]
        excluded = [step("duplicate_excluded", title=lesson.title) for lesson in lessons if lesson.key in before]
        hours, how = (
            hours_of_component(component, [lesson.evidence for lesson in fresh], parameters) if fresh else (NOTHING, [])
        )
        parts.append(Part(component, bool(fresh), hours, fresh, [*opening, *excluded, *how]))
    return Recognition(parts=parts, missing=[*short, *untested])
