"""Reading a completion: what `recognising` needs to know about it, from the floors beneath."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from courses.enums import CompletionRule, CourseType
from courses.models import OutlineVersion
from lms.credits.domain.recognising import StudiedLesson, Study
from lms.credits.enums import RuleUnit, SourceKind
from lms.credits.models import CreditRule
from lms.credits.queries import rule_in_force
from lms.learning.models import CourseCompletion, LessonCompletion, QuizAttempt, WatchRecord
from lms.lib.durations import beijing_day
from lms.people.queries import authority_on, categories_on, same_person_ids

Completion = LessonCompletion | CourseCompletion
# Lessons first: where both count, a lesson gives its hours before its course looks what is left.
COMPLETION_MODELS: dict[SourceKind, Any] = {
    SourceKind.LESSON_COMPLETION: LessonCompletion,
    SourceKind.COURSE_COMPLETION: CourseCompletion,
}


def source_of(completion: Completion) -> tuple[SourceKind, int]:
    """What an entry names as its cause."""
    kind = SourceKind.LESSON_COMPLETION if isinstance(completion, LessonCompletion) else SourceKind.COURSE_COMPLETION
    return kind, completion.pk


def completion_of(source_kind: str, source_id: int) -> Completion | None:
    """The completion behind an entry, with what a study reads."""
    completions = COMPLETION_MODELS[SourceKind(source_kind)].objects
    return completions.select_related("person__merged_into", "outline_version").filter(pk=source_id).first()


def achievement_key_of(completion: Completion) -> str:
    """成果标识: the same for every door through which this lesson or course can be completed."""
    if isinstance(completion, LessonCompletion):
        return f"{RuleUnit.LESSON}:{completion.lesson_key}"
    return f"{RuleUnit.COURSE}:{completion.course_key}"


@dataclass(frozen=True, slots=True)
class Watched:
    """How much of a recording was played, in whole percent: in all, without what is known only offline, only in a group."""

    percent: int = 0
    witnessed_percent: int = 0
    group_percent: int = 0


@dataclass(frozen=True, slots=True)
class Voucher:
    """Which quiz can vouch for watching a lesson without network: `lesson`, `course` or none; the attempt that does."""

    quiz: str = ""
    attempt_id: int | None = None


def _studied(lesson: dict[str, Any], completion: LessonCompletion, watched: Watched, voucher: Voucher) -> StudiedLesson:
    """A lesson completed by coverage was watched at least as far as its outline version asked for.

    A quiz answered without network says that she passed, not that it was she: her own quiz passed with network does.
    """
    by_rule = lesson["coverage_percent"] if completion.rule == CompletionRule.COVERAGE else 0
    # A completion that rests on nothing offline was witnessed as far as its rule asked for, too.
    witnessed_by_rule = 0 if completion.evidence.get("offline_seconds") else by_rule
    test_offline = bool(completion.evidence.get("answered_offline"))
    return StudiedLesson(
        key=lesson["translation_key"],
        title=lesson["title"],
        decoded_seconds=completion.decoded_seconds or 0,
        studied_percent=max(by_rule, watched.percent),
        test_passed=completion.rule == CompletionRule.QUIZ,
        witnessed_percent=max(witnessed_by_rule, watched.witnessed_percent),
        vouched_by=voucher.attempt_id,
        quiz=voucher.quiz,
        test_offline=test_offline,
        test_vouched_by=voucher.attempt_id if test_offline and voucher.quiz == "lesson" else None,
        group_percent=watched.group_percent,
        elective=lesson["course_type"] == CourseType.ELECTIVE,
    )


def _watched(person_ids: list[int], keys: Iterable[str], round_number: int) -> dict[str, Watched]:
    """How far each lesson's recording was played, by key."""
    found: dict[str, Watched] = {}
    for record in WatchRecord.objects.filter(person__in=person_ids, lesson_key__in=list(keys), round=round_number):
        known = found.get(key := str(record.lesson_key), Watched())
        furthest = record if record.percent >= known.percent else known
        witnessed = max(known.witnessed_percent, record.witnessed_percent)
        found[key] = Watched(furthest.percent, witnessed, furthest.group_percent)
    return found


def _vouchers(person_ids: list[int], outline: OutlineVersion, round_number: int) -> dict[str, Voucher]:
    """By lesson: its own quiz vouches for it, or, where it has none, any quiz of the course. All are marked here.

    What was itself answered without network vouches for nothing.
    """
    with_quiz = [lesson["translation_key"] for lesson in outline.lessons if lesson["quiz_id"]]
    if not with_quiz:
        return {}
    attempts = QuizAttempt.objects.filter(
        person__in=person_ids, lesson_key__in=with_quiz, round=round_number, passed=True, answered_offline=False
    )
    # The first one that passed stays the last in the dict.
    passed = {str(key): pk for key, pk in attempts.order_by("-pk").values_list("lesson_key", "pk")}
    of_course = Voucher("course", min(passed.values(), default=None))
    return {
        key: Voucher("lesson", passed.get(key)) if key in with_quiz else of_course
        for key in (lesson["translation_key"] for lesson in outline.lessons)
    }


def read_study(completion: Completion) -> tuple[Study, CreditRule | None]:
    """The completion as a study, and the rule in force for the person's cadre authority on its day in Beijing."""
    person, outline = completion.person, completion.outline_version
    day = beijing_day(completion.completed_at)
    ids = same_person_ids(person)
    if isinstance(completion, LessonCompletion):
        unit, lessons = RuleUnit.LESSON, [completion]
    else:
        unit = RuleUnit.COURSE
        lessons = list(
            LessonCompletion.objects.filter(
                person__in=ids,
                lesson_key__in=[lesson["translation_key"] for lesson in outline.lessons],
                round=completion.round,
                completed_at__lte=completion.completed_at,
            )
        )
    by_key = {str(lesson.lesson_key): lesson for lesson in lessons}
    watched = _watched(ids, by_key, completion.round)
    vouchers = _vouchers(ids, outline, completion.round)
    studied = [
        _studied(lesson, by_key[key], watched.get(key, Watched()), vouchers.get(key, Voucher()))
        for lesson in outline.lessons
        if (key := lesson["translation_key"]) in by_key
    ]
    authority = authority_on(person, day)
    study = Study(
        unit=unit,
        title=outline.title if unit == RuleUnit.COURSE else next((lesson.title for lesson in studied), ""),
        achievement_key=achievement_key_of(completion),
        day=day,
        lessons=studied,
        categories=categories_on(person, day),
        credit_for=frozenset(outline.credit_for),
        has_authority=authority is not None,
    )
    return study, rule_in_force(authority, day)
