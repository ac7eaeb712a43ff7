"""An officer of an organisation department sets a rule for the cadres that it manages, ends it, or takes it back.

A rule that hours hang on is never edited: another number is another row from another day on. Its own rows neither
overlap nor leave days between them on which no rule at all holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, ProtectedError, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lms.audit.domain import record
from lms.credits.domain.adopting import RuleRefused, end_rule
from lms.credits.models import CreditLedgerEntry, CreditRule
from lms.credits.policies import may_write_rules_of
from lms.credits.queries import rules_around
from lms.lib.durations import beijing_day
from lms.people.models import Org, Person, Post

Days = tuple[date, date | None]
"""From a day up to, not including, another; None: for good."""


class CannotWriteRule(Exception):
    """The rule cannot be set, ended or taken back; the message can be shown to the officer."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What an officer wrote; `ends_current` says that her rule of that day ends when this one begins."""

    authority: Org
    name: str
    unit: str
    parameters: dict[str, Any]
    active_from: date
    source: str
    confidence: str
    active_to: date | None = None
    offline_needs_quiz: bool = True
    based_on: CreditRule | None = None
    ends_current: bool = False

    @property
    def rule(self) -> CreditRule:
        """As a rule that is not saved."""
        return CreditRule(
            name=self.name,
            authority=self.authority,
            unit=self.unit,
            parameters=self.parameters,
            offline_needs_quiz=self.offline_needs_quiz,
            active_from=self.active_from,
            active_to=self.active_to,
            source=self.source,
            confidence=self.confidence,
            based_on=self.based_on,
        )


def write_rule(draft: Draft, *, by: Person, at: datetime) -> CreditRule:
    """Put the rule in force for the officer's authority from its first day; raises CannotWriteRule, leaving nothing."""
    org = draft.authority
    _check_officer(org, by, at)
    with transaction.atomic():
        Org.objects.select_for_update().get(pk=org.pk)
        _check_first_day(org, draft.active_from, at)
        own = list(CreditRule.objects.filter(authority=org).order_by("active_from"))
        clashes = [rule for rule in own if _overlap(_days(rule), (draft.active_from, draft.active_to))]
        if draft.ends_current and len(clashes) == 1 and clashes[0].active_from < draft.active_from:
            _end(clashes.pop(), draft.active_from, by=by, at=at)
        if clashes:
            raise CannotWriteRule(
                _("“%(name)s” holds %(days)s. Choose other days, or end that rule first.")
                % {"name": clashes[0].name, "days": days_in_words(_days(clashes[0]))}
            )
        _check_gaps(org, own, (draft.active_from, draft.active_to))
        rule = draft.rule
        rule.code = f"{org.code}-{len(own) + 1}"
        while CreditRule.objects.filter(authority=org, code=rule.code).exists():
            rule.code = f"{rule.code}a"
        try:
            rule.full_clean()
        except ValidationError as error:
            raise CannotWriteRule(" ".join(error.messages)) from None
        rule.save()
        detail = {"code": rule.code, "org": org.code, "active_from": rule.active_from, "active_to": rule.active_to}
        _record("credit_rule_written", rule, detail, by=by, at=at)
    return rule


def end_own_rule(rule: CreditRule, *, active_to: date, by: Person, at: datetime) -> CreditRule:
    """Let a rule of the officer's authority end on a day (not including it); what was earned under it stays."""
    org = _check_officer(rule.authority, by, at)
    if active_to <= rule.active_from:
        raise CannotWriteRule(_("The rule began on %(day)s; it ends on a later day.") % _day(rule.active_from))
    if rule.active_to is not None and active_to > rule.active_to:
        raise CannotWriteRule(
            _("The rule ends on %(day)s already; write a new one for later days.") % _day(rule.active_to)
        )
    with transaction.atomic():
        Org.objects.select_for_update().get(pk=org.pk)
        others = list(CreditRule.objects.filter(authority=org).exclude(pk=rule.pk))
        following = [each.active_from for each in others if each.active_from >= active_to]
        if following:
            _refuse_gap((active_to, min(following)), [_days(each) for each in (*others, *rules_around(org, active_to))])
        return _end(rule, active_to, by=by, at=at)


