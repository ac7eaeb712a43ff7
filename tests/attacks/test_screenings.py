"""Group viewings forged: empty halls, two halls at once, late ticks, photographed codes, invented lengths.

A hall can be invented by a helper who wants to; what she gains is bounded by caps and by real time, everybody whom she
names is told, and her officer is asked about it.
"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings

from lms.learning.domain import screening, viewing
from lms.learning.domain.counting import count_ticks
from lms.learning.domain.objecting import CannotWithdraw, object_to, withdraw
from lms.learning.domain.packages import accept_package_report, issue_package
from lms.learning.domain.ticking import CannotTick
from lms.learning.domain.viewing import CannotScreen, count_uncounted
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.enums import EvidenceKind, GroupRefusal
from lms.learning.models import GroupTick, GroupViewing, LessonCompletion, StudyClock, WatchRecord
from lms.learning.queries import screening_counts
from lms.lib.stretches import Stretches
from lms.notices.models import Message
from lms.people.enums import RoleKind
from tests.factories import learning as make
from tests.factories.people import PersonFactory, RoleFactory
from tests.learning.halls import Hall

pytestmark = pytest.mark.django_db

FILM = Stretches.of([(0, 600)])


@pytest.fixture
def hall(cast, clock) -> Hall:
    return Hall(cast, clock)


@pytest.fixture
def colleague(cast):
    """A second helper of the same village."""
    person = PersonFactory(name="常帮", staff=True)
    RoleFactory(person=person, kind=RoleKind.LEARNING_HELPER, org=cast.orgs.village_committee)
    return person


def watched(person, kind: EvidenceKind | None = None) -> int:
    records = WatchRecord.objects.filter(person=person)
    return sum(each.coverage(kind).seconds if kind else each.covered_seconds for each in records)


@pytest.mark.slow
@pytest.mark.any_database
def test_two_hundred_names_for_an_empty_hall_end_at_the_cap_and_before_the_officer(hall):
    shown, people = hall.running(), [hall.villager() for _number in range(62)]
    for person in people[:60]:
        hall.tick(shown, person)

    for person in people[60:]:
        with pytest.raises(CannotTick, match="60"):
            hall.tick(shown, person)
    count_ticks(hall.close(shown, minutes=10), at=hall.clock.now)

    assert GroupTick.objects.count() == LessonCompletion.objects.count() == Message.objects.count() == 60
    counts = screening_counts([shown])[shown.pk]
    assert screening.questions(counts, is_offline=False) == [screening.Question.NOBODY_SCANNED]


@override_settings(SCREENING_NAMED_PER_DAY=3)
def test_more_halls_in_a_day_do_not_help_against_the_cap(hall):
    for _number in range(3):
        shown = hall.running()
        hall.tick(shown, hall.villager())
        hall.close(shown, minutes=10)

    with pytest.raises(CannotTick, match="今天"):
        hall.tick(shown, hall.villager())

    hall.clock.move(days=1)
    assert hall.tick(hall.running(), hall.villager())


@override_settings(SCREENING_SCANNED_MOST=2)
def test_more_people_than_a_hall_holds_do_not_scan(hall):
    shown = hall.running()
    for _number in range(2):
        hall.scan(shown, hall.villager())

    with pytest.raises(CannotTick, match="满一个场地"):
        hall.scan(shown, hall.villager())


def test_one_person_in_two_halls_is_in_the_first(hall, colleague):
    person, first, second = hall.villager(), hall.running(), hall.running(by=colleague)
    hall.scan(first, person)

    with pytest.raises(CannotTick, match="同时在两处"):
        hall.scan(second, person)
    with pytest.raises(CannotTick, match="同时在两处"):
        hall.tick(second, person)


def test_one_person_in_two_halls_by_ticks_afterwards_is_in_the_first(hall, colleague):
    person, first, second = hall.villager(), hall.running(), hall.running(by=colleague)
    hall.close(first, minutes=10)
    hall.close(second)
    hall.tick(first, person)

    with pytest.raises(CannotTick, match="同时在两处"):
        hall.tick(second, person)

    assert watched(person) == 600


def test_a_hall_in_which_nothing_was_ever_shown_holds_nobody(hall, colleague):
    person, first = hall.villager(), hall.open()
    hall.scan(first, person)
    hall.clock.move(minutes=61)

    assert hall.scan(hall.running(by=colleague), person)


def test_who_objects_to_the_one_hall_may_have_been_in_the_other(hall, colleague):
    person, first, second = hall.villager(), hall.running(), hall.running(by=colleague)
    object_to(hall.tick(first, person), by=person, at=hall.clock.now)

    assert hall.scan(second, person)


def test_watching_elsewhere_first_leaves_nothing_of_those_minutes_for_the_hall(hall):
    person, shown = hall.villager(), hall.running()
    hall.scan(shown, person)
    session = open_session(person, make.lesson(), at=hall.clock.now)
    for number in range(1, 41):
        stretch = ((number - 1) * 15, number * 15)
        accept_report(session, number, stretches=Stretches.of([stretch]), at=hall.clock.move(seconds=15))

    hall.close(shown)

    assert watched(person, EvidenceKind.ONLINE) == 600
    assert watched(person, EvidenceKind.GROUP) == 0


def test_the_hall_first_leaves_nothing_of_its_minutes_for_a_phone(hall):
    person, shown = hall.villager(), hall.running()
    hall.scan(shown, person)
    session = open_session(person, make.lesson(), at=hall.clock.now)
    package = issue_package(person, make.lesson(), at=hall.clock.now)
    hall.close(shown, minutes=10)

    online = accept_report(session, 1, stretches=FILM, at=hall.clock.now)
    offline = accept_package_report(package, 1, stretches=FILM, at=hall.clock.now)

    assert watched(person, EvidenceKind.GROUP) == 600
    assert online.body["accepted"] == offline.body["accepted"] == []


def test_a_tick_a_week_later_is_too_late(hall):
    person, shown = hall.villager(), hall.running()
    hall.close(shown, minutes=10)

    hall.clock.move(days=7)
    with pytest.raises(CannotTick, match="24 小时"):
        hall.tick(shown, person)

    assert not GroupTick.objects.exists()


def test_a_screening_never_closed_is_not_open_for_ticks_for_ever(hall):
    person, shown = hall.villager(), hall.running()
    hall.clock.move(hours=25)

    with pytest.raises(CannotTick, match="24 小时"):
        hall.tick(shown, person)


def test_a_photographed_code_is_useless_after_a_minute(hall):
    shown = hall.running()
    photo = hall.code(shown)
    hall.clock.move(seconds=59)
    assert hall.scan(shown, hall.villager(), **photo)

    hall.clock.move(seconds=21)
    with pytest.raises(CannotTick, match="码已经换了"):
        hall.scan(shown, hall.villager(), **photo)


def test_a_code_of_another_screening_opens_nothing(hall, colleague):
    one, other = hall.running(), hall.running(by=colleague)

    with pytest.raises(CannotTick, match="码已经换了"):
        hall.scan(one, hall.villager(), **hall.code(other))


def test_a_replayed_scan_is_the_first_one(hall):
    person, shown = hall.villager(), hall.running()
    code = hall.code(shown)
    first = hall.scan(shown, person, **code)

    hall.clock.move(seconds=30)
    assert hall.scan(shown, person, **code) == first
    hall.close(shown, minutes=10)

    assert watched(person) == 600
    assert Message.objects.count() == 1


def test_a_scan_after_the_film_is_no_way_in(hall):
    shown = hall.running()
    hall.clock.move(minutes=11)

    with pytest.raises(CannotTick, match="放完了"):
        hall.scan(shown, hall.villager())


def test_a_helper_never_ticks_people_of_another_village_nor_herself(hall, cast):
    shown = hall.running()

    for person in (cast.neighbour_learner, cast.stranger):
        with pytest.raises(CannotTick, match="柳树村"):
            hall.tick(shown, person)
    with pytest.raises(CannotTick, match="给自己点名"):
        hall.tick(shown, cast.helper)
    with pytest.raises(CannotTick, match="给自己点名"):
        hall.scan(shown, cast.helper)


def test_a_helper_whose_role_has_ended_ticks_nobody(hall, cast):
    shown = hall.running()
    cast.helper.roles.update(active_to=hall.clock.now.date())

    with pytest.raises(CannotTick):
        hall.tick(shown, hall.villager())


def test_two_screenings_at_once_are_refused_by_story_and_by_database(hall):
    hall.running()
    second = hall.prepare()

    with pytest.raises(CannotScreen, match="没结束"):
        viewing.open_doors(second, at=hall.clock.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        GroupViewing.objects.filter(pk=second.pk).update(doors_at=hall.clock.now)


def test_a_screening_of_three_hours_for_ten_minutes_counts_ten_minutes_once(hall):
    person, shown = hall.villager(), hall.running()
    hall.scan(shown, person)

    closed = hall.close(shown, hours=3)

    assert (closed.seconds, watched(person)) == (600, 600)
    assert closed.closed_at == closed.opened_at + timedelta(minutes=10)


def test_a_length_that_a_phone_without_network_invents_is_cut_to_the_time_that_passed(hall):
    person, shown = hall.villager(), hall.prepare()

    handed = viewing.hand_in(shown, seconds=10_800, at=hall.clock.move(seconds=90))
    hall.tick(handed, person)

    assert (handed.seconds, watched(person)) == (90, 90)


def test_ten_screenings_prepared_at_once_do_not_fit_into_ten_minutes(hall):
    lesson = make.lesson()
    prepared = [hall.prepare(lesson) for _number in range(10)]
    hall.clock.move(minutes=10)

    handed = [viewing.hand_in(each, seconds=600, at=hall.clock.now).seconds for each in prepared]

    assert handed == [600] + [0] * 9


def test_without_network_the_same_time_pays_a_person_once(hall, colleague):
    person, one, other = hall.villager(), hall.prepare(), hall.prepare(make.lesson(), by=colleague)
    hall.clock.move(minutes=10)

    for each in (one, other):
        handed = viewing.hand_in(each, seconds=600, at=hall.clock.now)
        hall.tick(handed, person)

    assert watched(person) == 600


def test_handing_in_twice_or_over_a_running_screening_changes_nothing(hall):
    shown = hall.running()
    with pytest.raises(CannotScreen, match="有网时开"):
        viewing.hand_in(shown, seconds=600, at=hall.clock.now)
    hall.close(shown, minutes=2)

    assert viewing.hand_in(shown, seconds=600, at=hall.clock.move(minutes=20)).seconds == 120


def test_objecting_over_and_over_never_makes_time(hall):
    """Scan, object, watch the same minutes on the phone, be ticked again: the minutes pay once."""
    person, shown = hall.villager(), hall.running()
    made = hall.scan(shown, person)
    session = open_session(person, make.lesson(), at=hall.clock.now)
    hall.close(shown, minutes=10)

    object_to(made, by=person, at=hall.clock.now)
    accept_report(session, 1, stretches=FILM, at=hall.clock.now)
    again = hall.tick(shown, person)

    assert again == made
    assert (watched(person), watched(person, EvidenceKind.GROUP)) == (600, 0)
    assert StudyClock.objects.get(person=person).paid


def test_what_a_phone_kept_and_sends_after_all_else_opens_nothing_again(hall):
    """In another order: handed in first, then the buttons of a page that was open all the time."""
    person, shown = hall.villager(), hall.prepare()
    hall.clock.move(minutes=30)
    handed = viewing.hand_in(shown, seconds=300, at=hall.clock.now)
    hall.tick(handed, person)

    for step in (viewing.open_doors, viewing.start):
        with pytest.raises(CannotScreen):
            step(shown, at=hall.clock.move(minutes=1))
    closed = hall.close(shown, minutes=30)

    assert (closed.seconds, watched(person)) == (300, 300)


def test_a_closing_button_before_anything_began_is_refused(hall):
    with pytest.raises(CannotScreen):
        viewing.close(hall.prepare(), at=hall.clock.now)


def test_the_same_human_being_with_two_accounts_is_there_once(hall):
    person, other = hall.villager(), hall.villager()
    shown = hall.running()
    first = hall.scan(shown, person)
    other.merged_into = person
    other.save(update_fields=["merged_into"])

    assert hall.tick(shown, other) == first
    hall.close(shown, minutes=10)

    assert GroupTick.objects.count() == 1


def test_who_takes_the_objection_back_has_the_seconds_again_but_not_what_paid_for_something_else(hall):
    """Object, let a package take five of the ten minutes, take the objection back: no minute pays twice."""
    person, shown = hall.villager(), hall.running()
    package = issue_package(person, make.lesson(), at=hall.clock.now)
    made = hall.scan(shown, person)
    hall.close(shown, minutes=10)
    object_to(made, by=person, at=hall.clock.now)
    # At top speed, so that 600 seconds cost the first five minutes.
    accept_package_report(package, 1, stretches=FILM, at=hall.clock.now)

    again = withdraw(made, by=person, at=hall.clock.move(minutes=1))

    assert again.seconds == Stretches.of([(300, 600)])
    assert watched(person) == 600 + 300
    assert withdraw(made, by=person, at=hall.clock.now) == again
    assert object_to(made, by=person, at=hall.clock.now).withdrawal == again
    assert (watched(person), screening_counts([shown])[shown.pk].objected) == (900, 0)


def test_an_objection_before_the_end_that_is_taken_back_counts_once(hall):
    person, shown = hall.villager(), hall.running()
    made = hall.scan(shown, person)
    object_to(made, by=person, at=hall.clock.now)
    hall.close(shown, minutes=10)
    assert watched(person) == 0

    withdraw(made, by=person, at=hall.clock.now)

    assert watched(person, EvidenceKind.GROUP) == 600
    assert LessonCompletion.objects.filter(person=person).count() == 1
    assert count_uncounted(at=hall.clock.now) == 0


def test_an_objection_is_not_taken_back_when_nobody_remembers_what_the_time_paid_for(hall):
    person, shown = hall.villager(), hall.running()
    made = hall.scan(shown, person)
    hall.close(shown, minutes=10)
    object_to(made, by=person, at=hall.clock.now)

    with pytest.raises(CannotWithdraw, match="七天"):
        withdraw(made, by=person, at=hall.clock.move(days=7))

    assert watched(person) == 0


def test_without_network_the_earliest_code_says_when_the_doors_opened(hall):
    """Whoever passes a photo on first makes the others wait for nothing: the doors opened before."""
    shown = hall.prepare()
    hall.clock.move(minutes=30)
    photo, opened = screening.code_of(shown.secret, 0), hall.clock.now
    hall.scan(shown, hall.villager(), step=0, code=photo, seen_at=hall.clock.move(minutes=5))

    hall.scan(shown, hall.villager(), step=16, code=screening.code_of(shown.secret, 16))

    shown.refresh_from_db()
    assert shown.doors_at == opened - timedelta(seconds=20)
    with pytest.raises(CannotTick, match="码已经换了"):
        hall.scan(shown, hall.villager(), step=0, code=photo)


def test_without_network_codes_from_before_it_was_prepared_or_after_it_was_handed_in_open_nothing(hall):
    shown = hall.prepare()
    later = {"step": 90, "code": screening.code_of(shown.secret, 90)}
    with pytest.raises(CannotTick):
        hall.scan(shown, hall.villager(), **later)
    with pytest.raises(CannotTick):
        hall.scan(shown, hall.villager(), step=0, code="0" * 16)
    hall.clock.move(minutes=30)
    viewing.hand_in(shown, seconds=600, at=hall.clock.now)

    with pytest.raises(CannotTick):
        hall.scan(shown, hall.villager(), **later)

    assert not GroupTick.objects.exists()


def test_what_was_scanned_without_network_counts_once_it_is_handed_in_and_stands_in_nobodys_way(hall):
    person, shown = hall.villager(), hall.prepare()
    hall.clock.move(minutes=5)
    hall.scan(shown, person, step=0, code=screening.code_of(shown.secret, 0))
    with pytest.raises(CannotScreen, match="没有网"):
        viewing.open_doors(shown, at=hall.clock.now)
    assert hall.running().doors_at, "another one of the same helper"
    assert watched(person) == 0

    handed = viewing.hand_in(shown, seconds=600, at=hall.clock.move(minutes=30))
    count_ticks(handed, at=hall.clock.now)

    assert (handed.is_offline, watched(person)) == (True, 600)


def test_what_no_phone_ever_hands_in_is_closed_after_its_days_and_counts_nothing(hall):
    person, shown = hall.villager(), hall.prepare()
    made = hall.scan(shown, person, step=0, code=screening.code_of(shown.secret, 0))
    assert viewing.close_left_open(GroupViewing.objects.all(), at=hall.clock.move(days=6)) == []

    assert viewing.close_left_open(GroupViewing.objects.all(), at=hall.clock.move(days=2)) == [shown]

    made.refresh_from_db()
    assert (made.receipt.reason, watched(person)) == (GroupRefusal.NOT_SHOWN, 0)
    with pytest.raises(CannotScreen, match="没有开始放"):
        viewing.hand_in(shown, seconds=600, at=hall.clock.now)
