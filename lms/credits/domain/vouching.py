"""What an attestation is worth today: valid, superseded or revoked, told from facts whenever somebody asks.

Nothing is kept that could lag behind. A 学时证明 is superseded from the day on which an entry that it counts is
reversed, or her accounts become others by merging or parting; a 课程学习证明 from the day on which the completion is no
longer hers; either by a newer one about the same. Hours that are only added make no word of it untrue.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from lms.credits.domain.figures import HoursRow, entries_up_to, rows_of
from lms.credits.enums import AttestationKind, AttestationState, EntryKind
from lms.credits.models import Attestation, AttestationRevocation, CreditLedgerEntry, YearlyHours
from lms.learning.models import CourseCompletion
from lms.lib.durations import beijing_day
from lms.people.models import Merging, Person
from lms.people.queries import accounts_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state, since which day (Beijing), and why in a code: newer, reversed, accounts, revoked, broken."""

    state: AttestationState
    since: date | None = None
    why: str = ""

    @property
    def is_valid(self) -> bool:
        return self.state == AttestationState.VALID


VALID = Verdict(AttestationState.VALID)


class _Reversal(NamedTuple):
    account: int
    seq: int
    taken: int
    year: int
    at: datetime


def verdict_of(attestation: Attestation) -> Verdict:
    """What this one is worth today."""
    return verdicts_of([attestation])[attestation.pk]


def verdicts_of(attestations: Collection[Attestation]) -> dict[int, Verdict]:
    """By id: what each is worth today. A constant number of queries."""
    facts = _Facts(attestations)
    return {attestation.pk: facts.verdict(attestation) for attestation in attestations}


