"""What the county's organisation department asks of its cadres: one course that is overdue, one still to come."""

from datetime import timedelta

from courses.models import CoursePage, LessonPage
from lms.demo.clock import moved_to
from lms.demo.domain.moments import Moments
from lms.demo.domain.people import TOWNSHIP, person_of, read_accounts
from lms.lib.durations import beijing_day
from lms.notices.domain.planning import plan_reminder
from lms.notices.domain.reminding import remind
from lms.notices.domain.sending import send_waiting
from lms.notices.domain.telling import mark_read
from lms.notices.models import Message
from lms.people.models import Division
from lms.people.policies import roles_on
from lms.programmes.domain.assigning import assign_course
from lms.programmes.domain.telling import tell_assigned
from lms.programmes.enums import Asked
from lms.programmes.models import Assignment
from lms.programmes.policies import assigning_orgs
from lms.programmes.queries import Asking
from lms.reports.reminders.choosing import late_choice

# A lesson of the course, when it was assigned and is due (in days from the day of loading), and on what it rests.
OVERDUE = ("gov-reach-notice", 60, -8, "青组发〔2026〕15号")
TO_COME = ("phone-safe-fraud", 6, 24, "防范电信网络诈骗专项培训")
REMINDED_DAYS_AGO = 5
# Of those who were told, every so manieth has not read it.
UNREAD_EACH = 3


def assign_courses(moments: Moments) -> None:
    """Assign both, and remind of the first; what was assigned before, or has no lesson online, is passed over."""
    everybody = Asking(Asked.EVERYBODY)
    township = Asking(Asked.UNITS, divisions=tuple(Division.objects.filter(code=TOWNSHIP)))
    overdue = _assign(*OVERDUE, everybody, moments)
    _assign(*TO_COME, township, moments)
    if overdue is not None:
        _remind(overdue, moments)


def _assign(code: str, days_ago: int, due_in: int, reason: str, asking: Asking, moments: Moments) -> Assignment | None:
    lesson = LessonPage.objects.live().filter(code=code).first()
    course: CoursePage | None = lesson.course if lesson else None
    if course is None or Assignment.objects.filter(course=course).exists():
        return None
    officer, at = person_of("officer"), moments.day_at(days_ago, 9, 30)
    org = assigning_orgs(officer, beijing_day(at))[0]
    due_on = beijing_day(moments.now) + timedelta(days=due_in)
    with moved_to(at):
        assignment = assign_course(course, asking, due_on=due_on, reason=reason, org=org, by=officer, at=at)
        tell_assigned(assignment, at=at)
    _read(assignment.about, moments)
    return assignment


def _read(cause: str, moments: Moments) -> None:
    """Two of three of those who were told have read it since; the cast's own wait for a newcomer."""
    cast = [account.person_id for account in read_accounts()]
    told = Message.objects.filter(cause=cause).exclude(person__in=cast).order_by("pk").select_related("person")
    for number, message in enumerate(told):
        if number % UNREAD_EACH:
            mark_read(message.person, message_id=message.pk, at=moments.day_at(3, 19))


def _remind(assignment: Assignment, moments: Moments) -> None:
    officer, at = person_of("officer"), moments.day_at(REMINDED_DAYS_AGO, 10)
    today = beijing_day(at)
    choice = late_choice(assignment, by=officer, on=today, roles=roles_on(officer, today))
    plan = plan_reminder(choice.person_ids, choice.template, choice.variables, with_sms=True, at=at)
    if not plan.told:
        return
    with moved_to(at):
        reminder = remind(
            choice.person_ids,
            choice.template,
            choice.variables,
            with_sms=True,
            seen=plan.digest,
            about=choice.about,
            reason="已过期限，请抓紧完成",
            org=choice.org,
            by=officer,
            at=at,
        )
        send_waiting(clock=lambda: at + timedelta(minutes=1), most=len(plan.by_sms))
    _read(f"reminder:{reminder.pk}", moments)
