"""Invitations to staff."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention


class Invitation(models.Model):
    """Lets one person set her password and second factor, once, within days; handed over in person, never by SMS.

    Only the keyed hash of its code is stored.
    """

    RETENTION = Retention("proving who let whom in", until="it was used or ran out", days=3 * 365, basis="contract")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="invitations"
    )
    code_hash = models.CharField(_("hash of the code"), max_length=128, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("invited by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(_("taken up"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"{self.person_id} {self.created_at:%Y-%m-%d}"

    def is_open(self, at: datetime) -> bool:
        return self.accepted_at is None and at < self.expires_at
