"""What the trainers of the demo ask can be asked, and there is enough of it."""

import pytest

from courses.domain.question_files import read_questions
from courses.enums import QuestionKind
from courses.models import LessonPage, QuestionSet
from courses.models.asking import chance_of_guessing
from courses.models.presence import LEAST_CHOICES, QUESTIONS_PER_CHECK, askable
from lms.demo.domain.moments import Moments
from lms.demo.domain.questions import asked, bank, presence_rows, quiz_rows, sheet_of, write_questions
from lms.demo.domain.recordings import all_recordings
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.learning import live_course

PAPERS = [*asked()["quizzes"], *asked()["exams"]]


def read(rows):
    """The questions of a sheet with these rows; each of them is whole."""
    found = list(read_questions("题目.xlsx", sheet_of(rows)))
    assert [row.defect for row in found] == [""] * len(rows)
    return [row.asked for row in found]


def test_every_recording_has_questions_enough_for_a_check():
    assert asked()["presence"].keys() == {recording.code for recording in all_recordings()}
    for code, questions in asked()["presence"].items():
        read_back = read(presence_rows(questions))
        assert len(read_back) >= QUESTIONS_PER_CHECK, code
        for question in read_back:
            assert len(question.options) >= LEAST_CHOICES
            assert sum(option.is_right for option in question.options) == 1


def test_the_right_choice_does_not_always_stand_in_the_same_place():
    rows = [row for questions in asked()["presence"].values() for row in presence_rows(questions)]

    assert {row[2] for row in rows} == set("ABCD")


def test_quizzes_ask_in_every_way_and_guessing_does_not_pay():
    kinds = set()
    for paper in PAPERS:
        questions = read(quiz_rows(paper["rows"]))
        kinds |= {question.kind for question in questions}
        chance = chance_of_guessing(questions, drawn=paper.get("draw_count", 0), pass_mark=paper["pass_mark"])
        assert chance < 0.05, paper["title"]

    assert kinds == set(QuestionKind.values)


@pytest.mark.django_db
def test_drafts_get_their_questions_once(cast: Cast, clock: Clock):
    course = live_course(cast.orgs.provider, code="gov-reach")
    lesson = course.add_child(
        instance=LessonPage(title="发通知", slug="notice", code="gov-reach-notice", org=course.org, live=False)
    )
    lesson.save_revision()
    at = Moments(clock.now).settled

    write_questions(by=cast.trainer, at=at)
    write_questions(by=cast.trainer, at=at)

    draft = LessonPage.objects.get(pk=lesson.pk).get_latest_revision_as_object()
    assert len(askable(draft.presence_questions.questions.all(), least_choices=LEAST_CHOICES)) == 2
    assert draft.quiz.defects() == []
    exam = LessonPage.objects.get(code="gov-reach-exam")
    assert (exam.live, exam.quiz.draw_count, exam.org) == (False, 6, course.org)
    assert QuestionSet.objects.count() == 3


@pytest.mark.django_db
def test_a_bank_that_cannot_be_read_is_not_kept(cast: Cast, clock: Clock):
    with pytest.raises(ValueError, match="选择题"):
        bank(
            "坏的", [("选择题", "问什么？", "A", "", "甲", "乙")], org=cast.orgs.provider, by=cast.trainer, at=clock.now
        )

    assert not QuestionSet.objects.exists()
