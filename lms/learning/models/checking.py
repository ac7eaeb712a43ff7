"""Presence checks, and what waits behind them."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.learning.enums import CheckOutcome
from lms.learning.models.playing import new_session_code
from lms.lib.retention import Retention
from lms.lib.stretches import Stretches

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


class PresenceCheck(models.Model):
    """A question asked in between, where credit hangs on watching (在线确认).

    Opened by `presence.hold_back`, asked and concluded by `checking`. `asked` holds, in order, what was asked:
    {question, choices in the order shown, chosen, right}, by id; the last has no `chosen` while it waits for an answer.
    """

    RETENTION = Retention("proving that somebody was there", until="the account is closed", days=None, basis="contract")

    code = models.CharField(_("code"), max_length=32, unique=True, default=new_session_code)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="presence_checks", db_index=False)
    session = models.ForeignKey("learning.PlaySession", models.PROTECT, related_name="presence_checks")
    page = models.ForeignKey("courses.LessonPage", models.PROTECT, related_name="+", help_text="whose questions")
    after_seconds = models.PositiveIntegerField(_("seconds counted since the last one answered"))
    opened_at = models.DateTimeField(_("fell due at"))
    # After three wrong answers one looks at the lesson again before the next question comes.
    answerable_from = models.DateTimeField(_("can be answered from"))
    asked = models.JSONField(_("questions and answers"), default=list)
    right_count = models.PositiveSmallIntegerField(_("right answers"), default=0)
    wrong_count = models.PositiveSmallIntegerField(_("wrong answers"), default=0)
    outcome = models.CharField(_("outcome"), max_length=8, choices=CheckOutcome, default=CheckOutcome.OPEN)
    answered_at = models.DateTimeField(_("concluded at"), null=True)

    if TYPE_CHECKING:
        waiting: RelatedManager["WaitingStretch"]

    class Meta:
        verbose_name = _("presence check")
        verbose_name_plural = _("presence checks")
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(outcome=CheckOutcome.OPEN), name="learning_check_one_open"
            ),
            models.CheckConstraint(
                name="learning_check_open_until_answered",
                condition=Q(outcome=CheckOutcome.OPEN, answered_at=None)
                | (~Q(outcome=CheckOutcome.OPEN) & Q(answered_at__isnull=False)),
            ),
        ]
        indexes = [
            # The person's last checks.
            models.Index(fields=["person", "-opened_at"], name="learning_check_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.code} {self.outcome}"

    @property
    def due(self) -> dict[str, str | int]:
        """What a player is told about it: its code, and after how many counted seconds it fell due."""
        return {"check": self.code, "after": self.after_seconds}

    @property
    def is_open(self) -> bool:
        return self.outcome == CheckOutcome.OPEN


class WaitingStretch(models.Model):
    """Seconds of a lesson that were watched and paid for while a check was open: one row per check and record, united.

    What becomes of them is said by the check: they wait while it is open, count once it is answered, and are refused
    after three wrong answers. Written by `presence.hold_back`, moved behind the next check by `checking`.
    """

    RETENTION = Retention("proving what was watched", until="the account is closed", days=None, basis="contract")

    # `check` would hide the method of every model.
    presence_check = models.ForeignKey(PresenceCheck, models.PROTECT, related_name="waiting", db_index=False)
    record = models.ForeignKey("learning.WatchRecord", models.PROTECT, related_name="waiting_stretches")
    session = models.ForeignKey("learning.PlaySession", models.PROTECT, related_name="+")
    stretches = models.BinaryField(default=bytes)
    last_at = models.DateTimeField(_("last reported at"))

    class Meta:
        verbose_name = _("waiting stretch")
        verbose_name_plural = _("waiting stretches")
        constraints = [models.UniqueConstraint(fields=["presence_check", "record"], name="learning_waiting_once")]

    def __str__(self) -> str:
        return f"{self.presence_check_id}: {self.record_id}"

    @property
    def seconds(self) -> Stretches:
        return Stretches.from_bytes(self.stretches)
