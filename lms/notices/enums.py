"""Kinds of messages, and what became of an SMS."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MessageKind(TextChoices):
    NOTICE = "notice", _("notice")
    REMINDER = "reminder", _("reminder")


class SmsState(TextChoices):
    """The way of an SMS: queued, claimed, then one of four ends that are never left again."""

    QUEUED = "queued", _("waits to be sent")
    CLAIMED = "claimed", _("is being sent")
    SENT = "sent", _("accepted by the provider")
    FAILED = "failed", _("not accepted by the provider")
    REFUSED = "refused", _("not sent")
    UNKNOWN = "unknown", _("nobody knows whether it went out")


class SmsDelivery(TextChoices):
    """What the provider reported of an SMS that it had accepted; empty where it reported nothing."""

    DELIVERED = "delivered", _("arrived on the phone")
    UNDELIVERED = "undelivered", _("did not arrive")


class WhyRefused(TextChoices):
    """Why an SMS that waited was not sent at all."""

    NO_PHONE = "no_phone", _("no number in use")
    OPTED_OUT = "opted_out", _("wants no reminders by SMS")
    TOO_OLD = "too_old", _("waited too long")
    SETTLED = "settled", _("not needed any more")


class LeftOut(TextChoices):
    """Why somebody on the list is not reminded, or not by SMS."""

    RECENT = "recent", _("reminded within 14 days")
    NO_PHONE = "no_phone", _("no number in use")
    OPTED_OUT = "opted_out", _("wants no reminders by SMS")
