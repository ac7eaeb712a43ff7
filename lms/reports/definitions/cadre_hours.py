"""Credit hours and completions of each cadre in one year; `persons` are those of `overview.placing.placed`."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from lms.people.models import Person
from lms.reports import metrics
from lms.reports.definitions.base import Column, Report
from lms.reports.queries import attach_figures, attach_posts, batched
from lms.reports.standing.queries import standings_of

BATCH = 500


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
        persons = self.persons.order_by("name", "pk")
        for batch in batched(persons.iterator(chunk_size=BATCH), BATCH):
            ids = [person.pk for person in batch]
            standings = standings_of(Person.objects.filter(pk__in=ids), year=self.year, on=self.on)
            for person in attach_figures(attach_posts(batch), year=self.year, on=self.on):
                standing = standings[person.pk]
                yield (
                    person.name,
                    person.post.org.name,
                    person.post.title,
                    person.post.get_category_display(),
                    person.online_hours,
                    person.centralized_hours,
                    person.lessons_completed,
                    person.courses_completed,
                    str(standing.state.label),
                    standing.online_missing,
                    standing.centralized_missing,
                )
