"""What every report has."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.functional import Promise

from lms.people.models import Person
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


class Report(ABC):
    """A report over persons whom the caller has already been allowed to see."""

    code: ClassVar[str]
    title: ClassVar[str | Promise]
    columns: ClassVar[Sequence[Column]]

    def __init__(self, persons: QuerySet[Person], *, year: int, on: date) -> None:
        self.persons = persons
        self.year = year
        self.on = on

    @abstractmethod
    def rows(self) -> Iterator[Sequence[Any]]:
        """The values of one row after the other, in the order of the columns."""

    @property
    def metrics(self) -> list[Metric]:
        return [column.metric for column in self.columns if column.metric]
