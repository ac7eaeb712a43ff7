"""认定: how many hours a completed lesson or course is worth, and why. Pure: no database, no clock.

Hours come from decoded seconds and passed tests, never from planned minutes or time online. Every step is kept as a
message code with its values, so that the learner can read it in words later (`explaining`).
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from lms.credits.enums import Component, RuleUnit

Step = dict[str, Any]
NOTHING = Decimal("0.00")
# How much of a recording must have been played where the rule does not say.
USUAL_RATIO = "0.9"


def step(code: str, **values: Any) -> Step:
    """One step of an explanation; values are whole numbers, texts and lists of texts."""
    return {"code": code, **values}


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

    @property
    def rests_on_offline(self) -> bool:
        return self.witnessed_percent is not None and self.witnessed_percent < self.studied_percent

    @property
    def evidence(self) -> dict[str, Any]:
        """What an entry keeps; watching without network is named only where something rests on it."""
        offline = {"witnessed_percent": self.witnessed_percent, "vouched_by": self.vouched_by}
        tested = {"test_offline": True, "test_vouched_by": self.test_vouched_by}
        return {
            "key": self.key,
            "seconds": self.decoded_seconds,
            "percent": self.studied_percent,
            "test": self.test_passed,
            **(offline if self.rests_on_offline else {}),
            **(tested if self.test_offline else {}),
        }


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


def _round_down(hours: Decimal, unit: Decimal) -> Decimal:
    return ((hours / unit).to_integral_value(ROUND_DOWN) * unit).quantize(NOTHING, rounding=ROUND_DOWN)


def _tier_holds(tier: Mapping[str, Any], seconds: int) -> bool:
    if "max_min" in tier:
        return seconds <= Decimal(tier["max_min"]) * 60
    if "below_min" in tier:
        return seconds < Decimal(tier["below_min"]) * 60
    return seconds >= Decimal(tier["from_min"]) * 60


def hours_of_seconds(seconds: int, parameters: Mapping[str, Any]) -> tuple[Decimal, list[Step]]:
    """学时 for so many decoded seconds under the parameters of a rule, rounded down to the rule's step."""
    unit = Decimal(parameters.get("step", "0.01"))
    length = step("decoded_length", seconds=seconds)
    if "tiers" in parameters:
        tier = next((tier for tier in parameters["tiers"] if _tier_holds(tier, seconds)), None)
        if tier is None:
            return NOTHING, [length, step("no_tier")]
        bound = next(name for name in tier if name != "hours")
        hours = _round_down(Decimal(tier["hours"]), unit)
        return hours, [length, step(f"tier_{bound}", minutes=str(tier[bound]), hours=str(hours))]
    hours = _round_down(Decimal(seconds) / (Decimal(parameters["minutes_per_hour"]) * 60), unit)
    return hours, [
        length,
        step("minutes_per_hour", minutes=str(parameters["minutes_per_hour"])),
        step("rounded_down", step=str(unit), hours=str(hours)),
    ]


def hours_of_tests(tests: int, parameters: Mapping[str, Any]) -> tuple[Decimal, list[Step]]:
    """学时 for so many passed tests."""
    hours = (Decimal(parameters.get("test_pass_hours", 0)) * tests).quantize(NOTHING)
    return hours, [step("test_passed", tests=tests, hours=str(hours))]


def hours_of_component(
    component: str, lessons: Sequence[Mapping[str, Any]], parameters: Mapping[str, Any]
) -> tuple[Decimal, list[Step]]:
    """The hours of one component from the evidence of its lessons; `check_ledger` derives them again with it."""
    if component == Component.TEST_BONUS:
        return hours_of_tests(sum(lesson["test"] for lesson in lessons), parameters)
    return hours_of_seconds(sum(lesson["seconds"] for lesson in lessons), parameters)


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


def _needed_percent(parameters: Mapping[str, Any]) -> int:
    return int((Decimal(parameters.get("complete_ratio", USUAL_RATIO)) * 100).to_integral_value())


def _short_of(lessons: Sequence[StudiedLesson], parameters: Mapping[str, Any]) -> list[Step]:
    """The lessons of which less was played than the rule asks for."""
    needed = _needed_percent(parameters)
    return [
        step("coverage_short", title=lesson.title, reached=lesson.studied_percent, needed=needed)
        for lesson in lessons
        if lesson.studied_percent < needed
    ]


# What is missing where hours rest on watching without network, by the quiz that could vouch for it.
OFFLINE_STEPS = {"lesson": "offline_needs_quiz", "course": "offline_needs_course_quiz", "": "offline_needs_network"}


def _unvouched(lessons: Sequence[StudiedLesson], terms: Mapping[str, Any]) -> list[Step]:
    """The lessons of which enough was played only if what was watched without network counts, and no quiz says so."""
    if not terms.get("offline_needs_quiz", True):
        return []
    needed = _needed_percent(terms["parameters"])
    return [
        step(OFFLINE_STEPS[lesson.quiz], title=lesson.title)
        for lesson in lessons
        if lesson.vouched_by is None
        and lesson.witnessed_percent is not None
        and lesson.witnessed_percent < needed <= lesson.studied_percent
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
