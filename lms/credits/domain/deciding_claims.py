"""初审、认定、登记: a claim passes its unit, is recognised by the authority, and becomes hours in the same moment."""

from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lms.approvals.domain.stepping import StepRefused, take_step
from lms.approvals.enums import Step
from lms.approvals.models import SubmissionStep
from lms.audit.domain import record
from lms.credits.domain.appending import announce, append, heads_of, lock_chains
from lms.credits.domain.capping import Line
from lms.credits.domain.claiming import amounts_refused
from lms.credits.domain.limiting import Allowed, cap_rule, line_from_elsewhere, within_caps_from_elsewhere
from lms.credits.domain.recognising import step
from lms.credits.domain.registering import freeing_reversal
from lms.credits.enums import Component, EntryKind, SourceKind
from lms.credits.models import CreditChain, CreditClaim, CreditLedgerEntry
from lms.credits.policies import may_recognise, may_review, stands_in_by
from lms.lib.durations import beijing_day
from lms.people.models import Person
from lms.people.queries import same_person_ids

CENT = Decimal("0.01")


class DecisionRefused(Exception):
    """The claim is not this person's to decide, or not like this; the message can be shown."""


def pass_on(claim: CreditClaim, *, by: Person, seen: int, at: datetime) -> SubmissionStep:
    """初审通过: the unit says that it was so; the authority decides next."""
    if not may_review(by, claim, on=beijing_day(at)):
        raise DecisionRefused(_("This claim is not yours to review."))
    with transaction.atomic():
        taken, is_new = _take(claim, Step.FIRST_REVIEW, by=by, seen=seen, at=at)
        if is_new:
            _record("credit_claim_reviewed", taken, claim)
    return taken


def return_claim(claim: CreditClaim, *, reason: str, by: Person, seen: int, at: datetime) -> SubmissionStep:
    """退回: the learner reads why, mends it and sends it again."""
    _check_turn(claim, by=by, at=at)
    with transaction.atomic():
        taken, is_new = _take(claim, Step.RETURNED, by=by, seen=seen, reason=reason, at=at)
        if is_new:
            _record("credit_claim_returned", taken, claim)
    return taken


def reject_claim(claim: CreditClaim, *, reason: str, by: Person, seen: int, at: datetime) -> SubmissionStep:
    """驳回: the learner reads why; this claim is over."""
    _check_turn(claim, by=by, at=at)
    with transaction.atomic():
        taken, is_new = _take(claim, Step.REJECTED, by=by, seen=seen, reason=reason, at=at)
        if is_new:
            _record("credit_claim_rejected", taken, claim)
    return taken


def recognise_claim(
    claim: CreditClaim, *, hours: Decimal, days: Decimal, reason: str = "", by: Person, seen: int, at: datetime
) -> CreditLedgerEntry:
    """认定并登记: so many hours and days count, and stand on the record. Another number than claimed needs a reason.

    Told twice, the first entry is returned.
    """
    if not may_recognise(by, claim, on=beijing_day(at)):
        raise DecisionRefused(
            _("Only an officer of this person's authority recognises hours, and not whoever did the first review.")
        )
    refused = amounts_refused(hours, days, starts_on=claim.starts_on, ends_on=claim.ends_on)
    if refused:
        raise DecisionRefused(refused)
    hours, days = hours.quantize(CENT, rounding=ROUND_DOWN), days.quantize(CENT, rounding=ROUND_DOWN)
    if (hours, days) != (claim.hours, claim.days) and not reason.strip():
        raise DecisionRefused(_("You recognise another number than was claimed. Please say why."))
    with transaction.atomic():
        said = {"hours": hours, "days": days}
        taken, is_new = _take(claim, Step.APPROVED, by=by, seen=seen, reason=reason, said=said, at=at)
        if is_new:
            _record("credit_claim_recognised", taken, claim)
        return register_claim(claim, at=at)


def _check_turn(claim: CreditClaim, *, by: Person, at: datetime) -> None:
    """Whoever may take the next step may also return or reject."""
    claim.submission.refresh_from_db()
    may = may_review if claim.state == Step.SUBMITTED else may_recognise
    if not may(by, claim, on=beijing_day(at)):
        raise DecisionRefused(_("This claim is not yours to decide."))


def _take(
    claim: CreditClaim, step_: Step, *, by: Person, seen: int, at: datetime, **more: Any
) -> tuple[SubmissionStep, bool]:
    """The step, and whether it was taken now and not before."""
    known = claim.submission.steps.filter(number=seen + 1).exists()
    try:
        return take_step(claim.submission, step_, by=by, seen=seen, at=at, **more), not known
    except StepRefused as error:
        raise DecisionRefused(str(error)) from None


