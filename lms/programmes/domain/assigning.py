"""指派课程: an officer asks cadres, in her department's name, to complete a course by a day; or takes that back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.dispatch import Signal
from django.utils.translation import gettext as _

from courses.models import CoursePage
from courses.policies import admitted_to, is_on_show
from courses.queries import current_outline
from lms.audit.domain import record
from lms.lib.durations import beijing_day
from lms.people.models import Org, Person
from lms.people.policies import cadres_of
from lms.programmes.enums import Asked
from lms.programmes.models import Assignment, Target
from lms.programmes.policies import assigning_orgs
from lms.programmes.queries import Asking, named_by, posts_of, with_progress
from lms.programmes.signals import course_assigned, course_unassigned

REASON_LENGTH = 200
MOST_NAMED = 500
# A due day further away is a slip of the pen.
FURTHEST = timedelta(days=3 * 366)


class AssignmentRefused(ValueError):
    """It cannot be assigned, or not be taken back; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How many an assignment would ask today: whom it names, whom the course shuts out, and who has done it before."""

    named: int
    shut_out: int
    done: int

    @property
    def asked(self) -> int:
        return self.named - self.shut_out

    @property
    def to_do(self) -> int:
        return self.asked - self.done


def reach_of(course: CoursePage, asking: Asking, *, org: Org, on: date) -> Reach:
    """What an assignment would mean today; three queries. Of places and units, who comes later is asked as well."""
    named = named_by(org, asking, on)
    asked = named.filter(admitted_to(course, on))
    done = with_progress(asked, course.translation_key, on).filter(done_at__isnull=False)
    count = named.count()
    return Reach(count, count - asked.count(), done.count())


def assign_course(
    course: CoursePage, asking: Asking, *, due_on: date, reason: str, org: Org, by: Person, at: datetime
) -> Assignment:
    """Ask them. The day is the last one on which it may be done; people are told in the message centre.

    Raises AssignmentRefused. Whoever presses twice has the same assignment: while one stands that says the same, made
    today by the same officer, that one is returned.
    """
    today, reason = beijing_day(at), reason.strip()
    _check(course, asking, due_on=due_on, reason=reason, org=org, by=by, today=today)
    with transaction.atomic():
        # One officer at a time in the name of a department.
        Org.objects.select_for_update().get(pk=org.pk)
        if known := _same(course, asking, due_on=due_on, org=org, by=by, today=today):
            return known
        assignment = Assignment.objects.create(
            course=course,
            course_key=course.translation_key,
            org=org,
            asked=asking.asked,
            due_on=due_on,
            reason=reason[:REASON_LENGTH],
            assigned_by=by,
            assigned_at=at,
        )
        Target.objects.bulk_create(_targets(assignment, asking))
        record(
            "course_assigned",
            actor=by,
            subject_kind="assignment",
            subject_id=assignment.pk,
            detail={
                "course": course.code or str(course.translation_key),
                "org": org.code,
                "asked": asking.asked,
                "until": due_on,
                "reason": assignment.reason,
            },
            at=at,
        )
        _announce(course_assigned, assignment)
    return assignment


def _check(course: CoursePage, asking: Asking, *, due_on: date, reason: str, org: Org, by: Person, today: date) -> None:
    if org not in assigning_orgs(by, today):
        raise AssignmentRefused(_("Only officers of this organisation department assign courses in its name."))
    if not is_on_show(course) or current_outline(course) is None:
        raise AssignmentRefused(_("This course is not online. Choose another, or assign it once it is."))
    if due_on <= today:
        raise AssignmentRefused(_("Choose a day that is still to come: people need time to learn."))
    if due_on > today + FURTHEST:
        raise AssignmentRefused(_("This day is more than three years away. Look at it again."))
    if not reason:
        raise AssignmentRefused(_("Please write the document it rests on, or why. Whoever is asked reads it."))
    named = len(asking.divisions) + len(asking.org_ids) + len(asking.person_ids)
    if asking.asked != Asked.EVERYBODY and not named:
        raise AssignmentRefused(_("Choose at least one unit or one person."))
    if named > MOST_NAMED:
        raise AssignmentRefused(_("These are more than 500. Choose the place around them, or everybody."))
    _check_scope(asking, org=org, today=today)
    if not reach_of(course, asking, org=org, on=today).asked:
        raise AssignmentRefused(_("Nobody would be asked: the course is not open to them, or nobody has a post there."))


def _check_scope(asking: Asking, *, org: Org, today: date) -> None:
    """People and places outside the department's own cannot be named, whatever a request says."""
    hers = cadres_of(org, today)
    seen = set(hers.filter(pk__in=asking.person_ids).values_list("pk", flat=True))
    hers_with_posts = posts_of(hers, today).filter(org__in=asking.org_ids).values("org")
    units_outside = Org.objects.filter(pk__in=asking.org_ids).exclude(pk__in=hers_with_posts)
    place = org.division.current(today)
    if seen != asking.person_ids or units_outside.exists() or not all(map(place.contains, asking.divisions)):
        raise AssignmentRefused(_("Some of these are not of your department today. Choose again."))


def _same(course: CoursePage, asking: Asking, *, due_on: date, org: Org, by: Person, today: date) -> Assignment | None:
    found = Assignment.objects.standing().filter(course=course, org=org, due_on=due_on, asked=asking.asked)
    for assignment in found.filter(assigned_by=by).prefetch_related("targets__division"):
        if beijing_day(assignment.assigned_at) == today and _key(Asking.of(assignment)) == _key(asking):
            return assignment
    return None


def _key(asking: Asking) -> tuple[object, ...]:
    return asking.asked, frozenset(place.pk for place in asking.divisions), asking.org_ids, asking.person_ids


def _targets(assignment: Assignment, asking: Asking) -> list[Target]:
    if asking.asked == Asked.PEOPLE:
        return [Target(assignment=assignment, person_id=pk) for pk in sorted(asking.person_ids)]
    if asking.asked == Asked.UNITS:
        places = [Target(assignment=assignment, division=division) for division in asking.divisions]
        return places + [Target(assignment=assignment, org_id=pk) for pk in sorted(asking.org_ids)]
    return []


def withdraw_assignment(assignment: Assignment, *, reason: str, by: Person, at: datetime) -> Assignment:
    """Nobody is asked any more; what was completed stays. Told twice, the first withdrawal stands."""
    reason = reason.strip()
    if assignment.org not in assigning_orgs(by, beijing_day(at)):
        raise AssignmentRefused(_("Only officers of the department that assigned it can take it back."))
    if not reason:
        raise AssignmentRefused(_("Please write why it is taken back."))
    with transaction.atomic():
        mine = Assignment.objects.standing().filter(pk=assignment.pk)
        changed = mine.update(withdrawn_at=at, withdrawn_by=by, withdrawn_why=reason[:REASON_LENGTH])
        assignment.refresh_from_db()
        if changed:
            record(
                "course_unassigned",
                actor=by,
                subject_kind="assignment",
                subject_id=assignment.pk,
                detail={"reason": assignment.withdrawn_why},
                at=at,
            )
            _announce(course_unassigned, assignment)
    return assignment


def _announce(signal: Signal, assignment: Assignment) -> None:
    transaction.on_commit(partial(signal.send_robust, sender=None, assignment_id=assignment.pk), robust=True)
