"""The proof of hours from elsewhere: the row or claim exists, says the same, was approved, and was not undone."""

from collections.abc import Iterator
from decimal import Decimal

from lms.approvals.enums import Step
from lms.approvals.models import SubmissionStep
from lms.credits.domain.capping import Amounts, amounts_within
from lms.credits.domain.claim_evidence import is_unchanged
from lms.credits.domain.deciding_claims import evidence_of as evidence_of_claim
from lms.credits.domain.outside import claim_key, opening_key, outside_key
from lms.credits.domain.settling_imports import evidence_of as evidence_of_row
from lms.credits.domain.settling_imports import rows_without_entries, unsettled_imports
from lms.credits.enums import IMPORTS_THAT_HOLD, EntryKind, ImportKind, ImportState, SourceKind
from lms.credits.models import CreditClaim, CreditLedgerEntry, ImportBatch, ImportedHours

_KINDS = {ImportKind.EXTERNAL: EntryKind.EXTERNAL, ImportKind.OPENING_BALANCE: EntryKind.OPENING_BALANCE}


def _plain(evidence: dict) -> dict:
    """As it reads once it was written: decimals as text."""
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in evidence.items()}


def imported_faults(entry: CreditLedgerEntry) -> Iterator[str]:
    """An imported entry against the row that an officer confirmed."""
    row = ImportedHours.objects.select_related("batch__platform").filter(pk=entry.source_id).first()
    if row is None:
        yield "its imported row does not exist"
        return
    batch = row.batch
    if (row.person_id, row.achievement_key, row.day, row.category) != (
        entry.person_id,
        entry.achievement_key,
        entry.day,
        entry.category,
    ) or entry.kind != _KINDS[ImportKind(batch.kind)]:
        yield "it does not fit its imported row"
    if row.achievement_key != _key_of(row):
        yield "its achievement is not what was imported"
    yield from _amount_faults(entry, (row.hours, row.days), "its hours are not those of its imported row")
    if batch.confirmed_by_id is None or entry.by_id != batch.confirmed_by_id:
        yield "nobody confirmed its import"
    if entry.evidence.get("import") != _plain(evidence_of_row(row)["import"]):
        yield "its evidence is not what was imported"


def _amount_faults(entry: CreditLedgerEntry, asked: Amounts, fault: str) -> Iterator[str]:
    """What was imported or recognised, cut by the caps of the rule that the entry names, is what it gives."""
    if entry.counts and amounts_within(asked, entry.evidence) != (entry.hours, entry.days):
        yield fault
    if entry.evidence.get("terms") != (entry.rule.terms if entry.rule else None):
        yield "its rule says something else now"


def _key_of(row: ImportedHours) -> str:
    if row.batch.platform is None:
        return opening_key(row.day.year, row.category)
    return outside_key(row.batch.platform.code, row.course_number, row.day)


def claimed_faults(entry: CreditLedgerEntry) -> Iterator[str]:
    """A claimed entry against its claim, the two who decided about it, and its files."""
    claim = CreditClaim.objects.select_related("submission").filter(pk=entry.source_id).first()
    if claim is None:
        yield "its claim does not exist"
        return
    if (claim.person_id, claim.achievement_key, claim.ends_on, claim.category) != (
        entry.person_id,
        entry.achievement_key,
        entry.day,
        entry.category,
    ) or claim.achievement_key != claim_key(claim.title, claim.starts_on, claim.ends_on):
        yield "it does not fit its claim"
    approved = claim.submission.steps.filter(kind=Step.APPROVED).first()
    first = claim.submission.steps.filter(kind=Step.FIRST_REVIEW).order_by("number").last()
    if approved is None or claim.state != Step.APPROVED or first is None:
        yield "its claim was not recognised"
        return
    yield from _deciding_faults(claim, first, approved)
    if entry.by_id != approved.by_id:
        yield "it names somebody else than who recognised it"
    said = Decimal(approved.said["hours"]), Decimal(approved.said["days"])
    yield from _amount_faults(entry, said, "its hours are not those that were recognised")
    if entry.evidence.get("claim") != evidence_of_claim(claim, approved)["claim"]:
        yield "its evidence is not what was recognised"
    if not all(is_unchanged(file) for file in claim.files.filter(is_current=True)):
        yield "an evidence file is missing or another one by now"


def _deciding_faults(claim: CreditClaim, first: SubmissionStep, approved: SubmissionStep) -> Iterator[str]:
    if len({claim.person_id, first.by_id, approved.by_id}) != 3:
        yield "one person decided twice, or about herself"
    sent = claim.submission.steps.filter(kind=Step.SUBMITTED).order_by("number").last()
    if sent is None or not sent.number < first.number < approved.number:
        yield "its steps are out of order"
    elif (sent.said["title"], sent.said["ends_on"]) != (claim.title, claim.ends_on.isoformat()):
        yield "its claim is not what was sent"


def undone_faults(entries: list[CreditLedgerEntry]) -> Iterator[str]:
    """Entries that still count although the import that they rest on was undone."""
    reversed_ids = {entry.reverses_id for entry in entries}
    standing = [entry for entry in entries if entry.counts and entry.pk not in reversed_ids]
    batches = {entry.evidence["import"]["batch"] for entry in standing if "import" in entry.evidence}
    if not batches:
        return
    hold = set(
        ImportBatch.objects.filter(pk__in=batches, state__in=IMPORTS_THAT_HOLD | {ImportState.UNDOING}).values_list(
            "pk", flat=True
        )
    )
    for entry in standing:
        if "import" in entry.evidence and entry.evidence["import"]["batch"] not in hold:
            yield f"entry {entry.seq}: its import was undone"


def missing_from_elsewhere() -> Iterator[str]:
    """Confirmed rows and recognised claims that have no entry, and imports left half done."""
    for row in rows_without_entries().iterator(chunk_size=500):
        yield f"person {row.person_id}: imported_hours {row.pk} lacks its hours (register_missing_credits adds them)"
    for batch in unsettled_imports():
        if batch.state == ImportState.UNDOING:
            yield f"import {batch.pk}: is not undone completely (register_missing_credits goes on)"
    registered = CreditLedgerEntry.objects.filter(source_kind=SourceKind.CREDIT_CLAIM).values("source_id")
    for claim in CreditClaim.objects.in_state(Step.APPROVED).exclude(pk__in=registered):
        yield f"person {claim.person_id}: credit_claim {claim.pk} lacks its hours"
