"""Threads that report at once, on the database that DATABASE_URL names; prints what came of it as JSON.

Run by test_concurrency.py in a process of its own, because a test's in-memory database cannot be shared by threads.
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from courses.models import Choice  # noqa: E402
from lms.learning.domain import answering, screening, viewing  # noqa: E402
from lms.learning.domain.appealing import appeal, settle  # noqa: E402
from lms.learning.domain.checking import answer_check, ask_check, choice_code  # noqa: E402
from lms.learning.domain.gathering import GROUP  # noqa: E402
from lms.learning.domain.grouping import Sent  # noqa: E402
from lms.learning.domain.packages import accept_package_report, issue_package  # noqa: E402
from lms.learning.domain.rebuilding import rebuild_watch_records  # noqa: E402
from lms.learning.domain.sitting import open_sitting  # noqa: E402
from lms.learning.domain.ticking import scan, tick  # noqa: E402
from lms.learning.domain.watching import accept_report, open_session  # noqa: E402
from lms.learning.enums import EvidenceKind, SettlementOutcome  # noqa: E402
from lms.learning.models import (  # noqa: E402
    GroupReceipt,
    GroupViewing,
    LessonCompletion,
    OfflinePackage,
    PlaySession,
    PresenceCheck,
    QuizAttempt,
    QuizSitting,
    Receipt,
    RefusedStretch,
    StudyClock,
    WatchRecord,
)
from lms.lib.stretches import Stretches  # noqa: E402
from lms.people.domain.merging import merge  # noqa: E402
from lms.people.enums import RoleKind  # noqa: E402
from lms.people.models import Person  # noqa: E402
from tests.cast import make_cast  # noqa: E402
from tests.factories import learning as make  # noqa: E402
from tests.factories.people import DivisionFactory, OrgFactory, PersonFactory, RoleFactory  # noqa: E402

THREADS = 6


def report(barrier: Barrier, alone: bool, session_id: int, number: int, start: int, end: int, at: datetime) -> object:
    """Some come through the group and some by themselves, as from another process."""
    try:
        session = PlaySession.objects.get(pk=session_id)
        stretches = Stretches.of([(start, end)])
        barrier.wait()
        if alone:
            return accept_report(session, number, stretches=stretches, at=at).body
        sent = Sent(session.pk, session.person_id, session.code, number, stretches, at)
        GROUP.take([sent])
        return sent.receipt
    finally:
        connection.close()


def hand_in(barrier: Barrier, package_id: int, number: int, start: int, end: int, at: datetime) -> object:
    try:
        package = OfflinePackage.objects.select_related("person__merged_into").get(pk=package_id)
        barrier.wait()
        return accept_package_report(package, number, stretches=Stretches.of([(start, end)]), at=at).body
    finally:
        connection.close()


def race(reports: list[tuple[int, int, int, int]], at: datetime) -> list[object]:
    """Send the reports (session, number, start, end) at the same moment, each from its own thread."""
    barrier = Barrier(len(reports))
    with ThreadPoolExecutor(len(reports)) as pool:
        return [
            each.result()
            for each in [pool.submit(report, barrier, place % 3 == 0, *sent, at) for place, sent in enumerate(reports)]
        ]


def answer(barrier: Barrier, check: PresenceCheck, choice: str, at: datetime) -> str:
    try:
        barrier.wait()
        return answer_check(check.person, check.code, 1, choice, at=at).outcome
    finally:
        connection.close()


def answer_at_once(opened_at: datetime, at: datetime) -> tuple[PresenceCheck, list[str]]:
    """A cadre's right answer to a check behind which a minute waits, sent by all threads at the same moment."""
    cadre = PersonFactory(cadre=True)
    StudyClock.objects.create(person=cadre, unchecked_seconds=1000)
    session = open_session(cadre, make.credit_lesson(), at=opened_at)
    accept_report(session, 1, stretches=Stretches.of([(0, 60)]), at=at)
    check = ask_check(cadre, PresenceCheck.objects.get(person=cadre).code, at=at)
    right = Choice.objects.get(question_id=check.asked[0]["question"], is_right=True)
    barrier = Barrier(THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        sent = [pool.submit(answer, barrier, check, choice_code(check, right.pk), at) for _thread in range(THREADS)]
        return check, [each.result() for each in sent]


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Make the calls at the same moment, each from its own thread."""
    barrier = Barrier(len(calls))

    def wait_and_call(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(wait_and_call, calls))


def together(story: Callable[[], int]) -> list[int]:
    """What the story returns in each of several threads that begin it at the same moment."""
    barrier = Barrier(THREADS)

    def once(_thread: int) -> int:
        try:
            barrier.wait()
            return story()
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(once, range(THREADS)))


def race_of_two_accounts(opened_at: datetime, at: datetime) -> dict[str, Any]:
    """Six devices of two accounts, merged before the reports come; and of two that are merged while they come."""
    pairs = [[PersonFactory() for _account in range(2)] for _human in range(2)]
    sessions = [
        [open_session(accounts[place % 2], make.lesson(seconds=100), at=opened_at) for place in range(THREADS)]
        for accounts in pairs
    ]
    before, meanwhile = ([(each.pk, 1, 0, 100) for each in devices] for devices in sessions)
    by = PersonFactory()

    def become_one(accounts: list[Person]) -> None:
        merge(accounts[1], into=accounts[0], by=by, reason="换了手机", at=at)

    become_one(pairs[0])
    race(before, at)

    barrier = Barrier(THREADS + 1)

    def at_the_same_moment() -> None:
        barrier.wait()
        become_one(pairs[1])
        connection.close()

    with ThreadPoolExecutor(THREADS + 1) as pool:
        merging = pool.submit(at_the_same_moment)
        sent = [pool.submit(report, barrier, place % 3 == 0, *one, at) for place, one in enumerate(meanwhile)]
        answers = [each.result() for each in sent]
        merging.result()
    # Whatever came first: the same minute pays nobody a third time.
    late = race([(session_id, 2, 0, 100) for session_id, *_rest in meanwhile], at)
    new = [body for body, first in zip(late, answers, strict=True) if body["accepted"] != first["accepted"]]
    return {
        "seconds_of_two_accounts": _gained(pairs[0]),
        "gained_while_merging_is_bounded": 2 * 60 <= _gained(pairs[1]) <= 4 * 60,
        "gained_after_merging": len(new),
        "clocks_of_two_accounts": StudyClock.objects.filter(person__in=[*pairs[0], *pairs[1]]).count(),
    }


def race_in_the_hall(opened_at: datetime, at: datetime) -> dict[str, Any]:
    """One person scans, is ticked and the screening is closed, each several times at the same moment."""
    cast = make_cast()
    shown = viewing.start(viewing.prepare(cast.helper, make.lesson(), at=opened_at), at=opened_at)
    code = {"step": 0, "code": screening.code_of(shown.secret, 0)}

    def fresh() -> GroupViewing:
        return GroupViewing.objects.select_related("helper__merged_into", "page__video", "division").get(pk=shown.pk)

    scans = together(lambda: scan(fresh(), cast.farmer, **code, seen_at=opened_at, at=opened_at).pk)
    ticks = together(lambda: tick(fresh(), cast.learner, from_second=0, at=opened_at).pk)
    closed = together(lambda: viewing.close(fresh(), at=at).seconds)
    return {
        "ticks_of_two_people": len({*scans, *ticks}),
        "seconds_shown": sorted(set(closed)),
        "receipts_of_the_hall": GroupReceipt.objects.filter(tick__viewing=shown).count(),
        "seconds_in_the_hall": _gained([cast.farmer, cast.learner]),
    }


def _gained(accounts: list[Person]) -> int:
    return sum(WatchRecord.objects.filter(person__in=accounts).values_list("covered_seconds", flat=True))


def main() -> None:
    call_command("migrate", verbosity=0)
    opened_at = timezone.now()
    at = opened_at + timedelta(seconds=60)

    same = open_session(PersonFactory(), make.lesson(seconds=30), at=opened_at)
    bodies = race([(same.pk, 1, 0, 30)] * THREADS, at)

    village = DivisionFactory(village=True)
    agriculture = OrgFactory(agriculture_department=True, division=village)
    person = PersonFactory(village=village)
    devices = [open_session(person, make.lesson(seconds=100), at=opened_at) for _device in range(THREADS)]
    race([(session.pk, 1, 0, 100) for session in devices], at)

    # Half a real second pays for one lesson second, and six ask for it.
    eager = PersonFactory()
    last = [open_session(eager, make.lesson(seconds=100), at=opened_at) for _device in range(THREADS)]
    race([(session.pk, 1, 0, 1) for session in last], opened_at + timedelta(milliseconds=500))

    of_two_accounts = race_of_two_accounts(opened_at, at)

    shared = PersonFactory()
    lesson = make.lesson(seconds=60)
    tabs = [open_session(shared, lesson, at=opened_at) for _tab in range(THREADS)]
    race([(session.pk, 1, place * 10, place * 10 + 10) for place, session in enumerate(tabs)], at)

    traveller = PersonFactory()
    right = open_session(traveller, make.lesson(seconds=100), at=opened_at)
    packages = [issue_package(traveller, make.lesson(seconds=100), at=opened_at) for _phone in range(THREADS - 1)]
    barrier = Barrier(THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        waiting = [pool.submit(report, barrier, True, right.pk, 1, 0, 100, at)]
        waiting += [pool.submit(hand_in, barrier, package.pk, 1, 0, 100, at) for package in packages]
        for each in waiting:
            each.result()

    check, answered = answer_at_once(opened_at, at)

    refused = RefusedStretch.objects.filter(person=person).earliest("pk")
    appeals = at_once([partial(appeal, refused, by=person, at=at) for _finger in range(THREADS)])
    officers = [RoleFactory(kind=RoleKind.OFFICER, org=agriculture).person for _officer in range(THREADS)]
    outcomes = [SettlementOutcome.GRANTED, SettlementOutcome.DECLINED] * (THREADS // 2)
    settled = at_once(
        [
            partial(settle, appeals[0], by=by, outcome=outcome, reason="查过", at=at)
            for by, outcome in zip(officers, outcomes, strict=True)
        ]
    )

    sitter = PersonFactory()
    asked = make.lesson(completion_rule="quiz", kind="practice")
    sittings = together(lambda: open_sitting(Person.objects.get(pk=sitter.pk), asked, at=at).pk)
    given = {item["id"]: item["key"] for item in QuizSitting.objects.get(pk=sittings[0]).paper}
    attempts = together(lambda: answering.hand_in(QuizSitting.objects.get(pk=sittings[0]), given=given, at=at).pk)

    print(
        json.dumps(
            {
                "outcomes_of_one_answer": sorted(set(answered)),
                "checks_answered": StudyClock.objects.get(person=check.person).checks_answered,
                "seconds_released": WatchRecord.objects.get(person=check.person).covered_seconds,
                "receipts_of_one_number": Receipt.objects.filter(session=same).count(),
                "answers_alike": all(body == bodies[0] for body in bodies),
                "completions_of_one_lesson": LessonCompletion.objects.filter(person=same.person).count(),
                "seconds_of_many_devices": sum(
                    record.coverage(EvidenceKind.ONLINE).seconds for record in WatchRecord.objects.filter(person=person)
                ),
                "seconds_of_the_last_one": _gained([eager]),
                **of_two_accounts,
                "seconds_of_a_session_and_packages": sum(
                    WatchRecord.objects.filter(person=traveller).values_list("covered_seconds", flat=True)
                ),
                "covered_by_tabs": WatchRecord.objects.get(person=shared).covered.pairs,
                "completions_by_tabs": LessonCompletion.objects.filter(person=shared).count(),
                "appeals_of_one_row": len(set(appeals)),
                "settlements_of_one_appeal": len(set(settled)),
                "sittings_opened_at_once": len(set(sittings)),
                "attempts_handed_in_at_once": [len(set(attempts)), QuizAttempt.objects.count()],
                **race_in_the_hall(opened_at, opened_at + timedelta(minutes=10)),
                "records_differ": len(rebuild_watch_records(dry_run=True)),
            }
        )
    )


main()
