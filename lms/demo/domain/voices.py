"""What people of the province say besides watching: appeals, mistakes they found, how well they can use a phone."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import yaml
from django.db import transaction

from courses.domain.instruments import self_assessment
from lms.demo.clock import moved_to
from lms.demo.domain.moments import Moments
from lms.demo.domain.people import SEED, person_of, read_accounts
from lms.demo.domain.places import DATA
from lms.learning.domain.appealing import appeal, settle
from lms.learning.domain.assessing import assess
from lms.learning.domain.feedback import answer_problem, report_problem
from lms.learning.enums import SettlementOutcome
from lms.learning.models import Appeal, LessonProblem, PlaySession, RefusedStretch, SelfAssessment, WatchRecord
from lms.lib.durations import beijing_day
from lms.lib.stretches import Stretches
from lms.people.enums import Purpose
from lms.people.models import Person
from lms.people.policies import persons_visible_to

SETTLERS = ("officer", "neighbour_officer", "agriculture_officer")
# So many of the appeals that somebody of the cast may settle still wait for that.
WAITING_FOR_EACH = 2
# Of a hundred learners, how many say how well they can use a phone.
ASSESSED = 8


@cache
def voices() -> dict[str, Any]:
    """The file of what people write."""
    return yaml.safe_load((DATA / "voices.yaml").read_text(encoding="utf-8"))


def _villagers() -> list[int]:
    """Everybody who learnt, but for the cast."""
    cast = [account.person_id for account in read_accounts()]
    return list(
        PlaySession.objects.exclude(person__in=cast).order_by("person").values_list("person", flat=True).distinct()
    )


def speak(moments: Moments) -> None:
    """Let people appeal, be answered, report mistakes and assess themselves; what was said before is passed over."""
    villagers = _villagers()
    with transaction.atomic():
        _appeal_all(villagers, moments)
        _report_problems(villagers, moments)
        _assess_some(villagers, moments)


def _appeal_all(villagers: Iterable[int], moments: Moments) -> None:
    """What was refused is appealed against where the cast has somebody to settle it; the newest of it lately."""
    refused = RefusedStretch.objects.filter(person__in=villagers, appeals=None)
    today = beijing_day(moments.now)
    for key in SETTLERS:
        settler = person_of(key)
        seen = persons_visible_to(settler, purpose=Purpose.SETTLING_APPEALS, on=today).order_by()
        hers = refused.filter(person__in=seen.values("pk")).select_related("person", "page", "record")
        rows = [row for row in hers.order_by("last_at", "pk") if _does_not_count_yet(row)]
        waiting = rows[len(rows) - min(WAITING_FOR_EACH, (len(rows) + 1) // 2) :]
        for number, row in enumerate(rows):
            at = row.last_at + timedelta(hours=3)
            if row in waiting:
                at = max(at, moments.day_at(len(rows) - number, 19, 10 + number))
            said = voices()["appeals"][row.reason]
            made = appeal_as(row, said[number % len(said)], at=min(at, moments.now))
            if row not in waiting:
                outcome = SettlementOutcome.DECLINED if number % 3 == 2 else SettlementOutcome.GRANTED
                settle_as(made, by=settler, outcome=outcome, number=number, now=moments.now)


def _does_not_count_yet(refused: RefusedStretch) -> bool:
    """Some have watched that part again meanwhile."""
    return bool(Stretches.from_bytes(refused.stretches) - refused.record.covered)


def appeal_as(refused: RefusedStretch, words: str, *, at: datetime) -> Appeal:
    with moved_to(at):
        return appeal(refused, by=refused.person, words=words, at=at)


def settle_as(made: Appeal, *, by: Person, outcome: SettlementOutcome, number: int, now: datetime) -> None:
    """Settle it a day or two later, with one of the reasons of the file."""
    reasons = voices()[outcome.value]
    at = min(made.appealed_at + timedelta(hours=20 + 13 * (number % 3)), now)
    with moved_to(at):
        settle(made, by=by, outcome=outcome, reason=reasons[number % len(reasons)], at=at)


def _report_problems(villagers: Iterable[int], moments: Moments) -> None:
    for row in voices()["problems"]:
        watched = WatchRecord.objects.filter(person__in=villagers, page__code=row["lesson"], covered_seconds__gt=0)
        # Of those who wrote early somebody has an answer by now.
        record = watched.order_by("last_watched_at" if "reply" in row else "-last_watched_at", "pk")[3:4].first()
        if record is not None:
            tell_trainer(record, row["words"], row.get("reply", ""), now=moments.now)


def tell_trainer(record: WatchRecord, words: str, reply: str, *, now: datetime) -> None:
    """Somebody who watched reports a mistake; the trainer answers the next day, or has not yet."""
    if LessonProblem.objects.filter(page=record.page, words=words).exists():
        return
    at = record.last_watched_at + timedelta(minutes=4)
    with moved_to(at):
        problem = report_problem(record.person, record.page, words=words, at=at)
    answered_at = min(at + timedelta(hours=19), now)
    if reply:
        with moved_to(answered_at):
            answer_problem(problem, reply=reply, by=person_of("trainer"), at=answered_at)


def _assess_some(villagers: Iterable[int], moments: Moments) -> None:
    known = set(SelfAssessment.objects.values_list("person", flat=True))
    for person in Person.objects.filter(pk__in=villagers).exclude(pk__in=known).order_by("pk"):
        random = Random(SEED + person.pk)  # noqa: S311  (fiction, no secret)
        if random.randint(1, 100) <= ASSESSED:
            sat = PlaySession.objects.filter(person=person).order_by("opened_at")
            first, last = sat[0].opened_at, sat.reverse()[0].opened_at
            ability = random.randint(0, 2)
            assess_self(person, random, ability=ability, at=first - timedelta(minutes=10))
            after = last + timedelta(days=2)
            if after < moments.now:
                assess_self(person, random, ability=ability + 1, at=after)


def assess_self(person: Person, random: Random, *, ability: int, at: datetime) -> None:
    """Answer every sentence around this value of the scale."""
    highest = self_assessment().scale[-1][0]
    answers: Mapping[str, int] = {
        code: min(max(ability + random.randint(-1, 1), 0), highest) for code in self_assessment().item_codes
    }
    with moved_to(at):
        assess(person, answers, at=at)
