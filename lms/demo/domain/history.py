"""What the people of the province watched: sittings at moved times, through the same stories as anybody's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from courses.models import LessonPage
from lms.demo.clock import moved_to
from lms.demo.domain.moments import Moments
from lms.demo.domain.people import SEED, read_accounts
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.models import PlaySession
from lms.lib.durations import beijing_day
from lms.lib.stretches import Stretches
from lms.people.models import Person
from lms.people.queries import categories_on

# Which lessons somebody takes in one go, with how many people out of a hundred do.
FOR_CADRES = (
    (("gov-reach-notice", "gov-reach-absent", "gov-reach-offline", "gov-reach-feedback"), 55),
    (("gov-reach-notice", "gov-reach-absent"), 20),
    (("live-start-first", "live-start-account", "live-start-table", "live-start-talk"), 15),
    (("phone-safe-fraud",), 30),
)
FOR_FARMERS = (
    (("phone-talk-video",), 35),
    (("phone-safe-fraud",), 40),
    (("ecom-shop-photo", "ecom-ship-pack"), 25),
    (("live-start-first", "live-start-account", "live-start-table", "live-start-talk"), 12),
)
# Out of a hundred lessons: watched in part only; jumped to the end, which does not count.
IN_PART, JUMPED = 12, 3
BETWEEN_LESSONS = timedelta(seconds=40)


@dataclass(frozen=True)
class Sitting:
    """One person sits down at a moment and takes these lessons."""

    person: Person
    codes: Sequence[str]
    at: datetime
    seed: int


def plan(moments: Moments) -> list[Sitting]:
    """Who sits down when: the same for every run, in the order of time. Some people never come.

    Staff, the learners of the cast and whoever registers in the running demo make their own history.
    """
    sittings = []
    cast = [account.person_id for account in read_accounts()]
    villagers = Person.objects.filter(joined_at=moments.settled).exclude(pk__in=cast)
    for number, person in enumerate(villagers.order_by("pk")):
        random = Random(SEED + number)  # noqa: S311  (fiction, no secret)
        is_cadre = "cadre" in categories_on(person, beijing_day(moments.published))
        for codes, share in FOR_CADRES if is_cadre else FOR_FARMERS:
            days_ago, hour, minute = random.randint(1, 118), random.randint(7, 20), random.randint(0, 59)
            if random.randint(1, 100) <= share:
                sittings.append(
                    Sitting(person, codes, moments.day_at(days_ago, hour, minute), random.randint(0, 10**6))
                )
    return sorted(sittings, key=lambda sitting: (sitting.at, sitting.person.pk))


def live(sittings: Sequence[Sitting]) -> Iterator[int]:
    """Let everybody sit down in turn; yields how many have. What happened in an earlier run is passed over."""
    lessons = {page.code: page for page in LessonPage.objects.live().filter(video__isnull=False)}
    happened = set(PlaySession.objects.values_list("person_id", "opened_at"))
    for done, sitting in enumerate(sittings, start=1):
        if (sitting.person.pk, sitting.at) not in happened:
            _sit(sitting, [lessons[code] for code in sitting.codes if code in lessons])
        yield done


def _sit(sitting: Sitting, lessons: Sequence[LessonPage]) -> None:
    random, at = Random(sitting.seed), sitting.at  # noqa: S311  (fiction, no secret)
    for lesson in lessons:
        at = _watch(sitting.person, lesson, random, at=at) + BETWEEN_LESSONS


def _watch(person: Person, lesson: LessonPage, random: Random, *, at: datetime) -> datetime:
    """Watch one lesson from `at` on, in two reports; returns when it ended."""
    seconds = lesson.decoded_seconds or 0
    with moved_to(at):
        session = open_session(person, lesson, at=at)
    chance = random.randint(1, 100)
    if chance <= JUMPED:
        # Reports the whole lesson after five seconds: what the clock cannot pay stays refused.
        played, ends = [(0, seconds)], [5]
    elif chance <= JUMPED + IN_PART:
        part = seconds * random.randint(20, 70) // 100
        played, ends = [(0, part)], [part + 1]
    else:
        half = seconds // 2
        played, ends = [(0, half), (half, seconds)], [half + 1, seconds + 2]
    for number, (stretch, end) in enumerate(zip(played, ends, strict=True), start=1):
        moment = at + timedelta(seconds=end)
        with moved_to(moment):
            accept_report(session, number, stretches=Stretches.of([stretch]), at=moment)
    return at + timedelta(seconds=ends[-1])
