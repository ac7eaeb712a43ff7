"""The phones on which somebody is signed in, and accounts that stay on a phone to be chosen by name."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention
from lms.people.enums import DeviceKind, Picture

# POLICY 4.2: a farmer's own phone is refreshed every 30 days. After half a year the code is asked for again in any
# case, as it is on a number that was not used for so long.
KEPT_UNUSED = timedelta(days=30)
KEPT_AT_MOST = timedelta(days=180)


class KeptAccountQuerySet(models.QuerySet["KeptAccount"]):
    def alive(self, at: datetime) -> Self:
        """Used within 30 days, and kept no longer than half a year."""
        return self.filter(last_used_at__gt=at - KEPT_UNUSED, kept_at__gt=at - KEPT_AT_MOST)


class KeptAccount(models.Model):
    """The right to enter one account from one phone without a code; its owner gave it there, with a code.

    The phone holds a random number in a cookie, this row its keyed index alone. Changed by domain/keeping.py.
    """

    RETENTION = Retention("several people on one phone", until="it was last used", days=KEPT_UNUSED.days)

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="kept_accounts"
    )
    phone_index = models.CharField(_("keyed index of the phone"), max_length=128)
    picture = models.CharField(_("picture"), max_length=12, choices=Picture.choices)
    kept_at = models.DateTimeField(_("kept since"))
    last_used_at = models.DateTimeField(_("last used"))

    objects = KeptAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account kept on a phone")
        verbose_name_plural = _("accounts kept on phones")
        constraints = [
            # Also finds everybody on a phone.
            models.UniqueConstraint(name="people_kept_once_on_a_phone", fields=["phone_index", "person"]),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kept_at:%Y-%m-%d}"


class PhoneSession(models.Model):
    """That a person is signed in somewhere, so that she can see it and end it. Written by domain/ending.py."""

    RETENTION = Retention("seeing and ending where one is signed in", until="that session was over")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="phone_sessions"
    )
    session_key = models.CharField(_("session"), max_length=40, unique=True)
    device = models.CharField(_("device"), max_length=12, choices=DeviceKind.choices, default=DeviceKind.OTHER)
    began_at = models.DateTimeField(_("signed in"))

    class Meta:
        verbose_name = _("device that is signed in")
        verbose_name_plural = _("devices that are signed in")

    def __str__(self) -> str:
        return f"{self.person_id} {self.device}"
