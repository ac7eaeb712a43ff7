"""Reading a completion: what `recognising` needs to know about it, from the floors beneath."""

from collections.abc import Collection, Iterable, Mapping, Sequence
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
from lms.people.queries import categories_of, posts_on

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
    """How much of a recording was played, in whole percent: in all, without offline alone, and in groups alone."""

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

    Not where group viewing had a share in it: that is taken back when the person says that she was not there, and then
    only what her record still holds was watched. A quiz answered without network says that she passed, not that it was
    she: her own quiz passed with network does.
    """
    is_lasting = completion.rule == CompletionRule.COVERAGE and not completion.evidence.get("group_seconds")
    by_rule = lesson["coverage_percent"] if is_lasting else 0
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


@dataclass(frozen=True, slots=True)
class Facts:
    """What a study is composed of: completed lessons, how far they were watched, the first attempt that passed a quiz.

    The keys are a lesson's and a round's.
    """

    lessons: Sequence[LessonCompletion]
    watched: Mapping[tuple[str, int], Watched]
    passed: Mapping[tuple[str, int], int]


def watched_of(records: Iterable[WatchRecord]) -> dict[tuple[str, int], Watched]:
    """How far each lesson's recording was played, in each round; of several accounts the furthest."""
    found: dict[tuple[str, int], Watched] = {}
    for record in records:
        known = found.get(key := (str(record.lesson_key), record.round), Watched())
        furthest = record if record.percent >= known.percent else known
        witnessed = max(known.witnessed_percent, record.witnessed_percent)
        found[key] = Watched(furthest.percent, witnessed, furthest.group_percent)
    return found


def passed_of(attempts: Iterable[tuple[Any, int, int]]) -> dict[tuple[str, int], int]:
    """By lesson and round the first attempt of these (lesson, round, id).

    What was itself answered without network vouches for nothing and is left out by whoever calls.
    """
    # The first one that passed stays the last in the dict.
    return {(str(key), number): pk for key, number, pk in sorted(attempts, key=lambda each: -each[2])}


def _vouchers(facts: Facts, outline: OutlineVersion, round_number: int) -> dict[str, Voucher]:
    """By lesson: its own quiz vouches for it, or, where it has none, any quiz of the course. All are marked here."""
    with_quiz = {lesson["translation_key"] for lesson in outline.lessons if lesson["quiz_id"]}
    if not with_quiz:
        return {}
    passed = {key: pk for (key, number), pk in facts.passed.items() if number == round_number and key in with_quiz}
    of_course = Voucher("course", min(passed.values(), default=None))
    return {
        key: Voucher("lesson", passed.get(key)) if key in with_quiz else of_course
        for key in (lesson["translation_key"] for lesson in outline.lessons)
    }


def compose_study(completion: Completion, facts: Facts, *, categories: frozenset[str], has_authority: bool) -> Study:
    """The completion as a study: its own lesson, or the lessons of its outline completed by then in its round."""
    outline = completion.outline_version
    if isinstance(completion, LessonCompletion):
        unit, by_key = RuleUnit.LESSON, {str(completion.lesson_key): completion}
    else:
        unit = RuleUnit.COURSE
        by_key = {
            str(lesson.lesson_key): lesson
            for lesson in facts.lessons
            if lesson.round == completion.round and lesson.completed_at <= completion.completed_at
        }
    vouchers = _vouchers(facts, outline, completion.round)
    studied = [
        _studied(
            lesson,
            by_key[key],
            facts.watched.get((key, completion.round), Watched()),
            vouchers.get(key, Voucher()),
        )
        for lesson in outline.lessons
        if (key := lesson["translation_key"]) in by_key
    ]
    return Study(
        unit=unit,
        title=outline.title if unit == RuleUnit.COURSE else next((lesson.title for lesson in studied), ""),
        achievement_key=achievement_key_of(completion),
        day=beijing_day(completion.completed_at),
        lessons=studied,
        categories=categories,
        credit_for=frozenset(outline.credit_for),
        has_authority=has_authority,
    )


def _facts_about(completion: Completion, accounts: Collection[int]) -> Facts:
    """What the study of this one completion needs."""
    outline = completion.outline_version
    keys = [lesson["translation_key"] for lesson in outline.lessons]
    mine = {"person__in": accounts, "round": completion.round}
    if isinstance(completion, LessonCompletion):
        lessons = [completion]
    else:
        lessons = list(LessonCompletion.objects.filter(lesson_key__in=keys, **mine))
    watched = WatchRecord.objects.filter(lesson_key__in=[lesson.lesson_key for lesson in lessons], **mine)
    with_quiz = [lesson["translation_key"] for lesson in outline.lessons if lesson["quiz_id"]]
    attempts = QuizAttempt.objects.filter(lesson_key__in=with_quiz, passed=True, answered_offline=False, **mine)
    passed = list(attempts.values_list("lesson_key", "round", "pk")) if with_quiz else []
    return Facts(lessons, watched_of(watched), passed_of(passed))


def read_study(completion: Completion, accounts: Collection[int]) -> tuple[Study, CreditRule | None]:
    """The completion as a study, and the rule in force for the person's cadre authority on its day in Beijing.

    `accounts` are those of the person (`same_person_ids`).
    """
    person, day = completion.person, beijing_day(completion.completed_at)
    posts = posts_on(person, day, accounts=accounts)
    # As `authority_on` has it: of several posts the newest decides.
    authority = posts[-1].cadre_authority if posts else None
    study = compose_study(
        completion,
        _facts_about(completion, accounts),
        categories=categories_of(person, posts),
        has_authority=authority is not None,
    )
    return study, rule_in_force(authority, day)
