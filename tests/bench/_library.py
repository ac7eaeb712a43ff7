"""A library as large as a province's, which reads like lessons: the same for the same seed, with the demo's among them.

    DATABASE_URL=postgresql://… python -m tests.bench._library --lessons 100000 --lines 1000000    # an empty database

Prints one JSON line with what was made and how long it took.
"""

import argparse
import json
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

import yaml

WORDS_FILE = Path(__file__).resolve().parent / "library_words.yaml"
SEED = 20261129
LESSONS_IN_COURSE, COURSES_IN_TRACK = 20, 40
# Names are drawn out of so many.
VILLAGES, PERSONS, KINDS, SHOPS, TOWNS = 6000, 20_000, 3000, 5000, 800
# Mandelbrot's frequencies: the word of rank r is drawn in proportion to 1 / (r + SHIFT).
SHIFT = 2.7
DRAWN_AT_ONCE = 2048
# Slow speech in lessons: so many milliseconds a character, and between sentences.
CHARACTER_MS, PAUSE_MS = 260, 550
_PLACE = re.compile(r"\{(\w+)\}")


class Speaker:
    """Fills the places of sentences by drawing words, frequent ones often."""

    def __init__(self, chance: random.Random, words: dict[str, Any]) -> None:
        self.chance = chance
        parts = {name: row.split() for name, row in words["parts"].items()}
        shared = {name: row.split() for name, row in words["shared"].items()}
        villages = self._made(VILLAGES, parts["village_first"], parts["village_second"], parts["village_last"])
        towns = self._made(TOWNS, parts["village_first"], parts["village_second"], ["镇", "乡", "街道"])
        persons = self._made(PERSONS, parts["surname"], ["", *parts["given"]], parts["given"])
        kinds = self._made(KINDS, parts["village_first"], shared["crop"], parts["kind_last"])
        shops = self._made(
            SHOPS, parts["surname"], ["家", "记", "姐", "叔", "嫂"], parts["village_second"], parts["shop_last"]
        )
        made = {"village": villages, "town": towns, "person": persons, "kind": kinds, "shop": shops}
        self.shared = {name: self._drawer(choices) for name, choices in (shared | made).items()}
        self.shared |= {
            "number": self._number,
            "money": self._money,
            "date": self._date,
            "clock": self._clock,
            "phone": self._phone,
        }
        self.forms = {
            name: self.drawer_of_forms(words[name])
            for name in ("openings", "anywhere", "closings", "leads", "tails", "titles", "teaches", "course_titles")
        }

    def drawer_of_forms(self, texts: list[str]) -> Callable[[], list[str]]:
        """Draws one of the texts, all equally often, in pieces: words and places in turn."""
        forms = [_PLACE.split(text) for text in texts]
        return lambda: self.chance.choice(forms)

    def say(self, form: list[str], own: dict[str, Callable[[], str]]) -> str:
        """The text of a form, its places filled from `own` words, else from those of everybody."""
        filled = [(own.get(piece) or self.shared[piece])() if place % 2 else piece for place, piece in enumerate(form)]
        return "".join(filled)

    def words_of(self, topic: dict[str, Any]) -> dict[str, Callable[[], str]]:
        return {"thing": self._drawer(topic["things"].split()), "doing": self._drawer(topic["doings"].split())}

    def _drawer(self, choices: list[str]) -> Callable[[], str]:
        weights = list(accumulate(1 / (rank + SHIFT) for rank in range(len(choices))))
        drawn: list[str] = []

        def draw() -> str:
            if not drawn:
                drawn.extend(self.chance.choices(choices, cum_weights=weights, k=DRAWN_AT_ONCE))
            return drawn.pop()

        return draw

    def _made(self, count: int, *parts: list[str]) -> list[str]:
        """So many different names of one part out of each list."""
        names: dict[str, None] = {}
        while len(names) < count:
            names["".join(map(self.chance.choice, parts))] = None
        return list(names)

    def _number(self) -> str:
        return str(int(self.chance.lognormvariate(3, 1.2)) + 2)

    def _money(self) -> str:
        tenths = int(self.chance.lognormvariate(5, 2)) + 1
        return f"{tenths // 10}块{tenths % 10}" if tenths < 1000 and tenths % 10 else f"{max(tenths // 10, 1)}块"

    def _date(self) -> str:
        return f"{self.chance.randint(1, 12)}月{self.chance.randint(1, 28)}号"

    def _clock(self) -> str:
        return self.chance.choice(
            ["半个钟头", "一个钟头", "早上{}点", "晚上{}点", "{}分钟", "下午{}点半", "{}天"]
        ).format(self.chance.randint(2, 11))

    def _phone(self) -> str:
        """Seven digits without a prefix: nobody's."""
        return str(self.chance.randrange(2_000_000, 9_000_000))


