"""Every ledger entry of the year, one row each: what it was for, by which rule, and when it was written."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from lms.credits.models import CreditLedgerEntry
from lms.reports.definitions.base import Column, Report
from lms.reports.queries import title_of, year_up_to

BATCH = 1000


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
        first, end = year_up_to(self.year, self.on)
        ids = self.persons.order_by().values("pk")
        entries = (
            CreditLedgerEntry.objects.filter(Q(person__in=ids) | Q(person__merged_into__in=ids))
            .filter(day__gte=first, day__lt=end)
            .select_related("person", "rule", "outline_version")
            .order_by("person__name", "person_id", "seq")
        )
        for entry in entries.iterator(chunk_size=BATCH):
            yield (
                entry.person.name,
                entry.day,
                entry.get_kind_display(),
                entry.get_category_display(),
                entry.origin.label,
                title_of(entry),
                entry.hours,
                entry.days,
                entry.rule.code if entry.rule else "",
                f"{entry.person_id}-{entry.seq}",
                f"{localtime(entry.registered_at):%Y-%m-%d %H:%M}",
            )
