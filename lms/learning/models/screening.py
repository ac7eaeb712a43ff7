"""集中收看: a screening in the village hall, who was there, what that brought, and who says that she was not."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.learning.enums import GroupRefusal, TickKind
from lms.learning.models.playing import new_seed, new_session_code
from lms.lib.retention import Retention
from lms.lib.stretches import Stretches
from lms.people.models import Person

# Ticks may be made until so long after the end.
TICKS_AFTER = timedelta(hours=24)
# An objection can be taken back so long after the film: clocks remember what each second paid for eight days.
WITHDRAWN_WITHIN = timedelta(days=7)


class GroupViewingQuerySet(models.QuerySet["GroupViewing"]):
    def underway(self) -> Self:
        """Those whose doors are open, with network, and that nobody has closed."""
        return self.filter(doors_at__isnull=False, closed_at__isnull=True, is_offline=False)

    def never_handed_in(self, at: datetime) -> Self:
        """Those of which the server only knows that people scanned, and which can be handed in no longer."""
        return self.filter(is_offline=True, closed_at__isnull=True, valid_until__lt=at)


class GroupViewing(models.Model):
    """The right of a helper to screen a lesson once, and what became of it: prepared, doors open, running, closed.

    Given by `viewing.prepare`; `open_doors`, `start`, `close`, `hand_in` and `hear_of` alone change it. All moments are
    the server's. One that ran without network (`is_offline`) ran for `seconds` somewhere between `opened_at` and
    `closed_at`, which are the two contacts with the server around it; any other ran just then. Until it is handed in,
    the server may have heard of its doors from those who scanned with a network of their own.
    """

    RETENTION = Retention("proving what was watched", until="the account is closed", days=None, basis="contract")

    code = models.CharField(_("code"), max_length=32, unique=True, default=new_session_code)
    helper = models.ForeignKey("people.Person", models.PROTECT, related_name="group_viewings", db_index=False)
    org = models.ForeignKey("people.Org", models.PROTECT, related_name="+")
    division = models.ForeignKey("people.Division", models.PROTECT, related_name="+")
    lesson_key = models.UUIDField(_("lesson"), help_text="translation_key of the lesson page")
    page = models.ForeignKey("courses.LessonPage", models.PROTECT, related_name="+")
    video = models.ForeignKey("media.Video", models.PROTECT, related_name="+")
    decoded_seconds = models.PositiveIntegerField(_("length in seconds"))
    # Of the codes that change on the helper's phone.
    secret = models.CharField(max_length=32, default=new_seed)
    prepared_at = models.DateTimeField(_("prepared at"))
    valid_until = models.DateTimeField(_("valid until"))
    doors_at = models.DateTimeField(_("doors opened at"), null=True)
    opened_at = models.DateTimeField(_("opened at"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    seconds = models.PositiveIntegerField(_("seconds shown"), default=0)
    is_offline = models.BooleanField(_("without network"), default=False)

    objects = GroupViewingQuerySet.as_manager()

    class Meta:
        verbose_name = _("group viewing")
        verbose_name_plural = _("group viewings")
        constraints = [
            models.UniqueConstraint(
                fields=["helper"],
                name="learning_viewing_one_at_a_time",
                condition=Q(doors_at__isnull=False, closed_at__isnull=True, is_offline=False),
            ),
            models.CheckConstraint(
                name="learning_viewing_within_lesson", condition=Q(seconds__lte=F("decoded_seconds"))
            ),
            models.CheckConstraint(
                name="learning_viewing_closed_after_opened",
                condition=Q(closed_at__isnull=True) | Q(opened_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
            ),
        ]
        indexes = [
            # A helper's own, and how many she ticked in a day.
            models.Index(fields=["helper", "-prepared_at"], name="learning_viewing_newest"),
            # The desk: what ran in a place lately.
            models.Index(fields=["division", "-opened_at"], name="learning_viewing_place"),
        ]

    def __str__(self) -> str:
        return f"{self.helper_id}: {self.lesson_key} ({self.prepared_at:%Y-%m-%d})"

    @property
    def film_ends_at(self) -> datetime | None:
        """When the film is over at ordinary speed, shown once; None before it runs."""
        return self.opened_at + timedelta(seconds=self.decoded_seconds) if self.opened_at else None

    def ended_at(self, at: datetime) -> datetime | None:
        """Since when nothing is shown any more: closed, or the film is over; None while it runs or before."""
        over = self.film_ends_at
        return self.closed_at or (over if over and over <= at else None)

    def shown_seconds(self, at: datetime) -> int:
        """How many seconds of the lesson have been shown by then."""
        if self.is_offline or self.closed_at:
            return self.seconds
        return min((at - self.opened_at) // timedelta(seconds=1), self.decoded_seconds) if self.opened_at else 0


class GroupTickQuerySet(models.QuerySet["GroupTick"]):
    def of(self, person: Person) -> Self:
        """The person's own, and those of accounts merged into hers."""
        return self.filter(person.owns())

    def standing(self) -> Self:
        """Those against which nobody objected, or no longer does."""
        return self.filter(Q(objection__isnull=True) | Q(objection__withdrawal__isnull=False))


