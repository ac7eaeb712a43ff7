"""SMS that wait go out: claimed first, then handed to the provider, and never handed over twice.

Nothing of this is inside a transaction but single short statements: the provider may take seconds, and each row says
at every moment what is known. A worker killed between claim and answer leaves a row that nobody sends again.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from lms.lib.durations import beijing_day
from lms.lib.encryption import DecryptionFailed, decrypt
from lms.notices.domain.hours import may_send
from lms.notices.domain.wording import SmsWords, sms_words, template_of
from lms.notices.enums import SmsState, WhyRefused
from lms.notices.models import LastReminder, Sms
from lms.notices.queries import number_of, taken_today, wants_sms
from lms.people.backends import sms as provider
from lms.people.domain.rationing import REMINDERS, SiteSpent, check_left, take_one
from lms.people.models import Contact
from lms.people.models.contacts import PHONE_PURPOSE

logger = logging.getLogger(__name__)

# One task sends so many and makes room for others in the queue.
AT_ONCE = 50
# Busy providers and lost networks, where it is known that nothing went out.
ATTEMPTS = 5
AGAIN_AFTER = timedelta(minutes=10)
# So many in a row without an answer: the provider is away, and asking on would only spoil the rest.
TROUBLES = 3
# A worker says what became of a message within seconds; whatever is claimed for so long belongs to a dead one.
CLAIM_LASTS = timedelta(minutes=15)
# A reminder that could not go out for so long would only confuse.
WAITS_AT_MOST = timedelta(days=3)


def send_waiting(*, clock: Callable[[], datetime] = timezone.now, most: int = AT_ONCE) -> int:
    """Try what waits, the oldest first; how many were tried. Nothing between 20:00 and 8:00, whenever it began.

    The clock is read anew for each, because a slow provider can make the last one a quarter of an hour later.
    """
    settle_left_behind(at=clock())
    tried = troubles = 0
    for pk in waiting_ids(at=clock(), most=most):
        at = clock()
        if not may_go_on(at) or troubles == TROUBLES:
            break
        troubles = troubles + 1 if send_one(pk, at=at) in {SmsState.QUEUED, SmsState.UNKNOWN} else 0
        tried += 1
    return tried


def waiting_ids(*, at: datetime, most: int = AT_ONCE) -> list[int]:
    """What may be tried now: new ones, and those that failed for a while long enough ago."""
    waiting = Sms.objects.filter(state=SmsState.QUEUED, queued_at__lte=at)
    return list(waiting.order_by("queued_at", "pk").values_list("pk", flat=True)[:most])


def may_go_on(at: datetime) -> bool:
    """Whether it is day, and the site has reminders left today."""
    return may_send(at) and taken_today(at, REMINDERS.scope) < REMINDERS.most


def settle_left_behind(*, at: datetime) -> int:
    """What a dead worker had claimed: nobody knows whether it went out, so it is not sent again; how many."""
    left = Sms.objects.filter(state=SmsState.CLAIMED, claimed_at__lt=at - CLAIM_LASTS)
    return left.update(state=SmsState.UNKNOWN)


def send_one(pk: int, *, at: datetime) -> str:
    """Claim one SMS, hand it over, and say in which state it is now. Whoever comes second finds it claimed."""
    mine = Sms.objects.filter(pk=pk, state=SmsState.QUEUED)
    if mine.update(state=SmsState.CLAIMED, claimed_at=at, attempts=F("attempts") + 1):
        _try(Sms.objects.select_related("message__person__merged_into").get(pk=pk), at=at)
    return str(Sms.objects.values_list("state", flat=True).get(pk=pk))


def _try(row: Sms, *, at: datetime) -> None:
    person = row.message.person.survivor
    contact = number_of(person, at) if person.closed_at is None else None
    if why := _why_not(row, contact, at=at):
        _end(row, SmsState.REFUSED, why_refused=why)
        return
    try:
        take_one(check_left(at, REMINDERS), REMINDERS)
    except SiteSpent:
        _put_back(row, until=at, attempts=row.attempts - 1)
        return
    words = sms_words(template_of(row.message.template), row.message.variables)
    _hand_over(row, contact, words, at=at)


def _why_not(row: Sms, contact: Contact | None, *, at: datetime) -> str:
    person = row.message.person.survivor
    if at - row.message.written_at > WAITS_AT_MOST:
        return WhyRefused.TOO_OLD
    if not wants_sms(person):
        return WhyRefused.OPTED_OUT
    template = template_of(row.message.template)
    if template.still_holds and not template.still_holds(person, row.message.variables):
        return WhyRefused.SETTLED
    return "" if contact is not None else WhyRefused.NO_PHONE


def _hand_over(row: Sms, contact: Contact | None, words: SmsWords, *, at: datetime) -> None:
    number = _number(contact)
    if contact is None or not number:
        _end(row, SmsState.REFUSED, why_refused=WhyRefused.NO_PHONE)
        return
    try:
        receipt = provider.send(
            provider.Message(
                number=number,
                template_id=words.template_id,
                signature=settings.SMS_SIGNATURE,
                variables=words.variables,
                text=words.text,
            )
        )
    except provider.SmsFailed as error:
        _not_taken(row, error, at=at)
    except Exception as error:
        # Whatever broke in the provider's client, it may have sent before. Its text could hold a number: no traceback.
        _end(row, SmsState.UNKNOWN, template_id=words.template_id, number_index=contact.index)
        words_of_log = "The SMS provider's client broke with %s; SMS %d may have gone out."
        logger.error(words_of_log, type(error).__name__, row.pk)  # noqa: TRY400
    else:
        _end(
            row,
            SmsState.SENT if receipt.accepted else SmsState.FAILED,
            sent_at=at,
            template_id=words.template_id,
            number_index=contact.index,
            receipt=receipt.reference[:128],
        )
        # Fourteen days count from the day on which the phone rang.
        LastReminder.objects.filter(person=row.message.person.survivor, reminded_on__lt=beijing_day(at)).update(
            reminded_on=beijing_day(at)
        )


def _number(contact: Contact | None) -> str:
    """The number in clear; empty where there is none, or a key is missing."""
    try:
        return decrypt(contact.encrypted, PHONE_PURPOSE) if contact else ""
    except DecryptionFailed:
        logger.error("The number of contact %d cannot be read.", contact.pk if contact else 0)  # noqa: TRY400
        return ""


def _not_taken(row: Sms, error: provider.SmsFailed, *, at: datetime) -> None:
    if error.perhaps_sent:
        _end(row, SmsState.UNKNOWN, receipt=str(error)[:128])
    elif error.permanent or row.attempts >= ATTEMPTS:
        _end(row, SmsState.FAILED, receipt=str(error)[:128])
    else:
        _put_back(row, until=at + AGAIN_AFTER)


def _put_back(row: Sms, *, until: datetime, attempts: int | None = None) -> None:
    """It waits again, and nothing went out."""
    claimed = Sms.objects.filter(pk=row.pk, state=SmsState.CLAIMED)
    claimed.update(
        state=SmsState.QUEUED,
        claimed_at=None,
        queued_at=until,
        attempts=row.attempts if attempts is None else attempts,
    )


def _end(row: Sms, state: SmsState, **known: object) -> None:
    """One of the four ends; whoever settled the claim meanwhile is believed."""
    Sms.objects.filter(pk=row.pk, state__in=[SmsState.CLAIMED, SmsState.UNKNOWN]).update(state=state, **known)
