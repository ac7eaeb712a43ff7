"""Nouns of media: recordings, the work on them and what was made of them, captions, words for recognition."""

from media.models.caption_work import CaptionReport, CaptionReturn, DraftEditing
from media.models.captions import CaptionTrack, Cue, Transcript, new_line_key
from media.models.spoken import Spoken
from media.models.stretches import RecognitionStretch
from media.models.uploads import Upload, UploadQuerySet
from media.models.videos import Rendition, Video, VideoQuerySet
from media.models.wording import GlossaryTerm, SensitiveWord
from media.models.work import StageRun

__all__ = [
    "CaptionReport",
    "CaptionReturn",
    "CaptionTrack",
    "Cue",
    "DraftEditing",
    "GlossaryTerm",
    "RecognitionStretch",
    "Rendition",
    "SensitiveWord",
    "Spoken",
    "StageRun",
    "Transcript",
    "Upload",
    "UploadQuerySet",
    "Video",
    "VideoQuerySet",
    "new_line_key",
]