class _Facts:
    """All that decides about some attestations, read at once."""

    def __init__(self, attestations: Collection[Attestation]) -> None:
        ids = [attestation.pk for attestation in attestations]
        self.revoked = dict(AttestationRevocation.objects.filter(attestation__in=ids).values_list("attestation", "at"))
        self.newer = dict(Attestation.objects.filter(supersedes__in=ids).values_list("supersedes", "issued_at"))
        holders = Person.objects.select_related("merged_into").in_bulk({one.person_id for one in attestations})
        self.survivor = {pk: person.survivor.pk for pk, person in holders.items()}
        self.owner_of = accounts_of(self.survivor.values())
        self.completions = self._read_completions(attestations)
        of_chains = {account for one in attestations for account in _chains(one)}
        accounts = {*self.owner_of, *of_chains, *self.completions.values()}
        self.mergings = list(Merging.objects.filter(duplicate__in=accounts).order_by("merged_at"))
        statements = any(one.kind == AttestationKind.CREDIT_STATEMENT for one in attestations)
        self.reversals = self._read_reversals(accounts) if statements else {}
        self.years = self._read_years(self.owner_of) if statements else {}

    @staticmethod
    def _read_reversals(accounts: Iterable[int]) -> dict[int, list[_Reversal]]:
        found = defaultdict(list)
        reversals = CreditLedgerEntry.objects.of(accounts).filter(kind=EntryKind.REVERSAL)
        rows = reversals.order_by("registered_at").values_list(
            "person_id", "seq", "reverses__seq", "day", "registered_at"
        )
        for account, seq, taken, day, at in rows:
            found[account].append(_Reversal(account, seq, taken, day.year, at))
        return found

    @staticmethod
    def _read_years(accounts: Iterable[int]) -> dict[int, set[int]]:
        """The years in which each account has entries."""
        years = defaultdict(set)
        for account, year in YearlyHours.objects.filter(person__in=accounts).values_list("person_id", "year"):
            years[account].add(year)
        return years

    @staticmethod
    def _read_completions(attestations: Iterable[Attestation]) -> dict[int, int]:
        """Whose account each completion is on."""
        ids = [one.says["completion"] for one in attestations if one.kind == AttestationKind.COURSE_CERTIFICATE]
        return dict(CourseCompletion.objects.filter(pk__in=ids).values_list("pk", "person_id")) if ids else {}

    def verdict(self, attestation: Attestation) -> Verdict:
        if not attestation.is_genuine:
            return Verdict(AttestationState.BROKEN, why="broken")
        if attestation.pk in self.revoked:
            return Verdict(AttestationState.REVOKED, beijing_day(self.revoked[attestation.pk]), "revoked")
        events = [(at, why) for at, why in self._events(attestation) if at is not None]
        if events:
            at, why = min(events)
            return Verdict(AttestationState.SUPERSEDED, beijing_day(at), why)
        return VALID

    def _events(self, attestation: Attestation) -> Iterator[tuple[datetime, str]]:
        if attestation.pk in self.newer:
            yield self.newer[attestation.pk], "newer"
        if attestation.kind == AttestationKind.CREDIT_STATEMENT:
            yield from self._events_of_statement(attestation)
        else:
            account = self.completions.get(attestation.says["completion"])
            if account is None or self.owner_of.get(account) != self.survivor[attestation.person_id]:
                yield self._accounts_changed(attestation, {account} - {None}), "accounts"

    def _events_of_statement(self, attestation: Attestation) -> Iterator[tuple[datetime, str]]:
        chains = _chains(attestation)
        period = range(attestation.says["first_year"], attestation.says["last_year"] + 1)
        for account, head in chains.items():
            for one in self.reversals.get(account, ()):
                if one.taken <= head < one.seq and one.year in period:
                    yield one.at, "reversed"
        survivor = self.survivor[attestation.person_id]
        mine = {account for account, owner in self.owner_of.items() if owner == survivor}
        counting = {account for account in mine if self.years.get(account, set()).intersection(period)}
        # An account of hers from the start that had earned nothing yet is no other account.
        others = {account for account in counting - chains.keys() if self._came_later(account, attestation)}
        if changed := others | (chains.keys() - mine):
            yield self._accounts_changed(attestation, changed), "accounts"

    def _came_later(self, account: int, attestation: Attestation) -> bool:
        pair = {account, attestation.person_id}
        return any(
            merging.duplicate_id in pair and merging.undone_at is None and merging.merged_at > attestation.issued_at
            for merging in self.mergings
        )

    def _accounts_changed(self, attestation: Attestation, accounts: Iterable[int | None]) -> datetime:
        """When these accounts became hers or stopped being so, after it was issued."""
        concerned = {*accounts, attestation.person_id}
        moments = [
            at
            for merging in self.mergings
            if merging.duplicate_id in concerned
            for at in (merging.merged_at, merging.undone_at)
            if at is not None and at > attestation.issued_at
        ]
        return min(moments, default=attestation.issued_at)


def _chains(attestation: Attestation) -> dict[int, int]:
    return {int(account): seq for account, seq in attestation.says.get("chains", {}).items()}


def attestation_faults() -> Iterator[str]:
    """Attestations whose signature does not hold, or that say something else than the facts did when they were made."""
    for attestation in Attestation.objects.order_by("pk").iterator(chunk_size=500):
        name = f"attestation {attestation.number}"
        if not attestation.is_genuine:
            yield f"{name}: its signature does not hold"
        if attestation.kind == AttestationKind.CREDIT_STATEMENT:
            yield from (f"{name}: {fault}" for fault in _statement_faults(attestation.says, _chains(attestation)))
        else:
            yield from (f"{name}: {fault}" for fault in _certificate_faults(attestation.says))


def _statement_faults(says: Mapping[str, Any], chains: Mapping[int, int]) -> Iterator[str]:
    rows = [HoursRow.of(row) for row in says["rows"]]
    entries = entries_up_to(chains, says["first_year"], says["last_year"])
    if rows != rows_of(entries):
        yield "it says other hours than the ledger held"


def _certificate_faults(says: Mapping[str, Any]) -> Iterator[str]:
    completion = CourseCompletion.objects.select_related("outline_version").filter(pk=says["completion"]).first()
    if completion is None:
        yield "its completion does not exist"
    elif (
        str(completion.course_key),
        completion.round,
        completion.outline_version.sha256,
        beijing_day(completion.completed_at).isoformat(),
    ) != (says["course_key"], says["round"], says["outline_sha256"], says["completed"]):
        yield "it does not fit its completion"
