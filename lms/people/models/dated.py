"""Rows that hold from a day up to, not including, another."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def holds_on(day: date, path: str = "") -> Q:
    """The condition that a dated row, reached over `path` (ending in "__"), holds on `day`."""
    return Q(**{f"{path}active_from__lte": day}) & (
        Q(**{f"{path}active_to__isnull": True}) | Q(**{f"{path}active_to__gt": day})
    )


class DatedQuerySet(models.QuerySet[Any]):
    def on(self, day: date) -> Self:
        """Rows that hold on the day."""
        return self.filter(holds_on(day))


class Dated(models.Model):
    active_from = models.DateField(_("valid from"))
    active_to = models.DateField(_("valid until (not including)"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_period",
                condition=Q(active_to__isnull=True) | Q(active_to__gte=models.F("active_from")),
            )
        ]

    def holds(self, day: date) -> bool:
        return self.active_from <= day and (self.active_to is None or self.active_to > day)
