"""On which phone a lesson was opened, where credit hangs on watching; what an officer said about a phone of several."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention

DAYS_KEPT = 60


class DeviceSighting(models.Model):
    """That a play session was opened on this device. Written by `devices.see_device`; nothing is ever counted by it.

    `device` is a keyed digest of the random value in the browser's cookie: it tells one browser from another for as
    long as the cookie lives, and says nothing about the phone.
    """

    RETENTION = Retention(
        "asking whether several cadres learn on one device", until="the lesson was opened", days=DAYS_KEPT
    )

    session = models.OneToOneField(
        "learning.PlaySession", models.CASCADE, primary_key=True, related_name="device_sighting"
    )
    device = models.CharField(_("device"), max_length=32)
    seen_at = models.DateTimeField(_("opened at"))

    class Meta:
        verbose_name = _("sighting of a device")
        verbose_name_plural = _("sightings of devices")
        indexes = [
            # Which devices were seen lately, and by whom.
            models.Index(fields=["device", "-seen_at"], name="learning_sighting_device"),
            # The desk looks back some weeks; what is older goes.
            models.Index(fields=["seen_at"], name="learning_sighting_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.seen_at:%Y-%m-%d}"


class DeviceNote(models.Model):
    """已了解，正常: an officer knows why several people learn on a device. Written by `devices.note_as_usual`.

    It holds until something is new: somebody who was not among them, or lessons open at the same time where none were.
    """

    RETENTION = Retention("not asking the same question twice", until="it was noted", days=365, basis="contract")

    device = models.CharField(_("device"), max_length=32)
    # Ids of the persons about whom it was said, and whether their lessons were open at the same time.
    people = models.JSONField(_("people"), default=list)
    is_overlapping = models.BooleanField(_("at the same time"), default=False)
    reason = models.CharField(_("reason"), max_length=300)
    noted_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(_("noted at"))

    class Meta:
        verbose_name = _("note on a device")
        verbose_name_plural = _("notes on devices")
        constraints = [models.CheckConstraint(name="learning_device_note_says_why", condition=~Q(reason=""))]
        indexes = [
            # The desk: what was said about these devices.
            models.Index(fields=["device", "-noted_at"], name="learning_device_note"),
        ]

    def __str__(self) -> str:
        return f"{self.noted_at:%Y-%m-%d}: {self.reason}"
