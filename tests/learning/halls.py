"""A screening in the hall of 柳树村, with people who come."""

from datetime import datetime

from courses.models import LessonPage
from lms.learning.domain import screening, viewing
from lms.learning.domain.ticking import scan, tick
from lms.learning.models import GroupTick, GroupViewing
from lms.people.models import Person
from tests.cast import Cast
from tests.factories import learning as make
from tests.factories.people import PersonFactory


class Hall:
    """The helper of the cast before people of her village, on a clock that the test moves."""

    def __init__(self, cast: Cast, clock) -> None:
        self.cast, self.clock = cast, clock
        self.village = cast.places.village

    def villager(self, **fields: object) -> Person:
        return PersonFactory(**{"village": self.village, **fields})

    def prepare(self, lesson: LessonPage | None = None, *, by: Person | None = None) -> GroupViewing:
        return viewing.prepare(by or self.cast.helper, lesson or make.lesson(), at=self.clock.now)

    def open(self, lesson: LessonPage | None = None, *, by: Person | None = None) -> GroupViewing:
        """The doors are open; the film does not run."""
        return viewing.open_doors(self.prepare(lesson, by=by), at=self.clock.now)

    def running(self, lesson: LessonPage | None = None, *, by: Person | None = None) -> GroupViewing:
        return viewing.start(self.open(lesson, by=by), at=self.clock.now)

    def code(self, shown: GroupViewing) -> dict[str, object]:
        """What the helper's phone shows at this moment."""
        step = screening.steps_until(shown.doors_at, self.clock.now)
        return {"step": step, "code": screening.code_of(shown.secret, step)}

    def scan(self, shown: GroupViewing, person: Person, *, seen_at: datetime | None = None, **code) -> GroupTick:
        shown.refresh_from_db()
        now = self.clock.now
        return scan(shown, person, **(code or self.code(shown)), seen_at=seen_at or now, at=now)

    def tick(self, shown: GroupViewing, person: Person, *, from_second: int = 0) -> GroupTick:
        shown.refresh_from_db()
        return tick(shown, person, from_second=from_second, at=self.clock.now)

    def close(self, shown: GroupViewing, **later: float) -> GroupViewing:
        self.clock.move(**later)
        return viewing.close(shown, at=self.clock.now)
