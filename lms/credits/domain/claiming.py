"""学时申报: a cadre claims training held elsewhere, sends it again when it was returned, or withdraws it."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lms.approvals.domain.stepping import StepRefused, submit, take_step
from lms.approvals.enums import Step
from lms.audit.domain import record
from lms.credits.domain.claim_evidence import MOST_FILES, Evidence, keep_evidence
from lms.credits.domain.outside import MOST_DAYS, MOST_HOURS_OF_A_COURSE, claim_key
from lms.credits.models import ClaimFile, CreditClaim
from lms.credits.models.claims import CLAIM
from lms.lib.durations import beijing_day
from lms.people.models import Person
from lms.people.queries import authority_on

# Claims of the year before are accepted until that year is closed.
YEARS_BACK = 1
MOST_HOURS_A_DAY = 12
# More open claims than this at once are a mistake.
MOST_OPEN = 20


class ClaimRefused(Exception):
    """The claim cannot be made like this; the message can be shown to the learner."""


@dataclass(frozen=True, slots=True)
class Training:
    """What is claimed: held by whom, from which day to which (both counted), for how many hours and days."""

    title: str
    organiser: str
    category: str
    starts_on: date
    ends_on: date
    hours: Decimal
    days: Decimal

    @property
    def key(self) -> str:
        return claim_key(self.title, self.starts_on, self.ends_on)


def amounts_refused(hours: Decimal, days: Decimal, *, starts_on: date, ends_on: date) -> str:
    """Why so many hours and days cannot be right for these dates; empty where they can."""
    length = (ends_on - starts_on).days + 1
    if not (hours.is_finite() and days.is_finite()) or hours < 0 or days < 0:
        return _("Hours and days cannot be less than 0.")
    if not hours and not days:
        return _("Say how many hours or days it was.")
    if hours > MOST_HOURS_OF_A_COURSE or hours > MOST_HOURS_A_DAY * length:
        return _("So many hours do not fit into these days.")
    if days > MOST_DAYS or days > length:
        return _("It cannot have been more days than lie between the first and the last day.")
    return ""


def _check(person: Person, training: Training, *, today: date, but: CreditClaim | None = None) -> None:
    if authority_on(person, today) is None:
        raise ClaimRefused(_("Claims are for cadres: no organisation is registered as managing you today."))
    if training.ends_on < training.starts_on:
        raise ClaimRefused(_("The training would have ended before it began."))
    if training.ends_on > today:
        raise ClaimRefused(_("Claim it when it is over: the last day lies in the future."))
    if training.starts_on.year < today.year - YEARS_BACK:
        raise ClaimRefused(
            _("Training of earlier years can no longer be claimed here. Ask your organisation department.")
        )
    refused = amounts_refused(training.hours, training.days, starts_on=training.starts_on, ends_on=training.ends_on)
    if refused:
        raise ClaimRefused(refused)
    same = CreditClaim.objects.of(person).filter(achievement_key=training.key)
    same = same.exclude(submission__state__in=[Step.REJECTED, Step.WITHDRAWN])
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise ClaimRefused(_("You have claimed this training already. Look at your claims."))


def _check_files(count: int) -> None:
    if not count:
        raise ClaimRefused(
            _("Add at least one file that shows it: a certificate, a notice, a photograph of the paper.")
        )
    if count > MOST_FILES:
        raise ClaimRefused(_("At most five files. Put several pages into one PDF."))


def submit_claim(person: Person, training: Training, *, files: list[Evidence], at: datetime) -> CreditClaim:
    """Claim a training with the files that show it. Raises ClaimRefused, leaving nothing."""
    _check(person, training, today=beijing_day(at))
    _check_files(len({file.sha256 for file in files}))
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        _check(person, training, today=beijing_day(at))
        if CreditClaim.objects.of(person).in_state(Step.SUBMITTED, Step.FIRST_REVIEW).count() >= MOST_OPEN:
            raise ClaimRefused(_("Twenty of your claims are waiting. Send this one when some of them are decided."))
        said = _said(training, [file.sha256 for file in files])
        submission = submit(CLAIM, by=person, said=said, at=at)
        claim = CreditClaim.objects.create(
            submission=submission, person=person, achievement_key=training.key, **asdict(training)
        )
        keep_evidence(claim, files, at=at)
        _record("credit_claim_submitted", claim, by=person, at=at)
    return claim


def submit_again(
    claim: CreditClaim,
    training: Training,
    *,
    files: list[Evidence],
    keep: set[int],
    by: Person,
    seen: int,
    at: datetime,
) -> CreditClaim:
    """Send a returned claim again, mended; `keep` names the files (ids) that stay."""
    _check(claim.person.survivor, training, today=beijing_day(at), but=claim)
    kept = [file for file in claim.files.filter(is_current=True) if file.pk in keep]
    marks = {file.sha256 for file in kept} | {file.sha256 for file in files}
    _check_files(len(marks))
    with transaction.atomic():
        _step(claim, Step.SUBMITTED, by=by, seen=seen, said=_said(training, sorted(marks)), at=at)
        for name, value in asdict(training).items():
            setattr(claim, name, value)
        claim.achievement_key = training.key
        claim.save()
        ClaimFile.objects.filter(claim=claim).exclude(pk__in=[file.pk for file in kept]).update(is_current=False)
        keep_evidence(claim, files, at=at)
        _record("credit_claim_submitted", claim, by=by, at=at)
    return claim


def withdraw_claim(claim: CreditClaim, *, by: Person, seen: int, at: datetime) -> CreditClaim:
    """Take a claim back before it is recognised; told twice, it happens once."""
    with transaction.atomic():
        _step(claim, Step.WITHDRAWN, by=by, seen=seen, said={}, at=at)
        _record("credit_claim_withdrawn", claim, by=by, at=at)
    return claim


def _step(claim: CreditClaim, step: Step, *, by: Person, seen: int, said: dict[str, Any], at: datetime) -> None:
    try:
        take_step(claim.submission, step, by=by, seen=seen, said=said, at=at)
    except StepRefused as error:
        raise ClaimRefused(str(error)) from None


def _said(training: Training, marks: list[str]) -> dict[str, Any]:
    return {**asdict(training), "files": marks}


def _record(action: str, claim: CreditClaim, *, by: Person, at: datetime) -> None:
    detail = {"hours": claim.hours, "days": claim.days}
    record(action, actor=by, subject_kind="credit_claim", subject_id=claim.pk, detail=detail, at=at)
