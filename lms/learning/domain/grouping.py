"""Reports of many people in one transaction: a commit costs the disk's patience once, and SQL its composing once.

What a report brings is decided as `watching.accept_report` decides it, which stays the reference: whatever is not plain
(a completion, a session with checks, a recording taken down, a second session of the same person) is given to it, with
all that follows it of its person, within the same transaction and behind a savepoint. Many reports of one session, as a
phone brings that was away for days, are judged one after the other in memory and written once. Reports of people with
more than one account come after that, each in a transaction of its own: they may lock clocks that another group has
locked before. Each report is answered only after the commit.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import reduce
from hmac import compare_digest
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from lms.learning.domain import evidence
from lms.learning.domain.tokens import sign_in_of
from lms.learning.domain.watching import END_TOLERANCE_SECONDS, BeyondLesson, TooOften, accept_report, keep_refused
from lms.learning.enums import RefusalReason
from lms.learning.models import PlaySession, Receipt, StudyClock, WatchRecord
from lms.lib.durations import beijing_day
from lms.lib.rows import insert_rows, one_of, steady_cursor, update_rows
from lms.lib.stretches import Stretches

_log = logging.getLogger(__name__)


class NotTheirs(Exception):
    """The play session is not this person's, or her sign-in holds no longer."""


@dataclass(slots=True)
class Sent:
    """A report on its way: what was sent, when it came, and in the end its `outcome`.

    `sign_in` None says that whoever took it has checked the sign-in by itself (domain/tokens.py).
    """

    session_id: int
    person_id: int
    code: str
    number: int
    stretches: Stretches
    at: datetime
    sign_in: bytes | None = None
    # The receipt's body, or the error to raise.
    outcome: dict[str, Any] | Exception | None = None

    @property
    def receipt(self) -> dict[str, Any]:
        """The receipt's body. Raises what stood against it: BeyondLesson, TooOften, NotTheirs, or a fault of ours."""
        if isinstance(self.outcome, dict):
            return self.outcome
        raise self.outcome or RuntimeError("The report was not judged.")


def accept_reports(reports: Sequence[Sent]) -> None:
    """Give each report its outcome, all in one transaction, in the order in which they stand.

    If that cannot be, each is tried in a transaction of its own, so that none suffers from its neighbour; except
    where the database does not serve anybody (OperationalError): that is nobody's fault and everybody's outcome.
    """
    apart: list[Sent] = []
    try:
        with transaction.atomic():
            apart = _accept_together(reports)
    except OperationalError as error:
        for report in reports:
            report.outcome = error
    except Exception:  # whatever it is, it belongs to those whom it meets again alone
        _log.exception("%d reports could not be taken together.", len(reports))
        apart = list(reports)
    for report in apart:
        _accept_alone(report)


def _accept_alone(report: Sent) -> None:
    """The reference: the one report in a transaction, or a savepoint, of its own."""
    try:
        with transaction.atomic():
            session = _session_of(report)
            report.outcome = accept_report(session, report.number, stretches=report.stretches, at=report.at).body
    except Exception as error:  # raised again where the report is answered
        report.outcome = error


def _session_of(report: Sent) -> PlaySession:
    session = PlaySession.objects.for_report(report.code, report.person_id)
    if session is None or session.pk != report.session_id:
        raise NotTheirs
    # An account merged into another lives on in that one: a page that was open then may say what it saw.
    is_active = session.person_is_active or bool(session.survivor_is_active)
    if report.sign_in is not None and not _still_signed_in(report, is_active, session.person_password):
        raise NotTheirs
    return session


def _still_signed_in(report: Sent, is_active: bool, password: str) -> bool:
    return is_active and (report.sign_in is None or compare_digest(report.sign_in, sign_in_of(password)))


@dataclass(slots=True)
class _State:
    """What a report is judged by, as it stands once its person's clock is locked, and after each report judged here."""

    code: str
    person_id: int
    is_active: bool
    password: str
    is_united: bool
    opened_at: datetime
    needed_seconds: int | None
    record_id: int
    decoded_seconds: int
    online: Stretches
    elsewhere: Stretches
    has_checks: bool
    covered_seconds: int
    resume_point: int
    last_watched_at: datetime
    is_withdrawn: bool
    last_number: int
    last_contact_at: datetime


@dataclass(slots=True)
class _Clock:
    paid: evidence.PaidTime
    busy_until: datetime | None


