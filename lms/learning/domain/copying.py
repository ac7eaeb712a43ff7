"""At which group viewings a person was put down as present, for the copy of her data."""

from typing import Any

from lms.learning.models import GroupTick
from lms.people.models import Person


def screenings_of(person: Person) -> list[dict[str, Any]]:
    """Every tick of hers, newest first, what it brought, and whether she objected: one query."""
    ticks = GroupTick.objects.of(person).select_related(
        "viewing__page", "viewing__division", "receipt", "objection__withdrawal"
    )
    return [_said(tick) for tick in ticks.order_by("-ticked_at", "-pk")]


def _said(tick: GroupTick) -> dict[str, Any]:
    outcome, objection = tick.outcome, getattr(tick, "objection", None)
    withdrawal = getattr(objection, "withdrawal", None)
    return {
        "lesson": tick.viewing.page.title,
        "place": tick.viewing.division.name,
        "how": tick.how,
        "from_second": tick.from_second,
        "ticked_at": tick.ticked_at,
        "counted_seconds": outcome.seconds.seconds if outcome else None,
        "objected_at": objection.objected_at if objection else None,
        "withdrawn_at": withdrawal.withdrawn_at if withdrawal else None,
    }
