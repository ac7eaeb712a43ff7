"""Every ledger entry of the year, one row each: what it was for, by which rule, and when it was written."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Case, F, JSONField, QuerySet, When
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _

from lms.credits.enums import CreditCategory, EntryKind, Origin
from lms.credits.models import CreditLedgerEntry, title_in
from lms.lib.batches import batched
from lms.lib.keys import Keys
from lms.people.queries import accounts_of
from lms.reports.definitions.base import Column, Report, labels
from lms.reports.queries import Titles, year_up_to

BATCH = 2000
_READ = (
    "person_id",
    "seq",
    "day",
    "kind",
    "category",
    "achievement_key",
    "outline_version_id",
    "said",
    "hours",
    "days",
    "rule__code",
    "registered_at",
)


class CadreEntries(Report):
    code = "cadre-entries"
    title = _("Ledger entries of cadres")
    columns = (
        Column(_("Name")),
        Column(_("Day")),
        Column(_("Kind")),
        Column(_("Credit category")),
        Column(_("Earned where")),
        Column(_("What for")),
        Column(_("Hours"), _("hours")),
        Column(_("Days"), _("in days")),
        Column(_("Rule")),
        Column(_("Entry no.")),
        Column(_("Registered")),
    )

    def rows(self) -> Iterator[Sequence[Any]]:
        kinds, categories, origins = labels(EntryKind), labels(CreditCategory), labels(Origin)
        beijing, titles = get_current_timezone(), Titles()
        persons = self.persons.order_by("name", "pk").values_list("pk", "name")
        for batch in batched(persons.iterator(chunk_size=BATCH), BATCH):
            accounts = accounts_of([pk for pk, _name in batch])
            entries: dict[int, list[Any]] = defaultdict(list)
            for entry in self._entries(accounts):
                entries[accounts[entry.person_id]].append(entry)
            titles.read(entry.outline_version_id for each in entries.values() for entry in each)
            for pk, name in batch:
                for entry in entries[pk]:
                    kind = kinds[entry.kind]
                    outline, key = entry.outline_version_id, entry.achievement_key
                    yield (
                        name,
                        entry.day,
                        kind,
                        categories[entry.category],
                        origins[Origin.of(key)],
                        titles.of(outline, key) if outline else title_in(entry.said) or kind,
                        entry.hours,
                        entry.days,
                        entry.rule__code or "",
                        f"{entry.person_id}-{entry.seq}",
                        f"{entry.registered_at.astimezone(beijing):%Y-%m-%d %H:%M}",
                    )

    def _entries(self, accounts: Mapping[int, int]) -> QuerySet[Any, Any]:
        """The entries of the year on these accounts; what they were for is read where no outline version says it."""
        first, end = year_up_to(self.year, self.on)
        said = Case(When(outline_version=None, then=F("why")), output_field=JSONField())
        return (
            CreditLedgerEntry.objects.filter(person__in=Keys(accounts), day__gte=first, day__lt=end)
            .order_by("person_id", "seq")
            .annotate(said=said)
            .values_list(*_READ, named=True)
        )
