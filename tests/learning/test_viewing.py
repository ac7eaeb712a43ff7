"""A screening from preparing to closing: who was there, what it brings her, what she can say against it."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from lms.learning.domain import viewing
from lms.learning.domain.counting import count_ticks
from lms.learning.domain.objecting import object_to, withdraw
from lms.learning.domain.rebuilding import rebuild_watch_records
from lms.learning.domain.ticking import CannotTick
from lms.learning.domain.viewing import CannotScreen
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.enums import EvidenceKind, GroupRefusal, RefusalReason, TickKind
from lms.learning.models import (
    GroupObjection,
    GroupReceipt,
    GroupTick,
    GroupViewing,
    GroupWithdrawal,
    LessonCompletion,
    RefusedStretch,
    StudyClock,
    WatchRecord,
)
from lms.learning.policies import screenings_seen_by
from lms.learning.queries import ADVICE, ticks_of
from lms.lib.durations import beijing_day
from lms.lib.stretches import Stretches
from lms.notices.models import Message
from lms.people.domain.copying import parts_elsewhere
from tests.factories import learning as make
from tests.factories.people import PersonFactory
from tests.learning.halls import Hall
from tests.tasks import run_tasks_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall(cast, clock) -> Hall:
    return Hall(cast, clock)


def record_of(person) -> WatchRecord:
    return WatchRecord.objects.get(person=person)


def test_who_scanned_before_the_film_and_stayed_has_seen_it_whole(hall):
    shown, person = hall.open(), hall.villager()
    made = hall.scan(shown, person)
    hall.clock.move(minutes=5)
    viewing.start(shown, at=hall.clock.now)

    closed = hall.close(shown, minutes=11)

    assert (made.how, made.from_second) == (TickKind.SCANNED, 0)
    assert (closed.seconds, closed.closed_at) == (600, closed.opened_at + timedelta(seconds=600))
    assert record_of(person).coverage(EvidenceKind.GROUP) == Stretches.of([(0, 600)])
    assert LessonCompletion.objects.get(person=person).evidence["group_seconds"] == 600


def test_who_came_later_has_seen_the_rest(hall):
    shown, person = hall.running(), hall.villager()
    hall.clock.move(seconds=200)
    hall.scan(shown, person)

    hall.close(shown, minutes=10)

    assert record_of(person).coverage(EvidenceKind.GROUP) == Stretches.of([(200, 600)])
    assert not LessonCompletion.objects.exists()


def test_a_film_that_is_broken_off_counts_up_to_there(hall):
    shown, person = hall.running(), hall.villager()
    hall.scan(shown, person)

    assert hall.close(shown, seconds=120).seconds == 120
    assert record_of(person).covered_seconds == 120


def test_a_screening_without_a_film_brings_nothing_and_says_so(hall):
    shown, person = hall.open(), hall.villager()
    hall.scan(shown, person)

    hall.close(shown, minutes=30)

    assert GroupReceipt.objects.get().reason == GroupRefusal.NOT_SHOWN
    assert record_of(person).covered_seconds == 0


def test_every_step_told_twice_happens_once(hall):
    shown, person = hall.open(), hall.villager()
    first = hall.scan(shown, person)
    assert hall.scan(shown, person) == first
    viewing.open_doors(shown, at=hall.clock.move(seconds=5))
    started = viewing.start(shown, at=hall.clock.now)
    again = viewing.start(shown, at=hall.clock.move(seconds=5))

    closed = hall.close(shown, minutes=10)
    reclosed = hall.close(shown, minutes=10)

    assert started.opened_at == again.opened_at
    assert closed.closed_at == reclosed.closed_at
    assert GroupReceipt.objects.count() == LessonCompletion.objects.count() == GroupTick.objects.count() == 1


def test_who_is_ticked_by_name_afterwards_counts_at_once(hall):
    shown, person = hall.running(), hall.villager()
    hall.close(shown, minutes=10)

    hall.clock.move(hours=20)
    made = hall.tick(shown, person)

    assert made.how == TickKind.NAMED
    assert record_of(person).covered_seconds == 600
    assert LessonCompletion.objects.filter(person=person).exists()


def test_the_helper_says_from_when_on_but_never_from_later_than_now(hall):
    shown, early, late = hall.running(), hall.villager(), hall.villager()
    hall.clock.move(seconds=100)

    assert hall.tick(shown, early, from_second=40).from_second == 40
    assert hall.tick(shown, late, from_second=5000).from_second == 100


def test_a_lesson_with_a_quiz_still_needs_its_quiz(hall):
    course = make.live_course()
    video = make.ready_video(course.org)
    lesson = make.published(make.live_lesson(course, completion_rule="quiz", video=video))
    shown, person = hall.running(lesson), hall.villager()
    hall.scan(shown, person)

    hall.close(shown, minutes=10)

    assert record_of(person).covered_seconds == 600
    assert not LessonCompletion.objects.exists()


def test_each_person_is_told_once_and_finds_the_way_to_object(hall):
    shown, person = hall.running(), hall.villager()
    hall.scan(shown, person)
    hall.tick(shown, person)

    message = Message.objects.get()

    assert (message.person, message.template) == (person, "group-tick")
    assert message.variables == {"day": "2026-04-15", "lesson": shown.page.title, "place": "柳树村"}


def test_an_objection_strikes_the_tick_and_gives_the_time_back(hall):
    shown, person = hall.running(), hall.villager()
    made = hall.scan(shown, person)
    hall.close(shown, minutes=10)

    objection = object_to(made, by=person, at=hall.clock.now)

    assert objection.completion == LessonCompletion.objects.get()
    assert record_of(person).covered_seconds == 0
    assert not StudyClock.objects.get(person=person).paid
    assert object_to(made, by=person, at=hall.clock.move(hours=1)) == objection


def test_an_objection_before_the_end_leaves_nothing_to_count(hall):
    shown, person = hall.running(), hall.villager()
    object_to(hall.scan(shown, person), by=person, at=hall.clock.now)

    hall.close(shown, minutes=10)

    assert not GroupReceipt.objects.exists()
    assert not LessonCompletion.objects.exists()


def test_a_completion_that_rests_on_more_is_not_named(hall):
    lesson = make.lesson()
    shown, person = hall.running(lesson), hall.villager()
    made = hall.scan(shown, person)
    hall.close(shown, minutes=10)
    session = open_session(person, lesson, at=hall.clock.now)
    accept_report(session, 1, stretches=Stretches.of([(0, 600)]), at=hall.clock.move(minutes=10))

    objection = object_to(made, by=person, at=hall.clock.now)

    assert objection.completion is None
    assert record_of(person).covered_seconds == 600


def test_rebuilding_finds_what_screenings_brought_and_what_was_taken_back(hall):
    shown, one, other = hall.running(), hall.villager(), hall.villager()
    hall.scan(shown, one)
    struck = hall.scan(shown, other)
    hall.close(shown, minutes=10)
    object_to(struck, by=other, at=hall.clock.now)
    assert rebuild_watch_records() == []
    WatchRecord.objects.update(group=b"", covered_seconds=0)

    found = rebuild_watch_records()

    assert [(each.kind, each.proven) for each in found] == [(EvidenceKind.GROUP, Stretches.of([(0, 600)]))]
    assert [record_of(one).covered_seconds, record_of(other).covered_seconds] == [600, 0]


def test_what_was_spent_elsewhere_is_kept_with_its_reason_and_can_be_appealed(hall):
    shown, person = hall.running(), hall.villager()
    hall.scan(shown, person)
    session = open_session(person, make.lesson(), at=hall.clock.now)
    accept_report(session, 1, stretches=Stretches.of([(0, 300)]), at=hall.clock.move(seconds=300))

    hall.close(shown, minutes=6)

    refused = RefusedStretch.objects.get()
    assert refused.reason == RefusalReason.ELSEWHERE
    assert ADVICE[RefusalReason.ELSEWHERE]
    assert GroupReceipt.objects.get().seconds == Stretches.of([(300, 600)])


def test_facts_of_a_screening_are_never_changed(hall):
    shown, person = hall.running(), hall.villager()
    made = hall.scan(shown, person)
    hall.close(shown, minutes=10)
    object_to(made, by=person, at=hall.clock.now)
    withdraw(made, by=person, at=hall.clock.now)

    facts = ((GroupTick, "from_second"), (GroupReceipt, "reason"), (GroupObjection, "objected_at"))
    for model, field in (*facts, (GroupWithdrawal, "withdrawn_at")):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.update(**{field: hall.clock.now if field.endswith("_at") else 7})
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.all().delete()


def test_only_a_helper_prepares_and_only_what_can_be_shown(hall):
    with pytest.raises(CannotScreen, match="辅导员"):
        hall.prepare(by=hall.cast.officer)
    lesson = make.lesson()
    lesson.unpublish()
    lesson.refresh_from_db()
    with pytest.raises(CannotScreen, match="没有能放的片子"):
        hall.prepare(lesson)
    assert not GroupViewing.objects.exists()


def test_a_screening_prepared_too_long_ago_is_not_opened(hall):
    shown = hall.prepare()
    hall.clock.move(days=7, seconds=1)

    with pytest.raises(CannotScreen, match="七天"):
        viewing.open_doors(shown, at=hall.clock.now)


def test_a_lesson_taken_down_meanwhile_is_not_opened(hall):
    shown = hall.prepare()
    shown.page.unpublish()
    shown.refresh_from_db()

    with pytest.raises(CannotScreen, match="下架"):
        viewing.open_doors(shown, at=hall.clock.now)


def test_one_prepared_screening_after_another_is_enough_for_a_day(hall):
    lesson = make.lesson()
    for _number in range(viewing.PREPARED_A_DAY):
        hall.prepare(lesson)

    with pytest.raises(CannotScreen, match="很多场"):
        hall.prepare(lesson)


def test_the_sweeper_closes_what_a_dead_phone_left_open(hall):
    shown, person = hall.running(), hall.villager()
    hall.scan(shown, person)
    hall.clock.move(minutes=9)
    assert viewing.close_left_open(GroupViewing.objects.all(), at=hall.clock.now) == []
    hall.clock.move(minutes=2)

    assert viewing.close_left_open(GroupViewing.objects.all(), at=hall.clock.now, dry_run=True) == [shown]
    assert viewing.close_left_open(GroupViewing.objects.all(), at=hall.clock.now) == [shown]

    assert record_of(person).covered_seconds == 600


def test_a_process_that_died_while_counting_leaves_the_rest_to_the_next(hall, monkeypatch):
    shown, people = hall.running(), [hall.villager() for _number in range(3)]
    for person in people:
        hall.scan(shown, person)
    monkeypatch.setattr(viewing, "count_ticks", lambda *args, **kwargs: 0)
    closed = hall.close(shown, minutes=10)
    assert not GroupReceipt.objects.exists()

    assert count_ticks(closed, at=hall.clock.now) == 3
    assert count_ticks(closed, at=hall.clock.now) == 0
    assert LessonCompletion.objects.count() == 3


def test_without_network_a_screening_is_handed_in_and_its_people_ticked(hall):
    shown, person = hall.prepare(), hall.villager()
    hall.clock.move(hours=5)

    handed = viewing.hand_in(shown, seconds=605, at=hall.clock.now)
    hall.tick(handed, person)

    assert (handed.is_offline, handed.seconds) == (True, 600)
    assert record_of(person).covered_seconds == 600
    assert StudyClock.objects.get(person=person).offline_days == {"2026-04-15": 600}
    assert viewing.hand_in(shown, seconds=10, at=hall.clock.move(minutes=1)).seconds == 600


def test_an_agriculture_officer_sees_the_screenings_of_her_place_and_nobody_else_does(hall, cast):
    shown = hall.running()
    today = beijing_day(hall.clock.now)
    assert not screenings_seen_by(cast.agriculture_officer, on=today).exists()
    hall.close(shown, minutes=10)

    seeing = {part for part, who in cast.everybody.items() if screenings_seen_by(who, on=today).exists()}

    assert seeing == {"agriculture_officer"}


@pytest.mark.parametrize("count", [1, 3])
def test_my_screenings_are_read_in_one_query(hall, count, django_assert_num_queries):
    person = hall.villager()
    for _number in range(count):
        shown = hall.running()
        hall.scan(shown, person)
        hall.close(shown, minutes=10)
        hall.clock.move(minutes=1)

    with django_assert_num_queries(1):
        found = [
            (each.viewing.page.title, each.viewing.division.name, each.receipt.seconds) for each in ticks_of(person)
        ]

    assert len(found) == count


def test_somebody_of_another_village_is_sent_to_her_own_helper(hall, cast):
    with pytest.raises(CannotTick, match="柳树村"):
        hall.scan(hall.running(), PersonFactory(village=cast.places.neighbour_village))


def test_the_copy_of_her_data_holds_her_group_viewings(hall, cast, signed_in):
    shown, person = hall.running(), hall.villager()
    hall.scan(shown, person)
    hall.close(shown, minutes=10)

    (said,) = parts_elsewhere(person)["group_viewings"]

    assert (said["lesson"], said["place"], said["counted_seconds"]) == (shown.page.title, "柳树村", 600)
    assert said["objected_at"] is None


def test_a_full_hall_is_counted_by_a_task_beyond_what_one_request_does(
    hall, monkeypatch, settings, django_capture_on_commit_callbacks
):
    run_tasks_at_once(settings)
    monkeypatch.setattr(viewing, "COUNTED_AT_ONCE", 2)
    shown = hall.running()
    for _number in range(5):
        hall.scan(shown, hall.villager())

    with django_capture_on_commit_callbacks() as waiting:
        hall.close(shown, minutes=10)
    assert GroupReceipt.objects.count() == 2
    for callback in waiting:
        callback()

    assert GroupReceipt.objects.count() == LessonCompletion.objects.count() == 5


def test_the_sweeper_counts_what_was_left(hall, monkeypatch):
    shown, person = hall.running(), hall.villager()
    hall.scan(shown, person)
    monkeypatch.setattr(viewing, "count_ticks", lambda *args, **kwargs: 0)
    hall.close(shown, minutes=10)

    call_command("close_screenings", dry_run=True)
    assert not GroupReceipt.objects.exists()
    call_command("close_screenings")

    assert record_of(person).covered_seconds == 600
