"""What people say of their own skills."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.learning.enums import AssessmentPhase
from lms.lib.retention import Retention
from lms.people.models import Person


class SelfAssessmentQuerySet(models.QuerySet):
    def of(self, person: Person) -> Self:
        """The person's own, and those of accounts merged into hers, oldest first."""
        return self.filter(person.owns()).order_by("taken_at", "pk")


class SelfAssessment(models.Model):
    """One self-assessment in six dimensions. Written by `assessing`; it is the person's own and earns nothing."""

    RETENTION = Retention("showing what one has learnt", until="the account is closed")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="self_assessments")
    phase = models.CharField(_("before or after"), max_length=12, choices=AssessmentPhase)
    # value by item, and percent of the most that is possible by dimension
    answers = models.JSONField(_("answers"), default=dict)
    percents = models.JSONField(_("percent by dimension"), default=dict)
    taken_at = models.DateTimeField(_("taken at"))

    objects = SelfAssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("self-assessment")
        verbose_name_plural = _("self-assessments")

    def __str__(self) -> str:
        return f"{self.person_id}: {self.phase} {self.taken_at:%Y-%m-%d}"
