"""Nobody is reminded twice in fourteen days, whoever presses, however often, on whichever account."""

from datetime import timedelta

import pytest

from lms.audit.models import AuditEntry
from lms.notices.domain import reminding
from lms.notices.domain.planning import plan_reminder
from lms.notices.domain.reminding import PlanChanged, ReminderRefused, finish_reminders, remind
from lms.notices.domain.telling import choose_sms
from lms.notices.models import LastReminder, Message, Reminder, Sms
from lms.notices.queries import outcome_of
from lms.people.domain.merging import merge
from lms.people.models import Contact, Person
from tests.cast import Cast, make_cast
from tests.clock import Clock
from tests.factories.people import PersonFactory
from tests.notices.world import LATE, SAID, press

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(cast: Cast, clock: Clock) -> list[Person]:
    return [PersonFactory(phone=f"1990000000{number}") for number in range(3)]


def test_each_gets_a_message_of_her_own_and_an_sms_that_waits(cast, clock, people):
    reminder = press(cast, people, at=clock.now)

    messages = Message.objects.all()
    assert {message.person for message in messages} == set(people)
    assert {message.cause for message in messages} == {f"reminder:{reminder.pk}"}
    assert list(Sms.objects.values_list("state", flat=True)) == ["queued"] * 3
    assert (reminder.people, reminder.by_sms, reminder.segments, reminder.left_out) == (3, 3, 1, {})
    names = [person.name for person in people]
    assert not any(name in str(message.variables) for message in messages for name in names)


def test_it_is_on_the_log_with_counts_and_no_names(cast, clock, people):
    reminder = press(cast, people, at=clock.now)

    entry = AuditEntry.objects.get(action="reminder_sent")
    assert (entry.actor_id, entry.subject_id) == (cast.officer.pk, str(reminder.pk))
    assert entry.detail == {
        "people": 3,
        "sms": 3,
        "about": "assignment:1",
        "org": cast.orgs.organization_department.code,
        "reason": "催学",
    }


@pytest.mark.parametrize(("days", "again"), [(0, False), (13, False), (14, True)])
def test_fourteen_days_lie_between_two_reminders(cast, clock, people, days, again):
    press(cast, people[:2], at=clock.now)
    later = clock.move(days=days)

    plan = plan_reminder([person.pk for person in people], LATE, SAID, with_sms=True, at=later)

    assert plan.told == {person.pk for person in (people if again else people[2:])}
    assert plan.left_out == ({} if again else {"recent": 2})


def test_what_is_pressed_at_night_counts_from_the_morning(cast, clock, people):
    clock.set(2026, 4, 15, 23)
    press(cast, people[:1], at=clock.now)

    assert LastReminder.objects.get(person=people[0]).reminded_on.isoformat() == "2026-04-16"
    clock.set(2026, 4, 29, 10)
    assert plan_reminder([people[0].pk], LATE, SAID, with_sms=True, at=clock.now).told == set()
    clock.set(2026, 4, 30, 10)
    assert plan_reminder([people[0].pk], LATE, SAID, with_sms=True, at=clock.now).told == {people[0].pk}


def test_another_officer_of_another_department_does_not_remind_again(cast, clock, people):
    press(cast, people, at=clock.now)

    with pytest.raises(ReminderRefused):
        press(cast, people, at=clock.move(hours=1), by=cast.prefecture_officer, org=cast.orgs.prefecture_department)

    assert Message.objects.count() == 3


def test_fourteen_days_hold_over_merged_accounts(cast, clock, people):
    press(cast, people[:1], at=clock.now)
    merge(people[0], into=people[1], by=cast.officer, reason="同一个人", at=clock.move(hours=1))

    plan = plan_reminder([people[1].pk], LATE, SAID, with_sms=True, at=clock.now)

    assert plan.told == set()
    assert Message.objects.of(people[1]).count() == 1


def test_what_was_looked_at_must_still_be_so(cast, clock, people):
    ids = [person.pk for person in people]
    seen = plan_reminder(ids, LATE, SAID, with_sms=True, at=clock.now).digest
    choose_sms(people[0], False, at=clock.now)

    with pytest.raises(PlanChanged) as changed:
        remind(
            ids,
            LATE,
            SAID,
            with_sms=True,
            seen=seen,
            about="assignment:1",
            reason="催学",
            org=cast.orgs.organization_department,
            by=cast.officer,
            at=clock.now,
        )

    assert changed.value.plan.left_out == {"opted_out": 1}
    assert not Message.objects.exists() and not Reminder.objects.exists()
    assert not LastReminder.objects.filter(reminded_on__isnull=False).exists()


def test_who_has_no_number_in_use_or_wants_no_sms_is_told_in_the_message_centre_alone(cast, clock, people):
    Contact.objects.filter(person=people[0]).update(
        last_used_at=clock.now - timedelta(days=181), active_from=(clock.now - timedelta(days=400)).date()
    )
    choose_sms(people[1], False, at=clock.now)
    without = PersonFactory()

    reminder = press(cast, [*people, without], at=clock.now)

    assert reminder.left_out == {"opted_out": 1, "no_phone": 2}
    assert (reminder.people, reminder.by_sms) == (4, 1)
    assert [sms.message.person for sms in Sms.objects.all()] == [people[2]]