def withdraw_rule(rule: CreditRule, *, by: Person, at: datetime) -> CreditRule | None:
    """Take back a rule that has not begun; the own rule that was to end then goes on in its place, and is returned."""
    org = _check_officer(rule.authority, by, at)
    with transaction.atomic():
        Org.objects.select_for_update().get(pk=org.pk)
        if rule.active_from <= beijing_day(at) or rule.entries.exists():
            raise CannotWriteRule(_("The rule has begun, so it can only be ended."))
        before = CreditRule.objects.filter(authority=rule.authority_id, active_to=rule.active_from).first()
        detail = {"code": rule.code, "active_from": rule.active_from, "reopened": before.code if before else ""}
        _record("credit_rule_withdrawn", rule, detail, by=by, at=at)
        if before:
            before.active_to = rule.active_to
            before.save()
        try:
            rule.delete()
        except ProtectedError:
            raise CannotWriteRule(_("Another rule was written from this one, so it stays.")) from None
    return before


def days_in_words(days: Days) -> str:
    """“from 1 January 2026 to 31 December 2026”, the last day included."""
    begin, end = days
    words = {"begin": date_format(begin, "DATE_FORMAT")}
    if end is None:
        return _("from %(begin)s on") % words
    return _("from %(begin)s to %(end)s") % (words | {"end": date_format(end - timedelta(days=1), "DATE_FORMAT")})


def uncovered(days: tuple[date, date], covered: Iterable[Days]) -> Days | None:
    """The first days among these that none of the others covers."""
    begin, end = days
    for first, last in sorted(covered, key=lambda each: each[0]):
        if first > begin:
            return begin, min(first, end)
        if last is None:
            return None
        begin = max(begin, last)
        if begin >= end:
            return None
    return (begin, end) if begin < end else None


def _days(rule: CreditRule) -> Days:
    return rule.active_from, rule.active_to


def _overlap(one: Days, other: Days) -> bool:
    return (one[1] is None or other[0] < one[1]) and (other[1] is None or one[0] < other[1])


def _day(day: date) -> dict[str, str]:
    return {"day": date_format(day, "DATE_FORMAT")}


def _check_officer(org: Org | None, by: Person, at: datetime) -> Org:
    if org is None or not may_write_rules_of(by, org, beijing_day(at)):
        raise CannotWriteRule(_("Only an officer of that organisation department sets its rules."))
    return org


def _check_first_day(org: Org, first: date, at: datetime) -> None:
    """From tomorrow on; earlier only where nothing was registered for its cadres from that day on."""
    if first > beijing_day(at):
        return
    hers = Post.objects.filter(Q(active_to__isnull=True) | Q(active_to__gt=first), cadre_authority=org)
    entries = CreditLedgerEntry.objects.filter(day__gte=first, person__in=hers.values("person"))
    last = entries.aggregate(last=Max("day"))["last"]
    if last:
        raise CannotWriteRule(
            _(
                "Hours were registered for your cadres up to %(day)s. A new rule begins after that, tomorrow at the "
                "earliest."
            )
            % _day(last)
        )


def _check_gaps(org: Org, own: list[CreditRule], days: Days) -> None:
    """No days without any rule between the own rule before and this one, nor between this one and the next."""
    holding = [_days(rule) for rule in [*own, *rules_around(org, days[0])]]
    ends = [rule.active_to for rule in own if rule.active_to and rule.active_to <= days[0]]
    begins = [rule.active_from for rule in own if days[1] and rule.active_from >= days[1]]
    spans = [(max(ends), days[0])] if ends else []
    spans += [(days[1], min(begins))] if begins and days[1] else []
    for span in spans:
        _refuse_gap(span, holding)


def _refuse_gap(span: tuple[date, date], holding: Iterable[Days]) -> None:
    if gap := uncovered(span, holding):
        raise CannotWriteRule(
            _("No rule would hold %(days)s, and nobody could earn hours. Let the rules follow each other.")
            % {"days": days_in_words(gap)}
        )


def _end(rule: CreditRule, active_to: date, *, by: Person, at: datetime) -> CreditRule:
    last = rule.entries.aggregate(last=Max("day"))["last"]
    if last and last >= active_to:
        raise CannotWriteRule(
            _("Hours were registered under “%(name)s” up to %(day)s. It ends after that at the earliest.")
            % {"name": rule.name, **_day(last)}
        )
    try:
        return end_rule(rule, active_to=active_to, by=by, at=at)
    except RuleRefused as error:
        raise CannotWriteRule(str(error)) from None


def _record(action: str, rule: CreditRule, detail: dict[str, Any], *, by: Person, at: datetime) -> None:
    record(action, actor=by, subject_kind="credit_rule", subject_id=rule.pk, detail=detail, at=at)
