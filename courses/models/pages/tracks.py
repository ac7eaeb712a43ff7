"""The pages above courses: the home page, and the tracks."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail.search import index

from courses.enums import (
    Audience,
    Subject,
)
from courses.models.access import ScopedPage, grants_of
from courses.models.coding import CodedPage
from courses.models.fields import CodesField
from courses.models.pages.course import CoursePage
from lms.lib.retention import Retention


class HomePage(ScopedPage, Page):
    """The start page; there is one."""

    RETENTION = Retention("teaching", until="never", days=None, basis="public data")

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["courses.CataloguePage"]
    max_count = 1

    intro = models.CharField(_("one sentence of welcome"), max_length=200, blank=True)

    content_panels = [*Page.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def granted_to(self, person: Any) -> set[str]:
        return grants_of(person).on_home


class CataloguePage(ScopedPage, CodedPage, Page):
    """A track: courses on one subject for one audience."""

    RETENTION = Retention("teaching", until="never", days=None, basis="public data")

    parent_page_types = ["courses.HomePage"]
    subpage_types = ["courses.CoursePage"]

    subject = models.CharField(_("subject"), max_length=24, choices=Subject, blank=True)
    audience = CodesField(_("audience"), codes=Audience)
    credit_for = CodesField(_("earns credit hours for"), codes=Audience)
    minimum_age = models.PositiveSmallIntegerField(
        _("minimum age"), null=True, blank=True, help_text=_("For doing it oneself; watching is open to all.")
    )
    intro = models.TextField(_("introduction"), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("title_en"),
        FieldPanel("intro"),
        FieldPanel("subject"),
        FieldPanel("audience"),
        FieldPanel("credit_for"),
        FieldPanel("minimum_age"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("title_en"), index.SearchField("intro")]

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")

    def granted_to(self, person: Any) -> set[str]:
        return grants_of(person).on_tracks

    def clean(self) -> None:
        """Hours cannot be given for a track whose live lessons have nothing to show that somebody was there."""
        super().clean()
        if self.credit_for and self.pk:
            courses = [course for course in CoursePage.objects.child_of(self).live() if not course.credit_for]
            if reasons := [reason for course in courses for reason in course.presence_defects()]:
                raise ValidationError({"credit_for": reasons})
