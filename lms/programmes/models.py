"""Courses that people are asked to complete by a day."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention
from lms.people.models import Division, Org
from lms.programmes.enums import Asked

# How long after its last day an assignment that was not done still stands on a learner's pages.
SHOWN_DAYS = 180


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def standing(self) -> Self:
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class Assignment(models.Model):
    """指派课程: a course that an organisation department asks cadres to complete by a day, the day included.

    Made and withdrawn by `domain.assigning` alone; never changed otherwise.
    """

    RETENTION = Retention("the training record of a cadre", until="never", days=None, basis="statutory_duty")

    course = models.ForeignKey(
        "courses.CoursePage", verbose_name=_("course"), on_delete=models.PROTECT, related_name="assignments"
    )
    course_key = models.UUIDField(_("key of the course"), help_text="translation_key of the course page")
    org = models.ForeignKey(Org, verbose_name=_("in the name of"), on_delete=models.PROTECT, related_name="assignments")
    asked = models.CharField(_("whom it asks"), max_length=12, choices=Asked.choices)
    due_on = models.DateField(_("due on"))
    reason = models.CharField(_("document or reason"), max_length=200)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("assigned by"), on_delete=models.PROTECT, related_name="+"
    )
    assigned_at = models.DateTimeField(_("assigned at"))
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("withdrawn by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_why = models.CharField(_("why it was withdrawn"), max_length=200, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assigned course")
        verbose_name_plural = _("assigned courses")
        ordering = ["-assigned_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="programmes_withdrawn_says_why",
                condition=(Q(withdrawn_at__isnull=True) & Q(withdrawn_by__isnull=True) & Q(withdrawn_why=""))
                | (Q(withdrawn_at__isnull=False) & Q(withdrawn_by__isnull=False) & ~Q(withdrawn_why="")),
            ),
        ]
        indexes = [
            # The desk's list of one department.
            models.Index(fields=["org", "-assigned_at"], name="programmes_assignment_org"),
            # What may concern a learner today.
            models.Index(fields=["due_on"], condition=Q(withdrawn_at__isnull=True), name="programmes_assignment_due"),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} {self.due_on}"

    @property
    def about(self) -> str:
        """What its messages and reminders call it."""
        return f"assignment:{self.pk}"

    def is_over(self, on: date) -> bool:
        """Whether its last day is past."""
        return on > self.due_on


class Target(models.Model):
    """Whom an assignment names: a place (all units in it, later ones too), a unit, or a person. Exactly one of them."""

    RETENTION = Retention("the training record of a cadre", until="never", days=None, basis="statutory_duty")

    assignment = models.ForeignKey(
        Assignment, verbose_name=_("assigned course"), on_delete=models.CASCADE, related_name="targets"
    )
    division = models.ForeignKey(
        Division, verbose_name=_("place"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    org = models.ForeignKey(Org, verbose_name=_("unit named"), null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("whom an assignment names")
        verbose_name_plural = _("whom assignments name")
        constraints = [
            models.CheckConstraint(
                name="programmes_target_names_one",
                condition=Q(division__isnull=False, org__isnull=True, person__isnull=True)
                | Q(division__isnull=True, org__isnull=False, person__isnull=True)
                | Q(division__isnull=True, org__isnull=True, person__isnull=False),
            ),
            models.UniqueConstraint(fields=["assignment", "division"], name="programmes_target_place_once"),
            models.UniqueConstraint(fields=["assignment", "org"], name="programmes_target_unit_once"),
            models.UniqueConstraint(fields=["assignment", "person"], name="programmes_target_person_once"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id}: {self.division_id or self.org_id or self.person_id}"
