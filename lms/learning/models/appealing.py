"""What did not count is appealed against, and a person settles it."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.learning.enums import SettlementOutcome
from lms.lib.retention import Retention
from lms.lib.stretches import Stretches
from lms.people.models import Person


class AppealQuerySet(models.QuerySet):
    def of(self, person: Person) -> Self:
        """The person's own, and those of accounts merged into hers."""
        return self.filter(person.owns())

    def unsettled(self) -> Self:
        return self.filter(settlement__isnull=True)


class Appeal(models.Model):
    """申诉: a person asks that a refused part be looked at by somebody. Written by `appealing.appeal`.

    Only its words are ever touched again: they are emptied where somebody asks for that.
    """

    RETENTION = Retention("settling what did not count", until="the account is closed", days=None, basis="contract")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="appeals", db_index=False)
    refused = models.ForeignKey("learning.RefusedStretch", models.PROTECT, related_name="appeals", db_index=False)
    # The same day may refuse more after the first appeal was settled.
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    # What had been refused, and did not count in another way, at that moment.
    stretches = models.BinaryField(default=bytes)
    words = models.CharField(_("in her own words"), max_length=300, blank=True)
    appealed_at = models.DateTimeField(_("appealed at"))

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints = [models.UniqueConstraint(fields=["refused", "number"], name="learning_appeal_once")]
        indexes = [
            # My learning, and how many were made in a day.
            models.Index(fields=["person", "-appealed_at"], name="learning_appeal_newest"),
            # The desk: what has waited longest.
            models.Index(fields=["appealed_at"], name="learning_appeal_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.refused_id} ({self.number})"

    @property
    def asked(self) -> Stretches:
        return Stretches.from_bytes(self.stretches)


class Settlement(models.Model):
    """What somebody without interest in the case decided about an appeal. Written by `appealing.settle`; never changed.

    Granted seconds, all that was asked for or a part of it, count as evidence of a kind of its own, outside the proof
    that the clock gives.
    """

    RETENTION = Retention("proving what was watched", until="the account is closed", days=None, basis="contract")

    appeal = models.OneToOneField(Appeal, models.PROTECT, related_name="settlement")
    # In which the granted seconds count.
    record = models.ForeignKey("learning.WatchRecord", models.PROTECT, related_name="settlements")
    outcome = models.CharField(_("outcome"), max_length=12, choices=SettlementOutcome)
    # Empty where it was declined.
    granted = models.BinaryField(default=bytes)
    reason = models.CharField(_("reason"), max_length=300)
    settled_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(_("settled at"))

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        constraints = [
            models.CheckConstraint(name="learning_settlement_says_why", condition=~Q(reason="")),
        ]
        indexes = [
            # The desk: what was settled lately.
            models.Index(fields=["-settled_at"], name="learning_settlement_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.outcome}"

    @property
    def is_granted(self) -> bool:
        return self.outcome == SettlementOutcome.GRANTED

    @property
    def counted(self) -> Stretches:
        """What was granted."""
        return Stretches.from_bytes(self.granted)

    @property
    def left_out(self) -> Stretches:
        """What had been asked for and was not granted."""
        return self.appeal.asked - self.counted

    @property
    def seconds(self) -> int:
        """How many seconds were granted."""
        return self.counted.seconds
