"""Hours hang on posts: an import after which some were registered is not undone."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from lms.credits.models import CreditLedgerEntry


def hours_since(person_ids: Sequence[int], at: datetime) -> dict[int, str]:
    """Those of the persons for whom an entry was registered at the moment or later, with the words for it."""
    wanted = set(person_ids)
    entries = CreditLedgerEntry.objects.filter(
        Q(person__in=person_ids) | Q(person__merged_into__in=person_ids), registered_at__gte=at
    )
    owners = entries.order_by().values_list("person_id", "person__merged_into_id").distinct()
    text = _("hours were registered since")
    return {pk: text for row in owners for pk in row if pk in wanted}
