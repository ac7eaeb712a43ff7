"""Credit hours and completions of each cadre in one year, beside the post at which she is counted."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from lms.credits.domain.holding import read_rows
from lms.credits.enums import StandingState
from lms.lib.batches import batched
from lms.people.enums import PersonnelCategory
from lms.people.queries import accounts_of
from lms.reports import metrics
from lms.reports.definitions.base import Column, Report, labels
from lms.reports.queries import figures_of, posts_by_person
from lms.reports.standing.queries import standings_of

BATCH = 5000


class CadreHours(Report):
    code = "cadre-hours"
    title = _("Credit hours of cadres")
    columns = (
        Column(_("Name")),
        Column(_("Work unit")),
        Column(_("Post")),
        Column(_("Personnel category")),
        Column.of(metrics.ONLINE_HOURS),
        Column.of(metrics.CENTRALIZED_HOURS),
        Column.of(metrics.LESSONS_COMPLETED),
        Column.of(metrics.COURSES_COMPLETED),
        Column(_("Standing")),
        Column.of(metrics.ONLINE_MISSING),
        Column.of(metrics.CENTRALIZED_MISSING),
    )

    def rows(self) -> Iterator[Sequence[Any]]:
        categories, states = labels(PersonnelCategory), labels(StandingState)
        persons = self.persons.order_by("name", "pk").values_list("pk", "name")
        required = read_rows()
        for batch in batched(persons.iterator(chunk_size=BATCH), BATCH):
            ids = [pk for pk, _name in batch]
            accounts = accounts_of(ids)
            posts = posts_by_person(accounts, self.posts)
            figures = figures_of(accounts, year=self.year, on=self.on)
            standings = standings_of(ids, year=self.year, on=self.on, rows=required)
            for pk, name in batch:
                if pk not in posts:  # it ended while the file was being written
                    continue
                unit, title, category = posts[pk]
                state, *missing = standings[pk]
                yield name, unit, title, categories[category], *figures[pk], states[state], *missing
