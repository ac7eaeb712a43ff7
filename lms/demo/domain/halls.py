"""What a village helper showed in the hall: one that counted, one to which people object, and one still to come."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from courses.models import LessonPage
from lms.demo.clock import moved_to
from lms.demo.domain.history import lessons_by_code
from lms.demo.domain.moments import Moments
from lms.demo.domain.people import person_of
from lms.learning.domain import screening, viewing
from lms.learning.domain.objecting import object_to
from lms.learning.domain.ticking import scan, tick
from lms.learning.models import GroupViewing
from lms.learning.policies import villagers_of
from lms.lib.durations import beijing_day
from lms.people.models import Person

SHOWN, DOUBTED, TO_COME = "ecom-shop-photo", "phone-safe-fraud", "phone-talk-video"
SHOWN_DAYS_AGO, DOUBTED_DAYS_AGO = 9, 3
# One after the other they find their seats and scan; so many have no phone with them and are ticked by name.
BETWEEN_PEOPLE = timedelta(seconds=12)
WITHOUT_PHONE = 2
# Of those whom the helper ticked by memory, so many were at home, the farmer of the cast among them.
OBJECT = 2


def hold_screenings(moments: Moments) -> None:
    """Hold them once; a lesson that is not online is passed over."""
    helper, lessons = person_of("helper"), lessons_by_code()
    if GroupViewing.objects.filter(helper=helper).exists():
        return
    with transaction.atomic():
        if SHOWN in lessons:
            _show(helper, lessons[SHOWN], at=moments.day_at(SHOWN_DAYS_AGO, 19, 20))
        if DOUBTED in lessons:
            _show_by_memory(helper, lessons[DOUBTED], moments)
        if TO_COME in lessons:
            viewing.prepare(helper, lessons[TO_COME], at=moments.now)


def _people_of(shown: GroupViewing, at: datetime) -> list[Person]:
    """Who comes: everybody of the village but the farmer's husband, who has done nothing yet."""
    return list(villagers_of(shown, on=beijing_day(at)).exclude(pk=person_of("farmer_husband").pk).order_by("pk"))


def _show(helper: Person, lesson: LessonPage, *, at: datetime) -> None:
    """People come and scan, the film runs, the helper closes it a little late."""
    with moved_to(at):
        shown = viewing.open_doors(viewing.prepare(helper, lesson, at=at), at=at)
    people = _people_of(shown, at)
    for person in people[WITHOUT_PHONE:]:
        at += BETWEEN_PEOPLE
        step = screening.steps_until(shown.doors_at or at, at)
        with moved_to(at):
            scan(shown, person, step=step, code=screening.code_of(shown.secret, step), seen_at=at, at=at)
    with moved_to(at):
        shown = viewing.start(shown, at=at)
        _tick(shown, people[:WITHOUT_PHONE], at=at)
    at += timedelta(seconds=shown.decoded_seconds + 90)
    with moved_to(at):
        viewing.close(shown, at=at)


def _show_by_memory(helper: Person, lesson: LessonPage, moments: Moments) -> None:
    """Nobody scans: the helper ticks the whole village afterwards, and two say that they were at home."""
    at = moments.day_at(DOUBTED_DAYS_AGO, 15)
    with moved_to(at):
        shown = viewing.start(viewing.prepare(helper, lesson, at=at), at=at)
    at += timedelta(seconds=shown.decoded_seconds + 20)
    with moved_to(at):
        shown = viewing.close(shown, at=at)
        _tick(shown, _people_of(shown, at), at=at)
    at = moments.day_at(DOUBTED_DAYS_AGO - 1, 8)
    farmer = person_of("farmer")
    ticks = list(shown.ticks.select_related("person").order_by("pk"))
    hers = [each for each in ticks if each.person_id == farmer.pk]
    others = [each for each in ticks if each.person_id != farmer.pk]
    with moved_to(at):
        for each in [*hers, *others][:OBJECT]:
            object_to(each, by=each.person, at=at)


def _tick(shown: GroupViewing, people: Sequence[Person], *, at: datetime) -> None:
    for person in people:
        tick(shown, person, from_second=0, at=at)
