"""A course's test before and after it (课前测、课后测): what one knew, what one knows now, and nobody else reads it.

Before is before the first lesson is done; after is after the course is complete. Each is taken once in a round, the one
before in the first round alone. Nothing completes by it, counts for it or waits for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import CoursePage, Question, QuestionSet
from courses.policies import can_enter_course
from courses.queries import current_outline
from lms.learning.domain.answering import Feedback
from lms.learning.domain.enrolling import lock_clock
from lms.learning.domain.marking import Item, draw, in_words, is_answered, is_right
from lms.learning.enums import AssessmentPhase
from lms.learning.models import CourseCompletion, CourseEnrolment, KnowledgeTest, LessonCompletion
from lms.people.models import Person


class NotOffered(Exception):
    """The course has no test for this person now; the text says why."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a person knew of a course's subject and knows now, in percent; None where that was not asked."""

    course: CoursePage
    before: int | None
    after: int | None


def offered(person: Person, course: CoursePage, *, at: datetime) -> AssessmentPhase | None:
    """Which of the two tests the person can take now, if any."""
    now = _phase(person, course)
    if now is None or not can_enter_course(person, course, at) or not _questions(course.knowledge_test):
        return None
    phase, number = now
    taken = _of(person, course).filter(phase=phase, round=number).exclude(taken_at=None)
    return None if taken.exists() else phase


def open_test(person: Person, course: CoursePage, *, at: datetime) -> KnowledgeTest:
    """The test that the person can take now, drawn for her; opened again it is the same. Raises NotOffered."""
    with transaction.atomic():
        lock_clock(person)
        now = _phase(person, course)
        questions = _questions(course.knowledge_test)
        if now is None or course.knowledge_test is None or not can_enter_course(person, course, at) or not questions:
            raise NotOffered(_("This course has no test for you at the moment."))
        phase, number = now
        known = _of(person, course).filter(phase=phase, round=number).first()
        if known and known.taken_at:
            raise NotOffered(_("You have taken this test. Your result stays."))
        if known:
            return known
        seen = {item["question"] for test in _of(person, course) for item in test.paper}
        return KnowledgeTest.objects.create(
            person=person,
            course_key=course.translation_key,
            page=course,
            question_set=course.knowledge_test,
            round=number,
            phase=phase,
            paper=_drawn(questions, course.knowledge_test.draw_count, seen),
            opened_at=at,
        )


def take_test(test: KnowledgeTest, *, given: Mapping[str, Any], at: datetime) -> KnowledgeTest:
    """Mark what was given; what was left open is not right. Taken before, it stays as it was.

    Raises NotOffered where the person has gone on meanwhile, so that it would not be “before” any more.
    """
    with transaction.atomic():
        lock_clock(test.person)
        test.refresh_from_db()
        if test.taken_at:
            return test
        if _phase(test.person, test.page) != (test.phase, test.round):
            raise NotOffered(_("You have gone on in the course, so this test is over. Nothing is lost by that."))
        test.given = {item["id"]: given[item["id"]] for item in test.paper if is_answered(item, given.get(item["id"]))}
        test.right_count = sum(
            is_right(item, test.given[item["id"]]) for item in test.paper if item["id"] in test.given
        )
        test.taken_at = at
        test.save(update_fields=["given", "right_count", "taken_at"])
    return test


def feedback_on_test(test: KnowledgeTest) -> list[Feedback]:
    """After the course: what was answered, and whether it was right. Before it nothing: it would be no comparison."""
    if test.phase != AssessmentPhase.POST_TEST:
        return []
    return [_told(item, test.given.get(item["id"])) for item in test.paper]


def _told(item: Item, given: Any) -> Feedback:
    return Feedback(
        text=item["text"],
        chosen="" if given is None else in_words(item, given),
        is_right=given is not None and is_right(item, given),
        explanation=item["explanation"],
        item=item["id"],
        has_image=bool(item["image"]),
        image_alt=item["image_alt"],
    )


def knowledge_of(person: Person, *, course: CoursePage | None = None) -> list[Knowledge]:
    """Every course of which the person took a test, latest first: the first one before, the latest one after."""
    tests = KnowledgeTest.objects.of(person).exclude(taken_at=None).select_related("page")
    found: dict[UUID, Knowledge] = {}
    for test in tests.filter(course_key=course.translation_key) if course else tests:
        known = found.pop(test.course_key, Knowledge(test.page, None, None))
        if test.phase == AssessmentPhase.PRE_TEST:
            before = test.percent if known.before is None else known.before
            found[test.course_key] = Knowledge(test.page, before, known.after)
        else:
            found[test.course_key] = Knowledge(test.page, known.before, test.percent)
    return list(reversed(found.values()))


def waiting_tests(person: Person, completed: Iterable[tuple[CoursePage, int]]) -> set[int]:
    """Of these completed courses, each with its round: those whose test afterwards was not taken yet, by page id."""
    asking = [(course, number) for course, number in completed if course.knowledge_test_id]
    if not asking:
        return set()
    taken = KnowledgeTest.objects.of(person).filter(phase=AssessmentPhase.POST_TEST).exclude(taken_at=None)
    done = set(taken.values_list("course_key", "round"))
    return {course.pk for course, number in asking if (course.translation_key, number) not in done}


def _of(person: Person, course: CoursePage) -> Any:
    return KnowledgeTest.objects.of(person).filter(course_key=course.translation_key)


def _phase(person: Person, course: CoursePage) -> tuple[AssessmentPhase, int] | None:
    """Whether it is before or after the course for the person, and in which round; None in the midst of it."""
    enrolments = CourseEnrolment.objects.of(person).filter(course_key=course.translation_key)
    number = enrolments.values_list("round", flat=True).first() or 1
    mine = CourseCompletion.objects.of(person).filter(course_key=course.translation_key, round=number)
    if mine.exists():
        return AssessmentPhase.POST_TEST, number
    outline = current_outline(course)
    keys = [lesson["translation_key"] for lesson in outline.lessons] if outline else []
    if number > 1 or LessonCompletion.objects.of(person).filter(lesson_key__in=keys).exists():
        return None
    return AssessmentPhase.PRE_TEST, number


def _questions(test: QuestionSet | None) -> list[Question]:
    if test is None:
        return []
    return [question for question in test.questions.prefetch_related("choices") if question.is_answerable]


def _drawn(questions: list[Question], count: int, seen: set[int]) -> list[Item]:
    """As a quiz draws them, those that the person was not asked before first."""
    fresh = [question for question in questions if question.pk not in seen]
    known = [question for question in questions if question.pk in seen]
    wanted = min(count, len(questions)) or len(questions)
    paper = draw(fresh, min(wanted, len(fresh))) if fresh else []
    if len(paper) < wanted:
        paper += draw(known, wanted - len(paper))
    SystemRandom().shuffle(paper)
    return paper
