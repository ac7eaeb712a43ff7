"""A presence check is asked and answered; which choice is right never leaves."""

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from courses.models import Question
from lms.learning.domain import checks, evidence
from lms.learning.domain.clocks import lock_clock
from lms.learning.domain.presence import fall_due, page_to_ask, questions_about, wait_behind
from lms.learning.domain.watching import TooOften, count_waiting, refuse_waiting
from lms.learning.enums import CheckOutcome, EvidenceKind
from lms.learning.models import PresenceCheck, StudyClock
from lms.lib.rows import update_row
from lms.people.models import Person

_random = secrets.SystemRandom()


class NoSuchCheck(Exception):
    """No check of this person has this code."""


class NotAChoice(Exception):
    """The answer names no question that was asked, or none of its choices; the text says so."""


def ask_check(person: Person, code: str, *, at: datetime) -> PresenceCheck:
    """The person's check with its current question, which is drawn at random the first time.

    A check whose time has not come has none, nor has one that is concluded; one about which nothing can be asked any
    more is waived. Raises NoSuchCheck and TooOften.
    """
    with transaction.atomic():
        clock, check = _take(person, code, at=at)
        if check.is_open and at >= check.answerable_from and current_question(check) is None:
            _draw(check, clock, at=at)
    return check


def answer_check(person: Person, code: str, number: int, choice: str, *, at: datetime) -> PresenceCheck:
    """Mark the answer to the check's question with this number; conclude the check, or draw another question.

    An answer given before is not given again, and a concluded check stays as it is. Raises NoSuchCheck, NotAChoice
    and TooOften, leaving nothing.
    """
    with transaction.atomic():
        clock, check = _take(person, code, at=at)
        if not check.is_open or at < check.answerable_from or number < len(check.asked) or _is_answered(check):
            return check
        question = current_question(check)
        if question is None or number != len(check.asked):
            raise NotAChoice(_("This question was not asked. Please load the question again."))
        known = {choice_code(check, each): each for each in check.asked[-1]["choices"]}
        chosen = next((pk for each, pk in known.items() if constant_time_compare(each, choice)), None)
        if chosen is None:
            raise NotAChoice(_("Please choose one of the answers."))
        is_right = any(each.pk == chosen and each.is_right for each in question.choices.all())
        check.asked[-1] |= {"chosen": chosen, "right": is_right}
        check.right_count += is_right
        check.wrong_count += not is_right
        outcome = checks.outcome(check.right_count, check.wrong_count)
        check.save(update_fields=["asked", "right_count", "wrong_count"])
        if outcome == CheckOutcome.OPEN:
            _draw(check, clock, at=at)
        else:
            _conclude(check, clock, outcome, at=at)
    return check


def current_question(check: PresenceCheck) -> Question | None:
    """The question that waits for an answer, if it still stands as it was asked."""
    if not check.is_open or not check.asked or _is_answered(check):
        return None
    asked = check.asked[-1]
    question = Question.objects.filter(pk=asked["question"]).prefetch_related("choices").first()
    is_same = question is not None and {each.pk for each in question.choices.all()} == set(asked["choices"])
    return question if is_same else None


def choice_code(check: PresenceCheck, choice_id: int, number: int | None = None) -> str:
    """What a choice of the check's question with this number (the last) is called outside; says nothing of others."""
    said = f"{check.code}:{number or len(check.asked)}:{choice_id}"
    return salted_hmac("lms.learning.check", said, algorithm="sha256").hexdigest()[:16]


def _is_answered(check: PresenceCheck) -> bool:
    return bool(check.asked) and "chosen" in check.asked[-1]


def _take(person: Person, code: str, *, at: datetime) -> tuple[StudyClock, PresenceCheck]:
    """The person's clock, locked, and her check; asking and answering count like reports."""
    hers = PresenceCheck.objects.filter(person.owns(), code=code)
    if not hers.exists():
        raise NoSuchCheck
    clock = lock_clock(person.pk)
    busy_until = evidence.admit(clock.busy_until, at)
    if busy_until is None:
        raise TooOften(evidence.REPORT_SPACING)
    clock.busy_until = busy_until
    update_row(clock, ("busy_until",))
    return clock, hers.select_related("page", "session").get()


def _draw(check: PresenceCheck, clock: StudyClock, *, at: datetime) -> None:
    """Ask a question drawn at random, one not asked in this check before where there is one."""
    page = page_to_ask(check.page, clock.person_id, at=at)
    if page is None:
        _conclude(check, clock, CheckOutcome.WAIVED, at=at)
        return
    if check.asked and not _is_answered(check):
        check.asked.pop()  # it was edited or deleted meanwhile
    known = {each["question"] for each in check.asked}
    questions = questions_about(page)
    last = check.asked[-1]["question"] if check.asked else None
    fresh = [each for each in questions if each.pk not in known] or [each for each in questions if each.pk != last]
    question = _random.choice(fresh or questions)
    choices = [each.pk for each in question.choices.all()]
    _random.shuffle(choices)
    check.page = page
    check.asked.append({"question": question.pk, "choices": choices})
    check.save(update_fields=["page", "asked"])


def _conclude(check: PresenceCheck, clock: StudyClock, outcome: CheckOutcome, *, at: datetime) -> None:
    if check.asked and not _is_answered(check):
        check.asked.pop()
    check.outcome, check.answered_at = outcome, at
    check.save(update_fields=["asked", "outcome", "answered_at"])
    if outcome == CheckOutcome.FAILED:
        _refuse(check, clock, at=at)
    else:
        clock.checks_answered += 1
        clock.unchecked_seconds = 0
        _release(check, clock, at=at)
    update_row(clock, ("checks_answered", "unchecked_seconds"))


def _refuse(check: PresenceCheck, clock: StudyClock, *, at: datetime) -> None:
    """What waited does not count; the next check is due at once, to be answered after a pause."""
    for row in check.waiting.select_related("session", "record"):
        lost = row.seconds - row.record.coverage(EvidenceKind.ONLINE)
        if lost:
            refuse_waiting(row.session, clock, lost, at=at)
    fall_due(check.session, check.page, clock, at=at, answerable_from=at + checks.PAUSE_AFTER_FAILING)


def _release(check: PresenceCheck, clock: StudyClock, *, at: datetime) -> None:
    """Count what waited, up to the moment the next check falls due; behind that, the rest waits on."""
    rows = list(check.waiting.select_related("session__page", "record").order_by("pk"))
    pending = [row.seconds - row.record.coverage(EvidenceKind.ONLINE) for row in rows]
    room: int | None = checks.due_after(clock.seed, clock.checks_answered)
    page = None
    if rows and sum(each.seconds for each in pending) >= (room or 0):
        page = page_to_ask(rows[-1].session.page, clock.person_id, at=at)
    shares = checks.release(pending, room if page else None)
    left: list[tuple[Any, Any]] = []
    for row, (counts, waits) in zip(rows, shares, strict=True):
        row.stretches = counts.to_bytes()
        row.save(update_fields=["stretches"])
        if counts:
            clock.unchecked_seconds += counts.seconds
            count_waiting(row.session, counts, at=at)
        if waits:
            left.append((row.session, waits))
    if page:
        following = fall_due(rows[-1].session, page, clock, at=at)
        for session, waits in left:
            wait_behind(following, session, waits, at=at)
