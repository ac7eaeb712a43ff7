"""Codes by SMS, what is counted to slow guessing down, and lost second factors."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from django_otp.models import CooldownMixin, SideChannelDevice, ThrottlingMixin, TimestampMixin
from django_otp.util import random_number_token

from lms.lib.encryption import keyed_index
from lms.lib.retention import Retention

CODE_DIGITS = 6
CODE_MINUTES = 10
CODE_TRIES = 5
COOLDOWN_SECONDS = 60


class SmsDevice(TimestampMixin, CooldownMixin, ThrottlingMixin, SideChannelDevice):
    """The phone behind a number. It belongs to nobody: couples share one, and unknown numbers get codes too.

    Only the keyed index of the number and the keyed hash of the code are stored. A code holds for ten
    minutes and five tries; the next code comes a minute later at the earliest. Wrong codes are not answered
    with growing pauses, as django-otp's throttle would: somebody else could then lock a farmer out for years.
    """

    RETENTION = Retention("signing in by code", until="the last code was sent", days=2)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    name = models.CharField(_("name"), max_length=64, default="sms")
    token = models.CharField(_("hash of the code"), max_length=128, blank=True, null=True)
    number_index = models.CharField(_("keyed index of the number"), max_length=128, unique=True)

    class Meta:
        verbose_name = _("phone that receives codes")
        verbose_name_plural = _("phones that receive codes")

    def __str__(self) -> str:
        return f"sms {self.pk}"

    def _hashed(self, code: str) -> str:
        return keyed_index(f"{self.number_index}:{code}", "sms-code")

    def new_code(self) -> str:
        """Make a code, keep its hash, and give the code to be sent. The caller has asked generate_is_allowed."""
        code = random_number_token(CODE_DIGITS)
        self.token = self._hashed(code)
        self.valid_until = timezone.now() + timedelta(minutes=CODE_MINUTES)
        self.throttle_reset(commit=False)
        self.cooldown_set(commit=False)
        self.save()
        return code

    def verify_is_allowed(self) -> tuple[bool, dict[str, Any] | None]:
        if self.throttling_failure_count >= CODE_TRIES:
            return False, {"failure_count": self.throttling_failure_count}
        return True, None

    def verify_token(self, token: str) -> bool:
        """Whether this is the code; a right one is used up, the fifth wrong one ends it."""
        now = timezone.now()
        allowed, _reason = self.verify_is_allowed()
        right = constant_time_compare(self._hashed(token), self.token or "")
        if not (allowed and right and self.token and now < self.valid_until):
            self.throttle_increment()
            return False
        self.token = None
        self.valid_until = now
        self.throttle_reset(commit=False)
        # A couple signs in one after the other on one phone: the second need not wait.
        self.cooldown_reset(commit=False)
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True

    def get_cooldown_duration(self) -> int:
        return COOLDOWN_SECONDS

    def get_throttle_factor(self) -> int:
        return 1


class Tally(models.Model):
    """How often something was tried in a window of time, by number or by address (both as keyed index)."""

    RETENTION = Retention("slowing guessing down", until="the window ended", days=2, basis="other_statutory")

    scope = models.CharField(_("what is counted"), max_length=24)
    key = models.CharField(_("keyed index"), max_length=128)
    window_start = models.DateTimeField(_("window"))
    count = models.PositiveIntegerField(_("count"), default=0)

    class Meta:
        verbose_name = _("tally of tries")
        verbose_name_plural = _("tallies of tries")
        constraints = [models.UniqueConstraint(name="people_tally_window", fields=["scope", "key", "window_start"])]

    def __str__(self) -> str:
        return f"{self.scope} {self.count}"

    @staticmethod
    def window(at: datetime, length: timedelta) -> datetime:
        """The start of the window in which the moment lies."""
        seconds = int(length.total_seconds())
        return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, tz=at.tzinfo)


class SentMessage(models.Model):
    """That a message went out, and what the provider answered; neither number nor code."""

    RETENTION = Retention("finding out why a code did not arrive", until="it was sent", days=184)

    number_index = models.CharField(_("keyed index of the number"), max_length=128)
    template_id = models.CharField(_("template"), max_length=64)
    reference = models.CharField(_("provider's receipt"), max_length=128, blank=True)
    accepted = models.BooleanField(_("accepted by the provider"))
    sent_at = models.DateTimeField(_("sent"))

    class Meta:
        verbose_name = _("sent message")
        verbose_name_plural = _("sent messages")

    def __str__(self) -> str:
        return f"{self.template_id} {self.reference}"


class FactorReset(models.Model):
    """A lost second factor: one security administrator asks, another person approves, then it is removed."""

    RETENTION = Retention("proving who reset what", until="it was decided", days=3 * 365, basis="statutory_duty")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="factor_resets"
    )
    reason = models.CharField(_("reason"), max_length=200)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("requested by"), on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField(_("requested"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("approved by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    approved_at = models.DateTimeField(_("approved on"), null=True, blank=True)

    class Meta:
        verbose_name = _("reset of a second factor")
        verbose_name_plural = _("resets of second factors")
        constraints = [
            models.CheckConstraint(
                name="people_factorreset_three_persons",
                condition=~Q(requested_by=F("person"))
                & (Q(approved_by__isnull=True) | (~Q(approved_by=F("requested_by")) & ~Q(approved_by=F("person")))),
            ),
            models.UniqueConstraint(
                name="people_factorreset_one_open", fields=["person"], condition=Q(approved_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.requested_at:%Y-%m-%d}"
