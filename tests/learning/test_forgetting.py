"""Words that learners wrote go with their account or in time; what was decided stays."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command, get_commands

from courses.domain.instruments import self_assessment
from lms.learning.domain.appealing import appeal, settle
from lms.learning.domain.assessing import assess
from lms.learning.domain.feedback import answer_problem, report_problem, vote
from lms.learning.domain.sitting import open_sitting
from lms.learning.enums import SettlementOutcome
from lms.learning.models import (
    Appeal,
    LessonProblem,
    QuizSitting,
    SelfAssessment,
    Settlement,
    UnderstandingVote,
)
from lms.people.domain.closing import close_account
from lms.tools.management.commands.sweep import COMMANDS
from tests.cast import Cast
from tests.clock import Clock
from tests.factories import learning as make
from tests.learning.test_appealing import refused_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(cast: Cast, clock: Clock) -> LessonProblem:
    """A farmer appealed, voted and reported a mistake."""
    clock.set(2026, 11, 20, 10)
    refused = refused_for(cast.farmer, clock)
    made = appeal(refused, by=cast.farmer, words="我叫王大山", at=clock.now)
    settle(made, by=cast.agriculture_officer, outcome=SettlementOutcome.GRANTED, reason="属实", at=clock.now)
    vote(cast.farmer, refused.page, understood=True, at=clock.now)
    assess(cast.farmer, dict.fromkeys(self_assessment().item_codes, 2), at=clock.now)
    open_sitting(cast.farmer, make.lesson(completion_rule="quiz", kind="practice"), at=clock.now)
    return report_problem(cast.farmer, refused.page, words="有错", at=clock.now)


def forget(**options: bool) -> str:
    out = StringIO()
    call_command("forget_words", stdout=out, **options)
    return out.getvalue()


def test_words_and_votes_of_a_closed_account_go_and_the_settlement_stays(cast: Cast, clock: Clock, said):
    forget()
    assert Appeal.objects.get().words == "我叫王大山"
    close_account(cast.farmer, by=cast.farmer, at=clock.now)

    assert "learning.Appeal: 1 would be" in forget(dry_run=True)
    assert Appeal.objects.get().words == "我叫王大山"
    forget()

    assert (Appeal.objects.get().words, Settlement.objects.count()) == ("", 1)
    assert not UnderstandingVote.objects.exists()
    assert not SelfAssessment.objects.exists() and not QuizSitting.objects.exists()
    assert LessonProblem.objects.get().reported_by is None
    assert {line.split()[1] for line in forget().splitlines()} == {"0"}


def test_a_mistake_goes_a_year_after_it_was_answered(cast: Cast, clock: Clock, said):
    answer_problem(said, reply="改了", by=cast.trainer, at=clock.now)

    clock.now += timedelta(days=365)
    clock.move(seconds=0)
    forget()
    assert LessonProblem.objects.exists()
    clock.move(seconds=1)
    forget()

    assert not LessonProblem.objects.exists()


def test_whatever_forgets_runs_with_the_repeated_jobs():
    commands = {name for name in get_commands() if name.startswith("forget_")}

    assert commands <= set(COMMANDS) and "forget_words" in commands
