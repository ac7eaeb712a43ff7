"""Choices of learning."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EvidenceKind(models.TextChoices):
    """How the server knows that a second of a lesson was played; each kind has coverage of its own."""

    ONLINE = "online", _("online")
    OFFLINE = "offline", _("offline")
    GROUP = "group", _("group viewing")
    SETTLED = "settled", _("settled by a person")


class RefusalReason(models.TextChoices):
    """Why a reported stretch did not count."""

    CLOCK = "clock", _("More was reported than can be watched in the time that had passed.")
    TAKEN_DOWN = "taken_down", _("The lesson was taken down before this part was watched.")
    TOO_LATE = "too_late", _("The report came more than seven days after the lesson was opened or last heard of.")
    PACKAGE_OVER = "package_over", _("It was handed in more than seven days after the lesson was fetched.")
    DAY_FULL = "day_full", _("Of what is watched without network, four hours count for each day.")
    CHECK = "check", _("The question in between was answered wrongly three times.")
    ELSEWHERE = "elsewhere", _("At the same time you watched something else, or were at another group viewing.")


class CheckOutcome(models.TextChoices):
    """What became of a presence check."""

    OPEN = "open", _("waiting for an answer")
    PASSED = "passed", _("answered")
    FAILED = "failed", _("answered wrongly three times")
    WAIVED = "waived", _("there was nothing left to ask")


# What waited behind a check with one of these outcomes counts.
COUNTING_OUTCOMES = (CheckOutcome.PASSED, CheckOutcome.WAIVED)


class SettlementOutcome(models.TextChoices):
    """What became of an appeal."""

    GRANTED = "granted", _("It counts now.")
    DECLINED = "declined", _("It stays as it was.")


class AssessmentPhase(models.TextChoices):
    """Whether a self-assessment is the first one, with which later ones are compared."""

    PRE_TEST = "pre_test", _("before")
    POST_TEST = "post_test", _("after")


class TickKind(models.TextChoices):
    """How it is known that somebody was at a group viewing."""

    SCANNED = "scanned", _("scanned the code")
    NAMED = "named", _("ticked by name")


class GroupRefusal(models.TextChoices):
    """Why being at a group viewing did not count, or not in full."""

    ELSEWHERE = "elsewhere", _("At the same time you watched something else, or were at another group viewing.")
    NO_TIME = "no_time", _("More was reported than fits into the time since the screening was prepared.")
    TAKEN_DOWN = "taken_down", _("The lesson was taken down or changed before it could count.")
    NOT_SHOWN = "not_shown", _("The film was not shown.")
