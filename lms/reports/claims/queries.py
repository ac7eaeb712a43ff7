"""What a reviewer reads before deciding about a claim."""

from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from lms.approvals.enums import OPEN, Step
from lms.credits.models import CreditClaim, CreditLedgerEntry
from lms.credits.policies import claims_visible_to, claims_waiting_for
from lms.people.models import Role
from lms.people.queries import same_person_ids

# What happened around the days of a training may be the same training, through another door.
AROUND = timedelta(days=3)


def with_what_is_listed(claims: QuerySet[CreditClaim]) -> QuerySet[CreditClaim]:
    """Everything a list shows, in one query, what has waited longest first."""
    return claims.select_related("person__merged_into", "submission").order_by("submission__since", "pk")


def narrowed(actor: Any, *, state: str, on: date, roles: list[Role]) -> QuerySet[CreditClaim]:
    """Claims that wait for the actor; those that wait for somebody else; or those that are decided."""
    visible = claims_visible_to(actor, on=on, roles=roles)
    waiting = claims_waiting_for(actor, on=on, roles=roles)
    if state == "elsewhere":
        return visible.filter(submission__state__in=OPEN).exclude(pk__in=waiting.order_by().values("pk"))
    if state == "decided":
        return visible.exclude(submission__state__in=[*OPEN, Step.WITHDRAWN])
    return waiting


def entries_around(claim: CreditClaim) -> list[CreditLedgerEntry]:
    """What stands on the person's record for these days, whichever door it came through."""
    entries = CreditLedgerEntry.objects.of(same_person_ids(claim.person)).standing()
    around = entries.filter(day__gte=claim.starts_on - AROUND, day__lte=claim.ends_on + AROUND)
    return list(around.order_by("day", "pk")[:20])
