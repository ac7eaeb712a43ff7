"""年度结账: an authority names the last day for evidence, units confirm, the authority closes; late hours stand beside.

The effective day of hours is the day on which the evidence was made (`CreditLedgerEntry.day`, Beijing), so what
comes late still belongs to its year. Once the year is closed it is a late registration (补登): told by the moment at
which it was registered, shown beside the signed figures and never inside them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain import record
from lms.credits.domain.yearly import NOTHING, PersonYear, UnitYear, by_unit, figures_of_year
from lms.credits.models import CreditLedgerEntry, UnitConfirmation, YearClosing, YearSnapshot
from lms.lib.durations import beijing_day
from lms.lib.sealing import public_key, sign, verify
from lms.people.enums import OrgKind, RoleKind
from lms.people.models import Org, Person
from lms.people.policies import roles_on, units_of_personnel_officer

REASON_LENGTH = 300


class ClosingRefused(Exception):
    """The year cannot be begun, confirmed or closed; the message can be shown."""


def _check_officer(authority: Org, by: Person, on: date) -> None:
    is_department = authority.kind == OrgKind.ORGANIZATION_DEPARTMENT
    mine = any(role.kind == RoleKind.OFFICER and role.org_id == authority.pk for role in roles_on(by, on))
    if not (is_department and mine):
        raise ClosingRefused(_("Only an officer of this organisation department closes its years."))


def open_year(authority: Org, year: int, *, cutoff: date, by: Person, at: datetime) -> YearClosing:
    """Begin the closing of a year and say until which day evidence is waited for; told twice, the first stays."""
    today = beijing_day(at)
    _check_officer(authority, by, today)
    if year > today.year:
        raise ClosingRefused(_("This year has not begun."))
    if not date(year, 12, 31) <= cutoff <= date(year + 1, 12, 31):
        raise ClosingRefused(_("The last day for evidence lies between 31 December of the year and a year later."))
    with transaction.atomic():
        closing, is_new = YearClosing.objects.get_or_create(
            authority=authority, year=year, defaults={"cutoff": cutoff, "opened_by": by, "opened_at": at}
        )
        if is_new:
            detail = {"year": year, "until": cutoff, "org": authority.code}
            record("year_opened", actor=by, subject_kind="year_closing", subject_id=closing.pk, detail=detail, at=at)
        elif closing.cutoff != cutoff:
            raise ClosingRefused(
                _("The closing has begun already, and evidence is waited for until %(day)s.") % {"day": closing.cutoff}
            )
    return closing


def units_of_year(closing: YearClosing, *, today: date) -> list[UnitYear]:
    """The units with their figures: as they were closed, else as they are."""
    if closing.is_closed:
        return by_unit(PersonYear.of(line) for line in closing.snapshot.figures)
    return by_unit(figures_of_year(closing.authority, closing.year, today=today))


def confirmed_digests(closing: YearClosing) -> dict[int, UnitConfirmation]:
    """The newest confirmation of each unit."""
    confirmations = closing.confirmations.select_related("by", "unit").order_by("at", "pk")
    return {confirmation.unit_id: confirmation for confirmation in confirmations}


def confirm_unit(closing: YearClosing, unit: Org, *, by: Person, at: datetime) -> UnitConfirmation:
    """The unit's personnel officer says that its figures are right; told twice of the same ones, the first stays."""
    today = beijing_day(at)
    if not units_of_personnel_officer(by, today).filter(pk=unit.pk).exists():
        raise ClosingRefused(_("Only the personnel officer of this unit confirms its figures."))
    with transaction.atomic():
        locked = YearClosing.objects.select_for_update().get(pk=closing.pk)
        if locked.is_closed:
            raise ClosingRefused(_("This year is closed."))
        if today <= date(locked.year, 12, 31):
            raise ClosingRefused(_("A year is confirmed once it is over."))
        figures = next((one for one in units_of_year(locked, today=today) if one.unit_id == unit.pk), None)
        if figures is None:
            raise ClosingRefused(_("Nobody of this unit is managed by this organisation department."))
        known = confirmed_digests(locked).get(unit.pk)
        if known and known.digest == figures.digest:
            return known
        confirmation = UnitConfirmation.objects.create(closing=locked, unit=unit, digest=figures.digest, by=by, at=at)
        detail = {"year": locked.year, "org": unit.code}
        record("year_confirmed", actor=by, subject_kind="year_closing", subject_id=locked.pk, detail=detail, at=at)
    return confirmation


