"""Whom a reminder would reach, by which way, who is left out and why, and what it would cost. Writes nothing."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.conf import settings

from lms.notices.domain.hours import may_send, next_sending, sending_day
from lms.notices.domain.wording import SmsWords, Template, sms_words
from lms.notices.enums import LeftOut
from lms.notices.queries import refusing_sms, reminded_lately, taken_today, with_number
from lms.people.domain.rationing import REMINDERS

FEN = Decimal("0.01")


@dataclass(frozen=True)
class Plan:
    """A reminder as an officer sees it before she sends it: counts, words and cost; the ids stay on the server."""

    template: Template
    variables: Mapping[str, Any]
    asked: frozenset[int]
    recent: frozenset[int]
    no_phone: frozenset[int]
    opted_out: frozenset[int]
    with_sms: bool
    at: datetime

    @property
    def told(self) -> frozenset[int]:
        """Who gets it in the message centre."""
        return self.asked - self.recent

    @property
    def by_sms(self) -> frozenset[int]:
        """Who of them gets it by SMS as well."""
        return self.told - self.no_phone - self.opted_out if self.with_sms else frozenset()

    @property
    def left_out(self) -> dict[str, int]:
        """How many are left out, by reason; of those without SMS each once, by the first reason that holds."""
        counted = {LeftOut.RECENT: len(self.recent)}
        if self.with_sms:
            counted[LeftOut.OPTED_OUT] = len(self.told & self.opted_out)
            counted[LeftOut.NO_PHONE] = len((self.told & self.no_phone) - self.opted_out)
        return {reason.value: count for reason, count in counted.items() if count}

    @cached_property
    def sms(self) -> SmsWords:
        return sms_words(self.template, self.variables)

    @property
    def text(self) -> str:
        """What stands in the message centre, in the language of whoever reads the plan."""
        return self.template.filled(self.template.text, self.variables)

    @property
    def segments(self) -> int:
        """For how many messages the provider asks in all."""
        return self.sms.segments * len(self.by_sms)

    @property
    def cost(self) -> Decimal:
        """In yuan, by the price in SMS_PRICE."""
        return (settings.SMS_PRICE * self.segments).quantize(FEN)

    @property
    def waits_until(self) -> datetime | None:
        """When the first SMS goes out, if that is not now."""
        return None if may_send(self.at) else next_sending(self.at)

    @cached_property
    def today_at_most(self) -> int | None:
        """How many SMS are left of the site's day, where that is fewer than these; the rest goes out on later days."""
        taken = taken_today(self.at, REMINDERS.scope) if may_send(self.at) else 0
        left = max(REMINDERS.most - taken, 0)
        return left if left < len(self.by_sms) else None

    @property
    def digest(self) -> str:
        """Stands for what was looked at: the same people by the same ways, with the same words."""
        told, sms = sorted(self.told), sorted(self.by_sms)
        seen = f"{self.template.code}|{sorted(self.variables.items())}|{told}|{sms}|{self.sms.text}"
        return hashlib.sha256(seen.encode()).hexdigest()


def plan_reminder(
    person_ids: Iterable[int], template: Template, variables: Mapping[str, Any], *, with_sms: bool, at: datetime
) -> Plan:
    """The plan for these people: accounts that stand for themselves, each once. A few queries for every 500."""
    asked = frozenset(person_ids)
    recent = frozenset(reminded_lately(asked, sending_day(at)))
    told = asked - recent
    reachable = with_number(told, at) if with_sms else set()
    return Plan(
        template=template,
        variables=dict(variables),
        asked=asked,
        recent=recent,
        no_phone=frozenset(told - reachable),
        opted_out=frozenset(refusing_sms(told)) if with_sms else frozenset(),
        with_sms=with_sms,
        at=at,
    )
