"""The department of the demo assigns two courses and reminds of one, through the stories that its officers use."""

from datetime import timedelta

import pytest

from courses.models import LessonPage
from lms.demo.domain import assigning
from lms.demo.domain.assigning import assign_courses
from lms.demo.domain.moments import Moments
from lms.notices.models import Message, Reminder, Sms
from lms.people.models import Post
from lms.programmes.models import Assignment
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.learning import live_course, live_lesson, published
from tests.factories.people import PersonFactory, PostFactory
from tests.programmes.test_assigning import complete

pytestmark = pytest.mark.django_db


def test_one_course_is_overdue_and_reminded_of_and_one_is_to_come(cast: Cast, clock: Clock, monkeypatch, outbox):
    clock.set(2026, 11, 20, 12)
    monkeypatch.setattr(assigning, "person_of", lambda key: getattr(cast, key))
    monkeypatch.setattr(assigning, "read_accounts", list)
    monkeypatch.setattr(assigning, "TOWNSHIP", cast.places.township.code)
    for code in (assigning.OVERDUE[0], assigning.TO_COME[0]):
        lesson = published(live_lesson(live_course(cast.orgs.provider)))
        LessonPage.objects.filter(pk=lesson.pk).update(code=code)
    done, late = PersonFactory(), PersonFactory(phone="19900000001")
    for person in (done, late):
        PostFactory(person=person, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department)
    overdue_course = LessonPage.objects.get(code=assigning.OVERDUE[0]).course
    complete(done, overdue_course, clock.now - timedelta(days=20))
    Post.objects.update(active_from="2026-01-01")

    assign_courses(Moments(clock.now))
    assign_courses(Moments(clock.now))

    overdue, to_come = Assignment.objects.order_by("due_on")
    assert (overdue.course, str(overdue.due_on), str(to_come.due_on)) == (overdue_course, "2026-11-12", "2026-12-14")
    reminder = Reminder.objects.get()
    assert (reminder.people, reminder.by_sms, Sms.objects.get().state) == (2, 1, "sent")
    assert len(outbox) == 1
    assert Message.objects.filter(read_at__isnull=True).exists() and Message.objects.filter(read_at__isnull=False)
