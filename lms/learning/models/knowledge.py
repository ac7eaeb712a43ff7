"""What people know of a course's subject, before it and after."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.learning.enums import AssessmentPhase
from lms.learning.models.quizzes import new_sitting_code
from lms.lib.retention import Retention
from lms.people.models import Person


class KnowledgeTestQuerySet(models.QuerySet):
    def of(self, person: Person) -> Self:
        """The person's own, and those of accounts merged into hers, oldest first."""
        return self.filter(person.owns()).order_by("opened_at", "pk")


class KnowledgeTest(models.Model):
    """A course's test as drawn for one person, before the course or after it. Written by `knowledge`.

    It is her own: no fact, no attempt, nothing that completes, counts or limits. `paper` keeps the key on the server.
    """

    RETENTION = Retention("showing what one has learnt", until="the account is closed")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="knowledge_tests", db_index=False)
    code = models.CharField(max_length=24, unique=True, default=new_sitting_code)
    course_key = models.UUIDField(_("course"))
    page = models.ForeignKey("courses.CoursePage", models.PROTECT, related_name="+")
    question_set = models.ForeignKey("courses.QuestionSet", models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    phase = models.CharField(_("before or after"), max_length=12, choices=AssessmentPhase)
    paper = models.JSONField(default=list)
    given = models.JSONField(default=dict)
    opened_at = models.DateTimeField(_("opened at"))
    taken_at = models.DateTimeField(_("taken at"), null=True)
    right_count = models.PositiveSmallIntegerField(_("right answers"), default=0)

    objects = KnowledgeTestQuerySet.as_manager()

    class Meta:
        verbose_name = _("test of knowledge")
        verbose_name_plural = _("tests of knowledge")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "course_key", "round", "phase"], name="learning_knowledge_test_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.course_key} {self.phase}"

    @property
    def percent(self) -> int:
        """How many of a hundred questions were answered rightly."""
        return self.right_count * 100 // len(self.paper) if self.paper else 0
