"""What every report has."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.db.models import Choices, QuerySet
from django.utils.functional import Promise

from lms.people.models import Person, Post
from lms.reports.metrics import Metric


@dataclass(frozen=True)
class Column:
    """A column's heading and its unit; a column that shows a metric takes both from it."""

    heading: str | Promise
    unit: str | Promise = ""
    metric: Metric | None = None

    @classmethod
    def of(cls, metric: Metric) -> "Column":
        return cls(metric.name, metric.unit, metric)


def labels(choices: type[Choices]) -> dict[str, str]:
    """What each code is called, translated once for all rows."""
    return {value: str(label) for value, label in choices.choices}


class Report(ABC):
    """A report over persons whom the caller has already been allowed to see.

    `posts` are those at which one of them may be counted: of the day, wherever they are, unless told otherwise.
    """

    code: ClassVar[str]
    title: ClassVar[str | Promise]
    columns: ClassVar[Sequence[Column]]

    def __init__(self, persons: QuerySet[Person], *, year: int, on: date, posts: QuerySet[Post] | None = None) -> None:
        self.persons = persons
        self.posts: QuerySet[Post] = Post.objects.on(on) if posts is None else posts
        self.year = year
        self.on = on

    @abstractmethod
    def rows(self) -> Iterator[Sequence[Any]]:
        """The values of one row after the other, in the order of the columns."""

    @property
    def metrics(self) -> list[Metric]:
        return [column.metric for column in self.columns if column.metric]
