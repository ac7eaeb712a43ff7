"""The number of a person's identity card."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lib.encryption import decrypt
from lms.lib.retention import Retention

IDENTITY_PURPOSE = "identity number"


def mask_identity_number(number: str) -> str:
    """The province, and the last four: enough to compare with a list at hand, without the day of birth."""
    return number[:2] + "*" * 12 + number[-4:]


class Identity(models.Model):
    """身份证号: encrypted, found by its keyed index, and nobody else's. Written by the roster; moved by merging."""

    RETENTION = Retention(
        "telling cadres of one name apart in the roster", until="the account is closed", basis="labour_management"
    )

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="identity"
    )
    encrypted = models.TextField(_("encrypted number"))
    # Unique: one number is one living person; a closed account has none.
    index = models.CharField(_("keyed index"), max_length=64, unique=True)
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("identity number")
        verbose_name_plural = _("identity numbers")

    def __str__(self) -> str:
        return str(self.person_id)

    @property
    def masked(self) -> str:
        return mask_identity_number(decrypt(self.encrypted, IDENTITY_PURPOSE))
