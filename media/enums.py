"""States and kinds of recordings and captions, and groups of them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class VideoStatus(TextChoices):
    RECEIVED = "received", _("waiting to be converted")
    TRANSCODING = "transcoding", _("being converted")
    TRANSCODED = "transcoded", _("waiting for speech recognition")
    TRANSCRIBING = "transcribing", _("speech is being recognised")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")


# A worker has taken the recording and must show a heartbeat.
CLAIMED = frozenset({VideoStatus.TRANSCODING, VideoStatus.TRANSCRIBING})
# Nobody works on it yet; a task should be on its way.
WAITING = frozenset({VideoStatus.RECEIVED, VideoStatus.TRANSCODED})
# A claim that is lost or given back returns to the state before it.
BEFORE_CLAIM = {VideoStatus.TRANSCODING: VideoStatus.RECEIVED, VideoStatus.TRANSCRIBING: VideoStatus.TRANSCODED}
CLAIM_OF = {before: claimed for claimed, before in BEFORE_CLAIM.items()}


class Stage(TextChoices):
    """What a worker does to a recording."""

    TRANSCODE = "transcode", _("conversion")
    TRANSCRIBE = "transcribe", _("speech recognition")


STAGE_OF = {VideoStatus.TRANSCODING: Stage.TRANSCODE, VideoStatus.TRANSCRIBING: Stage.TRANSCRIBE}


class RunEnd(TextChoices):
    """How a worker's run at a stage ended."""

    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    GIVEN_BACK = "given_back", _("given back")
    LOST = "lost", _("lost")


class Lane(TextChoices):
    """The queue in which a recording waits: long ones have a worker of their own, so that short ones never wait."""

    SHORT = "media", _("short recordings")
    LONG = "media-long", _("long recordings")


class KeepSources(TextChoices):
    """How long uploaded files are kept once the recording is ready."""

    ALWAYS = "always"
    PUBLISHED = "published"
    READY = "ready"


class CaptionState(TextChoices):
    NONE = "none", _("no captions yet")
    DRAFT = "draft", _("captions wait for approval")
    APPROVED = "approved", _("captions approved")


class Language(TextChoices):
    """Languages of captions as BCP 47 names them; the list is of November 2026, and grows as people ask.

    Dialects of Chinese without a code of their own are named by their province; of the minority languages, those
    that the country translates its own papers into are here.
    """

    CHINESE = "zh", _("Chinese")
    SICHUANESE = "zh-u-sd-cnsc", _("Sichuanese")
    CANTONESE = "yue", _("Cantonese")
    SOUTHERN_MIN = "nan", _("Southern Min")
    WU = "wuu", _("Wu")
    HAKKA = "hak", _("Hakka")
    XIANG = "hsn", _("Xiang")
    GAN = "gan", _("Gan")
    TIBETAN = "bo", _("Tibetan")
    UYGHUR = "ug", _("Uyghur")
    MONGOLIAN = "mn-Mong", _("Mongolian")
    KAZAKH = "kk-Arab", _("Kazakh")
    KOREAN = "ko", _("Korean")
    YI = "ii", _("Yi")
    ZHUANG = "za", _("Zhuang")
    ENGLISH = "en", pgettext_lazy("spoken", "English")


# Each language in its own words: what players show.
OWN_NAMES = {
    Language.CHINESE: "中文",
    Language.SICHUANESE: "四川话",
    Language.CANTONESE: "粤语",
    Language.SOUTHERN_MIN: "闽南语",
    Language.WU: "吴语",
    Language.HAKKA: "客家话",
    Language.XIANG: "湘语",
    Language.GAN: "赣语",
    Language.TIBETAN: "བོད་སྐད།",
    Language.UYGHUR: "ئۇيغۇرچە",
    Language.MONGOLIAN: "ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ",
    Language.KAZAKH: "قازاقشا",
    Language.KOREAN: "조선말",
    Language.YI: "ꆈꌠꉙ",
    Language.ZHUANG: "Vahcuengh",
    Language.ENGLISH: "English",
}
RIGHT_TO_LEFT = frozenset({Language.UYGHUR, Language.KAZAKH})
# What a recogniser is told; dialects come out as written Chinese. Other languages are captioned by people alone.
RECOGNISED_AS = {
    Language.CHINESE: "zh",
    Language.SICHUANESE: "zh",
    Language.CANTONESE: "zh",
    Language.SOUTHERN_MIN: "zh",
    Language.WU: "zh",
    Language.HAKKA: "zh",
    Language.XIANG: "zh",
    Language.GAN: "zh",
    Language.ENGLISH: "en",
}


