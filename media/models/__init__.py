"""Nouns of media: recordings and what was made from them, transcripts and captions, words for recognition."""

from media.models.captions import CaptionTrack, Cue, Transcript
from media.models.stretches import RecognitionStretch
from media.models.uploads import Upload, UploadQuerySet
from media.models.videos import Rendition, Video, VideoQuerySet
from media.models.wording import GlossaryTerm, SensitiveWord

__all__ = [
    "CaptionTrack",
    "Cue",
    "GlossaryTerm",
    "RecognitionStretch",
    "Rendition",
    "SensitiveWord",
    "Transcript",
    "Upload",
    "UploadQuerySet",
    "Video",
    "VideoQuerySet",
]
