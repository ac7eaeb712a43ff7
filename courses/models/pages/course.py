"""The page of a course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail.search import index

from courses.enums import (
    Access,
    Audience,
    CourseLevel,
    Season,
    Subject,
)
from courses.models.access import ScopedPage
from courses.models.coding import CodedPage
from courses.models.fields import CodesField
from courses.models.forms import CourseForm
from courses.models.gate import GatedPage
from courses.models.pages.lesson import LessonPage
from lms.lib.retention import Retention

if TYPE_CHECKING:
    from courses.models.pages.tracks import CataloguePage
    from courses.models.questions import QuestionSet


class CoursePage(ScopedPage, CodedPage, GatedPage, Page):
    """A course: one module of a track, provided by one organisation."""

    RETENTION = Retention("teaching", until="never", days=None, basis="public data")

    parent_page_types = ["courses.CataloguePage"]
    subpage_types = ["courses.LessonPage"]

    org = models.ForeignKey(
        "people.Org", models.PROTECT, null=True, blank=True, related_name="courses", verbose_name=_("provider")
    )
    subject = models.CharField(_("subject"), max_length=24, choices=Subject, blank=True)
    season = models.CharField(
        _("season"),
        max_length=12,
        choices=Season,
        blank=True,
        help_text=_("In season the course comes to the front of the home page."),
    )
    level = models.CharField(
        _("course level"),
        max_length=12,
        choices=CourseLevel,
        blank=True,
        help_text=_("Empty: whatever learners can do."),
    )
    audience = CodesField(_("audience"), codes=Audience, help_text=_("Empty: as for the track."))
    credit_for = CodesField(_("earns credit hours for"), codes=Audience, help_text=_("Empty: as for the track."))
    access = models.CharField(_("who may play it"), max_length=12, choices=Access, default=Access.PUBLIC)
    intro = models.TextField(_("introduction"), blank=True)
    knowledge_test = models.ForeignKey(
        "courses.QuestionSet",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tested_courses",
        verbose_name=_("test before and after"),
        help_text=_(
            "Learners may take it before the first lesson and after the last, with other questions where there are "
            "enough. It counts for nothing and only they see the result. Do not take the questions of the exam."
        ),
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("title_en"),
        FieldPanel("org"),
        FieldPanel("intro"),
        FieldPanel("subject"),
        FieldPanel("season"),
        FieldPanel("level"),
        FieldPanel("audience"),
        FieldPanel("credit_for"),
        FieldPanel("access"),
        FieldPanel("knowledge_test"),
    ]
    base_form_class = CourseForm
    search_fields = [
        *Page.search_fields,
        index.SearchField("title_en"),
        index.SearchField("intro"),
        index.FilterField("org_id"),
    ]

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    @property
    def track(self) -> CataloguePage:
        """The track this course stands in."""
        return self.get_parent().specific

    @property
    def effective_audience(self) -> list[str]:
        return self.audience or self.track.audience

    @property
    def effective_credit_for(self) -> list[str]:
        return self.credit_for or self.track.credit_for

    @property
    def effective_subject(self) -> str:
        return self.subject or self.track.subject

    def lessons(self) -> models.QuerySet[LessonPage]:
        """Its live lessons in order."""
        return LessonPage.objects.child_of(self).live().order_by("path").select_related("video")

    def presence_defects(self) -> list[str]:
        """What its live lessons lack if hours are given for them, as sentences."""
        lacking = [lesson for lesson in self.lessons() if lesson.presence_defects()] if self.pk else []
        return [
            _("“%(lesson)s”: %(reason)s") % {"lesson": lesson.title, "reason": reason}
            for lesson in lacking
            for reason in lesson.presence_defects()
        ]

    def unmet_conditions(self) -> list[str]:
        reasons = [] if self.org_id else [str(_("The course does not say which organisation provides it."))]
        if self.knowledge_test:
            reasons += self._test_defects(self.knowledge_test)
        return reasons + (self.presence_defects() if self.path and self.effective_credit_for else [])

    def _test_defects(self, test: QuestionSet) -> list[str]:
        if test.org_id != self.org_id:
            return [str(_("The test before and after belongs to another organisation."))]
        return test.defects()
