"""SMS go out by day, once, to the number of today, and as far as the site's ration reaches."""

from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from lms.lib.encryption import keyed_index
from lms.notices.domain import sending
from lms.notices.domain.sending import send_one, send_waiting, settle_left_behind
from lms.notices.domain.telling import choose_sms
from lms.notices.models import LastReminder, Sms
from lms.notices.queries import outcome_of
from lms.notices.tasks import send_soon, send_waiting_sms_task
from lms.people.backends import sms as provider
from lms.people.domain.changing_phone import change_phone
from lms.people.domain.closing import close_account
from lms.people.models import Person, Tally
from tests.cast import Cast, make_cast
from tests.clock import Clock
from tests.factories.people import PersonFactory
from tests.notices.world import press

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(cast: Cast, clock: Clock) -> list[Person]:
    return [PersonFactory(phone=f"1990000000{number}") for number in range(3)]


def states() -> list[str]:
    return list(Sms.objects.order_by("pk").values_list("state", flat=True))


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> list[object]:
    """The provider raises; what it was asked for."""
    asked: list[object] = []

    def send(message: object) -> None:
        asked.append(message)
        raise error

    monkeypatch.setattr(sending.provider, "send", send)
    return asked


def test_each_sms_is_sent_once_with_template_and_receipt(cast, clock, people, outbox):
    reminder = press(cast, people, at=clock.now)

    assert send_waiting() == 3
    assert send_waiting() == 0

    assert sorted(message.number for message in outbox) == [f"1990000000{number}" for number in range(3)]
    assert {message.template_id for message in outbox} == {"course-reminder"}
    assert all("http" not in message.text and cast.officer.name not in message.text for message in outbox)
    row = Sms.objects.earliest("pk")
    assert (row.state, row.receipt, row.sent_at) == ("sent", "dummy-1", clock.now)
    assert row.number_index == keyed_index(outbox[0].number, "phone")
    outcome = outcome_of(reminder)
    assert (outcome.people, outcome.sms, outcome.sent, outcome.waiting, outcome.segments) == (3, 3, 3, 0, 3)


@pytest.mark.parametrize(("hour", "goes"), [((19, 59), True), ((20, 0), False), ((7, 59), False), ((8, 0), True)])
def test_nothing_goes_out_at_night(cast, clock, people, outbox, hour, goes):
    press(cast, people, at=clock.now)
    clock.set(2026, 4, 16, *hour)

    send_waiting()

    assert bool(outbox) is goes


def test_a_batch_that_runs_into_the_evening_stops(cast, clock, people, outbox):
    press(cast, people, at=clock.now)
    clock.set(2026, 4, 15, 19, 59, 50)

    def ticking() -> datetime:
        return clock.move(seconds=2)

    send_waiting(clock=ticking)

    assert 0 < len(outbox) < 3


def test_a_task_waits_for_the_morning(cast, clock, people, monkeypatch):
    waits = []
    monkeypatch.setattr(
        "lms.notices.tasks.send_waiting_sms_task",
        type(
            "Task", (), {"using": lambda self, run_after: waits.append(run_after) or self, "enqueue": lambda self: 0}
        )(),
    )
    send_soon()
    clock.set(2026, 4, 15, 22)
    send_soon()

    assert [str(moment) for moment in waits] == ["2026-04-16 00:00:00+00:00"]


def test_pressing_puts_a_task_in_the_queue(cast, clock, people, django_capture_on_commit_callbacks, monkeypatch):
    asked = []
    monkeypatch.setattr("lms.notices.receivers.send_soon", lambda: asked.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        press(cast, people, at=clock.now)

    assert asked == [1]
    assert send_waiting_sms_task.call() == 3


def test_a_claimed_sms_is_not_sent_by_anybody_else(cast, clock, people, outbox):
    press(cast, people, at=clock.now)
    Sms.objects.update(state="claimed", claimed_at=clock.now)

    assert [send_one(pk, at=clock.now) for pk in Sms.objects.values_list("pk", flat=True)] == ["claimed"] * 3
    assert outbox == []


def test_a_worker_killed_between_claim_and_answer_leaves_what_nobody_sends_again(
    cast, clock, people, outbox, monkeypatch
):
    class Killed(BaseException):
        """Stands for kill -9: nothing after it runs."""

    def die(message: object) -> None:
        raise Killed

    press(cast, people[:1], at=clock.now)
    with monkeypatch.context() as patched:
        patched.setattr(sending.provider, "send", die)
        with pytest.raises(Killed):
            send_waiting()
    assert states() == ["claimed"]

    clock.move(minutes=14)
    send_waiting()
    assert states() == ["claimed"]
    clock.move(minutes=2)
    send_waiting()

    assert states() == ["unknown"]
    assert outbox == []
    assert settle_left_behind(at=clock.now) == 0


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (provider.SmsFailed("refused", permanent=True), "failed"),
        (provider.SmsFailed("timed out", permanent=False, perhaps_sent=True), "unknown"),
        (RuntimeError("13800000000 leaked"), "unknown"),
        (provider.SmsFailed("busy", permanent=False), "queued"),
    ],
)
def test_what_a_provider_raises_decides_whether_it_is_tried_again(
    cast, clock, people, monkeypatch, caplog, error, state
):
    press(cast, people[:1], at=clock.now)
    asked = failing(monkeypatch, error)

    send_waiting()
    clock.move(hours=1)
    send_waiting()

    assert states() == [state]
    assert len(asked) == (2 if state == "queued" else 1)
    assert "13800000000" not in caplog.text