def test_a_number_of_a_roster_that_nobody_used_yet_is_in_use_for_half_a_year(cast, clock, people):
    contacts = Contact.objects.filter(person=people[0])
    contacts.update(last_used_at=None, active_from=(clock.now - timedelta(days=100)).date())
    fresh = plan_reminder([people[0].pk], LATE, SAID, with_sms=True, at=clock.now)
    contacts.update(active_from=(clock.now - timedelta(days=200)).date())
    old = plan_reminder([people[0].pk], LATE, SAID, with_sms=True, at=clock.now)

    assert (fresh.no_phone, old.no_phone) == (set(), {people[0].pk})


def test_a_reminder_without_sms_costs_nothing(cast, clock, people, settings):
    plan = plan_reminder([person.pk for person in people], LATE, SAID, with_sms=False, at=clock.now)
    reminder = press(cast, people, with_sms=False, at=clock.now)

    assert (plan.segments, str(plan.cost), reminder.by_sms) == (0, "0.00", 0)
    assert not Sms.objects.exists()


def test_the_plan_says_cost_by_segments_and_price(cast, clock, people, settings):
    settings.SMS_PRICE = settings.SMS_PRICE * 9
    settings.SMS_SIGNATURE = "很长的签名" * 10

    plan = plan_reminder([person.pk for person in people], LATE, SAID, with_sms=True, at=clock.now)

    assert (plan.sms.segments, plan.segments, str(plan.cost)) == (2, 6, "2.70")


def test_the_plan_says_when_it_waits_for_morning_and_for_the_sites_ration(cast, clock, people, settings):
    settings.SMS_REMINDERS_PER_DAY = 2
    ids = [person.pk for person in people]
    day = plan_reminder(ids, LATE, SAID, with_sms=True, at=clock.now)
    night = plan_reminder(ids, LATE, SAID, with_sms=True, at=clock.set(2026, 4, 15, 21))

    assert (day.waits_until, day.today_at_most) == (None, 2)
    assert str(night.waits_until) == "2026-04-16 00:00:00+00:00"


def test_a_reason_is_needed_and_everybody_at_once_is_too_much(cast, clock, people):
    with pytest.raises(ReminderRefused):
        press(cast, people, at=clock.now, reason="  ")
    with pytest.raises(ReminderRefused):
        remind(
            range(1, 5002),
            LATE,
            SAID,
            with_sms=False,
            seen="",
            about="x",
            reason="x",
            org=cast.orgs.organization_department,
            by=cast.officer,
            at=clock.now,
        )


def test_planning_and_reminding_take_the_same_queries_for_one_and_for_three(
    cast, clock, people, django_assert_max_num_queries
):
    with django_assert_max_num_queries(6):
        plan_reminder([person.pk for person in people], LATE, SAID, with_sms=True, at=clock.now)
    with django_assert_max_num_queries(34):
        reminder = press(cast, people, at=clock.now)
    with django_assert_max_num_queries(2):
        assert outcome_of(reminder).people == 3


def test_what_a_killed_process_owed_is_written_once(cast, clock, people, monkeypatch):
    """It dies in the second of its parts, between messages and SMS."""
    monkeypatch.setattr(reminding, "BATCH", 2)
    write, written = Sms.objects.bulk_create, []

    def dies(rows):
        if written:
            raise KeyboardInterrupt
        return written.append(write(rows))

    monkeypatch.setattr(Sms.objects, "bulk_create", dies)
    with pytest.raises(KeyboardInterrupt):
        press(cast, people, at=clock.now)
    assert (Message.objects.count(), Sms.objects.count()) == (2, 2)
    with pytest.raises(ReminderRefused):
        press(cast, people, at=clock.now)

    monkeypatch.setattr(Sms.objects, "bulk_create", write)
    counts = [finish_reminders(dry_run=True), finish_reminders(), finish_reminders()]

    reminder = Reminder.objects.get()
    assert counts == [1, 1, 0] and reminder.people == 3
    assert set(Message.objects.values_list("person", "reminder")) == {(each.pk, reminder.pk) for each in people}
    assert Sms.objects.count() == 3 and set(Message.objects.values_list("written_at", flat=True)) == {reminder.made_at}


def test_two_officers_at_once_remind_each_person_once(threads):
    cast = make_cast()
    people = [PersonFactory(phone=f"1990000000{number}") for number in range(3)]
    from django.utils import timezone

    now = timezone.now()
    officers = [cast.officer, cast.prefecture_officer]

    results = threads.run(lambda: press(cast, people, at=now, by=officers.pop()), times=2)

    reminders = [result for result in results if isinstance(result, Reminder)]
    assert len(reminders) == 1
    assert all(isinstance(result, Reminder | PlanChanged | ReminderRefused) for result in results)
    assert threads.read(lambda: Message.objects.count()) == 3
    assert threads.read(lambda: Sms.objects.count()) == 3
