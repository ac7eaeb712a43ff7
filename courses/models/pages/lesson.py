"""The page of a lesson: what it is, when it is complete, what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page
from wagtail.search import index

from courses.enums import (
    CompletionRule,
    CourseType,
    Dimension,
    HiddenPlaying,
    LessonKind,
)
from courses.models.access import ScopedPage
from courses.models.coding import CodedPage
from courses.models.fields import CodesField
from courses.models.forms import LessonForm, VideoQuestionPanel
from courses.models.gate import GatedPage
from courses.models.presence import LEAST_CHOICES, askable, questions_needed
from courses.models.videoquestions import MOST_QUESTIONS, defects_in_video
from lms.lib.retention import Retention

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from courses.models.pages.course import CoursePage
    from courses.models.videoquestions import VideoQuestion


class BodyBlocks(blocks.StreamBlock):
    heading = blocks.CharBlock(label=_("Heading"), icon="title", max_length=120)
    paragraph = blocks.RichTextBlock(label=_("Paragraph"), features=["bold", "ul", "ol", "link"])
    image = ImageBlock(label=pgettext_lazy("in a text", "Picture"))
    steps = blocks.ListBlock(blocks.CharBlock(label=_("Step"), max_length=300), label=_("Steps"), icon="list-ol")


class LessonPage(ScopedPage, CodedPage, GatedPage, Page):  # type: ignore[django-manager-missing]  # modelcluster
    """One lesson: a recording, something to read or practise, or a class in person."""

    RETENTION = Retention("teaching", until="never", days=None, basis="public data")

    parent_page_types = ["courses.CoursePage"]
    subpage_types: list[str] = []

    org = models.ForeignKey(
        "people.Org", models.PROTECT, null=True, blank=True, related_name="lessons", verbose_name=_("organisation")
    )
    teaches = models.CharField(
        _("what it teaches"), max_length=300, blank=True, help_text=_("One plain sentence, shown to learners.")
    )
    teaches_en = models.CharField(_("what it teaches, in English"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=LessonKind, default=LessonKind.VIDEO)
    course_type = models.CharField(
        _("required or elective"), max_length=12, choices=CourseType, default=CourseType.REQUIRED
    )
    planned_minutes = models.PositiveSmallIntegerField(_("planned length in minutes"), null=True, blank=True)
    video = models.ForeignKey(
        "media.Video", models.PROTECT, null=True, blank=True, related_name="lessons", verbose_name=_("recording")
    )
    body = StreamField(BodyBlocks(), verbose_name=_("text"), blank=True)
    completion_rule = models.CharField(
        _("complete when learners"), max_length=12, choices=CompletionRule, default=CompletionRule.COVERAGE
    )
    coverage_percent = models.PositiveSmallIntegerField(
        _("share of the recording to be watched, in percent"),
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    hidden_playing = models.CharField(
        _("counts while the screen is off"),
        max_length=12,
        choices=HiddenPlaying,
        default=HiddenPlaying.LISTENING,
        help_text=_("Also while another app is in front. The phone says so itself; nobody can check it."),
    )
    quiz = models.ForeignKey(
        "courses.QuestionSet",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lessons",
        verbose_name=_("quiz"),
    )
    presence_questions = models.ForeignKey(
        "courses.QuestionSet",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="presence_lessons",
        verbose_name=_("questions for the presence checks"),
        help_text=_(
            "Asked while somebody watches for credit hours, in lessons of eight minutes and more: two questions for "
            "every eight minutes, each with at least four choices, one of them right."
        ),
    )
    if TYPE_CHECKING:
        video_questions: RelatedManager[VideoQuestion]

    dims = CodesField(_("skills"), codes=Dimension)
    digcomp = models.JSONField(_("DigComp competences"), default=list, blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("title_en"),
        FieldPanel("teaches"),
        FieldPanel("teaches_en"),
        MultiFieldPanel(
            [FieldPanel("kind"), FieldPanel("course_type"), FieldPanel("planned_minutes")], heading=_("What it is")
        ),
        FieldPanel("video"),
        FieldPanel("body"),
        MultiFieldPanel(
            [
                FieldPanel("completion_rule"),
                FieldPanel("coverage_percent"),
                FieldPanel("hidden_playing"),
                FieldPanel("quiz"),
                FieldPanel("presence_questions"),
            ],
            heading=_("When it is complete"),
        ),
        VideoQuestionPanel(
            "video_questions",
            heading=_("Questions in the video"),
            label=_("question in the video"),
            max_num=MOST_QUESTIONS,
            help_text=_(
                "Practice: the picture pauses at this moment and the question stands below it. Learners may leave it, "
                "and it earns nothing. Do not take questions of an exam: here everybody may try as often as they like."
            ),
        ),
        FieldPanel("dims"),
    ]
    base_form_class = LessonForm
    search_fields = [
        *Page.search_fields,
        index.SearchField("title_en"),
        index.SearchField("teaches", boost=2),
        index.SearchField("teaches_en"),
        index.SearchField("body"),
        index.SearchField("explanations"),
        index.FilterField("org_id"),
        index.FilterField("kind"),
    ]

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    @property
    def course(self) -> CoursePage:
        """The course this lesson stands in."""
        return self.get_parent().specific

    @property
    def minutes(self) -> int | None:
        """How long it takes: the length of its recording in begun minutes; without one, what was planned."""
        seconds = self.video.decoded_seconds if self.video else None
        return -(-seconds // 60) if seconds else self.planned_minutes

    @classmethod
    def get_indexed_objects(cls) -> Any:
        """With what `explanations` asks, for all lessons at once."""
        lessons = super().get_indexed_objects().select_related("quiz")
        return lessons.prefetch_related("quiz__questions", "video_questions__question")

    def explanations(self) -> str:
        """What its questions explain afterwards, for search: those of the quiz and those in the video."""
        sets = [self.quiz.questions.all()] if self.quiz else []
        asked = [each.question for each in self.video_questions.all()]
        told = [question.explanation for questions in [*sets, asked] for question in questions]
        return "\n".join(dict.fromkeys(text for text in told if text))

    @property
    def language(self) -> str:
        """The language its captions must have: zh or en."""
        return self.locale.language_code.split("-")[0]

    @property
    def decoded_seconds(self) -> int | None:
        """The length of its recording in whole seconds, from decoding."""
        return self.video.decoded_seconds if self.video else None

    def next_lesson(self) -> LessonPage | None:
        """The live lesson after this one in its course."""
        return LessonPage.objects.live().sibling_of(self).filter(path__gt=self.path).order_by("path").first()

    def previous_lesson(self) -> LessonPage | None:
        """The live lesson before this one in its course."""
        return LessonPage.objects.live().sibling_of(self).filter(path__lt=self.path).order_by("path").last()

    def prepare(self) -> None:
        if self.org_id is None and self.path:
            self.org_id = self.course.org_id  # a lesson belongs to whoever provides its course
        if self.kind == LessonKind.OFFLINE:
            self.course_type = CourseType.ELECTIVE  # counts neither for nor against
            self.completion_rule = CompletionRule.OFFLINE
        if self.kind == LessonKind.EXAM:
            self.completion_rule = CompletionRule.QUIZ

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        self.prepare()
        super().full_clean(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        if self.path and self.org_id != self.course.org_id:
            raise ValidationError(_("A lesson belongs to the organisation that provides its course."))

    @classmethod
    def can_create_at(cls, parent: Any) -> bool:
        return super().can_create_at(parent) and parent.specific.org_id is not None

    def can_move_to(self, parent: Any) -> bool:
        return super().can_move_to(parent) and parent.specific.org_id == self.org_id

    def unmet_conditions(self) -> list[str]:
        reasons = []
        if self.org_id is None:
            reasons.append(str(_("The lesson does not say which organisation it belongs to.")))
        if (self.kind == LessonKind.OFFLINE) != (self.completion_rule == CompletionRule.OFFLINE):
            reasons.append(str(_("Only a class in person is completed by taking part in person.")))
        if self.needs_recording and self.video is None:
            reasons.append(str(_("The lesson has no recording yet.")))
        if self.video is not None:
            reasons += self._recording_defects()
        if self.completion_rule == CompletionRule.COVERAGE and not 1 <= self.coverage_percent <= 100:
            reasons.append(str(_("The share of the recording to be watched must lie between 1 and 100 percent.")))
        if self.completion_rule == CompletionRule.QUIZ:
            reasons += self._quiz_defects()
        if self.presence_questions and self.presence_questions.org_id != self.org_id:
            reasons.append(str(_("The questions for the presence checks belong to another organisation.")))
        reasons += defects_in_video(self)
        if self.path and self.course.effective_credit_for:
            reasons += self.presence_defects()
        if not self.body and (
            self.kind == LessonKind.READING
            or self.completion_rule == CompletionRule.READING
            or (self.video is None and self.kind == LessonKind.PRACTICE)
        ):
            reasons.append(str(_("The lesson has no text to read yet.")))
        return reasons

    @property
    def needs_recording(self) -> bool:
        """Whether learners would have nothing to watch, or nothing to complete by watching, without a recording."""
        return self.kind in {LessonKind.VIDEO, LessonKind.LIVE} or self.completion_rule == CompletionRule.COVERAGE

    def _recording_defects(self) -> list[str]:
        video = self.video
        if video is None:
            return []
        reasons = []
        if not video.is_playable or not video.decoded_seconds:
            reasons.append(str(_("The recording cannot be played: it is not ready yet or was taken down.")))
        if video.approved_track(self.language) is None:
            reasons.append(str(_("The captions of the recording have not been approved in the language of this page.")))
        if video.org_id != self.org_id:
            reasons.append(str(_("The recording belongs to another organisation.")))
        return reasons

    def _quiz_defects(self) -> list[str]:
        if self.quiz is None:
            return [str(_("The lesson is completed by a quiz, but has none yet."))]
        if self.quiz.org_id != self.org_id:
            return [str(_("The quiz belongs to another organisation."))]
        return self.quiz.defects()

    def presence_defects(self) -> list[str]:
        """What it lacks to be completed for credit hours by watching: questions that show somebody was there."""
        needed = questions_needed(self.decoded_seconds or 0)
        if self.completion_rule != CompletionRule.COVERAGE or not needed:
            return []
        if self.quiz and askable(self.quiz.questions.prefetch_related("choices")):
            return []
        asked = self.presence_questions
        found = askable(asked.questions.prefetch_related("choices"), least_choices=LEAST_CHOICES) if asked else []
        if len(found) >= needed:
            return []
        return [
            _(
                "Hours are given for this lesson of %(minutes)d minutes, so it needs %(needed)d questions for the "
                "presence checks, each with at least %(choices)d choices, one of them right; it has %(found)d. "
                "Or give it a quiz."
            )
            % {"minutes": self.minutes, "needed": needed, "choices": LEAST_CHOICES, "found": len(found)}
        ]
