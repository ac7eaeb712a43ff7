"""How far each person has come with one assigned course. Not among REPORTS: it is asked for with its assignment."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.lib.batches import batched
from lms.people.models import Person
from lms.people.queries import accounts_of
from lms.programmes.enums import ProgressState
from lms.programmes.models import Assignment
from lms.programmes.queries import Progress
from lms.reports.definitions.base import Column, Report, labels
from lms.reports.queries import PostInWords, posts_by_person

BATCH = 2000


class AssignmentProgress(Report):
    """`persons` carry their progress (`assignments.queries.rows_of`)."""

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
        states, late, nowhere = labels(ProgressState), _("yes"), PostInWords("", "", "")
        read = persons.values_list("pk", "name", "done_at", "has_begun")
        for batch in batched(read.iterator(chunk_size=BATCH), BATCH):
            posts = posts_by_person(accounts_of([pk for pk, *_rest in batch]), self.posts)
            for pk, name, done_at, has_begun in batch:
                progress = Progress.of(done_at, has_begun, self.assignment, self.on)
                post = posts.get(pk, nowhere)
                yield (
                    name,
                    post.unit,
                    post.title,
                    states[progress.state],
                    progress.done_on,
                    late if progress.is_late else "",
                )
