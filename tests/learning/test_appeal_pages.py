"""My learning: an appeal in one tap, and the answer; the lesson page: understood or not, and mistakes."""

import pytest

from lms.learning.domain.appealing import appeal, settle
from lms.learning.domain.feedback import answer_problem
from lms.learning.domain.watching import open_session
from lms.learning.enums import SettlementOutcome
from lms.learning.models import Appeal, LessonProblem, UnderstandingVote
from media.domain.captioning import approve, import_captions, report_captions, settle_report
from media.enums import ReportOutcome
from tests.cast import Cast
from tests.clock import Clock
from tests.factories import learning as make
from tests.learning.test_appealing import refused_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


@pytest.fixture
def client(cast: Cast):
    return make.signed_in(cast.learner)


def test_one_tap_appeals(cast: Cast, clock: Clock, client):
    refused = refused_for(cast.learner, clock)
    assert b'data-appeal="offered"' in client.get("/learn/").content

    page = client.post(f"/learn/refused/{refused.pk}/appeal/", follow=True)

    assert Appeal.objects.get().words == ""
    assert b'data-appeal="open"' in page.content
    assert b'data-appeal="offered"' not in page.content


def test_the_answer_stands_on_my_learning_and_what_counts_is_no_longer_listed(cast: Cast, clock: Clock, client):
    made = appeal(refused_for(cast.learner, clock), by=cast.learner, at=clock.now)
    settle(made, by=cast.officer, outcome=SettlementOutcome.GRANTED, reason="停电属实", at=clock.now)

    page = client.get("/learn/")

    (answer,) = page.context["answers"]
    assert (answer.words, answer.is_good, page.context["unpaid"]) == ("停电属实", True, [])
    assert "现在算上了。" in page.content.decode()
    assert cast.officer.name not in page.content.decode()


def test_a_declined_appeal_says_why_and_is_not_offered_again(cast: Cast, clock: Clock, client):
    made = appeal(refused_for(cast.learner, clock), by=cast.learner, at=clock.now)
    settle(made, by=cast.officer, outcome=SettlementOutcome.DECLINED, reason="同时开了两节课", at=clock.now)

    page = client.get("/learn/")

    assert "同时开了两节课" in page.content.decode()
    assert b'data-appeal="settled"' in page.content


@pytest.mark.parametrize("count", [1, 3])
def test_my_learning_costs_the_same_for_one_and_for_three(
    cast: Cast, clock: Clock, client, count: int, django_assert_num_queries
):
    for number in range(count * 2):
        made = appeal(refused_for(cast.learner, clock), by=cast.learner, at=clock.now)
        if number % 2:
            settle(made, by=cast.officer, outcome=SettlementOutcome.DECLINED, reason="不符", at=clock.now)
    client.get("/learn/")

    with django_assert_num_queries(QUERIES_OF_MINE):
        client.get("/learn/")


QUERIES_OF_MINE = 26


def test_understood_or_not_is_kept_once_and_may_be_changed(cast: Cast, clock: Clock, client):
    lesson = make.lesson()
    open_session(cast.learner, lesson, at=clock.now)

    client.post(f"/learn/lessons/{lesson.pk}/understood/", {"understood": "no"})
    client.post(f"/learn/lessons/{lesson.pk}/understood/", {"understood": "yes"})

    assert UnderstandingVote.objects.get().understood is True
    assert b'data-understood="yes"' in client.get(lesson.url).content


def test_nobody_votes_about_a_lesson_she_has_not_begun(cast: Cast, client):
    lesson = make.lesson()

    client.post(f"/learn/lessons/{lesson.pk}/understood/", {"understood": "yes"})

    assert not UnderstandingVote.objects.exists()
    assert b"data-when-begun hidden" in client.get(lesson.url).content


def test_a_mistake_is_reported_once_and_its_answer_stands_on_my_learning(cast: Cast, clock: Clock, client):
    lesson = make.lesson()

    for _twice in range(2):
        client.post(f"/learn/lessons/{lesson.pk}/problem/", {"words": "按钮  名字变了"})
    problem = LessonProblem.objects.get()
    answer_problem(problem, reply="谢谢，已经改了", by=cast.trainer, at=clock.now)

    assert problem.words == "按钮 名字变了"
    assert [answer.words for answer in client.get("/learn/").context["answers"]] == ["谢谢，已经改了"]


def test_the_answer_about_captions_stands_on_my_learning(cast: Cast, clock: Clock, client):
    lesson = make.lesson()
    draft = import_captions(
        lesson.video, "WEBVTT\n\n00:00.500 --> 00:02.000\n打包四部\n", language="zh", by=cast.trainer, at=clock.now
    )
    track = approve(draft, by=cast.first_reviewer, at=clock.now)
    told = report_captions(track, at_ms=1500, words="步字错了", by=cast.learner, address="192.0.2.7", at=clock.now)
    settle_report(told, outcome=ReportOutcome.CORRECTED, reply="谢谢", by=cast.trainer, at=clock.now)

    (answer,) = client.get("/learn/").context["answers"]

    assert (answer.lesson, answer.asked, answer.words) == (lesson, "您反映的错误：0:01 步字错了", "谢谢")


@pytest.mark.parametrize("words", ["", "   "])
def test_a_mistake_without_words_is_not_kept(client, words: str):
    client.post(f"/learn/lessons/{make.lesson().pk}/problem/", {"words": words})

    assert not LessonProblem.objects.exists()


def test_five_mistakes_an_hour_are_enough(clock: Clock, client):
    lesson = make.lesson()
    for number in range(6):
        client.post(f"/learn/lessons/{lesson.pk}/problem/", {"words": f"错{number}"})
    assert LessonProblem.objects.count() == 5

    clock.move(hours=1)
    client.post(f"/learn/lessons/{lesson.pk}/problem/", {"words": "错6"})

    assert LessonProblem.objects.count() == 6


def test_the_first_answer_to_a_mistake_stands(cast: Cast, clock: Clock):
    problem = LessonProblem.objects.create(
        page=make.lesson(), reported_by=cast.learner, words="错", reported_at=clock.now
    )

    answer_problem(problem, reply="改了", by=cast.trainer, at=clock.now)
    answer_problem(problem, reply="没有错", by=cast.trainer, at=clock.move(hours=1))

    assert LessonProblem.objects.get().reply == "改了"