def tracks(lessons: int, lines: int, *, seed: int = SEED, name: str = "made") -> Iterator[Any]:
    """So many lessons with so many lines between them, in tracks by topic; courses are made when they are taken.

    Codes begin with the name.
    """
    from tests.search.library import Track

    words = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    chance = random.Random(seed)
    speaker = Speaker(chance, words)
    lengths = _lengths(chance, lessons, lines)
    # Every topic has a track as soon as there are courses enough.
    courses = -(-lessons // LESSONS_IN_COURSE)
    in_track = LESSONS_IN_COURSE * min(max(-(-courses // len(words["topics"])), 1), COURSES_IN_TRACK)
    for number in range(-(-lessons // in_track)):
        topic = words["topics"][number % len(words["topics"])]
        volume = number // len(words["topics"]) + 1
        code = f"{name}-{topic['code']}-{volume}"
        yield Track(
            code=code,
            title=f"{topic['title']}（{volume}）" if volume > 1 else topic["title"],
            title_en=topic["title_en"],
            subject=topic["subject"],
            audience=("farmer", "village_cadre"),
            courses=_courses(code, topic, speaker, lengths, min(in_track, lessons - number * in_track)),
        )


def _lengths(chance: random.Random, lessons: int, lines: int) -> Iterator[int]:
    """How many lines each lesson has: between half and one and a half times the mean, and exactly so many in all."""
    for left in range(lessons, 0, -1):
        mean = lines / left
        count = lines if left == 1 else min(lines, round(mean * chance.uniform(0.5, 1.5)))
        lines -= count
        yield count


def _courses(code: str, topic: dict[str, Any], speaker: Speaker, lengths: Iterator[int], lessons: int) -> Iterator[Any]:
    from tests.search.library import Course

    own = speaker.words_of(topic)
    sentences = speaker.drawer_of_forms(topic["sentences"])
    for number in range(1, -(-lessons // LESSONS_IN_COURSE) + 1):
        count = min(LESSONS_IN_COURSE, lessons - (number - 1) * LESSONS_IN_COURSE)
        yield Course(
            code=f"{code}-{number}",
            title=speaker.say(speaker.forms["course_titles"](), own),
            intro=speaker.say(speaker.forms["teaches"](), own),
            lessons=tuple(
                _lesson(f"{code}-{number}-{place}", own, sentences, speaker, next(lengths))
                for place in range(1, count + 1)
            ),
        )


def _lesson(
    code: str,
    own: dict[str, Callable[[], str]],
    sentences: Callable[[], list[str]],
    speaker: Speaker,
    lines: int,
) -> Any:
    """A lesson on a thing or two of its topic, which it names again and again."""
    from media.subtitles import Subtitle
    from tests.search.library import Lesson

    about = [own["thing"](), own["thing"](), own["thing"]()]
    chance = speaker.chance
    here = {
        **own,
        "thing": lambda: chance.choice(about) if chance.random() < 0.6 else own["thing"](),
    }
    said, ends_at = [], 500
    for number in range(lines):
        if number == 0:
            text = speaker.say(speaker.forms["openings"](), here)
        elif number == lines - 1:
            text = speaker.say(speaker.forms["closings"](), here)
        else:
            text = speaker.say(sentences() if chance.random() < 0.75 else speaker.forms["anywhere"](), here)
            if chance.random() < 0.4:
                text = speaker.say(speaker.forms["leads"](), here) + text
            if chance.random() < 0.4:
                text = text[:-1] + speaker.say(speaker.forms["tails"](), here)
        starts_at, ends_at = ends_at, ends_at + CHARACTER_MS * len(text)
        said.append(Subtitle(starts_at, ends_at, text))
        ends_at += PAUSE_MS
    return Lesson(
        code=code,
        title=speaker.say(speaker.forms["titles"](), here),
        teaches=speaker.say(speaker.forms["teaches"](), here),
        seconds=ends_at // 1000 + 1,
        minutes=max(ends_at // 60_000, 1),
        lines=tuple(said),
    )


def make_library(lessons: int, lines: int, *, demo: bool = True, seed: int = SEED) -> None:
    """Fill a migrated database: the lessons of the demo stand in the middle of so many made ones, or are there."""
    from django.db import connection, transaction

    from lms.demo.domain.synthetic.copying import keys_are_proven
    from tests.factories.people import OrgFactory
    from tests.search.demo_library import demo_tracks
    from tests.search.library import write_library

    with transaction.atomic():
        keys_are_proven()
        org = OrgFactory()
        first = lessons // 2
        write_library(
            chain(
                tracks(first, lines // 2, seed=seed, name="early"),
                demo_tracks() if demo else [],
                tracks(lessons - first, lines - lines // 2, seed=seed + 1, name="late"),
            ),
            org=org,
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def say_made(lessons: int, lines: int, *, demo: bool = True) -> None:
    """Make it, and print how long that took."""
    begun = time.perf_counter()
    make_library(lessons, lines, demo=demo)
    seconds = round(time.perf_counter() - begun, 1)
    line = {"bench": "library: making", "value": seconds, "unit": "s", "lessons": lessons, "lines": lines}
    print(json.dumps(line | {"load": round(os.getloadavg()[0], 1)}), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lessons", type=int, default=10_000)
    parser.add_argument("--lines", type=int, default=100_000)
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings.test"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    say_made(options.lessons, options.lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
