"""How the people of the demo learn: through the stories of learning, so that the proofs hold."""

from datetime import timedelta
from random import Random

import pytest

from courses.enums import QuestionKind
from lms.demo.domain.history import Way, watch
from lms.demo.domain.papers import answer_to, take_quiz
from lms.demo.domain.voices import appeal_as, assess_self, settle_as, tell_trainer, voices
from lms.learning.domain.appealing import WORDS_LENGTH
from lms.learning.domain.marking import is_answered, is_right
from lms.learning.domain.rebuilding import rebuild_watch_records
from lms.learning.domain.sitting import open_sitting
from lms.learning.enums import RefusalReason, SettlementOutcome
from lms.learning.models import (
    LessonCompletion,
    LessonProblem,
    PresenceCheck,
    QuizAttempt,
    RefusedStretch,
    SelfAssessment,
    StudyClock,
    WatchRecord,
)
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.learning import credit_lesson, lesson
from tests.learning.papers import one_of_each

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("way", "is_complete", "is_refused"),
    [(Way.WHOLE, True, False), (Way.IN_PART, False, False), (Way.JUMPED, False, True), (Way.INTERRUPTED, False, True)],
)
def test_each_way_of_watching_leaves_what_it_should(cast: Cast, clock: Clock, way, is_complete, is_refused):
    watch(cast.learner, lesson(seconds=80), way, Random(1), at=clock.now)

    assert LessonCompletion.objects.exists() is is_complete
    assert RefusedStretch.objects.exists() is is_refused


@pytest.mark.parametrize(("hasty", "outcomes"), [(False, ["passed"]), (True, ["failed", "open"])])
def test_the_question_in_between_is_answered_when_it_falls_due(cast: Cast, clock: Clock, hasty, outcomes):
    StudyClock.objects.create(person=cast.learner, unchecked_seconds=700)

    watch(cast.learner, credit_lesson(seconds=80), Way.WHOLE, Random(1), hasty=hasty, at=clock.now)

    assert list(PresenceCheck.objects.order_by("pk").values_list("outcome", flat=True)) == outcomes
    assert RefusedStretch.objects.filter(reason=RefusalReason.CHECK).exists() is hasty
    assert LessonCompletion.objects.exists() is not hasty
    assert rebuild_watch_records(dry_run=True) == []


def test_every_kind_of_question_can_be_answered_rightly_and_wrongly(cast: Cast, clock: Clock):
    page = lesson(seconds=80, quiz=one_of_each(cast.orgs.provider))
    paper = open_sitting(cast.learner, page, at=clock.now).paper

    assert {item["kind"] for item in paper} == set(QuestionKind.values)
    for item in paper:
        for rightly in (True, False):
            given = answer_to(item, Random(1), rightly=rightly)
            assert is_answered(item, given)
            assert is_right(item, given) is rightly


def test_who_fails_a_quiz_tries_again_after_the_pause(cast: Cast, clock: Clock):
    page = lesson(seconds=80, quiz=one_of_each(cast.orgs.provider))

    take_quiz(cast.learner, page, Random(1), knows=0, at=clock.now)

    assert list(QuizAttempt.objects.values_list("number", "passed")) == [(1, False), (2, False)]


def test_what_was_refused_is_appealed_against_and_settled_with_a_reason(cast: Cast, clock: Clock):
    watch(cast.learner, lesson(seconds=80), Way.JUMPED, Random(1), at=clock.now - timedelta(days=9))

    made = appeal_as(RefusedStretch.objects.get(), "我看完了。", at=clock.now - timedelta(days=8))
    settle_as(made, by=cast.officer, outcome=SettlementOutcome.GRANTED, number=0, now=clock.now)

    assert made.settlement.reason == voices()["granted"][0]
    assert LessonCompletion.objects.get().person == cast.learner
    assert rebuild_watch_records(dry_run=True) == []


def test_a_mistake_is_reported_once(cast: Cast, clock: Clock):
    watch(cast.learner, lesson(seconds=80), Way.WHOLE, Random(1), at=clock.now - timedelta(days=3))

    for _time in range(2):
        tell_trainer(WatchRecord.objects.get(), "字幕错了。", "", now=clock.now)

    assert LessonProblem.objects.get().words == "字幕错了。"


def test_a_self_assessment_before_and_one_after(cast: Cast, clock: Clock):
    assess_self(cast.learner, Random(1), ability=1, at=clock.now - timedelta(days=9))
    assess_self(cast.learner, Random(1), ability=3, at=clock.now)

    assert list(SelfAssessment.objects.order_by("pk").values_list("phase", flat=True)) == ["pre_test", "post_test"]


def test_what_people_write_is_kept_as_it_is():
    said = voices()
    texts = [*said["granted"], *said["declined"], *(words for each in said["appeals"].values() for words in each)]
    texts += [text for row in said["problems"] for text in (row["words"], row.get("reply", ""))]

    assert said["appeals"].keys() == {RefusalReason.CLOCK, RefusalReason.CHECK}
    assert all(len(text) <= WORDS_LENGTH for text in texts)
