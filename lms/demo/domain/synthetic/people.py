"""Who lives in a synthetic province: names, posts, and who came to another post in the last two years."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from lms.demo.domain.synthetic.land import Land, Unit
from lms.people.enums import DivisionLevel, PersonnelCategory, PostLevel

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英华玉兰红春梅国建文志海波宁云山田禾青石泉林松柏竹"
# In percent of all people: who works where.
WHERE = {
    DivisionLevel.PROVINCE: 2,
    DivisionLevel.PREFECTURE: 4,
    DivisionLevel.COUNTY: 30,
    DivisionLevel.TOWNSHIP: 14,
    DivisionLevel.VILLAGE: 50,
}
# In percent: who moved to another post, was promoted, holds a second post beside the first.
MOVED, PROMOTED, SECOND = 8, 7, 5
# Managed one level up although the unit is here (垂管).
FROM_ABOVE = 2
FIRST_POST_DAYS = 8 * 365
_VILLAGE = ([PersonnelCategory.VILLAGE_CADRE, PersonnelCategory.GRID_WORKER], [72, 28])
_TOWNSHIP = ([PersonnelCategory.TOWNSHIP_CADRE, PersonnelCategory.CIVIL_SERVANT], [70, 30])
_OFFICE = (
    [
        PersonnelCategory.CIVIL_SERVANT,
        PersonnelCategory.CIVIL_SERVANT_BY_REFERENCE,
        PersonnelCategory.PUBLIC_INSTITUTION_STAFF,
    ],
    [60, 15, 25],
)
_LEVELS = [
    PostLevel.COUNTY_LEVEL_PRINCIPAL,
    PostLevel.COUNTY_LEVEL_DEPUTY,
    PostLevel.TOWNSHIP_LEVEL_PRINCIPAL,
    PostLevel.TOWNSHIP_LEVEL_DEPUTY,
    PostLevel.STAFF_LEVEL,
]
_SHARES = {
    DivisionLevel.PROVINCE: [10, 20, 20, 20, 30],
    DivisionLevel.PREFECTURE: [5, 12, 20, 23, 40],
    DivisionLevel.COUNTY: [1, 3, 10, 16, 70],
    DivisionLevel.TOWNSHIP: [0, 0, 6, 14, 80],
}
_HIGHER = frozenset({PostLevel.COUNTY_LEVEL_PRINCIPAL, PostLevel.COUNTY_LEVEL_DEPUTY})
TITLES = {
    "": "村干部",
    PostLevel.COUNTY_LEVEL_PRINCIPAL: "书记",
    PostLevel.COUNTY_LEVEL_DEPUTY: "副书记",
    PostLevel.TOWNSHIP_LEVEL_PRINCIPAL: "局长",
    PostLevel.TOWNSHIP_LEVEL_DEPUTY: "副局长",
    PostLevel.STAFF_LEVEL: "科员",
}


@dataclass(frozen=True, slots=True)
class Job:
    """One post, as it is written."""

    unit: Unit
    category: str
    level: str
    authority_id: int
    active_from: date
    active_to: date | None = None

    def holds(self, day: date) -> bool:
        return self.active_from <= day and (self.active_to is None or day < self.active_to)


@dataclass(frozen=True, slots=True)
class Somebody:
    name: str
    birth_year: int
    jobs: list[Job]

    def categories_on(self, day: date) -> frozenset[str]:
        """As `people.queries.categories_of` has it for somebody who calls herself a cadre."""
        held = {str(job.category) for job in self.jobs if job.holds(day)}
        return frozenset({*held, "cadre"} if held else ())


def everybody(land: Land, count: int, *, seed: Random, today: date) -> Iterator[Somebody]:
    """So many people, one after the other."""
    levels, shares = list(WHERE), list(WHERE.values())
    for _number in range(count):
        level = seed.choices(levels, shares)[0]
        name = seed.choice(SURNAMES) + seed.choice(GIVEN) + (seed.choice(GIVEN) if seed.random() < 0.7 else "")
        yield Somebody(name, seed.randint(1966, 2003), list(_jobs(land, level, seed, today)))


def _jobs(land: Land, level: DivisionLevel, seed: Random, today: date) -> Iterator[Job]:
    units = land.units[level]
    unit = seed.choice(units)
    begun = today - timedelta(days=seed.randint(800, 800 + FIRST_POST_DAYS))
    changed = today - timedelta(days=seed.randint(5, 600))
    chance = seed.randint(1, 100)
    if chance <= MOVED:
        yield _job(unit, seed, begun, changed)
        yield _job(seed.choice(units), seed, changed)
    elif chance <= MOVED + PROMOTED:
        first = _job(unit, seed, begun, changed)
        yield first
        yield _job(unit, seed, changed, rank=_above(first.level))
    else:
        yield _job(unit, seed, begun)
        if chance > 100 - SECOND:
            yield _job(unit, seed, changed)


def _above(level: str) -> str:
    return _LEVELS[max(_LEVELS.index(PostLevel(level)) - 1, 0)] if level else ""


def _job(unit: Unit, seed: Random, begun: date, ended: date | None = None, *, rank: str | None = None) -> Job:
    if unit.level == DivisionLevel.VILLAGE:
        categories, level = _VILLAGE, ""
    else:
        categories = _TOWNSHIP if unit.level == DivisionLevel.TOWNSHIP else _OFFICE
        level = rank or seed.choices(_LEVELS, _SHARES[unit.level])[0]
    from_above = level in _HIGHER or seed.randint(1, 100) <= FROM_ABOVE
    authority = unit.higher_id if from_above else unit.authority_id
    return Job(unit, seed.choices(*categories)[0], level, authority, begun, ended)
