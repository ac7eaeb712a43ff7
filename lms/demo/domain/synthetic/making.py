"""Make a synthetic province, all of it or nothing."""

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import yaml
from django.apps import apps
from django.db import transaction

from lms.credits.domain.adopting import adopt_rule, load_presets
from lms.credits.models import CreditRule
from lms.demo.domain.synthetic.copying import Table, go_on_counting, indexes_at_the_end, keys_are_proven
from lms.demo.domain.synthetic.land import MARK, PROVINCE, Land, make_courses, make_land
from lms.demo.domain.synthetic.people import TITLES, everybody
from lms.demo.domain.synthetic.records import KEYS_OF_A_PERSON, Batch, Frame, Records
from lms.lib.durations import beijing_day, beijing_midnight
from lms.people.enums import LearnerCategory, RoleKind
from lms.people.models import Person, Post, Role

AT_ONCE = 2000
# Groups that are made while one is being written.
AHEAD = 4
RULE = "yn_2024"


class NotSynthetic(Exception):
    """There are people here already; the text says what to do."""


def check_nobody_is_here() -> None:
    if Person.objects.filter(login_code__startswith=MARK).exists():
        raise NotSynthetic("There is a synthetic province in this database already. Make another in an empty one.")
    if Person.objects.exists():
        raise NotSynthetic("There are people in this database. A synthetic province needs one of its own: createdb.")


@dataclass(frozen=True, slots=True)
class Group:
    people: int
    posts: int
    entries: int
    rows: Counter[Batch]
    taken: list[Any]


class Writers:
    """Writes down people in groups of AT_ONCE; each group has its own seed and keys, so that order means nothing."""

    def __init__(self, land: Land, frame: Frame, *, seed: int) -> None:
        self.land, self.frame, self.seed = land, frame, seed
        self.persons = Table(
            Person,
            ["id", "login_code", "name", "birth_year"],
            kind=LearnerCategory.CADRE.value,
            password="!",  # noqa: S106  (nobody signs in with it)
            joined_at=frame.at,
        )
        self.posts = Table(
            Post,
            ["person_id", "org_id", "title", "category", "level", "cadre_authority_id", "active_from", "active_to"],
        )
        self.records = Records(frame)
        self.tables = [self.persons, self.posts, *self.records.tables]
        self.first_person = self.persons.first_key()

    def group(self, first: int, count: int) -> Group:
        """So many people from a number on; made without looking into the database."""
        random = Random(f"{self.seed}/{first}")  # noqa: S311  (fiction, no secret)
        self.records.count_from(1 + first * KEYS_OF_A_PERSON)
        posts = entries = 0
        people = everybody(self.land, count, seed=random, today=self.frame.today)
        for pk, somebody in enumerate(people, start=self.first_person + first):
            self.persons.add(pk, f"{MARK}{pk:09d}", somebody.name, somebody.birth_year)
            for job in somebody.jobs:
                place = job.unit.org_id, TITLES[job.level], job.category, job.level, job.authority_id
                self.posts.add(pk, *place, job.active_from, job.active_to)
            posts += len(somebody.jobs)
            entries += self.records.add(pk, somebody, random)
        rows, self.records.rows = self.records.rows, Counter()
        return Group(count, posts, entries, rows, [table.take() for table in self.tables])


_writers: list[Writers] = []


def _group(first: int, count: int) -> Group:
    return _writers[0].group(first, count)


def _groups(writers: Writers, people: int) -> Iterator[Group]:
    """All groups, made in processes of their own that hold no connection; a few ahead of what is being written."""
    _writers[:] = [writers]
    starts = iter(range(0, people, AT_ONCE))
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("fork")) as pool:
        waiting = deque(pool.submit(_group, first, min(AT_ONCE, people - first)) for first in islice(starts, AHEAD))
        while waiting:
            yield waiting.popleft().result()
            for first in islice(starts, 1):
                waiting.append(pool.submit(_group, first, min(AT_ONCE, people - first)))


@transaction.atomic
def make_province(
    people: int, *, seed: int, at: datetime, tell: Callable[[int, int], None] = lambda people, entries: None
) -> tuple[int, int]:
    """So many people with their posts and records; how many posts and entries. The same seed, the same province.

    `tell` hears after each few thousand how many people and entries there are. Raises NotSynthetic where anybody is.
    """
    check_nobody_is_here()
    since = date(beijing_day(at).year - 1, 1, 1)
    rule, land = _rule(since, at), make_land(people)
    outlines = make_courses(land, seed=Random(seed), at=beijing_midnight(since) - timedelta(days=30))  # noqa: S311
    frame = Frame(land, outlines, rule, by=_officers(land, since, at), at=at)
    writers = Writers(land, frame, seed=seed)
    rows: Counter[Batch] = Counter()
    done = posts = entries = 0
    keys_are_proven()
    with indexes_at_the_end(writers.tables):
        for group in _groups(writers, people):
            for table, taken in zip(writers.tables, group.taken, strict=True):
                table.write(taken)
            done, posts, entries = done + group.people, posts + group.posts, entries + group.entries
            rows.update(group.rows)
            tell(done, entries)
    frame.finish(rows)
    go_on_counting(writers.tables)
    return posts, entries


def _rule(since: date, at: datetime) -> CreditRule:
    presets = Path(apps.get_app_config("credits").path) / "data" / "presets.yaml"
    load_presets(yaml.safe_load(presets.read_text(encoding="utf-8")))
    preset = CreditRule.objects.filter(code=RULE, region_code="", authority=None).latest("active_from")
    return adopt_rule(preset, region_code=f"{PROVINCE}0000000000", active_from=since, at=at)


def _officers(land: Land, since: date, at: datetime) -> Person:
    """One officer for each organisation department; the province's is returned."""
    officers = [
        Person.objects.create(
            login_code=f"{MARK}OFF{number:05d}",
            name="合成干教管理员",
            kind=LearnerCategory.CADRE,
            password="!",  # noqa: S106  (nobody signs in with it)
            joined_at=at,
        )
        for number, _org in enumerate(land.departments)
    ]
    Role.objects.bulk_create(
        Role(person=person, kind=RoleKind.OFFICER, org=org, active_from=since)
        for person, org in zip(officers, land.departments, strict=True)
    )
    return officers[0]
