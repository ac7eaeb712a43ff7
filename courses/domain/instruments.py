"""The self-assessment of digital skills: what it asks, on which scale, and what a score is called."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from courses.domain.loading import OUTLINE_FILE
from courses.enums import Dimension


@dataclass(frozen=True, slots=True)
class Item:
    """One sentence to which a person says how well she can do it."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """One dimension with its items."""

    code: Dimension
    label: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """A word for a share of the highest score, from `least_percent` on."""

    code: str
    label: str
    least_percent: int


@dataclass(frozen=True, slots=True)
class Instrument:
    """A whole self-assessment; `scale` holds value and words, lowest first."""

    parts: tuple[Part, ...]
    scale: tuple[tuple[int, str], ...]
    levels: tuple[Level, ...]

    @property
    def item_codes(self) -> list[str]:
        return [item.code for part in self.parts for item in part.items]

    def percents(self, answers: dict[str, int]) -> dict[str, int]:
        """By dimension, how many percent of the highest score these answers reach."""
        highest = self.scale[-1][0]
        return {
            part.code: sum(answers[item.code] for item in part.items) * 100 // (highest * len(part.items))
            for part in self.parts
        }

    def level(self, percent: int) -> Level:
        """What so many percent are called."""
        return [level for level in self.levels if level.least_percent <= percent][-1]


@cache
def self_assessment(path: Path = OUTLINE_FILE) -> Instrument:
    """The instrument of the outline file."""
    said: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["self_assessment"]
    return Instrument(
        parts=tuple(
            Part(
                Dimension(part["code"]),
                part["label"],
                tuple(Item(item["code"], item["text"]) for item in part["items"]),
            )
            for part in said["dimensions"]
        ),
        scale=tuple((step["value"], step["label"]) for step in said["scale"]),
        levels=tuple(Level(level["code"], level["label"], round(level["min_ratio"] * 100)) for level in said["levels"]),
    )
