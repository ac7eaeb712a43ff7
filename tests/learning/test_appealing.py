"""What did not count is appealed against, and settled by somebody without interest in the case."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from lms.audit.models import AuditEntry
from lms.learning.domain.appealing import APPEALS_A_DAY, CannotAppeal, CannotSettle, appeal, settle
from lms.learning.domain.rebuilding import rebuild_watch_records
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.enums import SettlementOutcome
from lms.learning.models import Appeal, LessonCompletion, RefusedStretch, Settlement, WatchRecord
from lms.learning.queries import settlement_in_words
from lms.learning.signals import evidence_improved, lesson_completed
from lms.lib.stretches import Stretches
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.factories import learning as make
from tests.factories.people import MembershipFactory, PersonFactory, RoleFactory

pytestmark = pytest.mark.django_db
GRANTED, DECLINED = SettlementOutcome.GRANTED, SettlementOutcome.DECLINED


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


def refused_for(person: Person, clock: Clock, *, org=None, seconds: int = 100, watched: int = 10) -> RefusedStretch:
    """A whole lesson reported after `watched` seconds: twice as much counts, the rest does not."""
    lesson = make.published(make.live_lesson(make.live_course(org), seconds=seconds))
    session = open_session(person, lesson, at=clock.now)
    accept_report(session, 1, stretches=Stretches.of([(0, seconds)]), at=clock.move(seconds=watched))
    return RefusedStretch.objects.get(record=session.record)


def test_an_appeal_asks_for_what_was_refused_and_does_not_count(cast: Cast, clock: Clock):
    refused = refused_for(cast.learner, clock)

    made = appeal(refused, by=cast.learner, words=" 停电了，\n手机放着的 ", at=clock.now)

    assert (made.asked, made.words) == (Stretches.of([(20, 100)]), "停电了， 手机放着的")
    entry = AuditEntry.objects.get(action="learning.appealed")
    assert (entry.actor_id, entry.subject_id, entry.detail["seconds"]) == (cast.learner.pk, str(made.pk), 80)


def test_appealing_twice_returns_the_open_appeal(cast: Cast, clock: Clock):
    refused = refused_for(cast.learner, clock)

    first = appeal(refused, by=cast.learner, at=clock.now)
    again = appeal(refused, by=cast.learner, words="再说一次", at=clock.move(minutes=5))

    assert (again, Appeal.objects.count()) == (first, 1)


def test_what_counts_by_now_cannot_be_appealed_against(cast: Cast, clock: Clock):
    refused = refused_for(cast.learner, clock)
    session = refused.record.sessions.get()
    accept_report(session, 2, stretches=Stretches.of([(20, 100)]), at=clock.move(seconds=60))

    with pytest.raises(CannotAppeal):
        appeal(refused, by=cast.learner, at=clock.now)


def test_what_was_settled_is_not_appealed_against_again_but_what_was_refused_since_is(cast: Cast, clock: Clock):
    refused = refused_for(cast.learner, clock, seconds=200, watched=10)
    RefusedStretch.objects.update(stretches=Stretches.of([(20, 100)]).to_bytes())
    settle(appeal(refused, by=cast.learner, at=clock.now), by=cast.officer, outcome=DECLINED, reason="无", at=clock.now)

    with pytest.raises(CannotAppeal):
        appeal(refused, by=cast.learner, at=clock.now)
    RefusedStretch.objects.update(stretches=Stretches.of([(20, 150)]).to_bytes())
    second = appeal(refused, by=cast.learner, at=clock.now)

    assert (second.number, second.asked) == (2, Stretches.of([(100, 150)]))


def test_ten_appeals_a_day_are_enough(cast: Cast, clock: Clock):
    rows = [refused_for(cast.learner, clock) for _number in range(APPEALS_A_DAY + 1)]
    for row in rows[:-1]:
        appeal(row, by=cast.learner, at=clock.now)

    with pytest.raises(CannotAppeal):
        appeal(rows[-1], by=cast.learner, at=clock.now)

    assert appeal(rows[-1], by=cast.learner, at=clock.move(days=1, seconds=1)).number == 1


def test_granted_seconds_complete_the_lesson_and_the_evidence_names_the_settlement(
    cast: Cast, clock: Clock, django_capture_on_commit_callbacks
):
    refused, heard = refused_for(cast.learner, clock), []

    def hear(signal, **facts):
        heard.append(facts)

    made = appeal(refused, by=cast.learner, at=clock.now)
    for signal in (lesson_completed, evidence_improved):
        signal.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            settlement = settle(made, by=cast.officer, outcome=GRANTED, reason="停电属实", at=clock.now)
    finally:
        for signal in (lesson_completed, evidence_improved):
            signal.disconnect(hear)

    record, completion = WatchRecord.objects.get(), LessonCompletion.objects.get()
    assert (settlement.seconds, record.percent, record.covered.seconds) == (80, 100, 100)
    assert (completion.person, completion.completed_at) == (cast.learner, clock.now)
    assert completion.evidence["settlements"] == [settlement.pk]
    assert (completion.evidence["online_seconds"], completion.evidence["settled_seconds"]) == (20, 80)
    assert heard == [{"sender": None, "watch_record_id": record.pk}, {"sender": None, "completion_id": completion.pk}]
    assert AuditEntry.objects.get(action="learning.appeal_settled").detail == {
        "outcome": "granted",
        "code": record.page.code,
        "seconds": 80,
    }


def test_granted_seconds_that_do_not_suffice_count_and_complete_nothing(cast: Cast, clock: Clock):
    refused = refused_for(cast.learner, clock, seconds=200)
    RefusedStretch.objects.update(stretches=Stretches.of([(20, 100)]).to_bytes())

    settle(appeal(refused, by=cast.learner, at=clock.now), by=cast.officer, outcome=GRANTED, reason="好", at=clock.now)

    assert WatchRecord.objects.get().percent == 50
    assert not LessonCompletion.objects.exists()


def test_a_part_of_what_was_asked_for_is_granted_and_the_rest_is_decided_with_it(cast: Cast, clock: Clock):
    refused = refused_for(cast.learner, clock)
    made = appeal(refused, by=cast.learner, at=clock.now)

    settlement = settle(made, by=cast.officer, outcome=GRANTED, reason="前半段", at=clock.now, part=(0, 60))

    assert (settlement.counted.pairs, settlement.left_out.pairs) == ([(20, 60)], [(60, 100)])
    assert WatchRecord.objects.get().percent == 60
    assert not LessonCompletion.objects.exists()
    assert settlement_in_words(settlement) == "现在算上了一部分：0:20–1:00。其余的还是不算：1:00–1:40。"
    assert AuditEntry.objects.get(action="learning.appeal_settled").detail["of_seconds"] == 80
    with pytest.raises(CannotAppeal):
        appeal(refused, by=cast.learner, at=clock.now)
    assert rebuild_watch_records() == []


@pytest.mark.parametrize("part", [(0, 20), (100, 200), (60, 60), (80, 40)])
def test_a_part_in_which_nothing_was_asked_for_settles_nothing(cast: Cast, clock: Clock, part: tuple[int, int]):
    made = appeal(refused_for(cast.learner, clock), by=cast.learner, at=clock.now)

    with pytest.raises(CannotSettle):
        settle(made, by=cast.officer, outcome=GRANTED, reason="好", at=clock.now, part=part)

    assert not Settlement.objects.exists()


def test_declining_changes_nothing_that_counts(cast: Cast, clock: Clock):
    refused = refused_for(cast.learner, clock)
    made = appeal(refused, by=cast.learner, at=clock.now)

    settlement = settle(made, by=cast.officer, outcome=DECLINED, reason="同时开了两节课", at=clock.now)

    assert (settlement.is_granted, settlement.seconds, WatchRecord.objects.get().percent) == (False, 0, 20)
    assert not LessonCompletion.objects.exists()


def test_the_first_settlement_stands(cast: Cast, clock: Clock):
    made = appeal(refused_for(cast.learner, clock), by=cast.learner, at=clock.now)

    first = settle(made, by=cast.officer, outcome=DECLINED, reason="不符", at=clock.now)
    second = settle(made, by=cast.prefecture_officer, outcome=GRANTED, reason="符合", at=clock.move(hours=1))

    assert (second, Settlement.objects.count(), WatchRecord.objects.get().percent) == (first, 1, 20)


def test_a_settlement_says_why(cast: Cast, clock: Clock):
    made = appeal(refused_for(cast.learner, clock), by=cast.learner, at=clock.now)

    with pytest.raises(CannotSettle):
        settle(made, by=cast.officer, outcome=GRANTED, reason="  ", at=clock.now)

    assert not Settlement.objects.exists()


def settlers(cast: Cast, made: Appeal, clock: Clock) -> set[str]:
    """Who of the cast may settle it; each try is undone."""
    found = set()
    for part, actor in cast.everybody.items():
        try:
            with transaction.atomic():
                settle(made, by=actor, outcome=GRANTED, reason="查过", at=clock.now)
                transaction.set_rollback(True)
        except CannotSettle:
            continue
        found.add(part)
    return found


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("learner", {"officer", "prefecture_officer"}),
        ("farmer", {"agriculture_officer"}),
        ("cadre_of_prefecture", {"prefecture_officer"}),
        ("neighbour_learner", {"neighbour_officer", "prefecture_officer"}),
        ("stranger", set()),
    ],
)
def test_only_officers_who_see_the_person_settle(cast: Cast, clock: Clock, part: str, expected: set[str]):
    person = getattr(cast, part)
    made = appeal(refused_for(person, clock), by=person, at=clock.now)

    assert settlers(cast, made, clock) == expected


def test_an_officer_of_the_operator_settles_for_people_without_a_village(cast: Cast, clock: Clock):
    officer = RoleFactory(officer=True, org=cast.orgs.operator).person
    theirs = appeal(refused_for(cast.stranger, clock), by=cast.stranger, at=clock.now)
    made = appeal(refused_for(cast.learner, clock), by=cast.learner, at=clock.now)

    assert settle(theirs, by=officer, outcome=GRANTED, reason="查过", at=clock.now).is_granted
    with pytest.raises(CannotSettle):
        settle(made, by=officer, outcome=GRANTED, reason="查过", at=clock.now)


@pytest.mark.parametrize("interest", ["role", "membership", "owner", "herself"])
def test_nobody_with_an_interest_in_the_case_settles_it(cast: Cast, clock: Clock, interest: str):
    person = cast.learner
    if interest == "herself":  # a cadre of the place who is its officer as well
        RoleFactory(officer=True, person=person, org=cast.orgs.organization_department)
    refused = refused_for(person, clock, org=cast.orgs.provider)
    made = appeal(refused, by=person, at=clock.now)
    officer = person if interest == "herself" else cast.officer
    if interest == "role":
        RoleFactory(person=officer, org=cast.orgs.provider)
    if interest == "membership":
        MembershipFactory(person=officer, org=cast.orgs.provider)
    if interest == "owner":
        refused.page.owner = officer
        refused.page.save()

    with pytest.raises(CannotSettle):
        settle(made, by=officer, outcome=GRANTED, reason="查过", at=clock.now)

    assert settle(made, by=cast.prefecture_officer, outcome=GRANTED, reason="查过", at=clock.now).is_granted


def test_an_appeal_of_a_merged_account_is_settled_for_whom_it_has_become(cast: Cast, clock: Clock):
    other = PersonFactory()
    made = appeal(refused_for(other, clock), by=other, at=clock.now)
    other.merged_into = cast.learner
    other.save()

    settle(made, by=cast.officer, outcome=GRANTED, reason="查过", at=clock.now)

    assert [completion.person for completion in LessonCompletion.objects.all()] == [cast.learner]


def test_rebuilding_knows_settlements(cast: Cast, clock: Clock):
    made = appeal(refused_for(cast.learner, clock), by=cast.learner, at=clock.now)
    settle(made, by=cast.officer, outcome=GRANTED, reason="查过", at=clock.now)
    assert rebuild_watch_records() == []
    WatchRecord.objects.update(settled=b"", covered_seconds=20)

    (found,) = rebuild_watch_records()

    assert (found.kind, found.proven) == ("settled", Stretches.of([(20, 100)]))
    assert WatchRecord.objects.get().percent == 100


def test_seconds_granted_twice_over_count_once(cast: Cast, clock: Clock):
    refused = refused_for(cast.learner, clock)
    made = appeal(refused, by=cast.learner, at=clock.now)
    accept_report(refused.record.sessions.get(), 2, stretches=Stretches.of([(20, 60)]), at=clock.move(seconds=20))

    settle(made, by=cast.officer, outcome=GRANTED, reason="查过", at=clock.now)

    assert WatchRecord.objects.get().covered_seconds == 100


def test_a_settlement_is_never_changed(cast: Cast, clock: Clock):
    made = appeal(refused_for(cast.learner, clock), by=cast.learner, at=clock.now)
    settlement = settle(made, by=cast.officer, outcome=DECLINED, reason="不符", at=clock.now)

    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.filter(pk=settlement.pk).update(outcome=GRANTED)
    with pytest.raises(IntegrityError), transaction.atomic():
        settlement.delete()


def test_an_ended_officer_settles_nothing_any_more(cast: Cast, clock: Clock):
    made = appeal(refused_for(cast.learner, clock), by=cast.learner, at=clock.now - timedelta(days=60))

    with pytest.raises(CannotSettle):
        settle(made, by=cast.ended_officer, outcome=GRANTED, reason="查过", at=clock.now)