def unconfirmed_units(closing: YearClosing, units: list[UnitYear]) -> list[int]:
    """The units that have not confirmed the figures as they are."""
    confirmed = confirmed_digests(closing)
    return [
        unit.unit_id for unit in units if unit.unit_id not in confirmed or confirmed[unit.unit_id].digest != unit.digest
    ]


def close_year(closing: YearClosing, *, by: Person, reason: str = "", at: datetime) -> YearSnapshot:
    """Keep the figures as they are, signed. Told twice, the first snapshot is returned.

    Not before the last day for evidence is over; where units have not confirmed, with a reason only.
    """
    today = beijing_day(at)
    _check_officer(closing.authority, by, today)
    with transaction.atomic():
        locked = YearClosing.objects.select_for_update().select_related("authority").get(pk=closing.pk)
        if locked.is_closed:
            return locked.snapshot
        if today <= locked.cutoff:
            raise ClosingRefused(
                _("Evidence is waited for until %(day)s; the year can be closed after that.") % {"day": locked.cutoff}
            )
        units = units_of_year(locked, today=today)
        without = unconfirmed_units(locked, units)
        if without and not reason.strip():
            raise ClosingRefused(_("Units have not confirmed their figures. Say why you close the year nevertheless."))
        snapshot = YearSnapshot(
            closing=locked,
            by=by,
            at=at,
            figures=[line.plain for unit in units for line in unit.people],
            without=without,
            reason=reason.strip()[:REASON_LENGTH] if without else "",
            public_key=public_key(),
        )
        snapshot.signature = sign(snapshot.signed_bytes)
        snapshot.save(force_insert=True)
        detail = {"year": locked.year, "people": len(snapshot.figures), "reason": snapshot.reason}
        record("year_closed", actor=by, subject_kind="year_closing", subject_id=locked.pk, detail=detail, at=at)
    return snapshot


@dataclass(frozen=True, slots=True)
class LateHours:
    """补登: what was registered for a closed year after it was closed, for one person and category."""

    person_id: int
    category: str
    hours: Decimal
    days: Decimal
    entries: int


def _entries_of_figures(snapshot: YearSnapshot) -> Iterator[tuple[int, CreditLedgerEntry]]:
    """Every entry of the year of the accounts that were counted then, with the person whose line they belong to."""
    person_of = {account: line["person"] for line in snapshot.figures for account in line["accounts"]}
    entries = CreditLedgerEntry.objects.of(person_of).in_year(snapshot.closing.year).order_by("person", "seq")
    for entry in entries.iterator(chunk_size=2000):
        yield person_of[entry.person_id], entry


def late_hours(snapshot: YearSnapshot) -> list[LateHours]:
    """What came after the year was closed, reversals included; in order of person."""
    sums: dict[tuple[int, str], tuple[Decimal, Decimal, int]] = {}
    for person_id, entry in _entries_of_figures(snapshot):
        if entry.registered_at > snapshot.at:
            hours, days, count = sums.get((person_id, entry.category), (NOTHING, NOTHING, 0))
            sums[person_id, entry.category] = hours + entry.hours, days + entry.days, count + 1
    return [LateHours(person, category, *amounts) for (person, category), amounts in sorted(sums.items())]


def snapshot_faults() -> Iterator[str]:
    """Closed years whose signature does not hold, or whose figures are not what the ledger held at that moment."""
    for snapshot in YearSnapshot.objects.select_related("closing"):
        name = f"year {snapshot.closing.year} of authority {snapshot.closing.authority_id}"
        if not verify(snapshot.signed_bytes, snapshot.signature, snapshot.public_key):
            yield f"{name}: the signature of the closed figures does not hold"
        then: dict[int, dict[str, Decimal]] = {}
        for person_id, entry in _entries_of_figures(snapshot):
            if entry.registered_at <= snapshot.at:
                hours = then.setdefault(person_id, {})
                hours[entry.category] = hours.get(entry.category, NOTHING) + entry.hours
        for line in map(PersonYear.of, snapshot.figures):
            if {name: hours for name, hours in line.hours.items() if hours} != {
                name: hours for name, hours in then.get(line.person_id, {}).items() if hours
            }:
                yield f"{name}: person {line.person_id} was closed with other hours than the ledger held"