def _record(action: str, taken: SubmissionStep, claim: CreditClaim) -> None:
    stands_in = {}
    if taken.kind != Step.APPROVED and (role := stands_in_by(taken.by, claim, on=beijing_day(taken.at))):
        stands_in = {"stands_in_for": role.person_id}
    detail = {"reason": taken.reason, **stands_in, **{name: str(value) for name, value in taken.said.items()}}
    record(action, actor=taken.by, subject_kind="credit_claim", subject_id=claim.pk, detail=detail, at=taken.at)


def approving_step(claim: CreditClaim) -> SubmissionStep | None:
    return claim.submission.steps.filter(kind=Step.APPROVED).first()


def register_claim(claim: CreditClaim, *, at: datetime) -> CreditLedgerEntry:
    """Write what was recognised to the ledger, on the last day of the training. Told twice, the first is returned."""
    with transaction.atomic():
        chains = lock_chains([claim.person_id, *same_person_ids(claim.person)])
        chain = chains[claim.person_id]
        known = CreditLedgerEntry.objects.caused_by(SourceKind.CREDIT_CLAIM, claim.pk).first()
        if known is not None:
            return known
        approved = approving_step(claim)
        if approved is None:
            raise DecisionRefused(_("This claim is not recognised yet."))
        hours, days = Decimal(approved.said["hours"]), Decimal(approved.said["days"])
        freed_by = freeing_reversal(
            claim.person_id, achievement_key=claim.achievement_key, component=Component.BASE, round_number=1
        )
        taken = CreditLedgerEntry.objects.of([claim.person_id]).standing()
        counts = not taken.filter(achievement_key=claim.achievement_key).exists()
        allowed, rule = Allowed(hours, days), cap_rule(claim.person, claim.ends_on)
        if counts:
            allowed = within_caps_from_elsewhere((hours, days), rule, line_of_claim(claim), heads_of(chains))
        entry = append(
            chain,
            at=at,
            kind=EntryKind.CLAIMED,
            source_kind=SourceKind.CREDIT_CLAIM,
            source_id=claim.pk,
            component=Component.BASE,
            achievement_key=claim.achievement_key,
            round=1,
            counts=counts,
            category=claim.category,
            hours=allowed.hours if counts else hours * 0,
            days=allowed.days if counts else days * 0,
            day=claim.ends_on,
            rule=rule if allowed.evidence else None,
            freed_by_id=freed_by if counts else None,
            by=approved.by,
            evidence=evidence_of(claim, approved) | allowed.evidence,
            why=[*_why(claim, approved, counts=counts), *allowed.why],
        )
        announce(claim.person_id, [entry])
    return entry


def line_of_claim(claim: CreditClaim) -> Line:
    return line_from_elsewhere(
        claim.person_id, seq=0, category=claim.category, day=claim.ends_on, achievement_key=claim.achievement_key
    )


def foresee_claim(claim: CreditClaim) -> Allowed:
    """What the caps would leave of the claim if it were recognised as claimed at this moment; nothing is written."""
    ids = [claim.person_id, *same_person_ids(claim.person)]
    heads = dict(CreditChain.objects.filter(person__in=ids).values_list("person_id", "seq"))
    rule = cap_rule(claim.person, claim.ends_on)
    return within_caps_from_elsewhere((claim.hours, claim.days), rule, line_of_claim(claim), heads)


def evidence_of(claim: CreditClaim, approved: SubmissionStep) -> dict[str, Any]:
    """What the entry keeps: the claim, the files by their fingerprints, and who reviewed and recognised (ids)."""
    first = claim.submission.steps.filter(kind=Step.FIRST_REVIEW).order_by("number").last()
    return {
        "lessons": [],
        "claim": {
            "id": claim.pk,
            "files": sorted(claim.files.filter(is_current=True).values_list("sha256", flat=True)),
            "first_review_by": first.by_id if first else None,
            "recognised_by": approved.by_id,
            "hours": approved.said["hours"],
            "days": approved.said["days"],
        },
    }


def _why(claim: CreditClaim, approved: SubmissionStep, *, counts: bool) -> list[dict[str, Any]]:
    period = {"since": claim.starts_on.isoformat(), "day": claim.ends_on.isoformat()}
    steps = [step("claimed", title=claim.title, organiser=claim.organiser, **period)]
    said = {"hours": approved.said["hours"], "days": approved.said["days"]}
    if (Decimal(said["hours"]), Decimal(said["days"])) != (claim.hours, claim.days):
        asked = {"claimed_hours": str(claim.hours), "claimed_days": str(claim.days)}
        steps.append(step("recognised_otherwise", reason=approved.reason, **said, **asked))
    else:
        steps.append(step("recognised_as_claimed", **said))
    return steps if counts else [*steps, step("duplicate_excluded", title=claim.title)]