def direction_of(language: str) -> str:
    """rtl or ltr, as HTML writes it."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


class RenditionKind(TextChoices):
    VIDEO = "video", _("picture and sound")
    AUDIO = "audio", _("sound only")
    FILE = "file", _("one file to keep")


class TranscriptSource(TextChoices):
    MACHINE = "machine", _("speech recognition")
    HAND = "hand", _("written by hand")
    UPLOAD = "upload", _("uploaded file")
    CUT = "cut", _("taken over from the recording it was cut from")
    EMBEDDED = "embedded", _("came inside the recording")


class TranscriptState(TextChoices):
    DRAFT = "draft", _("draft")
    APPROVED = "approved", _("approved")
    SUPERSEDED = "superseded", _("replaced by a newer version")


class CueFlag(TextChoices):
    """Why a person must look at a cue before it may be approved."""

    INVENTION = "invention", _("a phrase that recognisers like to invent")
    REPETITION = "repetition", _("the same words again and again")
    SILENCE = "silence", _("words where hardly anything can be heard")
    CUT = "cut", _("the cut goes through this line")
    NON_SPEECH = "non_speech", _("words where nobody can be heard speaking")
    TOO_FAST = "too_fast", _("more words than anybody can say or read in this time")
    LANGUAGE = "language", _("words that look like another language")
    SENSITIVE = "sensitive", _("a word from your list of sensitive words")


class ReportOutcome(TextChoices):
    """What became of a learner's report that captions are wrong."""

    OPEN = "open", _("waiting")
    CORRECTED = "corrected", _("corrected")
    NO_ERROR = "no_error", _("found to be right")


class FailureCode(TextChoices):
    """Why a recording failed, as a sentence that says what to do."""

    NOT_MEDIA = "not_media", _("This file is not a video or sound recording. Please choose another file.")
    INCOMPLETE = (
        "incomplete",
        _("The recording is not whole: its table of contents is missing. Please copy it again and upload once more."),
    )
    UNKNOWN_CODEC = (
        "unknown_codec",
        _("The recording is stored in a form that is not known here. Please export it as MP4 (H.264)."),
    )
    NOTHING_PLAYABLE = "nothing_playable", _("The file holds neither a picture nor sound that can be played.")
    PICTURE_TOO_LARGE = "picture_too_large", _("The picture is too large. Please export it at 4K or smaller.")
    TOO_LONG = "too_long", _("The recording is too long. Please cut it into shorter parts.")
    TOO_MUCH = (
        "too_much",
        _("There is too much in the picture to convert. Please export it at 1080p, or cut it into shorter parts."),
    )
    UNREADABLE = "unreadable", _("The recording is damaged and could not be converted. Please export it once more.")
    TOO_SLOW = "too_slow", _("Converting took too long and was stopped. It will be tried again.")
    OUT_OF_MEMORY = "out_of_memory", _("Converting needed more memory than allowed. It will be tried again.")
    DISK_FULL = "disk_full", _("The server's disk is full. Please tell the administrator; it will be tried again.")
    STORAGE_FAILED = "storage_failed", _("The file storage could not be reached. It will be tried again.")
    SOURCE_MISSING = "source_missing", _("The uploaded file can no longer be found on the server.")
    SOURCE_DROPPED = (
        "source_dropped",
        _("The original file was deleted to save room, so it cannot be converted again. Please upload it once more."),
    )
    TOOL_MISSING = "tool_missing", _("The converter is not installed on the server. Please tell the administrator.")
    WORKER_LOST = "worker_lost", _("The work stopped several times without an answer. Please tell the administrator.")
    MODEL_MISSING = (
        "model_missing",
        _("The speech recognition model is not there. It will be tried again; captions can also be typed or uploaded."),
    )
    RECOGNITION_FAILED = (
        "recognition_failed",
        _("Speech recognition did not succeed. It will be tried again; captions can also be typed or uploaded."),
    )
    UNEXPECTED = "unexpected", _("Something unexpected went wrong. It will be tried again.")


class Notice(TextChoices):
    """Something a trainer should know about a recording that did succeed."""

    SHORTER_THAN_STATED = (
        "shorter_than_stated",
        _("Less could be read than the file claims to hold. Please check that the end is there."),
    )
    NO_SOUND = "no_sound", _("The recording has no sound.")
    NO_SPEECH = (
        "no_speech",
        _("No speech was found. If somebody speaks in the recording, please type the captions."),
    )
    NO_PICTURE = "no_picture", _("The recording has no picture; it plays as sound with a still image.")
