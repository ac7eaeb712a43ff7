"""What a person was told, by which way, and what became of it."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention
from lms.notices.enums import MessageKind, SmsDelivery, SmsState, WhyRefused
from lms.people.models import Org, Person

A_YEAR, THREE_YEARS = 365, 3 * 365


def accounts_of(person_id: int) -> "models.QuerySet[Person]":
    """The ids of this account and of those merged into it, as a subquery that an index serves."""
    return Person.objects.filter(Q(pk=person_id) | Q(merged_into=person_id)).order_by().values("pk")


class Reminder(models.Model):
    """提醒: the same words to several people, sent by one officer with one press. Written by `reminding.remind` alone.

    `about` names what it was about in the code of the app that knows ("assignment:12"). `left_out` counts by reason
    (`LeftOut`); who they were is kept nowhere.
    """

    RETENTION = Retention(
        "showing who reminded people of what", until="it was sent", days=THREE_YEARS, basis="statutory_duty"
    )

    org = models.ForeignKey(Org, verbose_name=_("in the name of"), on_delete=models.PROTECT, related_name="reminders")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("sent by"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("sent at"))
    template = models.CharField(_("template"), max_length=32)
    variables = models.JSONField(_("variables"), default=dict)
    about = models.CharField(_("what it is about"), max_length=64)
    reason = models.CharField(_("reason"), max_length=200)
    people = models.PositiveIntegerField(_("people in the message centre"))
    by_sms = models.PositiveIntegerField(_("of them by SMS as well"))
    segments = models.PositiveSmallIntegerField(_("messages that the provider counts for each SMS"))
    left_out = models.JSONField(_("left out"), default=dict)

    class Meta:
        verbose_name = _("reminder sent to people")
        verbose_name_plural = _("reminders sent to people")
        ordering = ["-made_at", "-pk"]
        indexes = [
            # What was sent about one thing, newest first.
            models.Index(fields=["about", "-made_at"], name="notices_reminder_about"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.about}"


class MessageQuerySet(models.QuerySet["Message"]):
    def of(self, person: Person) -> Self:
        """The person's own, and those of accounts merged into hers."""
        return self.filter(person__in=accounts_of(person.survivor.pk))

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Message(models.Model):
    """One thing that one person is told in the message centre: the code of its template and its variables.

    `cause` makes it happen once: "assignment:12" tells a person of an assignment once, however often the task runs.
    """

    RETENTION = Retention("telling a person what concerns her", until="it was written", days=A_YEAR, basis="contract")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="messages"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=MessageKind.choices)
    template = models.CharField(_("template"), max_length=32)
    variables = models.JSONField(_("variables"), default=dict)
    cause = models.CharField(_("cause"), max_length=64)
    reminder = models.ForeignKey(
        Reminder, verbose_name=_("reminder"), null=True, on_delete=models.CASCADE, related_name="messages"
    )
    written_at = models.DateTimeField(_("written at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message to a person")
        verbose_name_plural = _("messages to people")
        ordering = ["-written_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["person", "cause"], name="notices_message_once")]
        indexes = [
            # The count in the header of every page.
            models.Index(fields=["person"], condition=Q(read_at__isnull=True), name="notices_message_unread"),
            # The message centre.
            models.Index(fields=["person", "-written_at"], name="notices_message_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.template}"


class Sms(models.Model):
    """The SMS that goes with a message. Its state is changed by `domain.sending` alone, `delivery` by `delivering`.

    The number stands nowhere: it is looked up when it is sent, and leaves its keyed index.
    """

    RETENTION = Retention("finding out why a reminder did not arrive", until="the message is forgotten")

    message = models.OneToOneField(Message, verbose_name=_("message"), on_delete=models.CASCADE, related_name="sms")
    state = models.CharField(_("state"), max_length=8, choices=SmsState.choices, default=SmsState.QUEUED)
    segments = models.PositiveSmallIntegerField(_("messages that the provider counts"))
    queued_at = models.DateTimeField(_("queued at"))
    claimed_at = models.DateTimeField(_("claimed at"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    template_id = models.CharField(_("template at the provider"), max_length=64, blank=True)
    number_index = models.CharField(_("keyed index of the number"), max_length=128, blank=True)
    receipt = models.CharField(_("provider's receipt"), max_length=128, blank=True)
    delivery = models.CharField(_("what the provider reported"), max_length=12, choices=SmsDelivery.choices, blank=True)
    reported_at = models.DateTimeField(_("delivery reported at"), null=True)
    why_refused = models.CharField(_("why it was not sent"), max_length=12, choices=WhyRefused.choices, blank=True)

    class Meta:
        verbose_name = _("SMS to a person")
        verbose_name_plural = _("SMS to people")
        constraints = [
            models.CheckConstraint(
                name="notices_sms_refused_says_why",
                condition=(Q(state=SmsState.REFUSED) & ~Q(why_refused=""))
                | (~Q(state=SmsState.REFUSED) & Q(why_refused="")),
            ),
            models.CheckConstraint(
                name="notices_sms_sent_has_a_moment", condition=~Q(state=SmsState.SENT) | Q(sent_at__isnull=False)
            ),
            models.CheckConstraint(
                name="notices_sms_reported_was_sent",
                condition=Q(delivery="", reported_at__isnull=True)
                | Q(state=SmsState.SENT, reported_at__isnull=False) & ~Q(delivery=""),
            ),
        ]
        indexes = [
            # What waits, in order; what a killed worker left behind.
            models.Index(
                fields=["state", "queued_at"],
                condition=Q(state__in=[SmsState.QUEUED, SmsState.CLAIMED]),
                name="notices_sms_waiting",
            ),
            # Whose report this is.
            models.Index(fields=["receipt"], name="notices_sms_by_receipt"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.state}"


class LastReminder(models.Model):
    """The day from which the next fourteen count, one row for each account: the row that reminding locks.

    `owes` is the reminder whose message is still to be written to her, `owes_sms` whether by SMS as well.
    """

    RETENTION = Retention("reminding nobody twice in fourteen days", until="the reminder was sent", days=60)

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="last_reminder",
    )
    reminded_on = models.DateField(_("reminded on"), null=True)
    owes = models.ForeignKey(
        Reminder,
        verbose_name=_("reminder to be written"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="owed",
        db_index=False,
    )
    owes_sms = models.BooleanField(_("by SMS as well"), default=False)

    class Meta:
        verbose_name = _("last reminder of a person")
        verbose_name_plural = _("last reminders of people")
        indexes = [
            # What is still to be written of a reminder.
            models.Index(fields=["owes", "person"], condition=Q(owes__isnull=False), name="notices_reminder_owed"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.reminded_on}"


class SmsRefusal(models.Model):
    """The person wants no reminders by SMS; taken back by deleting the row."""

    RETENTION = Retention("respecting that somebody wants no SMS", until="it is taken back or the account is closed")

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="sms_refusal",
    )
    refused_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("refusal of reminders by SMS")
        verbose_name_plural = _("refusals of reminders by SMS")

    def __str__(self) -> str:
        return str(self.person_id)
