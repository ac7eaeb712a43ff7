"""Nouns of media: recordings and what was made from them, transcripts and captions."""

from media.models.captions import CaptionTrack, Cue, Transcript
from media.models.uploads import Upload, UploadQuerySet
from media.models.videos import Rendition, Video, VideoQuerySet

__all__ = ["CaptionTrack", "Cue", "Rendition", "Transcript", "Upload", "UploadQuerySet", "Video", "VideoQuerySet"]
