"""What learners say about a lesson: understood or not, and what is wrong in it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention


class UnderstandingVote(models.Model):
    """看懂了 or 没看懂: one tap, one row per person and lesson, which she may change. Written by `feedback.vote`."""

    RETENTION = Retention("making lessons easier to understand", until="the account is closed")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="understanding_votes", db_index=False)
    lesson_key = models.UUIDField(_("lesson"), help_text="translation_key of the lesson page")
    page = models.ForeignKey("courses.LessonPage", models.PROTECT, related_name="+")
    understood = models.BooleanField(_("understood"))
    voted_at = models.DateTimeField(_("voted at"))

    class Meta:
        verbose_name = _("vote on understanding")
        verbose_name_plural = _("votes on understanding")
        constraints = [models.UniqueConstraint(fields=["person", "lesson_key"], name="learning_vote_once")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.lesson_key} {self.understood}"


class LessonProblem(models.Model):
    """本课有错: a learner says what is wrong in a lesson. `feedback` writes it and the trainer's answer."""

    RETENTION = Retention("correcting lessons", until="it is answered", days=365, basis="contract")

    page = models.ForeignKey("courses.LessonPage", models.PROTECT, related_name="+", db_index=False)
    reported_by = models.ForeignKey("people.Person", models.SET_NULL, null=True, related_name="+", db_index=False)
    words = models.CharField(_("what is wrong"), max_length=300)
    reported_at = models.DateTimeField(_("reported at"))
    reply = models.CharField(_("answer to the learner"), max_length=300, blank=True)
    replied_by = models.ForeignKey("people.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    replied_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("mistake in a lesson")
        verbose_name_plural = _("mistakes in lessons")
        indexes = [
            # The trainer's page of a lesson, oldest first.
            models.Index(fields=["page", "reported_at"], name="learning_problem_of_lesson"),
            # My learning: what was answered.
            models.Index(fields=["reported_by", "-replied_at"], name="learning_problem_answered"),
        ]

    def __str__(self) -> str:
        return f"{self.page_id}: {self.words}"
