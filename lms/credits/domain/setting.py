"""An authority sets what it requires of its cadres, from a day on; the past is never written anew."""

from datetime import date, datetime
from decimal import Decimal
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lms.audit.domain import record
from lms.credits.enums import Bound, Confidence, PartYear, Period
from lms.credits.models import CreditRequirement
from lms.credits.signals import duty_changed
from lms.lib.durations import beijing_day
from lms.people.models import Org, Person

# The code of rows that an authority set by itself; presets have codes of their own.
OWN = "own"


class RequirementRefused(ValueError):
    """A requirement cannot be set or ended like this; the text says why and what to do."""


def _contradicting(row: CreditRequirement) -> CreditRequirement | None:
    """A row of the same place, category and period that holds on a day on which this one would, for the same people.

    The row for all cadres stands beside none for some of them: nobody could say which was meant.
    """
    rivals = CreditRequirement.objects.filter(
        region_code=row.region_code, authority=row.authority, category=row.category, period=row.period
    ).exclude(pk=row.pk)
    if row.bound == Bound.VILLAGE_CADRES:
        rivals = rivals.filter(bound=row.bound)
    elif row.bound == Bound.ALL_CADRES:
        rivals = rivals.exclude(bound=Bound.VILLAGE_CADRES)
    else:
        rivals = rivals.filter(bound__in=[row.bound, Bound.ALL_CADRES])
    return next((rival for rival in rivals if rival.overlaps(row.active_from, row.active_to)), None)


def check_place(row: CreditRequirement) -> None:
    """Raise RequirementRefused where another row of the same place says something about the same people and days."""
    if clash := _contradicting(row):
        raise RequirementRefused(
            _("“%(row)s” is set there from %(day)s on. End it first, on the day on which the new requirement begins.")
            % {"row": clash, "day": date_format(clash.active_from)}
        )


def _announce() -> None:
    transaction.on_commit(partial(duty_changed.send_robust, sender=None, person_id=None), robust=True)


def set_requirement(
    *,
    authority: Org,
    bound: str,
    category: str,
    period: str,
    hours: Decimal,
    days: Decimal | None = None,
    part_year: str = PartYear.BY_MONTHS,
    cycle_first_year: int | None = None,
    catch_up_months: int = 0,
    active_from: date,
    source: str,
    confidence: str = Confidence.A,
    by: Person,
    at: datetime,
) -> CreditRequirement:
    """The authority requires this of its cadres from the day on, which is today or later; told twice, it is one row.

    `source` is the document that says so, and `confidence` how well it says it. Whoever calls has checked that `by`
    is an officer of the authority.
    """
    if active_from < beijing_day(at):
        raise RequirementRefused(_("Choose today or a later day: what was required before stays as it was."))
    row = CreditRequirement(
        code=OWN,
        authority=authority,
        bound=bound,
        category=category,
        period=period,
        hours=hours,
        days=days,
        part_year=part_year,
        part_year_confidence=confidence,
        cycle_first_year=cycle_first_year if period == Period.FIVE_YEAR_CYCLE else None,
        catch_up_months=catch_up_months,
        active_from=active_from,
        source=source.strip(),
        confidence=confidence,
    )
    with transaction.atomic():
        Org.objects.select_for_update().get(pk=authority.pk)
        says = {
            name: getattr(row, name)
            for name in (
                "authority",
                "bound",
                "category",
                "period",
                "hours",
                "days",
                "part_year",
                "cycle_first_year",
                "catch_up_months",
                "active_from",
                "source",
            )
        }
        if known := CreditRequirement.objects.filter(**says, active_to__isnull=True).first():
            return known
        check_place(row)
        try:
            row.full_clean()
        except ValidationError as error:
            raise RequirementRefused(" ".join(error.messages)) from None
        row.save()
        detail = {
            "org": authority.code,
            "bound": bound,
            "category": category,
            "hours": row.hours,
            "days": row.days,
            "active_from": active_from,
        }
        _announce()
        record("requirement_set", actor=by, subject_kind="credit_requirement", subject_id=row.pk, detail=detail, at=at)
    return row


def end_requirement(requirement: CreditRequirement, *, active_to: date, by: Person, at: datetime) -> CreditRequirement:
    """The row holds no longer from the day on, which is today or later; one that has not begun cannot be ended before.

    What it asked for the months before stays. Told twice, it happens once.
    """
    with transaction.atomic():
        locked = CreditRequirement.objects.select_for_update().get(pk=requirement.pk)
        if locked.active_to == active_to:
            return locked
        if active_to < beijing_day(at):
            raise RequirementRefused(_("Choose today or a later day: what was required before stays as it was."))
        if locked.active_to is not None and locked.active_to <= beijing_day(at):
            raise RequirementRefused(_("This requirement has ended already."))
        if active_to <= locked.active_from:
            raise RequirementRefused(
                _("It begins on %(day)s. Choose a later day.") % {"day": date_format(locked.active_from)}
            )
        locked.active_to = active_to
        check_place(locked)
        locked.save(update_fields=["active_to"])
        detail = {"bound": locked.bound, "category": locked.category, "active_to": active_to}
        _announce()
        record(
            "requirement_ended", actor=by, subject_kind="credit_requirement", subject_id=locked.pk, detail=detail, at=at
        )
    return locked
