"""How long each model's rows are kept, declared on the model itself as `RETENTION` and enforced by a test.

class WatchRecord(models.Model):
    RETENTION = Retention("showing where to go on", until="the account is closed", days=30)
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model

OWN_APPS = ("lms.", "media", "courses", "search")


@dataclass(frozen=True, slots=True)
class Retention:
    """Rows serve `purpose`; they are kept until the event named by `until`, and `days` days after it.

    `days` None says that rows are kept for as long as the system is, which needs a `basis` of its own.
    """

    purpose: str
    until: str
    days: int | None = 0
    basis: str = "consent"


def own_models() -> Iterator[type[Model]]:
    """Every concrete model of Tianjian's own apps, tables made by Django for many-to-many fields left out."""
    for model in apps.get_models():
        if model.__module__.startswith(OWN_APPS):
            yield model


def undeclared() -> list[str]:
    """Labels of own models that do not say how long their rows are kept."""
    return [
        model._meta.label
        for model in own_models()
        if not model._meta.proxy and not isinstance(getattr(model, "RETENTION", None), Retention)
    ]
