"""What the demo's helper showed in the hall is there once, by the real stories, and the proofs hold."""

from datetime import date

import pytest

from lms.credits.domain.checking import ledger_faults
from lms.demo.domain import halls
from lms.demo.domain.halls import hold_screenings
from lms.demo.domain.moments import Moments
from lms.learning.domain.objecting import may_withdraw
from lms.learning.domain.rebuilding import rebuild_watch_records
from lms.learning.models import GroupTick, GroupViewing, LessonCompletion
from lms.learning.queries import screening_counts
from lms.people.models import Membership, Role
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db


def test_one_counted_one_is_objected_to_and_one_is_to_come(cast, clock, monkeypatch):
    village = cast.places.village
    husband = PersonFactory(name="张满仓", village=village)
    people = {"helper": cast.helper, "farmer": cast.farmer, "farmer_husband": husband}
    monkeypatch.setattr(halls, "person_of", people.__getitem__)
    lessons = {code: make.lesson(seconds=90) for code in (halls.SHOWN, halls.DOUBTED, halls.TO_COME)}
    monkeypatch.setattr(halls, "lessons_by_code", lambda: lessons)
    for number in range(12):
        PersonFactory(name=f"乡亲{number}", village=village)
    Role.objects.update(active_from=date(2025, 3, 1))
    Membership.objects.update(active_from=date(2025, 3, 1))

    for _time in range(2):
        hold_screenings(Moments(clock.now))

    shown, doubted, coming = GroupViewing.objects.order_by("prepared_at")
    counts = screening_counts([shown, doubted, coming])
    assert (counts[shown.pk].named, counts[shown.pk].scanned >= 10) == (2, True)
    assert (counts[doubted.pk].scanned, counts[doubted.pk].objected) == (0, 2)
    assert (coming.doors_at, coming.closed_at, counts[coming.pk].people) == (None, None, 0)
    assert LessonCompletion.objects.filter(lesson_key=shown.lesson_key).count() == counts[shown.pk].people
    assert may_withdraw(GroupTick.objects.get(person=cast.farmer, viewing=doubted), at=clock.now)
    assert not GroupTick.objects.filter(person=husband).exists()
    assert rebuild_watch_records(dry_run=True) == []
    assert list(ledger_faults()) == []
