"""How a person is reached."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lib.encryption import decrypt
from lms.lib.retention import Retention
from lms.people.enums import ContactKind
from lms.people.models.dated import Dated, DatedQuerySet
from lms.people.models.persons import Person

PHONE_PURPOSE = "phone"
# A number that was not used for so long may have been given to somebody else by its provider.
STALE_AFTER = timedelta(days=180)


def mask_phone(number: str) -> str:
    return number[:3] + "****" + number[-4:]


class ContactQuerySet(DatedQuerySet):
    def of_number(self, index: str, on: date) -> "ContactQuerySet":
        """Everybody who is reached on this number on the day, in the order they registered."""
        return (
            self.filter(kind=ContactKind.PHONE, index=index, person__in=Person.objects.present())
            .on(on)
            .select_related("person")
            .order_by("person__joined_at", "person_id")
        )


class Contact(Dated):
    """A phone number, encrypted, found by its keyed index. Dated and not unique: couples share a phone."""

    RETENTION = Retention("signing in and being told", until="the account is closed or the number changed")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="contacts"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=ContactKind.choices, default=ContactKind.PHONE)
    encrypted = models.TextField(_("encrypted number"))
    index = models.CharField(_("keyed index"), max_length=128)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    objects = ContactQuerySet.as_manager()  # type: ignore[misc]  # made by a call

    class Meta(Dated.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            # Signing in: who is reached on this number.
            models.Index(fields=["index"], name="people_contact_index"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"

    def is_stale(self, at: datetime) -> bool:
        """Whether the number was unused for so long that one more known fact is asked for."""
        return self.last_used_at is None or at - self.last_used_at > STALE_AFTER

    @property
    def masked(self) -> str:
        return mask_phone(decrypt(self.encrypted, PHONE_PURPOSE))