_STATES = """
    SELECT session.id, session.code, session.person_id, person.is_active, person.password,
           person.merged_into_id IS NOT NULL
           OR EXISTS (SELECT 1 FROM people_person other WHERE other.merged_into_id = person.id),
           session.opened_at, session.needed_seconds, record.id,
           record.decoded_seconds, record.online, record.offline, record."group", record.settled, session.has_checks,
           record.covered_seconds, record.resume_point, record.last_watched_at,
           video.taken_down_at IS NOT NULL OR NOT page.live,
           (SELECT receipt.number FROM learning_receipt receipt
            WHERE receipt.session_id = session.id ORDER BY receipt.number DESC LIMIT 1),
           (SELECT receipt.received_at FROM learning_receipt receipt
            WHERE receipt.session_id = session.id ORDER BY receipt.number DESC LIMIT 1)
    FROM learning_playsession session
    JOIN people_person person ON person.id = session.person_id
    JOIN learning_watchrecord record ON record.id = session.record_id
    JOIN media_video video ON video.id = record.video_id
    JOIN wagtailcore_page page ON page.id = record.page_id
    WHERE session.id """

_RECEIPTS = "SELECT session_id, number, body FROM learning_receipt WHERE session_id "

_CLOCKS = "SELECT person_id, paid, busy_until FROM learning_studyclock WHERE person_id "


def _accept_together(reports: Sequence[Sent]) -> list[Sent]:
    """Give outcomes to all but those reports that are returned: they want a transaction of their own."""
    session_of: dict[int, int] = {}
    for report in reports:
        session_of.setdefault(report.person_id, report.session_id)
    clocks = _locked_clocks(sorted(session_of))
    states = _states(list(session_of.values()))
    known = _known(
        [report for report in reports if report.number <= getattr(states.get(report.session_id), "last_number", 0)]
    )
    united = {person for person, session in session_of.items() if session in states and states[session].is_united}
    taken: list[tuple[Sent, dict[str, Any]]] = []
    refused: dict[tuple[int, RefusalReason, date], tuple[Stretches, datetime]] = {}
    alone: list[Sent] = []
    handed_over: set[int] = set()
    for report in reports:
        if report.person_id in united:
            continue
        key = (report.session_id, report.number)
        state = states.get(report.session_id)
        if report.person_id in handed_over or session_of[report.person_id] != report.session_id:
            judged = None
        else:
            judged = _judge(report, state, clocks.get(report.person_id), known.get(key))
        if judged is None:
            handed_over.add(report.person_id)
            alone.append(report)
        elif isinstance(judged, dict | Exception):
            report.outcome = judged
        else:
            verdict, body = judged
            report.outcome = known[key] = body
            taken.append((report, body))
            if verdict.refused and verdict.reason:
                why = (report.session_id, verdict.reason, beijing_day(report.at))
                before, last_at = refused.get(why, (Stretches(), report.at))
                refused[why] = before | verdict.refused, max(last_at, report.at)
    if taken:
        _write(taken, {report.session_id: states[report.session_id] for report, _body in taken}, clocks)
    if refused:
        sessions = PlaySession.objects.in_bulk({session for session, _reason, _day in refused})
        for (session, reason, _day), (stretches, at) in refused.items():
            right = sessions[session]
            keep_refused(right, stretches, reason, person_id=right.person_id, at=at)
    for report in alone:
        _accept_alone(report)
    return [report for report in reports if report.person_id in united]


def _write(taken: list[tuple[Sent, dict[str, Any]]], states: dict[int, _State], clocks: dict[int, _Clock]) -> None:
    """Records and clocks as they stand now, and a receipt for each report."""
    update_rows(
        WatchRecord,
        ("online", "covered_seconds", "resume_point", "last_watched_at"),
        [
            (state.online.to_bytes(), state.covered_seconds, state.resume_point, state.last_watched_at, state.record_id)
            for state in states.values()
        ],
    )
    people = {state.person_id: clocks[state.person_id] for state in states.values()}
    update_rows(
        StudyClock,
        ("paid", "busy_until"),
        [(clock.paid.to_bytes(), clock.busy_until, person) for person, clock in people.items()],
    )
    insert_rows(
        Receipt,
        ("session", "number", "received_at", "body"),
        [(report.session_id, report.number, report.at, body) for report, body in taken],
    )


