"""Choices of lms.credits; stored codes are those of the glossary."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RuleUnit(models.TextChoices):
    """What a rule gives hours for: each lesson as it is completed, or the course as a whole."""

    LESSON = "lesson", _("each lesson")
    COURSE = "course", _("the whole course")


class Rounding(models.TextChoices):
    """How hours become whole steps."""

    DOWN = "down", _("down")
    HALF_UP = "half_up", _("to the nearest step, a half up")
    UP = "up", _("up")


class CountsOnce(models.TextChoices):
    """How often the same course gives hours."""

    EVER = "ever", _("once and for all")
    CYCLE = "cycle", _("once in every five-year cycle")
    YEAR = "year", _("once a year")


class Cap(models.TextChoices):
    """封顶: what the most hours are set for, in the order in which they cut; a source by the year."""

    CLASS = "class", _("one class")
    COURSE = "course", _("one course")
    DAY = "day", _("one day")
    PLATFORM = "platform", _("this platform, a year")
    EXTERNAL = "external", _("imported from other platforms, a year")
    CLAIM = "claim", _("claimed by cadres, a year")
    YEAR = "year", _("all sources, a year")


class CreditBucket(models.TextChoices):
    """Between what surplus may be carried over: the two counters, or required and elective study."""

    ONLINE_SELF_STUDY = "online_self_study", _("Online self-study")
    CENTRALIZED_TRAINING = "centralized_training", _("Centralised training")
    REQUIRED = "required", _("Required study")
    ELECTIVE = "elective", _("Elective study")


class CreditCategory(models.TextChoices):
    """Two counters; hours never move between them."""

    ONLINE_SELF_STUDY = "online_self_study", _("Online self-study")
    CENTRALIZED_TRAINING = "centralized_training", _("Centralised training")


class EntryKind(models.TextChoices):
    EARNED = "earned", _("Earned")
    OPENING_BALANCE = "opening_balance", _("Opening balance")
    EXTERNAL = "external", _("Imported from outside")
    CLAIMED = "claimed", _("Claimed")
    REVERSAL = "reversal", _("Reversal")
    CORRECTION = "correction", _("Correction")


class SourceKind(models.TextChoices):
    """What caused an entry; `source_id` is the id of that row."""

    LESSON_COMPLETION = "lesson_completion", _("Completed lesson")
    COURSE_COMPLETION = "course_completion", _("Completed course")
    IMPORTED_HOURS = "imported_hours", _("Row of an import")
    CREDIT_CLAIM = "credit_claim", _("Credit claim")
    REVERSED_ENTRY = "reversed_entry", _("Entry that was reversed")
    CORRECTED_ENTRY = "corrected_entry", _("Entry that was corrected")


class Origin(models.TextChoices):
    """Where hours were earned, as it is shown apart; the first word of an achievement says it."""

    HERE = "here", _("This platform")
    OUTSIDE = "outside", _("Imported from outside")
    CLAIM = "claim", _("Claimed")
    OPENING = "opening", _("Opening balance")

    @classmethod
    def of(cls, achievement_key: str) -> "Origin":
        return cls.__members__.get(achievement_key.partition(":")[0].upper(), cls.HERE)


class ImportKind(models.TextChoices):
    """What the rows of an import are: single courses of another platform, or the sums of past years."""

    EXTERNAL = "external", _("Courses from another platform")
    OPENING_BALANCE = "opening_balance", _("Opening balances by year")


class ImportState(models.TextChoices):
    """An import waits to be confirmed, is written, and can be undone as a whole."""

    RECEIVED = "received", _("Waiting for confirmation")
    CONFIRMED = "confirmed", _("Being registered")
    REGISTERED = "registered", _("On the records")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")
    DISCARDED = "discarded", _("Discarded")


# The rows of these imports hold: what is imported now is compared with them.
IMPORTS_THAT_HOLD = frozenset({ImportState.CONFIRMED, ImportState.REGISTERED})


class Component(models.TextChoices):
    """One cause may give hours for several reasons; each is an entry of its own."""

    BASE = "base", _("Length of study")
    TEST_BONUS = "test_bonus", _("Passed test")


class Confidence(models.TextChoices):
    """How well the number is sourced; see lms/docs/policy.md."""

    A = "A", _("The clause itself was read")
    B = "B", _("Official page, or several that agree")
    C = "C", _("One weak page or an old local rule")
    U = "U", _("Not sourced")


class Period(models.TextChoices):
    ANNUAL = "annual", _("every year")
    FIVE_YEAR_CYCLE = "five_year_cycle", _("every five years")


class Bound(models.TextChoices):
    """Whom a requirement binds."""

    COUNTY_LEVEL_AND_ABOVE = "county_level_and_above", _("County-division level and above")
    TOWNSHIP_LEVEL_AND_BELOW = "township_level_and_below", _("Township-section level and below")
    ALL_CADRES = "all_cadres", _("All cadres")
    VILLAGE_CADRES = "village_cadres", _("Village cadres")


class PartYear(models.TextChoices):
    """What a requirement asks of somebody whom it binds during a part of its period only."""

    WHOLE = "whole", _("the whole amount all the same")
    BY_MONTHS = "by_months", _("the share of the months")
    EXEMPT = "exempt", _("nothing")


class ExemptionKind(models.TextChoices):
    MATERNITY_LEAVE = "maternity_leave", _("Maternity leave")
    LONG_SICK_LEAVE = "long_sick_leave", _("Long sick leave")
    SECONDMENT = "secondment", _("Sent to help elsewhere")
    RETIREMENT_YEAR = "retirement_year", _("Year of retirement")
    FIRST_YEAR = "first_year", _("Year of recruitment")
    OTHER = "other", _("Another ground")


class ExemptionState(models.TextChoices):
    """From `PROPOSED` one of the others; an approved one can still be withdrawn."""

    PROPOSED = "proposed", _("Waits for approval")
    APPROVED = "approved", pgettext_lazy("exemption", "Approved")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class StandingState(models.TextChoices):
    MET = "met", _("Requirement met")
    ON_COURSE = "on_course", _("On course")
    SHORT = "short", _("Falls short")
    EXEMPT = "exempt", _("Exempt")
    NO_REQUIREMENT = "no_requirement", _("No requirement set")


class EvidenceKind(models.TextChoices):
    """What an evidence file is by its content."""

    PDF = "pdf", "PDF"
    JPEG = "jpeg", "JPEG"
    PNG = "png", "PNG"


class AttestationKind(models.TextChoices):
    """证明: what is given to somebody in writing, with a number."""

    CREDIT_STATEMENT = "credit_statement", _("Statement of credit hours")
    COURSE_CERTIFICATE = "course_certificate", _("Certificate of a finished course")


class AttestationState(models.TextChoices):
    """What an attestation is worth today."""

    VALID = "valid", _("Valid")
    SUPERSEDED = "superseded", _("No longer valid, superseded")
    REVOKED = "revoked", _("Revoked, not valid")
    BROKEN = "broken", _("Not valid, the record was changed")
