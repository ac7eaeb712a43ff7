"""Nouns of media: recordings and what was made from them, transcripts and captions, words for recognition."""

from media.models.caption_work import CaptionReport, CaptionReturn, DraftEditing
from media.models.captions import CaptionTrack, Cue, Transcript, new_line_key
from media.models.stretches import RecognitionStretch
from media.models.uploads import Upload, UploadQuerySet
from media.models.videos import Rendition, Video, VideoQuerySet
from media.models.wording import GlossaryTerm, SensitiveWord

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
    "Transcript",
    "Upload",
    "UploadQuerySet",
    "Video",
    "VideoQuerySet",
    "new_line_key",
]
