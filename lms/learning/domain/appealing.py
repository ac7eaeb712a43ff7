"""申诉: a person appeals against what did not count, and somebody without interest in the case settles it.

A settlement stands outside the proof that the clock gives (law 3): a person answers for it, with name and reason.
"""

from datetime import datetime, timedelta
from functools import reduce

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain import record
from lms.learning.domain.clocks import share_with_twins
from lms.learning.domain.completing import complete_watched
from lms.learning.domain.enrolling import lock_clock
from lms.learning.enums import EvidenceKind, SettlementOutcome
from lms.learning.models import Appeal, RefusedStretch, Settlement, WatchRecord
from lms.learning.policies import may_settle
from lms.learning.signals import announce, evidence_improved
from lms.lib.durations import beijing_day
from lms.lib.stretches import Stretches
from lms.people.models import Person

# Somebody in whose learning more goes wrong than this in a day is helped better on the phone.
APPEALS_A_DAY = 10
WORDS_LENGTH = 300


class CannotAppeal(Exception):
    """There is nothing to appeal against, or too much was appealed today; the text says so."""


class CannotSettle(Exception):
    """The appeal is not this person's to settle, or something is missing; the text says so."""


def appeal(refused: RefusedStretch, *, by: Person, words: str = "", at: datetime) -> Appeal:
    """Ask that what did not count be looked at by a person; her own words may be left out.

    Told twice while the appeal is open, it returns the first. What was settled is not appealed against again, only
    what was refused since. Whoever calls has checked that the refused stretch is the person's own.
    """
    with transaction.atomic():
        lock_clock(refused.person)
        earlier = list(refused.appeals.select_related("settlement").order_by("number"))
        if earlier and not hasattr(earlier[-1], "settlement"):
            return earlier[-1]
        asked = _still_refused(refused, earlier)
        if not asked:
            raise CannotAppeal(_("This part counts by now, or it was decided already."))
        if Appeal.objects.of(by).filter(appealed_at__gt=at - timedelta(days=1)).count() >= APPEALS_A_DAY:
            raise CannotAppeal(_("That is enough for today. Please appeal against the rest tomorrow."))
        made = Appeal.objects.create(
            person=refused.person,
            refused=refused,
            number=len(earlier) + 1,
            stretches=asked.to_bytes(),
            words=_tidy(words),
            appealed_at=at,
        )
        record(
            "learning.appealed",
            actor=by,
            subject_kind="appeal",
            subject_id=made.pk,
            detail={"code": refused.page.code, "seconds": asked.seconds},
            at=at,
        )
    return made


def _still_refused(refused: RefusedStretch, earlier: list[Appeal]) -> Stretches:
    refused = RefusedStretch.objects.select_related("record").get(pk=refused.pk)
    appealed = reduce(Stretches.union, (each.asked for each in earlier), Stretches())
    return Stretches.from_bytes(refused.stretches) - refused.record.covered - appealed


def settle(
    appeal: Appeal,
    *,
    by: Person,
    outcome: SettlementOutcome,
    reason: str,
    at: datetime,
    part: tuple[int, int] | None = None,
) -> Settlement:
    """Grant the seconds that were asked for, or decline them, with a reason that the learner reads.

    Where a `part` is given, [from, to) in lesson seconds, only what was asked for in it is granted, and that decides
    the rest as well.
    Granted seconds enter the watch record as evidence of their own kind and may complete the lesson. Told twice, the
    first settlement stands and is returned, whoever made it. Raises CannotSettle, leaving nothing.
    """
    if not may_settle(by, appeal, on=beijing_day(at)):
        raise CannotSettle(_("This appeal is not yours to settle."))
    reason = _tidy(reason)
    if not reason:
        raise CannotSettle(_("Please say why: the learner reads it."))
    with transaction.atomic():
        lock_clock(appeal.person)
        known = Settlement.objects.filter(appeal=appeal).first()
        if known:
            return known
        watched = WatchRecord.objects.select_related("person", "page").get(pk=appeal.refused.record_id)
        is_granted = outcome == SettlementOutcome.GRANTED
        granted = appeal.asked.clip(*(part or (0, watched.decoded_seconds))) if is_granted else Stretches()
        granted = granted.clip(0, watched.decoded_seconds)
        if is_granted and not granted:
            raise CannotSettle(_("Nothing that was asked for lies between these two moments."))
        settlement = Settlement.objects.create(
            appeal=appeal,
            record=watched,
            outcome=outcome,
            granted=granted.to_bytes(),
            reason=reason,
            settled_by=by,
            settled_at=at,
        )
        if granted:
            _add(watched, granted)
            complete_watched(watched, at=at)
        record(
            "learning.appeal_settled",
            actor=by,
            subject_kind="appeal",
            subject_id=appeal.pk,
            detail={
                "outcome": outcome.value,
                "code": watched.page.code,
                "seconds": granted.seconds,
                **({"of_seconds": appeal.asked.seconds} if granted and granted != appeal.asked else {}),
            },
            at=at,
        )
    return settlement


def _add(watched: WatchRecord, granted: Stretches) -> None:
    watched.settled = (watched.coverage(EvidenceKind.SETTLED) | granted).to_bytes()
    watched.covered_seconds = watched.covered.seconds
    watched.save(update_fields=["settled", "covered_seconds"])
    share_with_twins(watched)
    announce(evidence_improved, watch_record_id=watched.pk)


def _tidy(words: str) -> str:
    """In one line, no longer than what is kept."""
    return " ".join(words.split())[:WORDS_LENGTH]
