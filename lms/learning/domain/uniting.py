"""Two accounts became one: what was watched with both may complete together what it did not complete apart."""

from datetime import datetime

from django.db import transaction

from lms.learning.domain.completing import complete_course, complete_watched
from lms.learning.domain.enrolling import lock_clock
from lms.learning.models import CourseEnrolment, LessonCompletion, WatchRecord
from lms.people.models import Person


def unite_learning(person: Person, *, at: datetime) -> None:
    """Make one of the person's clocks, checks and records of the same lesson, and complete what is complete by that.

    Nothing hangs on its being told: whatever next locks her clock makes one of it (`clocks`), the next opening of a
    lesson completes it, and `complete_missing_courses` a course. Told twice, it happens once.
    """
    with transaction.atomic():
        lock_clock(person)
        done = set(LessonCompletion.objects.of(person).values_list("lesson_key", "round"))
        for record in WatchRecord.objects.of(person).select_related("person__merged_into", "page"):
            if (record.lesson_key, record.round) not in done:
                complete_watched(record, at=at)
        for enrolment in CourseEnrolment.objects.of(person).select_related("person__merged_into", "page"):
            complete_course(enrolment, at=at)