def test_a_busy_provider_is_asked_five_times_at_most(cast, clock, people, monkeypatch):
    press(cast, people[:1], at=clock.now)
    asked = failing(monkeypatch, provider.SmsFailed("busy", permanent=False))
    for _attempt in range(8):
        send_waiting()
        clock.move(minutes=11)

    assert (states(), len(asked)) == (["failed"], 5)


def test_a_provider_that_is_away_does_not_spoil_the_rest(cast, clock, monkeypatch):
    people = [PersonFactory(phone=f"199000001{number:02}") for number in range(9)]
    press(cast, people, at=clock.now)
    failing(monkeypatch, provider.SmsFailed("timed out", permanent=False, perhaps_sent=True))

    send_waiting()

    assert states().count("queued") == 6


def test_the_sites_ration_holds_and_the_rest_goes_out_tomorrow(cast, clock, people, outbox, settings):
    settings.SMS_REMINDERS_PER_DAY = 2
    press(cast, people, at=clock.now)

    send_waiting()
    send_waiting()
    assert (len(outbox), sorted(states())) == (2, ["queued", "sent", "sent"])
    clock.move(days=1)
    send_waiting()

    assert len(outbox) == 3
    assert not Tally.objects.filter(scope="code-site-day").exists(), "codes for signing in have a ration of their own"


def test_what_waited_for_three_days_is_not_sent(cast, clock, people, outbox, settings):
    settings.SMS_REMINDERS_PER_DAY = 0
    reminder = press(cast, people, at=clock.now)
    clock.move(days=3, minutes=1)
    settings.SMS_REMINDERS_PER_DAY = 100

    send_waiting()

    assert outbox == []
    assert states() == ["refused"] * 3
    assert [count for _why, count in outcome_of(reminder).refusals] == [3]


def test_number_and_choice_are_looked_up_when_it_is_sent(cast, clock, people, outbox):
    press(cast, people, at=clock.now)
    change_phone(people[0], "19911111111", at=clock.now)
    choose_sms(people[1], False, at=clock.now)
    close_account(people[2], by=people[2], at=clock.now)

    send_waiting()

    assert [message.number for message in outbox] == ["19911111111"]
    assert sorted(Sms.objects.values_list("why_refused", flat=True)) == ["", "no_phone", "opted_out"]


def test_fourteen_days_count_from_the_day_on_which_the_phone_rang(cast, clock, people):
    press(cast, people[:1], at=clock.now)
    clock.move(days=2)

    send_waiting()

    assert LastReminder.objects.get(person=people[0]).reminded_on.isoformat() == "2026-04-17"


def test_the_sweeper_sends_all_of_it_and_says_so(cast, clock, people, outbox, capsys):
    press(cast, people, at=clock.now)

    call_command("send_waiting_sms", dry_run=True)
    call_command("send_waiting_sms")

    assert len(outbox) == 3
    said = capsys.readouterr().out
    assert "SMS that wait: 3. They may go out now." in said
    assert "SMS tried: 3" in said


def test_two_workers_at_once_send_each_sms_once(threads, outbox, monkeypatch):
    cast = make_cast()
    people = [PersonFactory(phone=f"199000001{number:02}") for number in range(6)]
    noon = timezone.now().replace(hour=4, minute=0)
    press(cast, people, at=noon)

    results = threads.run(lambda: send_waiting(clock=lambda: noon + timedelta(minutes=1)), times=2)

    assert not [result for result in results if isinstance(result, Exception)]
    assert sorted(message.number for message in outbox) == sorted(f"199000001{number:02}" for number in range(6))
    assert threads.read(states) == ["sent"] * 6
