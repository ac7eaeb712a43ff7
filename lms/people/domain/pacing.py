"""How often somebody may ask for what is dear or could be guessed, counted in windows of an hour."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from lms.lib.encryption import keyed_index
from lms.people.models import Tally

_WINDOW = timedelta(hours=1)


def _tally(scope: str, who: str, at: datetime) -> dict[str, Any]:
    return {"scope": scope, "key": keyed_index(who, "tally"), "window_start": Tally.window(at, _WINDOW)}


def is_spent(scope: str, who: str, *, most: int, at: datetime) -> bool:
    """Whether this hour's tries are used up; nothing is counted."""
    return Tally.objects.filter(**_tally(scope, who, at), count__gte=most).exists()


def take_try(scope: str, who: str, *, most: int, at: datetime) -> bool:
    """Count one try; False where the hour has none left. `who` is kept as a keyed index alone."""
    tally, _made = Tally.objects.get_or_create(**_tally(scope, who, at))
    return bool(Tally.objects.filter(pk=tally.pk, count__lt=most).update(count=F("count") + 1))
