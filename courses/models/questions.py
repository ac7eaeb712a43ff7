"""Question sets of an organisation: basic single-choice quizzes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import Orderable
from wagtail.search import index

from lms.lib.retention import Retention

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


class QuestionSet(index.Indexed, ClusterableModel):
    """A quiz: questions with one right choice each, and the share that must be right to pass.

    Kept as long as a lesson points at it; what people answered is kept with the attempt, not here.
    """

    RETENTION = Retention("teaching", until="never", days=None, basis="public data")

    org = models.ForeignKey("people.Org", models.PROTECT, related_name="question_sets", verbose_name=_("organisation"))
    title = models.CharField(_("title"), max_length=200)
    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark in percent"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("The share of questions that must be answered correctly."),
    )

    if TYPE_CHECKING:
        questions: RelatedManager[Question]

    panels = [
        FieldPanel("title"),
        FieldPanel("org"),
        FieldPanel("pass_mark"),
        InlinePanel("questions", heading=_("Questions"), label=_("Question")),
    ]
    search_fields = [index.SearchField("title"), index.AutocompleteField("title"), index.FilterField("org_id")]

    class Meta:
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    def defects(self) -> list[str]:
        """Why learners cannot be given this quiz, as sentences; empty when they can."""
        questions = list(self.questions.all())
        if not questions:
            return [str(_("The quiz has no questions yet."))]
        return [
            _("Question %(number)s needs at least two choices, exactly one of them right.") % {"number": number}
            for number, question in enumerate(questions, start=1)
            if not question.is_answerable
        ]


class Question(Orderable, ClusterableModel):
    """One question of a quiz."""

    RETENTION = Retention("teaching", until="never", days=None, basis="public data")

    question_set = ParentalKey(QuestionSet, on_delete=models.CASCADE, related_name="questions")
    text = models.TextField(_("question"))
    explanation = models.TextField(_("explanation shown afterwards"), blank=True)

    if TYPE_CHECKING:
        choices: RelatedManager[Choice]

    panels = [
        FieldPanel("text"),
        FieldPanel("explanation"),
        InlinePanel("choices", heading=_("Choices"), label=_("Choice"), min_num=2),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return self.text

    @property
    def is_answerable(self) -> bool:
        """At least two choices, exactly one of them right."""
        choices = list(self.choices.all())
        return len(choices) >= 2 and sum(choice.is_right for choice in choices) == 1


class Choice(Orderable):
    """One choice of a question. Which one is right never travels to the learner's device."""

    RETENTION = Retention("teaching", until="never", days=None, basis="public data")

    question = ParentalKey(Question, on_delete=models.CASCADE, related_name="choices")
    text = models.CharField(_("choice"), max_length=300)
    is_right = models.BooleanField(_("this is the right one"), default=False)

    panels = [FieldPanel("text"), FieldPanel("is_right")]

    class Meta(Orderable.Meta):
        verbose_name = _("choice")
        verbose_name_plural = _("choices")

    def __str__(self) -> str:
        return self.text
