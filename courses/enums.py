"""Kinds, rules and audiences of lessons and courses, and groups of them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Subject(TextChoices):
    DIGITAL_SERVICE = "digital_service", _("Digital services")
    DIGITAL_GOVERNANCE = "digital_governance", _("Digital governance")
    DIGITAL_MARKETING = "digital_marketing", _("Digital marketing")


class Audience(TextChoices):
    """Learner and personnel categories; the values are those of `lms.people.queries.categories_on`."""

    FARMER = "farmer", _("farmers")
    ELDER = "elder", _("older people")
    COOPERATIVE_LEADER = "cooperative_leader", _("cooperative leaders")
    FAMILY_FARM = "family_farm", _("family farm operators")
    CADRE = "cadre", _("cadres")
    VILLAGE_CADRE = "village_cadre", _("village cadres")
    TOWNSHIP_CADRE = "township_cadre", _("township cadres")
    GRID_WORKER = "grid_worker", _("grid workers")
    CIVIL_SERVANT = "civil_servant", _("civil servants")


class CourseLevel(TextChoices):
    """What a course expects its learners to be able to do already; the values are those of the self-assessment."""

    BASIC = "basic", _("Basic: the first time")
    INTERMEDIATE = "intermediate", _("Intermediate: some practice")
    ADVANCED = "advanced", _("Advanced: does it well")


class Season(TextChoices):
    SPRING = "spring", _("Spring ploughing and sowing")
    SUMMER = "summer", _("Summer harvest and planting")
    AUTUMN = "autumn", _("Autumn harvest")
    WINTER = "winter", _("Winter idle season")


# Months (in Beijing) in which a season's courses come to the front of the home page.
SEASON_MONTHS = {
    Season.SPRING: frozenset({2, 3, 4, 5}),
    Season.SUMMER: frozenset({6, 7}),
    Season.AUTUMN: frozenset({9, 10, 11}),
    Season.WINTER: frozenset({12, 1}),
}


class Access(TextChoices):
    """Who may play the lessons of a course."""

    PUBLIC = "public", _("everybody, without signing in")
    SIGNED_IN = "signed_in", _("whoever is signed in")
    AUDIENCE = "audience", _("only the audience named above")


class LessonKind(TextChoices):
    VIDEO = "video", _("Video")
    PRACTICE = "practice", _("Practice")
    LIVE = "live", _("Live class")
    OFFLINE = "offline", _("Class in person")
    READING = "reading", _("Reading")
    EXAM = "exam", _("Course exam")


class QuestionKind(TextChoices):
    SINGLE = "single", _("one right answer")
    MULTIPLE = "multiple", _("several right answers")
    TRUE_FALSE = "true_false", _("right or wrong")
    SHORT = "short", _("short answer")
    ORDER = "order", _("put in order")
    MATCH = "match", _("match pairs")


class CourseType(TextChoices):
    REQUIRED = "required", _("required")
    ELECTIVE = "elective", _("elective")


class CompletionRule(TextChoices):
    COVERAGE = "coverage", _("watch enough of the recording")
    QUIZ = "quiz", _("pass the quiz")
    READING = "reading", _("read it to the end")
    OFFLINE = "offline", _("take part in person")


class HiddenPlaying(TextChoices):
    """What counts while the page of the player is hidden: the screen is off, or another app is in front."""

    LISTENING = "listening", _("listening only")
    NEVER = "never", _("never")
    PICTURE = "picture", _("also with picture")


class Dimension(TextChoices):
    DEVICE = "device", _("Device operation")
    GENERAL = "general", _("Finding and judging information")
    SOCIAL = "social", _("Communication and collaboration")
    CREATION = "creation", _("Content creation")
    SECURITY = "security", _("Safety and privacy")
    SOLVING = "solving", _("Getting things done")


class NoticeKind(TextChoices):
    """What the editors of a page should know."""

    SCHEDULE_REFUSED = "schedule_refused", _("It could not be published at the time you set.")
    RECORDING_READY = "recording_ready", _("The recording is ready. Its captions can be checked now.")
    RECORDING_FAILED = "recording_failed", _("The recording could not be converted.")
    CAPTIONS_APPROVED = "captions_approved", _("The captions were approved. The lesson can be submitted for review.")
    RECORDING_TAKEN_DOWN = "recording_taken_down", _("The recording was taken down.")
