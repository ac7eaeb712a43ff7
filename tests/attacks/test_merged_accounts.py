"""Two accounts of one person, used to be paid twice for the same minutes: whatever is done, one clock pays.

Each attack prints the lesson seconds it gained in a real minute; `pytest -s` shows them.
"""

import json
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from lms.learning.domain.checks import MOST_SECONDS
from lms.learning.domain.evidence import TOP_SPEED
from lms.learning.domain.packages import issue_package
from lms.learning.domain.rebuilding import rebuild_watch_records
from lms.learning.models import LessonCompletion, PlaySession, PresenceCheck, WatchRecord
from lms.people.domain.merging import merge
from lms.people.models import Person
from tests.factories import learning as make
from tests.factories.people import PersonFactory
from tests.learning.quick import Way, report, token_of

pytestmark = pytest.mark.django_db


class Twins:
    """One human being with two accounts, each with sessions of its own lessons."""

    def __init__(self, clock, *, lessons: int = 5, **person: object) -> None:
        cache.clear()
        self.clock, self.begun = clock, clock.now
        self.survivor, self.duplicate = (PersonFactory(**person) for _account in range(2))
        make_lesson = make.credit_lesson if person.get("cadre") else make.lesson
        self.sessions = [
            make.play_session(account, make_lesson(seconds=3600), at=clock.now)
            for account in (self.survivor, self.duplicate)
            for _lesson in range(lessons)
        ]
        self.numbers = dict.fromkeys((session.pk for session in self.sessions), 0)

    @property
    def persons(self) -> list[Person]:
        return [self.survivor, self.duplicate]

    def become_one(self) -> Client:
        """The browser in which the survivor is signed in from then on."""
        merge(self.duplicate, into=self.survivor, by=PersonFactory(), reason="换了手机", at=self.clock.now)
        return make.signed_in(Person.objects.get(pk=self.survivor.pk))

    def claim(self, client: Client, session: PlaySession, *pairs: tuple[int, int]) -> dict:
        self.numbers[session.pk] += 1
        body = report(session, self.numbers[session.pk], *pairs)
        return client.post("/learn/reports/", json.dumps(body), content_type="application/json").json()

    def gained(self) -> int:
        return sum(WatchRecord.objects.filter(person__in=self.persons).values_list("covered_seconds", flat=True))

    def check(self, attack: str, *, since: datetime | None = None, before: int = 0) -> int:
        """Print what was gained since then, and assert that it is no more than watching at top speed gains."""
        real = (self.clock.now - (since or self.begun)) / timedelta(seconds=1)
        gained = self.gained() - before
        print(f"{attack}: {gained} lesson seconds in {real:.0f} real seconds, {gained / real * 60:.0f} a minute")
        assert gained <= TOP_SPEED * real
        assert rebuild_watch_records(dry_run=True) == []
        return gained


def test_ten_tabs_of_two_accounts_are_paid_by_one_clock_once_they_are_merged(clock):
    twins = Twins(clock)
    client = twins.become_one()

    for minute in range(10):
        clock.move(seconds=60)
        for session in twins.sessions:
            twins.claim(client, session, (minute * 120, minute * 120 + 120))

    assert twins.check("ten lessons of two accounts") == TOP_SPEED * 600


def test_minutes_that_paid_for_one_account_are_not_claimed_again_for_the_other_after_merging(clock):
    """Watched with one account, merged, and the same quarter of an hour claimed with the sessions of the other."""
    twins = Twins(clock)
    theirs, hers = twins.sessions[-1], twins.sessions[0]
    client = make.signed_in(twins.duplicate)
    for minute in range(14):
        clock.move(seconds=60)
        twins.claim(client, theirs, (minute * 120, minute * 120 + 120))
    client = twins.become_one()

    for session in (hers, *twins.sessions[1:]):
        twins.claim(client, session, (1800, 3600))

    assert twins.check("the same minutes with the other account") == TOP_SPEED * 14 * 60


def test_tokens_and_cookies_and_packages_of_both_accounts_at_once(clock):
    """The open page of the account that went, the sign-in of the one that stays, and files fetched with either."""
    twins = Twins(clock)
    tokens = {session.pk: token_of(session, at=clock.now) for session in twins.sessions}
    packages = [issue_package(person, make.lesson(seconds=3600), at=clock.now) for person in twins.persons]
    client, way = twins.become_one(), Way()

    for minute in range(5):
        clock.move(seconds=60)
        for session in twins.sessions:
            pair = (minute * 120, minute * 120 + 120)
            way.send(tokens[session.pk], report(session, minute + 1, pair))
            twins.numbers[session.pk] = minute + 1 + 100
            twins.claim(client, session, pair)
        for number, package in enumerate(packages):
            body = {"package": package.code, "number": minute * 2 + number + 1, "stretches": [[0, 3600]]}
            client.post("/learn/reports/", json.dumps(body), content_type="application/json")

    assert twins.check("tokens, cookies and packages of two accounts") == TOP_SPEED * 300


def test_merging_again_and_again_pays_nothing_twice(clock):
    """Three accounts, merged one after the other while all of them report."""
    twins = Twins(clock, lessons=2)
    third = PersonFactory()
    twins.sessions += [make.play_session(third, make.lesson(seconds=3600), at=clock.now)]
    twins.numbers[twins.sessions[-1].pk] = 0
    client = twins.become_one()
    clock.move(seconds=60)
    for session in twins.sessions:
        twins.claim(client, session, (0, 120))

    merge(twins.survivor, into=third, by=PersonFactory(), reason="还是同一个人", at=clock.now)
    client = make.signed_in(Person.objects.get(pk=third.pk))
    for session in twins.sessions:
        twins.claim(client, session, (0, 120), (1000, 1120))

    gained = sum(WatchRecord.objects.values_list("covered_seconds", flat=True))
    print(f"three accounts, merged twice: {gained} lesson seconds in 60 real seconds")
    assert gained == 120


def test_a_second_account_gets_nobody_around_a_check(clock):
    """Seven minutes with each account, merged before either was asked: then the check falls due at once."""
    twins = Twins(clock, lessons=1, cadre=True)
    for account, session in zip(twins.persons, twins.sessions, strict=True):
        client = make.signed_in(account)
        for minute in range(4):
            clock.move(seconds=60)
            twins.claim(client, session, (minute * 120, minute * 120 + 105))
    assert not PresenceCheck.objects.exists()
    client, before, at = twins.become_one(), twins.gained(), clock.now

    for minute in range(4, 20):
        clock.move(seconds=60)
        for session in twins.sessions:
            twins.claim(client, session, (minute * 120, minute * 120 + 120))

    gained = twins.check("two accounts, no check answered", since=at, before=before)
    assert before + gained <= max(before, MOST_SECONDS)
    assert PresenceCheck.objects.filter(outcome="open").count() == 1
    assert not LessonCompletion.objects.exists()
