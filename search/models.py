"""Nouns of search: what is made from pages and captions and can be made again, and what people write for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from lms.lib.retention import Retention

# What pages call themselves and teach, in the order in which SearchPage.text has it, a line for each.
PAGE_FIELDS = ("title", "title_en", "teaches", "teaches_en", "intro")
# The term whose count is that of all lines.
ALL_LINES = ""


class TermsField(models.Field[Iterable[str], Any]):
    """Terms of an index: a tsvector on PostgreSQL; on SQLite words with blanks between them, as FTS5 reads them."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_placeholder(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> str:
        return "array_to_tsvector(%s::text[])" if connection.vendor == "postgresql" else "%s"

    def from_db_value(self, value: str, expression: Any, connection: BaseDatabaseWrapper) -> frozenset[str]:
        # PostgreSQL puts each in quotes; there are letters, digits and characters only.
        return frozenset(value.replace("'", "").split())

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        terms = list(dict.fromkeys(value))
        return terms if connection.vendor == "postgresql" else " ".join(terms)


class SearchLine(models.Model):
    """One line of approved captions as it is looked for. Its words as people see them are those of the Cue.

    The database itself finds it by its terms: a GIN index on PostgreSQL, the table `search_line_fts` on SQLite.
    """

    RETENTION = Retention("captions and search", until="the recording goes", basis="contract")

    transcript = models.ForeignKey("media.Transcript", models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    start_ms = models.PositiveIntegerField()
    # As analysis.normalised() leaves it.
    text = models.TextField()
    terms = TermsField()

    class Meta:
        db_table = "search_line"
        constraints = [models.UniqueConstraint(fields=["transcript", "number"], name="search_line_once")]

    def __str__(self) -> str:
        return self.text


class SearchPage(models.Model):
    """What a page calls itself and teaches, as it was counted among the lines; modelsearch keeps the index of pages."""

    RETENTION = Retention("captions and search", until="the page goes", basis="public data")

    page = models.OneToOneField("wagtailcore.Page", models.CASCADE, primary_key=True, related_name="+")
    # As analysis.normalised() leaves it, one line for each of PAGE_FIELDS.
    text = models.TextField()
    # How many people have completed it, as of the last night: what is liked. Hours watched can be run up, this less so.
    completed_by = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "search_page"

    def __str__(self) -> str:
        return self.text


class SearchTerm(models.Model):
    """A term of the index, in how many lines and pages it stands, how it sounds; words also serve suggestions."""

    RETENTION = Retention("captions and search", until="never", days=None, basis="public data")

    text = models.CharField(max_length=40, unique=True)
    lines = models.IntegerField(default=0)
    is_word = models.BooleanField(default=False)
    # 直播: zhibo, zb, and zibo with sounds that are often mixed up made one. Empty where nothing is spoken.
    pinyin = models.CharField(max_length=120, blank=True, db_index=True)
    initials = models.CharField(max_length=40, blank=True, db_index=True)
    sound = models.CharField(max_length=120, blank=True, db_index=True)

    class Meta:
        db_table = "search_term"

    def __str__(self) -> str:
        return self.text


class SynonymGroup(models.Model):
    """Words that mean the same to whoever looks for a lesson: 二维码, 扫码."""

    RETENTION = Retention("captions and search", until="never", days=None, basis="public data")

    words = models.TextField(
        _("words"),
        max_length=600,
        help_text=_("Words that mean the same, one on each line. Whoever types one also finds the others."),
    )

    panels = [FieldPanel("words")]

    class Meta:
        db_table = "search_synonyms"
        verbose_name = _("words that mean the same")
        verbose_name_plural = _("words that mean the same")
        ordering = ["words", "pk"]

    def __str__(self) -> str:
        return " = ".join(self.listed)

    @property
    def listed(self) -> list[str]:
        """The words, each once."""
        return list(dict.fromkeys(word for line in self.words.splitlines() if (word := line.strip())))


class SearchMiss(models.Model):
    """What was asked on a day and found nothing: how often, never by whom."""

    RETENTION = Retention("missing lessons", until="it was asked", days=365, basis="public data")

    day = models.DateField(_("day"))
    asked = models.CharField(_("asked"), max_length=100)
    times = models.PositiveIntegerField(_("times"), default=1)

    class Meta:
        db_table = "search_miss"
        verbose_name = _("question without an answer")
        verbose_name_plural = _("questions without an answer")
        ordering = ["-day", "-times", "asked"]
        constraints = [models.UniqueConstraint(fields=["day", "asked"], name="search_miss_once_a_day")]

    def __str__(self) -> str:
        return self.asked