class GroupTick(models.Model):
    """A person was at a group viewing from `from_second` on: she scanned the code, or was ticked by name. A fact.

    Written by `ticking.scan` and `ticking.tick`.
    """

    RETENTION = Retention("proving what was watched", until="the account is closed", days=None, basis="contract")

    viewing = models.ForeignKey(GroupViewing, models.PROTECT, related_name="ticks", db_index=False)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="group_ticks", db_index=False)
    how = models.CharField(_("how"), max_length=8, choices=TickKind)
    from_second = models.PositiveIntegerField(_("from second"), default=0)
    ticked_at = models.DateTimeField(_("ticked at"))

    objects = GroupTickQuerySet.as_manager()

    class Meta:
        verbose_name = _("tick of a group viewing")
        verbose_name_plural = _("ticks of group viewings")
        constraints = [models.UniqueConstraint(fields=["viewing", "person"], name="learning_tick_once")]
        indexes = [
            # My learning: at which viewings she was.
            models.Index(fields=["person", "-ticked_at"], name="learning_tick_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.viewing_id}: {self.person_id}"

    @property
    def is_struck(self) -> bool:
        """Whether she says that she was not there."""
        return hasattr(self, "objection") and not hasattr(self.objection, "withdrawal")

    @property
    def outcome(self) -> "GroupReceipt | GroupWithdrawal | None":
        """What it brings by now: the last time that it was counted."""
        withdrawn = getattr(getattr(self, "objection", None), "withdrawal", None)
        return withdrawn if withdrawn and withdrawn.record_id else getattr(self, "receipt", None)


class Counted(models.Model):
    """What a tick brought when it was counted: seconds of the lesson, and the real time that was spent on them.

    `paid` (`evidence.PaidTime`) is kept so that it can be given back.
    """

    counted = models.BinaryField(default=bytes)
    refused = models.BinaryField(default=bytes)
    paid = models.BinaryField(default=bytes)
    reason = models.CharField(_("reason"), max_length=16, choices=GroupRefusal, blank=True)

    class Meta:
        abstract = True

    @property
    def seconds(self) -> Stretches:
        """What counted."""
        return Stretches.from_bytes(self.counted)


class GroupReceipt(Counted):
    """What a tick brought once its viewing was closed. Never changed; `counting.count_tick` writes it."""

    RETENTION = Retention("proving what was watched", until="the account is closed", days=None, basis="contract")

    tick = models.OneToOneField(GroupTick, models.PROTECT, primary_key=True, related_name="receipt")
    # Null where the lesson could not be counted for her at all.
    record = models.ForeignKey("learning.WatchRecord", models.PROTECT, null=True, related_name="group_receipts")
    counted_at = models.DateTimeField(_("counted at"))

    class Meta:
        verbose_name = _("receipt of a group viewing")
        verbose_name_plural = _("receipts of group viewings")

    def __str__(self) -> str:
        return f"{self.tick_id}: {self.seconds.seconds}"


class GroupObjection(models.Model):
    """我没去: a person says that she was not there. It strikes the tick; a fact, written by `objecting.object_to`.

    `completion` is the completion that hung on the tick, if one did: completions are facts and stay, so the officer is
    shown that this one has lost what it rested on.
    """

    RETENTION = Retention("proving what was watched", until="the account is closed", days=None, basis="contract")

    tick = models.OneToOneField(GroupTick, models.PROTECT, primary_key=True, related_name="objection")
    completion = models.ForeignKey("learning.LessonCompletion", models.PROTECT, null=True, related_name="objections")
    objected_at = models.DateTimeField(_("objected at"))

    class Meta:
        verbose_name = _("objection to a tick")
        verbose_name_plural = _("objections to ticks")

    def __str__(self) -> str:
        return str(self.tick_id)


class GroupWithdrawal(Counted):
    """我去了: she takes her objection back, once. A fact, written by `objecting.withdraw`.

    The tick stands again and is counted anew, because its real time may have paid for something else meanwhile: what it
    brings is here from now on. Without a record it had never been counted before, and its receipt says what it brings.
    """

    RETENTION = Retention("proving what was watched", until="the account is closed", days=None, basis="contract")

    objection = models.OneToOneField(GroupObjection, models.PROTECT, primary_key=True, related_name="withdrawal")
    record = models.ForeignKey("learning.WatchRecord", models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(_("withdrawn at"))

    class Meta:
        verbose_name = _("withdrawal of an objection")
        verbose_name_plural = _("withdrawals of objections")

    def __str__(self) -> str:
        return str(self.objection_id)