def _locked_clocks(person_ids: list[int]) -> dict[int, _Clock]:
    """The clocks by person, locked in the order of their ids so that two groups never block each other."""
    wanted, parameters = one_of(person_ids)
    locks = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with steady_cursor() as cursor:
        cursor.execute(f"{_CLOCKS}{wanted} ORDER BY person_id{locks}", parameters)
        return {
            person: _Clock(evidence.PaidTime.from_bytes(paid), _moment(busy) if busy else None)
            for person, paid, busy in cursor.fetchall()
        }


def _states(session_ids: list[int]) -> dict[int, _State]:
    found: dict[int, _State] = {}
    wanted, parameters = one_of(session_ids)
    with steady_cursor() as cursor:
        cursor.execute(_STATES + wanted, parameters)
        for row in cursor.fetchall():
            (pk, code, person, active, password, united, opened, needed, record, decoded, online, *elsewhere) = row[:14]
            has_checks, covered, resume_point, watched, withdrawn, number, contact = row[14:]
            opened_at = _moment(opened)
            found[pk] = _State(
                code,
                person,
                bool(active),
                password,
                bool(united),
                opened_at,
                needed,
                record,
                decoded,
                Stretches.from_bytes(online),
                reduce(Stretches.union, map(Stretches.from_bytes, elsewhere)),
                bool(has_checks),
                covered,
                resume_point,
                _moment(watched),
                bool(withdrawn),
                number or 0,
                _moment(contact) if number else opened_at,
            )
    return found


def _known(reports: list[Sent]) -> dict[tuple[int, int], dict[str, Any]]:
    """The bodies of receipts that reports like these may have already, by session and number."""
    if not reports:
        return {}
    of_sessions, sessions = one_of([report.session_id for report in reports])
    of_numbers, numbers = one_of([report.number for report in reports])
    with steady_cursor() as cursor:
        cursor.execute(f"{_RECEIPTS}{of_sessions} AND number {of_numbers}", [*sessions, *numbers])
        return {
            (session, number): json.loads(body) if isinstance(body, str) else body
            for session, number, body in cursor.fetchall()
        }


def _moment(value: Any) -> datetime:
    """SQLite keeps moments in UTC without saying so, and gives those of a subquery as text."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _judge(
    report: Sent, state: _State | None, clock: _Clock | None, known: dict[str, Any] | None
) -> tuple[evidence.Verdict, dict[str, Any]] | dict[str, Any] | Exception | None:
    """The verdict and the receipt, with state and clock moved on; a known receipt alone, or the error to answer.

    None: this one is not plain, and nothing was moved.

    Step by step what `accept_report` does with a plain report.
    """
    if state is None or state.code != report.code or state.person_id != report.person_id:
        return NotTheirs()
    if not _still_signed_in(report, state.is_active, state.password):
        return NotTheirs()
    if known is not None:
        return known
    if clock is None or state.is_withdrawn or state.has_checks:
        return None
    stretches = report.stretches
    if stretches.end > state.decoded_seconds + END_TOLERANCE_SECONDS:
        return BeyondLesson(_("The report names a part that this lesson does not have."))
    busy_until = evidence.admit(clock.busy_until, report.at)
    if busy_until is None:
        return TooOften(evidence.REPORT_SPACING)
    verdict = evidence.judge(
        stretches,
        covered=state.online,
        lesson_seconds=state.decoded_seconds,
        paid=clock.paid,
        opened_at=state.opened_at,
        last_contact_at=state.last_contact_at,
        at=report.at,
    )
    if verdict.new & state.elsewhere:
        return None
    online = state.online | verdict.new
    covered_seconds = (online | state.elsewhere).seconds
    was_met = state.needed_seconds is not None and state.covered_seconds >= state.needed_seconds
    is_met = state.needed_seconds is not None and covered_seconds >= state.needed_seconds
    # A completion, or better evidence of one, has consequences.
    if is_met and (verdict.new or not was_met):
        return None
    clock.paid, clock.busy_until = verdict.paid, busy_until
    state.online, state.covered_seconds = online, covered_seconds
    state.last_watched_at = max(state.last_watched_at, report.at)
    if report.number > state.last_number:
        state.last_number, state.last_contact_at = report.number, report.at
        if stretches:
            state.resume_point = min(stretches.end, state.decoded_seconds)
    return verdict, {
        "number": report.number,
        "accepted": [[start, end] for start, end in verdict.accepted.pairs],
        "refused": [[start, end, verdict.reason] for start, end in verdict.refused.pairs],
        "percent": covered_seconds * 100 // state.decoded_seconds if state.decoded_seconds else 0,
        "resume_point": state.resume_point,
        "completed": is_met,
    }
