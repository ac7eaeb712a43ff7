"""Question sets of an organisation: the bank from which quizzes and exams draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable
from wagtail.search import index

from courses.enums import QuestionKind
from courses.models.asking import Asked, Option, chance_of_guessing
from courses.validators import check_audio
from lms.lib.ids import public_code
from lms.lib.retention import Retention

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


def audio_name(question: Question, filename: str) -> str:
    """Where the sound of a question is kept: nothing of the name it came with but its ending."""
    return f"questions/{public_code(20)}.{filename.rpartition('.')[2].lower()[:4]}"


class QuestionSet(index.Indexed, ClusterableModel):
    """A quiz or an exam: questions, how many of them are drawn, how often one may try, and what must be right to pass.

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

    draw_count = models.PositiveSmallIntegerField(
        _("questions drawn for each try"),
        default=0,
        validators=[MaxValueValidator(200)],
        help_text=_("They are drawn at random. 0: all of them."),
    )
    attempt_limit = models.PositiveSmallIntegerField(
        _("tries allowed"), default=0, validators=[MaxValueValidator(100)], help_text=_("0: as many as one likes.")
    )
    pause_minutes = models.PositiveSmallIntegerField(
        _("pause after a failed try, in minutes"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60)],
        help_text=_("It doubles with each failure in a row: guessing must take longer than learning."),
    )

    if TYPE_CHECKING:
        questions: RelatedManager[Question]

    panels = [
        FieldPanel("title"),
        FieldPanel("org"),
        MultiFieldPanel(
            [
                FieldPanel("pass_mark"),
                FieldPanel("draw_count"),
                FieldPanel("attempt_limit"),
                FieldPanel("pause_minutes"),
            ],
            heading=_("How it is asked"),
        ),
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
        found = [
            _("Question %(number)s: %(what)s") % {"number": number, "what": defect}
            for number, question in enumerate(questions, start=1)
            if (defect := question.asked.defect())
        ]
        if self.draw_count > len(questions):
            found.append(
                _("%(drawn)s questions are to be drawn, but there are only %(there)s. Add questions or draw fewer.")
                % {"drawn": self.draw_count, "there": len(questions)}
            )
        return found

    def guessing_percent(self) -> int:
        """How many of a hundred people who know nothing would pass at the first try."""
        asked = [question.asked for question in self.questions.all()]
        return round(100 * chance_of_guessing(asked, drawn=self.draw_count, pass_mark=self.pass_mark))


class Question(Orderable, ClusterableModel):
    """One question of a quiz. What its answer is lies in its choices, in `accepted` or in `is_true`, by its kind."""

    RETENTION = Retention("teaching", until="never", days=None, basis="public data")

    question_set = ParentalKey(QuestionSet, on_delete=models.CASCADE, related_name="questions", verbose_name=_("quiz"))
    kind = models.CharField(_("kind"), max_length=12, choices=QuestionKind, default=QuestionKind.SINGLE)
    text = models.TextField(_("question"))
    image = models.ForeignKey(
        "wagtailimages.Image", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    image_alt = models.CharField(
        _("the picture in words"),
        max_length=200,
        blank=True,
        help_text=_("For whoever cannot see it. Do not give the answer away."),
    )
    audio = models.FileField(
        _("sound"),
        upload_to=audio_name,
        blank=True,
        validators=[check_audio],
        help_text=_("MP3, M4A, OGG or WAV, at most 3 MB."),
    )
    is_true = models.BooleanField(
        _("the statement is right"),
        null=True,
        blank=True,
        help_text=_("Only for “right or wrong”: the question is a statement."),
    )
    accepted = models.TextField(
        _("accepted answers"),
        blank=True,
        help_text=_(
            "Only for “short answer”: one on each line. Full and half width, capitals, spaces, punctuation, "
            "traditional and simplified characters make no difference."
        ),
    )
    explanation = models.TextField(_("explanation shown afterwards"), blank=True)

    if TYPE_CHECKING:
        choices: RelatedManager[Choice]

    panels = [
        FieldPanel("kind"),
        FieldPanel("text"),
        InlinePanel(
            "choices",
            heading=_("Choices"),
            label=_("Choice"),
            help_text=_(
                "To be put in order: write them in the right order. "
                "To be matched: write what belongs to each beside it."
            ),
        ),
        FieldPanel("is_true"),
        FieldPanel("accepted"),
        FieldPanel("explanation"),
        MultiFieldPanel(
            [FieldPanel("image"), FieldPanel("image_alt"), FieldPanel("audio")],
            heading=_("Picture and sound"),
            classname="collapsed",
        ),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return self.text

    @property
    def asked(self) -> Asked:
        """What is asked and what is right, as plain values."""
        return Asked(
            kind=self.kind,
            text=self.text,
            options=tuple(Option(each.text, each.is_right, each.partner) for each in self.choices.all()),
            accepted=tuple(line.strip() for line in self.accepted.splitlines() if line.strip()),
            is_true=self.is_true,
            explanation=self.explanation,
        )

    @property
    def is_answerable(self) -> bool:
        """Whether learners can be asked it."""
        return not self.asked.defect()


class Choice(Orderable):
    """One choice of a question. Which one is right never travels to the learner's device.

    Where things are put in order, the order of the choices is the right one; where pairs are matched, `partner` belongs
    to `text`, and a partner without a text is there to mislead.
    """

    RETENTION = Retention("teaching", until="never", days=None, basis="public data")

    question = ParentalKey(Question, on_delete=models.CASCADE, related_name="choices")
    text = models.CharField(_("choice"), max_length=300, blank=True)
    is_right = models.BooleanField(_("this is a right one"), default=False)
    partner = models.CharField(
        _("belongs to"), max_length=300, blank=True, help_text=_("Only for “match pairs”: what belongs to it.")
    )

    panels = [FieldPanel("text"), FieldPanel("is_right"), FieldPanel("partner")]

    class Meta(Orderable.Meta):
        verbose_name = _("choice")
        verbose_name_plural = _("choices")

    def __str__(self) -> str:
        return self.text or self.partner


class QuestionImport(models.Model):
    """Questions read from a file and not yet confirmed. Written by `importing`; nothing is in the bank before that.

    `rows` holds what was read, each with its line, its defect and the question that it repeats.
    """

    RETENTION = Retention("showing an import before it is confirmed", until="it was read", days=1, basis="contract")

    org = models.ForeignKey("people.Org", models.CASCADE, related_name="+")
    question_set = models.ForeignKey(QuestionSet, models.CASCADE, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey("people.Person", models.SET_NULL, null=True, related_name="+")
    filename = models.CharField(max_length=200)
    rows = models.JSONField(default=list)
    read_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import of questions")
        verbose_name_plural = _("imports of questions")

    def __str__(self) -> str:
        return self.filename
