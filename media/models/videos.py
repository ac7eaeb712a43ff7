"""Recordings and their renditions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

from lms.lib.ids import public_code
from lms.lib.retention import Retention
from media.enums import (
    CLAIMED,
    WAITING,
    CaptionState,
    FailureCode,
    Language,
    Notice,
    RenditionKind,
    TranscriptState,
    VideoStatus,
)

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from media.models.captions import CaptionTrack, Transcript
    from media.models.work import StageRun


# About what phones write; only for files whose header says nothing of their length.
GUESSED_BYTES_PER_SECOND = 500_000


def new_video_code() -> str:
    """A code that stands in addresses and folder names."""
    return public_code(12)


class VideoQuerySet(models.QuerySet["Video"]):
    def of_orgs(self, orgs: Any) -> VideoQuerySet:
        """Recordings that belong to one of the orgs."""
        return self.filter(org__in=orgs)

    def claimed(self) -> VideoQuerySet:
        """A worker has taken them."""
        return self.filter(status__in=CLAIMED)

    def waiting(self) -> VideoQuerySet:
        """They wait for a worker."""
        return self.filter(status__in=WAITING)

    def unfinished(self) -> VideoQuerySet:
        """Neither ready nor failed."""
        return self.filter(status__in=CLAIMED | WAITING)

    def retryable(self, at: datetime) -> VideoQuerySet:
        """Failed for a reason that may pass, and their pause is over."""
        return self.filter(status=VideoStatus.FAILED, failure_permanent=False, next_attempt_at__lte=at)

    def playable(self) -> VideoQuerySet:
        """Ready and not taken down."""
        return self.filter(status=VideoStatus.READY, taken_down_at=None)


class Video(index.Indexed, models.Model):  # type: ignore[django-manager-missing]  # LessonPage: Wagtail has no types
    """A recording: the file as it came, and where it stands on its way to a lesson.

    Made by `receiving.receive_video`; `staging` moves the status (claim, advance, fail, give back, retry);
    `taking_down` ends its life on screen and may give it back. Once ready it never changes: replacing makes a new one.
    Kept as long as a lesson, a completion or an hour points at it.
    """

    RETENTION = Retention("teaching", until="no lesson, completion or hour points at it", basis="contract")

    # Only to choose by: what learners find are lessons and what is said in them.
    search_fields = [index.AutocompleteField("title"), index.AutocompleteField("original_name")]

    code = models.CharField(_("code"), max_length=16, unique=True, default=new_video_code, editable=False)
    title = models.CharField(_("title"), max_length=200)
    org = models.ForeignKey("people.Org", models.PROTECT, related_name="videos", verbose_name=_("organisation"))
    uploaded_by = models.ForeignKey(
        "people.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="uploaded_videos",
        verbose_name=_("uploaded by"),
    )
    language = models.CharField(_("spoken language"), max_length=12, choices=Language, default=Language.CHINESE)

    # Empty for a piece cut from another recording: it is converted from that one's file.
    source = models.FileField(_("recording"), max_length=200, blank=True)
    original_name = models.CharField(_("file name"), max_length=255, blank=True)
    source_sha256 = models.CharField(max_length=64)
    source_size_bytes = models.PositiveBigIntegerField()
    received_at = models.DateTimeField(_("received at"))
    # What the header claims, read at receiving: it chooses a lane and reckons waiting times, never credit.
    stated_seconds = models.PositiveIntegerField(null=True, blank=True)
    # The uploaded file was deleted to save room (MEDIA_KEEP_SOURCES); what is streamed stays.
    source_dropped_at = models.DateTimeField(_("original file deleted at"), null=True, blank=True)
    # Lessons move from that one to this one when a person publishes them.
    replaces = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="replacements", verbose_name=_("replaces")
    )

    ai_generated = models.BooleanField(_("picture or voice made by artificial intelligence"), default=False)
    ai_label = models.CharField(_("label shown to learners"), max_length=120, blank=True)

    # A piece: of which recording (never itself a piece), from and to in its time. Written by `cutting`.
    cut_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="pieces", verbose_name=_("cut from")
    )
    cut_start_ms = models.PositiveIntegerField(null=True, blank=True)
    cut_end_ms = models.PositiveIntegerField(null=True, blank=True)

    status = models.CharField(_("state"), max_length=16, choices=VideoStatus, default=VideoStatus.RECEIVED)
    queued_at = models.DateTimeField(null=True, blank=True)
    claim_token = models.CharField(max_length=32, blank=True)
    claimed_by = models.CharField(max_length=120, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    # {"transcode" | "transcribe": {"done": seconds, "percent": 0–99 | null, "left_seconds": seconds | null}}
    stage_progress = models.JSONField(default=dict, blank=True)

    failed_status = models.CharField(max_length=16, choices=VideoStatus, blank=True)
    failure_code = models.CharField(max_length=32, choices=FailureCode, blank=True)
    failure_detail = models.TextField(blank=True)
    failure_permanent = models.BooleanField(default=False)

    # What decoding found; null until transcoded.
    decoded_seconds = models.PositiveIntegerField(_("length in seconds"), null=True, blank=True)
    has_picture = models.BooleanField(default=False)
    has_sound = models.BooleanField(default=False)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    notices = models.JSONField(default=list, blank=True)
    # Folder in storage that holds playlists, segments and poster; named anew by each run, so two never mix.
    stream_folder = models.CharField(max_length=200, blank=True)
    # All of that folder, in bytes.
    stream_size_bytes = models.PositiveBigIntegerField(default=0)
    poster = models.FileField(max_length=200, blank=True)
    # The widths in which it lies beside itself for pages, written by transcoding or `shrinking`.
    poster_widths = models.JSONField(default=list, blank=True)
    # WebVTT that names, for each stretch of time, a part of a sheet of thumbnails; none without a picture.
    storyboard = models.FileField(max_length=200, blank=True)
    # 16 kHz mono 16-bit WAV, only between the two stages.
    recognition_audio = models.FileField(max_length=200, blank=True)
    transcoded_at = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)

    caption_state = models.CharField(
        _("captions"), max_length=16, choices=CaptionState, default=CaptionState.NONE, editable=False
    )

    taken_down_at = models.DateTimeField(_("taken down at"), null=True, blank=True)
    taken_down_by = models.ForeignKey("people.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    taken_down_reason = models.CharField(max_length=300, blank=True)

    if TYPE_CHECKING:
        renditions: RelatedManager[Rendition]
        transcripts: RelatedManager[Transcript]
        caption_tracks: RelatedManager[CaptionTrack]
        stage_runs: RelatedManager[StageRun]
        replacements: RelatedManager[Video]

    objects = VideoQuerySet.as_manager()

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="media_video_ready_has_length",
                condition=~Q(status=VideoStatus.READY) | Q(decoded_seconds__isnull=False),
            ),
            models.CheckConstraint(
                name="media_video_failed_says_why",
                condition=~Q(status=VideoStatus.FAILED) | ~Q(failure_code=""),
            ),
            models.CheckConstraint(
                name="media_video_cut_is_whole",
                condition=Q(cut_from=None, cut_start_ms=None, cut_end_ms=None)
                | Q(cut_from__isnull=False, cut_start_ms__isnull=False, cut_end_ms__gt=F("cut_start_ms")),
            ),
            models.UniqueConstraint(
                fields=["cut_from", "cut_start_ms", "cut_end_ms"],
                condition=Q(taken_down_at=None),
                name="media_video_cut_once",
            ),
        ]
        indexes = [
            # The sweeper: what is claimed, waits or may be retried.
            models.Index(fields=["status", "heartbeat_at"], name="media_video_sweep"),
            # The list of an org's recordings, newest first.
            models.Index(fields=["org", "-received_at"], name="media_video_org_newest"),
            # Receiving: is this very file here already?
            models.Index(fields=["source_sha256"], name="media_video_sha256"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_ready(self) -> bool:
        """Both stages are behind it."""
        return self.status == VideoStatus.READY

    @property
    def is_playable(self) -> bool:
        """Ready and not taken down."""
        return self.is_ready and self.taken_down_at is None

    @property
    def is_streamable(self) -> bool:
        """Renditions exist and it was not taken down; staff may watch it before it is ready."""
        return bool(self.stream_folder) and self.taken_down_at is None

    @property
    def source_file(self) -> models.fields.files.FieldFile:
        """The file it is converted from: its own, or that of the recording it was cut from."""
        return self.cut_from.source if self.cut_from else self.source

    @property
    def awaits_recognition(self) -> bool:
        """Nothing but speech recognition stands between it and being ready."""
        failed_there = self.status == VideoStatus.FAILED and self.failed_status == VideoStatus.TRANSCRIBING
        return failed_there or self.status in (VideoStatus.TRANSCODED, VideoStatus.TRANSCRIBING)

    @property
    def likely_seconds(self) -> int:
        """How long it is: as decoded, else as its header claims, else as its size suggests. Never for credit."""
        if self.decoded_seconds is not None:
            return self.decoded_seconds
        return self.stated_seconds or max(self.source_size_bytes // GUESSED_BYTES_PER_SECOND, 1)

    @property
    def kept_bytes(self) -> int:
        """The room it takes in storage."""
        return self.stream_size_bytes + (0 if self.source_dropped_at else self.source_size_bytes)

    def approved_track(self, language: str | None = None) -> CaptionTrack | None:
        """The captions that learners are served in this language (else its own), if a person approved them."""
        return self.caption_tracks.filter(
            language=language or self.language, transcript__state=TranscriptState.APPROVED
        ).first()

    def stated_notices(self) -> list[str]:
        """What the trainer should know, as sentences."""
        return [str(Notice(code).label) for code in self.notices]


class Rendition(models.Model):
    """One form in which a recording is served: a step of the ladder, the sound alone, or one file to keep.

    Written by transcoding.
    """

    RETENTION = Retention("playing the recording", until="the recording goes", basis="contract")

    video = models.ForeignKey(Video, models.CASCADE, related_name="renditions")
    kind = models.CharField(max_length=8, choices=RenditionKind)
    name = models.CharField(max_length=16)
    # File name within the video's stream_folder: of its playlist, or of the one file.
    playlist = models.CharField(max_length=60)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    frame_rate = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    codecs = models.CharField(max_length=60)
    # Measured from the bytes written: the greediest segment, and the whole.
    peak_bits_per_second = models.PositiveIntegerField()
    average_bits_per_second = models.PositiveIntegerField()
    size_bytes = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        ordering = ["kind", "-height"]
        constraints = [models.UniqueConstraint(fields=["video", "name"], name="media_rendition_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def peak_kbits(self) -> int:
        """The greediest segment, in kbit/s."""
        return round(self.peak_bits_per_second / 1000)

    @property
    def average_kbits(self) -> int:
        """The whole, in kbit/s."""
        return round(self.average_bits_per_second / 1000)
