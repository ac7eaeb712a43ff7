"""Reports of delivery: whether an SMS that the provider had accepted reached a phone."""

from collections.abc import Iterable
from datetime import datetime

from lms.notices.enums import SmsDelivery, SmsState
from lms.notices.models import Sms
from lms.notices.queries import CHUNK
from lms.people.backends.sms import Delivery


def note_deliveries(deliveries: Iterable[Delivery], *, at: datetime) -> int:
    """Note each report at the SMS whose receipt it names; at how many it was news.

    Told twice, or of messages that are not known here, such as codes for signing in, it does nothing. "Did not arrive"
    may be followed by "arrived", for providers try again; nothing follows "arrived".
    """
    said: dict[str, bool] = {}
    for one in deliveries:
        said[one.reference] = one.delivered or said.get(one.reference, False)
    arrived = [reference for reference, delivered in said.items() if delivered]
    lost = [reference for reference, delivered in said.items() if not delivered]
    return _note(arrived, SmsDelivery.DELIVERED, before=["", SmsDelivery.UNDELIVERED], at=at) + _note(
        lost, SmsDelivery.UNDELIVERED, before=[""], at=at
    )


def _note(references: list[str], delivery: SmsDelivery, *, before: list[str], at: datetime) -> int:
    noted = 0
    for start in range(0, len(references), CHUNK):
        some = [reference for reference in references[start : start + CHUNK] if reference]
        rows = Sms.objects.filter(receipt__in=some, state=SmsState.SENT, delivery__in=before)
        noted += rows.update(delivery=delivery, reported_at=at)
    return noted
