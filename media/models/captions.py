"""Transcripts, their cues, and the caption tracks that learners are served."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention
from media.enums import Language, TranscriptSource, TranscriptState, direction_of
from media.models.videos import Video

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from media.models.caption_work import CaptionReturn, DraftEditing

# A cue whose words the recogniser held for less probable than this is coloured for the reviewer.
UNSURE_BELOW = Decimal("0.6")


def new_line_key() -> str:
    """Eleven characters that name a line for as long as it lives, whatever its number becomes."""
    return secrets.token_urlsafe(8)


class Transcript(models.Model):
    """What is said in a recording, in one language: a draft by machine or hand, or a version a person approved.

    `transcribing.transcribe` and `captioning` write it. At most one draft is open per language; an approved version
    is never edited, correcting it makes a new draft, and what a newer version replaces stays as superseded.
    """

    RETENTION = Retention("captions and search", until="the recording goes", basis="contract")

    video = models.ForeignKey(Video, models.CASCADE, related_name="transcripts")
    language = models.CharField(_("language"), max_length=12, choices=Language)
    source = models.CharField(_("source"), max_length=8, choices=TranscriptSource)
    state = models.CharField(_("state"), max_length=12, choices=TranscriptState, default=TranscriptState.DRAFT)
    version = models.PositiveIntegerField(_("version"))
    # Counts the times the draft was saved, so that two people do not overwrite each other unawares.
    revision = models.PositiveIntegerField(default=1)
    based_on = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    # Which recogniser and model wrote it, for machine drafts.
    engine = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("people.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    edited_at = models.DateTimeField(null=True, blank=True)
    edited_by = models.ForeignKey("people.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    # Who last changed words or times, or brought them: not the one to approve them. Settling a doubt is no change.
    worded_by = models.ForeignKey("people.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        "people.Person", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )

    if TYPE_CHECKING:
        cues: RelatedManager[Cue]
        returns: RelatedManager[CaptionReturn]
        editings: RelatedManager[DraftEditing]

    class Meta:
        verbose_name = _("transcript")
        verbose_name_plural = _("transcripts")
        ordering = ["video", "language", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["video", "language", "version"], name="media_transcript_version_once"),
            models.UniqueConstraint(
                fields=["video", "language"],
                condition=Q(state=TranscriptState.APPROVED),
                name="media_transcript_one_approved",
            ),
            models.UniqueConstraint(
                fields=["video", "language"],
                condition=Q(state=TranscriptState.DRAFT),
                name="media_transcript_one_draft",
            ),
            models.CheckConstraint(
                name="media_transcript_approved_has_moment",
                condition=~Q(state=TranscriptState.APPROVED) | Q(approved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.video_id} {self.language} {self.version}"


class Cue(models.Model):
    """One caption: from, to, words, and how sure the recogniser was."""

    RETENTION = Retention("captions and search", until="the recording goes", basis="contract")

    transcript = models.ForeignKey(Transcript, models.CASCADE, related_name="cues")
    number = models.PositiveIntegerField()
    # Names the line through saves, and from one version to the next; numbers move when a line is put between.
    key = models.CharField(max_length=16, default=new_line_key)
    # The revision of the draft in which it was last changed: so two people can change different lines at once.
    changed_in = models.PositiveIntegerField(default=1)
    start_ms = models.PositiveIntegerField()
    end_ms = models.PositiveIntegerField()
    text = models.TextField()
    # 0.000 to 1.000; null when a person wrote it.
    confidence = models.DecimalField(max_digits=4, decimal_places=3, null=True, blank=True)
    # Why a person must look at it, as values of CueFlag; `settled` once one did.
    flags = models.JSONField(default=list, blank=True)
    settled = models.BooleanField(default=False)
    # What the glossary put right in it: [{"heard": …, "term": …}].
    corrections = models.JSONField(default=list, blank=True)
    # {"text", "confidence", "flags"} as heard, once a person changed the words: they count again if the words return.
    heard = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = _("cue")
        verbose_name_plural = _("cues")
        ordering = ["transcript", "number"]
        constraints = [
            models.UniqueConstraint(fields=["transcript", "number"], name="media_cue_number_once"),
            models.UniqueConstraint(fields=["transcript", "key"], name="media_cue_key_once"),
            models.CheckConstraint(name="media_cue_ends_after_start", condition=Q(end_ms__gt=F("start_ms"))),
            models.CheckConstraint(
                name="media_cue_confidence_is_share",
                condition=Q(confidence__isnull=True) | (Q(confidence__gte=0) & Q(confidence__lte=1)),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_doubtful(self) -> bool:
        """Flagged, and nobody has settled it yet."""
        return bool(self.flags) and not self.settled

    @property
    def is_unsure(self) -> bool:
        """The recogniser gave it little confidence."""
        return self.confidence is not None and self.confidence < UNSURE_BELOW


class CaptionTrack(models.Model):
    """What learners are served in one language: the WebVTT of the approved transcript, written by approving."""

    RETENTION = Retention("captions and search", until="the recording goes", basis="contract")

    video = models.ForeignKey(Video, models.CASCADE, related_name="caption_tracks")
    language = models.CharField(max_length=12, choices=Language)
    label = models.CharField(max_length=60)
    transcript = models.ForeignKey(Transcript, models.RESTRICT, related_name="+")
    vtt = models.TextField()
    published_at = models.DateTimeField()

    class Meta:
        verbose_name = _("caption track")
        verbose_name_plural = _("caption tracks")
        ordering = ["video", "language"]
        constraints = [models.UniqueConstraint(fields=["video", "language"], name="media_caption_track_once")]

    def __str__(self) -> str:
        return f"{self.video_id} {self.language}"

    @property
    def direction(self) -> str:
        """Which way it is written."""
        return direction_of(self.language)
