"""Words that people give recognition to know, and words that a person must always look at."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from lms.lib.retention import Retention
from media.captions_text import bare
from media.enums import Language

# Shorter spellings would be found everywhere.
SHORTEST_SPELLING = 2


class GlossaryTerm(models.Model):
    """A word as captions should write it, told to recognition beforehand and put right in what it heard.

    Written in the admin and by `load_glossary`. Without an organisation it serves all of them.
    """

    RETENTION = Retention("captions and search", until="never", days=None, basis="public data")

    org = models.ForeignKey(
        "people.Org",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="glossary_terms",
        verbose_name=_("organisation"),
        help_text=_("Without one, the word is for everybody."),
    )
    language = models.CharField(_("language"), max_length=12, choices=Language, default=Language.CHINESE)
    text = models.CharField(
        _("word"),
        max_length=60,
        help_text=_("As it should stand in the captions: a product, a place, a technical word."),
    )
    heard_as = models.TextField(
        _("wrong spellings"),
        blank=True,
        max_length=600,
        help_text=_("How recognition writes it wrongly, one on each line. The draft then has the word itself."),
    )

    panels = [FieldPanel("text"), FieldPanel("heard_as"), FieldPanel("language"), FieldPanel("org")]

    class Meta:
        verbose_name = _("word for recognition")
        verbose_name_plural = _("words for recognition")
        ordering = ["text", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["org", "language", "text"], name="media_glossary_term_once"),
            models.UniqueConstraint(
                fields=["language", "text"], condition=Q(org=None), name="media_glossary_shared_term_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def serves(self) -> str:
        """Whose recordings it is for, in words."""
        return self.org.name if self.org else str(_("everybody"))

    @property
    def spellings(self) -> tuple[str, ...]:
        """The wrong spellings."""
        return tuple(spelling for line in self.heard_as.splitlines() if (spelling := line.strip()))

    def clean(self) -> None:
        self.text = self.text.strip()
        for spelling in self.spellings:
            if len(bare(spelling)) < SHORTEST_SPELLING:
                problem = _("“%(spelling)s” is too short: it would be found everywhere.")
                raise ValidationError({"heard_as": problem % {"spelling": spelling}})
            if spelling == self.text:
                raise ValidationError({"heard_as": _("“%(spelling)s” is the word itself.") % {"spelling": spelling}})


class SensitiveWord(models.Model):
    """A word that no caption carries to learners before a person has looked at it. The list is the customer's own.

    Written in the admin and by `load_sensitive_words`; empty when the system is new.
    """

    RETENTION = Retention("captions and search", until="never", days=None, basis="public data")

    text = models.CharField(_("word"), max_length=60, unique=True)
    note = models.CharField(_("why"), max_length=200, blank=True)

    panels = [FieldPanel("text"), FieldPanel("note")]

    class Meta:
        verbose_name = _("sensitive word")
        verbose_name_plural = _("sensitive words")
        ordering = ["text"]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        self.text = self.text.strip()
        if not bare(self.text):
            raise ValidationError({"text": _("Please write a word with letters or characters.")})
