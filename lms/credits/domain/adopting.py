"""Presets become rows; a place puts a rule in force."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from lms.audit.domain import record
from lms.credits.domain.setting import RequirementRefused, check_place
from lms.credits.models import CreditRequirement, CreditRule
from lms.people.models import Org, Person


class RuleRefused(ValueError):
    """A rule cannot be loaded or adopted; the message says which and why."""


def _save_checked(row: CreditRule | CreditRequirement) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise RuleRefused(f"{row.code}: {'; '.join(error.messages)}") from None
    row.save()


def _load(row: CreditRule | CreditRequirement, *, keys: list[str], values: dict[str, Any]) -> bool:
    """Save the row unless it is there already; whether it was saved."""
    known = type(row)._default_manager.filter(**{key: getattr(row, key) for key in keys}).first()
    if known is None:
        _save_checked(row)
        return True
    row.clean_fields()  # brings every value into the type that the database gives back
    different = [name for name in values if getattr(known, name) != getattr(row, name)]
    if different:
        raise RuleRefused(f"{row.code} is there already with another {', '.join(different)}.")
    return False


def load_presets(presets: dict[str, Any]) -> int:
    """Add the rules and requirements that are not there yet, and say how many; those that are there are left alone.

    A row with the same code and first day that says something else is refused: another value is another row.
    """
    added = 0
    with transaction.atomic():
        for values in presets.get("rules", []):
            keys = ["code", "region_code", "active_from"]
            added += _load(CreditRule(**values), keys=keys, values=values)
        for values in presets.get("requirements", []):
            keys = ["code", "region_code", "bound", "category", "period", "active_from"]
            requirement = CreditRequirement(**values)
            if not _load(requirement, keys=keys, values=values):
                continue
            added += 1
            try:
                check_place(requirement)
            except RequirementRefused as error:
                raise RuleRefused(f"{requirement.code}: {error}") from None
    return added


def adopt_rule(
    preset: CreditRule,
    *,
    region_code: str = "",
    authority: Org | None = None,
    active_from: date,
    active_to: date | None = None,
    by: Person | None = None,
    at: datetime,
) -> CreditRule:
    """Put a preset in force for a region or one authority, from a day on; told twice, the first row is returned.

    Two rules for the same place on the same day are refused, because nobody could say which one holds.
    """
    if bool(region_code) == (authority is not None):
        raise RuleRefused("A rule is adopted either for a region or for an authority.")
    place = {"region_code": region_code, "authority": authority}
    with transaction.atomic():
        known = CreditRule.objects.filter(**place, code=preset.code, active_from=active_from).first()
        if known:
            return known
        overlapping = CreditRule.objects.filter(**place).filter(
            Q(active_to__isnull=True) | Q(active_to__gt=active_from)
        )
        if active_to is not None:
            overlapping = overlapping.filter(active_from__lt=active_to)
        if clash := overlapping.first():
            raise RuleRefused(f"{clash.code} is in force there from {clash.active_from}; end it first.")
        rule = CreditRule(
            **place,
            code=preset.code,
            name=preset.name,
            unit=preset.unit,
            parameters=preset.parameters,
            offline_needs_quiz=preset.offline_needs_quiz,
            active_from=active_from,
            active_to=active_to,
            source=preset.source,
            confidence=preset.confidence,
        )
        _save_checked(rule)
        detail = {"code": rule.code, "region_code": region_code, "active_from": active_from}
        record("credit_rule_adopted", actor=by, subject_kind="credit_rule", subject_id=rule.pk, detail=detail, at=at)
    return rule


def end_rule(rule: CreditRule, *, active_to: date, by: Person | None = None, at: datetime) -> CreditRule:
    """Let a rule end on a day (not including it); what was earned under it stays."""
    with transaction.atomic():
        locked = CreditRule.objects.select_for_update().get(pk=rule.pk)
        if locked.active_to == active_to:
            return locked
        last = locked.entries.order_by("-day").first()
        if last and last.day >= active_to:
            raise RuleRefused(f"Hours were earned under this rule as late as {last.day}.")
        locked.active_to = active_to
        _save_checked(locked)
        detail = {"code": locked.code, "active_to": active_to}
        record("credit_rule_ended", actor=by, subject_kind="credit_rule", subject_id=rule.pk, detail=detail, at=at)
    return locked
