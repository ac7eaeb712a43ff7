"""What many tests begin with is built once in a process, by the real stories; later tests get its rows back."""

import copy
from collections.abc import Callable
from typing import Any, TypeVar

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

T = TypeVar("T")
Rows = dict[type[models.Model], list[models.Model]]
# Triggers write these when the other rows come back.
WRITTEN_BY_TRIGGERS = {"reports.Touched"}
_kept: dict[tuple[str, str], tuple[Rows, Any]] = {}


def built_once(name: str, build: Callable[[], T]) -> T:
    """What `build` returns, and its rows in the database.

    It is built anew where the rows would outlast the test (nothing rolls them back), where one of its tables holds rows
    already, and in another hour of the test's clock, for what was built knows the moment.
    """
    if not connection.in_atomic_block:
        return build()
    key = name, timezone.now().strftime("%Y-%m-%d %H")
    if key not in _kept:
        before = {model: set(_all(model).values_list("pk", flat=True)) for model in _tables()}
        built = build()
        rows = {model: [row for row in _all(model) if row.pk not in known] for model, known in before.items()}
        _kept[key] = {model: new for model, new in rows.items() if new}, copy.deepcopy(built)
        return built
    rows, built = _kept[key]
    if any(_all(model).exists() for model in rows):
        return build()
    for model, new in rows.items():
        _all(model).bulk_create([copy.copy(row) for row in new])
    return copy.deepcopy(built)


def _all(model: type[models.Model]) -> models.QuerySet[Any]:
    """Every row, whatever the model's own managers hide."""
    return models.QuerySet(model)


def _tables() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and not model._meta.parents
        and model._meta.label not in WRITTEN_BY_TRIGGERS
    ]
