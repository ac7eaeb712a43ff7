"""The right to play, and the clock that pays for what was played."""

import secrets
from typing import TYPE_CHECKING, Self

from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention
from lms.people.models import Person


def new_session_code() -> str:
    """128 random bits: whoever knows it was given it."""
    return secrets.token_urlsafe(16)


def new_seed() -> str:
    return secrets.token_hex(16)


class CourseEnrolmentQuerySet(models.QuerySet["CourseEnrolment"]):
    def of(self, person: Person) -> Self:
        """The person's own and those of accounts merged into hers: the latest round first, her own before others."""
        mine = self.filter(person.owns())
        return mine.order_by("-round", F("person__merged_into").asc(nulls_first=True), "pk")


class CourseEnrolment(models.Model):
    """A person takes a course, judged by the outline version pinned here.

    Made by `watching.open_session` and the other ways into a lesson; `completing` moves the pin to a newer
    version once that one is met.
    """

    RETENTION = Retention("keeping the record of learning", until="the account is closed")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="enrolments")
    course_key = models.UUIDField(_("course"), help_text="translation_key of the course page")
    page = models.ForeignKey("courses.CoursePage", models.PROTECT, related_name="+")
    outline_version = models.ForeignKey("courses.OutlineVersion", models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    enrolled_at = models.DateTimeField(_("enrolled at"))

    objects = CourseEnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("course enrolment")
        verbose_name_plural = _("course enrolments")
        constraints = [
            models.UniqueConstraint(fields=["person", "course_key", "round"], name="learning_enrolment_once"),
            models.CheckConstraint(name="learning_enrolment_round_from_one", condition=Q(round__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.outline_version_id} ({self.round})"


class StudyClockQuerySet(models.QuerySet["StudyClock"]):
    def locked(self, person_id: int) -> "list[StudyClock]":
        """The clocks of all accounts of this human being, locked in order until the transaction ends.

        Each says in `human_id` whose they all are. In SQL, as `PlaySessionQuerySet.for_report`.
        """
        locks = " FOR UPDATE OF clock" if connection.features.has_select_for_update else ""
        return list(
            self.raw(
                f"""
                WITH human AS (SELECT COALESCE(merged_into_id, id) AS id FROM people_person WHERE id = %s)
                SELECT clock.*, (SELECT id FROM human) AS human_id FROM learning_studyclock clock
                WHERE clock.person_id IN (
                    SELECT id FROM human UNION ALL
                    SELECT merged.id FROM people_person merged JOIN human ON merged.merged_into_id = human.id
                )
                ORDER BY clock.person_id{locks}
                """,  # noqa: S608  (nothing but the lock is put together)
                [person_id],
            )
        )


class StudyClock(models.Model):
    """The real seconds of a person already paid, over all lessons, tabs and devices: the row a report locks.

    Changed by `watching.accept_report`, `packages.accept_package_report`, `counting.count_tick`, `objecting.object_to`
    and `checking.answer_check` alone; of several accounts of one human being, `clocks.lock_clock` makes one clock.
    """

    RETENTION = Retention("counting each minute of study once", until="the last study", days=8)

    person = models.OneToOneField("people.Person", models.PROTECT, primary_key=True, related_name="study_clock")
    paid = models.BinaryField(default=bytes, help_text="see domain.evidence.PaidTime")
    # Lesson seconds that days of Beijing have paid for packages: {"2026-04-15": 3600} (domain.evidence.judge_package).
    offline_days = models.JSONField(default=dict)
    # Up to when the reports received so far keep this person busy (domain.evidence.admit).
    busy_until = models.DateTimeField(null=True)
    # Presence checks fall due by this, so that nobody outside the server can foresee them.
    seed = models.CharField(max_length=32, default=new_seed)
    # How many were answered so far, and how many seconds with checks have counted since the last of them.
    checks_answered = models.PositiveIntegerField(default=0)
    unchecked_seconds = models.PositiveIntegerField(default=0)

    objects = StudyClockQuerySet.as_manager()

    if TYPE_CHECKING:
        human_id: int  # of `locked`

    class Meta:
        verbose_name = _("study clock")
        verbose_name_plural = _("study clocks")

    def __str__(self) -> str:
        return str(self.person_id)


class PlaySessionQuerySet(models.QuerySet["PlaySession"]):
    def for_report(self, code: str, person_id: int) -> "PlaySession | None":
        """The session with this code, if it is the person's own or that of another account of the same human being.

        With it comes what tells whether her sign-in still holds. In SQL, because a report asks this many times a
        second and composing the query takes longer than running it.
        """
        found = self.raw(
            """
            SELECT session.*, person.id AS shown_by_id, person.is_active AS person_is_active,
                   person.password AS person_password, survivor.is_active AS survivor_is_active
            FROM learning_playsession session
            JOIN people_person owner ON owner.id = session.person_id
            JOIN people_person person ON person.id = %s
            LEFT JOIN people_person survivor ON survivor.id = person.merged_into_id
            WHERE session.code = %s
              AND COALESCE(owner.merged_into_id, owner.id) = COALESCE(person.merged_into_id, person.id)
            """,
            [person_id, code],
        )
        return next(iter(found), None)


class PlaySession(models.Model):
    """The right of a person to report on a lesson, given by `watching.open_session`; it never changes.

    The server last heard of it when the receipt with the highest number was written.
    """

    RETENTION = Retention("proving what was watched", until="the account is closed", days=None, basis="contract")

    code = models.CharField(_("code"), max_length=32, unique=True, default=new_session_code)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="play_sessions", db_index=False)
    lesson_key = models.UUIDField(_("lesson"), help_text="translation_key of the lesson page")
    page = models.ForeignKey("courses.LessonPage", models.PROTECT, related_name="+")
    video = models.ForeignKey("media.Video", models.PROTECT, related_name="+")
    outline_version = models.ForeignKey("courses.OutlineVersion", models.PROTECT, related_name="+")
    record = models.ForeignKey("learning.WatchRecord", models.PROTECT, related_name="sessions")
    # Null where something else than coverage completes the lesson.
    needed_seconds = models.PositiveIntegerField(null=True)
    # Whether credit hangs on the lesson for this person, so that presence checks fall due (law 4).
    has_checks = models.BooleanField(default=False)
    opened_at = models.DateTimeField(_("opened at"))

    objects = PlaySessionQuerySet.as_manager()

    if TYPE_CHECKING:
        # of `for_report`: whose sign-in was shown, and whether it holds; None where she was not merged away
        shown_by_id: int
        person_is_active: bool
        person_password: str
        survivor_is_active: bool | None

    class Meta:
        verbose_name = _("play session")
        verbose_name_plural = _("play sessions")
        indexes = [
            # How often somebody opens.
            models.Index(fields=["person", "-opened_at"], name="learning_session_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.lesson_key}"
