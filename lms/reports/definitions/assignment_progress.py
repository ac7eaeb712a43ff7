"""How far each person has come with one assigned course. Not among REPORTS: it is asked for with its assignment."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.people.models import Person
from lms.programmes.models import Assignment
from lms.programmes.queries import Progress
from lms.reports.definitions.base import Column, Report
from lms.reports.queries import attach_posts, batched

BATCH = 500


class AssignmentProgress(Report):
    """`persons` carry post and progress (`assignments.queries.rows_of`)."""

    code = "assignment-progress"
    title = gettext_lazy("Progress with an assigned course")
    columns = (
        Column(gettext_lazy("Name")),
        Column(gettext_lazy("Work unit")),
        Column(gettext_lazy("Post")),
        Column(gettext_lazy("Progress")),
        Column(gettext_lazy("Completed on (day)")),
        Column(gettext_lazy("Overdue")),
    )

    def __init__(self, persons: QuerySet[Person], assignment: Assignment, *, on: date) -> None:
        super().__init__(persons, year=assignment.due_on.year, on=on)
        self.assignment = assignment

    def rows(self) -> Iterator[Sequence[Any]]:
        persons: QuerySet[Any] = self.persons
        for batch in batched(persons.iterator(chunk_size=BATCH), BATCH):
            for person in attach_posts(batch):
                progress = Progress.of(person.done_at, person.has_begun, self.assignment, self.on)
                yield (
                    person.name,
                    person.post.org.name if person.post else "",
                    person.post.title if person.post else "",
                    str(progress.state.label),
                    progress.done_on,
                    _("yes") if progress.is_late else "",
                )
