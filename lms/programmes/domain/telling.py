"""Who is asked to complete a course is told so in the message centre, once; and once more if it is taken back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses.models import CoursePage
from lms.learning.models import CourseCompletion
from lms.lib.durations import beijing_day
from lms.notices.domain.telling import tell
from lms.notices.domain.wording import Template
from lms.notices.models import Message
from lms.people.models import Person
from lms.programmes.models import Assignment
from lms.programmes.queries import on_show, people_of, with_progress

# Withdrawn ones are looked at for so long; a lost task is found on the next day.
TOLD_WITHIN = timedelta(days=3)


def _to_course(variables: Mapping[str, Any]) -> str:
    """The address of the course while it is online, else of her learning."""
    page = CoursePage.objects.live().filter(pk=variables["course_id"]).first()
    return (page.url if page else "") or reverse("learning:mine")


def _still_late(person: Person, variables: Mapping[str, Any]) -> bool:
    """Whether she is asked for it still, can do it, and has not."""
    assignment = Assignment.objects.standing().filter(pk=variables["assignment_id"]).first()
    if assignment is None or not on_show([assignment.course_id]):
        return False
    return not CourseCompletion.objects.of(person).filter(course_key=assignment.course_key).exists()


ASSIGNED = Template(
    "course-assigned",
    _("A course is assigned to you"),
    _("%(org)s asks you to complete the course “%(course)s” by %(due)s. It rests on: %(reason)s"),
    days=("due",),
    action=_("Open the course"),
    link=_to_course,
)
WITHDRAWN = Template(
    "course-unassigned",
    _("A course is assigned no longer"),
    _("You need not complete the course “%(course)s” any more. What you have learned of it stays yours."),
)
REMINDER = Template(
    "course-late",
    _("A course is still to be completed"),
    _("The course “%(course)s” was due by %(due)s and is not complete yet. Please complete it when you can."),
    sms=_("The course “%(course)s” assigned to you was due by %(due)s and is not complete. Please sign in to learn."),
    sms_setting="SMS_TEMPLATE_COURSE",
    days=("due",),
    action=_("Open the course"),
    link=_to_course,
    still_holds=_still_late,
)


def variables_of(assignment: Assignment) -> dict[str, Any]:
    """What the templates say of an assignment; the name of nobody stands in it."""
    return {
        "course": assignment.course.title,
        "course_id": assignment.course_id,
        "assignment_id": assignment.pk,
        "due": assignment.due_on.isoformat(),
        "org": assignment.org.name,
        "reason": assignment.reason,
    }


def tell_assigned(assignment: Assignment, *, at: datetime) -> int:
    """Tell everybody whom it asks today, who has not done it before and was not told; how many."""
    today = beijing_day(at)
    if assignment.withdrawn_at or assignment.is_over(today) or not on_show([assignment.course_id]):
        return 0
    asked = with_progress(people_of(assignment, today), assignment.course_key, today).filter(done_at__isnull=True)
    ids = set(asked.values_list("pk", flat=True))
    told = Message.objects.filter(cause=assignment.about, person__merged_into__in=ids)
    ids -= set(told.values_list("person__merged_into", flat=True))
    return tell(ids, ASSIGNED, variables_of(assignment), cause=assignment.about, at=at)


def tell_unassigned(assignment: Assignment, *, at: datetime) -> int:
    """Tell those who were told of it, and have not done it, that it is taken back; how many."""
    if assignment.withdrawn_at is None:
        return 0
    told = Message.objects.filter(cause=assignment.about).values("person")
    people = with_progress(people_of(assignment, beijing_day(at)), assignment.course_key, beijing_day(at))
    waiting = people.filter(pk__in=told, done_at__isnull=True)
    ids, cause = waiting.values_list("pk", flat=True), f"{assignment.about}:over"
    return tell(ids, WITHDRAWN, variables_of(assignment), cause=cause, at=at)


def tell_all(*, at: datetime, dry_run: bool = False) -> int:
    """The sweeper: whoever came into a unit since, and what a lost task left out; how many were told."""
    today = beijing_day(at)
    standing = Assignment.objects.standing().filter(due_on__gte=today)
    withdrawn = Assignment.objects.filter(withdrawn_at__gte=at - TOLD_WITHIN)
    related = ("course", "org__division__successor")
    if dry_run:
        return standing.count() + withdrawn.count()
    told = sum(tell_assigned(each, at=at) for each in standing.select_related(*related))
    return told + sum(tell_unassigned(each, at=at) for each in withdrawn.select_related(*related))
