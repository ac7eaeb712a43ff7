"""结转: what was earned beyond a year's requirement helps a later year, where the rule allows it. Pure.

A surplus of the `from` bucket may fill what is short in the `to` bucket in each of the next `years` years, the oldest
first, every hour once and at most `most` hours into one year. Assessing asks here; the ledger never moves an hour.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lms.credits.domain.converting import NOTHING
from lms.credits.domain.steps import Step, step


@dataclass(frozen=True, slots=True)
class YearOfBuckets:
    """What was earned and what was required in one year, by bucket (`CreditBucket`)."""

    earned: Mapping[str, Decimal] = field(default_factory=dict)
    required: Mapping[str, Decimal] = field(default_factory=dict)

    def surplus(self, bucket: str) -> Decimal:
        return max(self.earned.get(bucket, NOTHING) - self.required.get(bucket, NOTHING), NOTHING)

    def short(self, bucket: str) -> Decimal:
        return max(self.required.get(bucket, NOTHING) - self.earned.get(bucket, NOTHING), NOTHING)


def carried_into(
    year: int, years: Mapping[int, YearOfBuckets], parameters: Mapping[str, Any]
) -> tuple[Decimal, list[Step]]:
    """The hours that earlier years bring into the `to` bucket of `year`, and how that came about.

    The years before are gone through in order, so that what one of them needed is not carried a second time.
    """
    rule = parameters.get("carryover")
    if not rule:
        return NOTHING, [step("no_carryover")]
    left: dict[int, Decimal] = {}
    brought, steps = NOTHING, list[Step]()
    for each in range(min(years, default=year), year + 1):
        brought, steps = NOTHING, []
        for lapsed in [old for old in left if old < each - rule["years"]]:
            if left[lapsed]:
                steps.append(step("carryover_lapsed", hours=str(left[lapsed]), year=lapsed))
            del left[lapsed]
        now = years.get(each, YearOfBuckets())
        room = now.short(rule["to"])
        if "most" in rule:
            room = min(room, Decimal(rule["most"]))
        for old in sorted(left):
            used = min(left[old], room)
            if used:
                steps.append(step("surplus", hours=str(left[old]), year=old, bucket=rule["from"]))
                steps.append(step("carried_over", hours=str(used), year=old, bucket=rule["to"]))
                left[old] -= used
                room -= used
                brought += used
        left[each] = now.surplus(rule["from"])
    return brought.quantize(NOTHING), steps
