"""What was watched, what was said about it, and what did not count."""

from functools import reduce
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.learning.enums import EvidenceKind, RefusalReason
from lms.lib.retention import Retention
from lms.lib.stretches import Stretches
from lms.people.models import Person
from lms.people.queries import same_person_ids


class WatchRecordQuerySet(models.QuerySet["WatchRecord"]):
    def for_report(self, pk: int) -> "WatchRecord":
        """The record with `is_withdrawn` and `is_united`.

        Whether its recording was taken down or its lesson is no longer live, and whether its person has other accounts.

        In SQL, because a report is judged many times a second and composing this query takes longer than running it.
        """
        return self.raw(
            """
            SELECT record.*, (video.taken_down_at IS NOT NULL OR NOT page.live) AS is_withdrawn,
                   (person.merged_into_id IS NOT NULL
                    OR EXISTS (SELECT 1 FROM people_person other WHERE other.merged_into_id = person.id)) AS is_united
            FROM learning_watchrecord record
            JOIN people_person person ON person.id = record.person_id
            JOIN media_video video ON video.id = record.video_id
            JOIN wagtailcore_page page ON page.id = record.page_id
            WHERE record.id = %s
            """,
            [pk],
        )[0]

    def of(self, person: Person) -> Self:
        """The person's own and those of accounts merged into hers, her own first."""
        mine = self.filter(person.owns())
        return mine.order_by(F("person__merged_into").asc(nulls_first=True), "pk")

    def twins_of(self, record: "WatchRecord") -> Self:
        """The records of the same lesson, recording and round that other accounts of the same human being have."""
        return self.filter(
            person__in=same_person_ids(record.person),
            lesson_key=record.lesson_key,
            video=record.video_id,
            round=record.round,
        ).exclude(pk=record.pk)


class WatchRecord(models.Model):
    """Which seconds of a recording a person has watched for a lesson, by kind of evidence.

    A cache of receipts and settlements: `watching.accept_report`, `counting.count_tick` and `appealing.settle` add,
    `objecting.object_to` takes back, `rebuild_learning` computes it anew. Where two accounts of one human being began
    the same lesson before they were merged, both have a record, and both hold what she watched in all.
    """

    RETENTION = Retention("showing where to go on", until="the account is closed")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="watch_records", db_index=False)
    lesson_key = models.UUIDField(_("lesson"), help_text="translation_key of the lesson page")
    page = models.ForeignKey("courses.LessonPage", models.PROTECT, related_name="+")
    video = models.ForeignKey("media.Video", models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    decoded_seconds = models.PositiveIntegerField(_("length in seconds"))
    # One bit per second (lms.lib.stretches).
    online = models.BinaryField(default=bytes)
    offline = models.BinaryField(default=bytes)
    group = models.BinaryField(default=bytes)
    settled = models.BinaryField(default=bytes)
    covered_seconds = models.PositiveIntegerField(_("seconds watched"), default=0)
    resume_point = models.PositiveIntegerField(_("resume point"), default=0)
    last_watched_at = models.DateTimeField(_("last watched"))

    objects = WatchRecordQuerySet.as_manager()

    if TYPE_CHECKING:
        # of `for_report`
        is_withdrawn: bool
        is_united: bool

    class Meta:
        verbose_name = _("watch record")
        verbose_name_plural = _("watch records")
        constraints = [
            models.UniqueConstraint(fields=["person", "lesson_key", "video", "round"], name="learning_record_once"),
            models.CheckConstraint(
                name="learning_record_within_lesson",
                condition=Q(covered_seconds__lte=F("decoded_seconds")) & Q(resume_point__lte=F("decoded_seconds")),
            ),
        ]
        indexes = [
            # My learning: where to go on.
            models.Index(fields=["person", "-last_watched_at"], name="learning_record_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.lesson_key} {self.percent} %"

    def coverage(self, kind: str) -> Stretches:
        return Stretches.from_bytes(getattr(self, EvidenceKind(kind).value))

    @property
    def covered(self) -> Stretches:
        """What is known by any kind of evidence."""
        return reduce(Stretches.union, map(self.coverage, EvidenceKind.values))

    @property
    def percent(self) -> int:
        return self.covered_seconds * 100 // self.decoded_seconds if self.decoded_seconds else 0

    @property
    def witnessed(self) -> Stretches:
        """What is known by more than an offline package."""
        return reduce(Stretches.union, (self.coverage(kind) for kind in EvidenceKind if kind != EvidenceKind.OFFLINE))

    @property
    def witnessed_percent(self) -> int:
        """How much was watched online or in a group, or settled by a person, in whole percent."""
        if not self.offline:
            return self.percent
        return self.witnessed.seconds * 100 // self.decoded_seconds if self.decoded_seconds else 0

    @property
    def group_percent(self) -> int:
        """How much of what was watched is known from group viewing only, in whole percent of the recording."""
        if not self.group or not self.decoded_seconds:
            return 0
        own = reduce(Stretches.union, (self.coverage(kind) for kind in EvidenceKind if kind != EvidenceKind.GROUP))
        return self.percent - own.seconds * 100 // self.decoded_seconds


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def newest(self, session_id: int) -> "Receipt | None":
        """The receipt with the highest number. In SQL, as `WatchRecordQuerySet.for_report`."""
        found = self.raw(
            "SELECT * FROM learning_receipt WHERE session_id = %s ORDER BY number DESC LIMIT 1", [session_id]
        )
        return next(iter(found), None)


class Receipt(models.Model):
    """What one watch report brought: the answer, word for word, to whoever sends it again. Never changed.

    `body` holds number, accepted, refused, percent, resume_point and completed.
    """

    RETENTION = Retention("proving what was watched", until="the account is closed", days=None, basis="contract")

    session = models.ForeignKey("learning.PlaySession", models.PROTECT, related_name="receipts", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    received_at = models.DateTimeField(_("received at"))
    body = models.JSONField(default=dict)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="learning_receipt_number_once")]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.number}"


class RefusedStretch(models.Model):
    """Seconds of a lesson that were reported and did not count: one row per person, lesson, reason and day, united.

    Written by `watching.accept_report`; explained on the page "my learning", where it can be appealed against.
    """

    RETENTION = Retention("explaining what did not count, and appeals", until="the day", days=365)

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="refused_stretches", db_index=False)
    lesson_key = models.UUIDField(_("lesson"), help_text="translation_key of the lesson page")
    page = models.ForeignKey("courses.LessonPage", models.PROTECT, related_name="+")
    record = models.ForeignKey(WatchRecord, models.PROTECT, related_name="refused_stretches")
    reason = models.CharField(_("reason"), max_length=16, choices=RefusalReason)
    day = models.DateField(_("day"), help_text="in Beijing")
    stretches = models.BinaryField(default=bytes)
    last_at = models.DateTimeField(_("last reported at"))

    class Meta:
        verbose_name = _("refused stretch")
        verbose_name_plural = _("refused stretches")
        constraints = [
            models.UniqueConstraint(fields=["person", "lesson_key", "reason", "day"], name="learning_refused_once")
        ]
        indexes = [
            # My learning: what did not count lately.
            models.Index(fields=["person", "-day"], name="learning_refused_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.lesson_key} {self.reason} {self.day}"
