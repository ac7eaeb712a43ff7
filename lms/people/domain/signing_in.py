"""Learners sign in with a code sent to a phone.

Nothing here asks whether a number is known: known and unknown numbers get the same code, the same limits and
the same answers. Who is reached on the number is looked up only after the right code.

Limits: a number gets one code a minute, 5 an hour and 10 a day, each good for 5 tries, so at most 50 of a
million guesses a day. An address may ask for 240 codes and miss 240 times in ten minutes: sixty people behind
the hotspot of a village hall, each asking and missing four times, are let through; guessing machines are not.
The whole site sends SMS_PER_DAY messages a day, whoever asks: see `rationing`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.lib.durations import beijing_day
from lms.lib.encryption import keyed_index
from lms.people.backends import sms
from lms.people.domain.rationing import NotSent, check_left, take_one
from lms.people.models import Contact, Person, SentMessage, SmsDevice, Tally
from lms.people.models.contacts import PHONE_PURPOSE
from lms.people.models.devices import CODE_MINUTES
from lms.people.queries import home_division_on


@dataclass(frozen=True, slots=True)
class Limit:
    scope: str
    most: int
    window: timedelta


CODES_PER_NUMBER = (
    Limit("code-number-hour", 5, timedelta(hours=1)),
    Limit("code-number-day", 10, timedelta(days=1)),
)
CODES_PER_ADDRESS = (Limit("code-address", 240, timedelta(minutes=10)),)
MISSES_PER_ADDRESS = (Limit("miss-address", 240, timedelta(minutes=10)),)
WRONG_FACTS_PER_PERSON = (Limit("fact-person", 3, timedelta(days=1)),)


class TooMany(Exception):
    """Too many codes or tries; the text says when to go on."""

    def __init__(self, again_at: datetime, now: datetime) -> None:
        minutes = max(1, -(-int((again_at - now).total_seconds()) // 60))
        super().__init__(
            ngettext(
                "Too many tries. Please wait %(minutes)d minute, then try again.",
                "Too many tries. Please wait %(minutes)d minutes, then try again.",
                minutes,
            )
            % {"minutes": minutes}
        )
        self.again_at = again_at


class WrongCode(Exception):
    """Not the code, or too late, or used before; the text is the same for all three."""


class WrongFact(Exception):
    """The answer does not fit what is known of the person."""


def _key(value: object) -> str:
    return keyed_index(str(value), "tally")


def _check(limits: tuple[Limit, ...], key: str, at: datetime) -> None:
    for limit in limits:
        start = Tally.window(at, limit.window)
        reached = Tally.objects.filter(scope=limit.scope, key=key, window_start=start, count__gte=limit.most)
        if reached.exists():
            raise TooMany(start + limit.window, at)


def _count(limits: tuple[Limit, ...], key: str, at: datetime) -> None:
    for limit in limits:
        tally, _created = Tally.objects.get_or_create(
            scope=limit.scope, key=key, window_start=Tally.window(at, limit.window)
        )
        Tally.objects.filter(pk=tally.pk).update(count=F("count") + 1)


def send_code(phone: str, *, address: str, at: datetime) -> None:
    """Send a code to the number, known or not. Raises TooMany or NotSent.

    Within a minute of the last code none is sent and nothing is said: the first one is on its way.
    """
    index = keyed_index(phone, PHONE_PURPOSE)
    with transaction.atomic():
        _check(CODES_PER_ADDRESS, _key(address), at)
        _check(CODES_PER_NUMBER, index, at)
        device, _created = SmsDevice.objects.get_or_create(number_index=index)
        device = SmsDevice.objects.select_for_update().get(pk=device.pk)
        if not device.generate_is_allowed()[0]:
            return
        site_day = check_left(at)
        code = device.new_code()
        _count(CODES_PER_ADDRESS, _key(address), at)
        _count(CODES_PER_NUMBER, index, at)
    try:
        take_one(site_day)
    except NotSent:
        device.cooldown_reset()
        raise
    # Outside the transaction: the provider may take seconds.
    message = sms.Message(
        number=phone,
        template_id=settings.SMS_TEMPLATE_ID,
        signature=settings.SMS_SIGNATURE,
        variables={"code": code, "minutes": str(CODE_MINUTES)},
        text=code_text(code),
    )
    try:
        receipt = sms.send(message)
    except sms.SmsFailed as error:
        receipt = sms.Receipt(accepted=False, reference=str(error)[:128])
    SentMessage.objects.create(
        number_index=index,
        template_id=message.template_id,
        reference=receipt.reference,
        accepted=receipt.accepted,
        sent_at=at,
    )
    if not receipt.accepted:
        # No code went out, so the next try need not wait.
        device.cooldown_reset()
        raise NotSent(_("The message could not be sent just now. Please try again in a few minutes."))


def code_text(code: str) -> str:
    """What arrives on the phone: the code, how long it holds, and to tell it to nobody. Never a link."""
    text = _("Your code is %(code)s. It is good for %(minutes)d minutes. Do not tell it to anybody.") % {
        "code": code,
        "minutes": CODE_MINUTES,
    }
    return f"【{settings.SMS_SIGNATURE}】{text}"


def check_code(phone: str, code: str, *, address: str, at: datetime) -> None:
    """Return if the code is right; it is used up. Raises WrongCode, or TooMany for a guessing address."""
    with transaction.atomic():
        _check(MISSES_PER_ADDRESS, _key(address), at)
        device = SmsDevice.objects.select_for_update().filter(number_index=keyed_index(phone, PHONE_PURPOSE)).first()
        right = device is not None and device.verify_token(code)
        if not right:
            _count(MISSES_PER_ADDRESS, _key(address), at)
    if not right:
        raise WrongCode(_("This code is not right, or it is too old. Look at the newest message, or get a new code."))


def reached_on(phone: str, *, at: datetime) -> list[Contact]:
    """Everybody who is reached on the number; only asked after the right code."""
    return list(Contact.objects.of_number(keyed_index(phone, PHONE_PURPOSE), beijing_day(at)))


def fact_asked(person: Person) -> str:
    """Which fact: the year of birth, else the village."""
    return "birth_year" if person.birth_year is not None else "village"


def check_fact(person: Person, answer: str, *, at: datetime) -> None:
    """Return if the answer fits. Raises WrongFact, and after three wrong answers a day TooMany."""
    _check(WRONG_FACTS_PER_PERSON, _key(person.pk), at)
    home = home_division_on(person, beijing_day(at))
    if fact_asked(person) == "birth_year":
        right = answer.strip().removesuffix("年") == str(person.birth_year)
    else:
        right = home is not None and answer.strip().removesuffix("村") == home.name.removesuffix("村")
    if not right:
        _count(WRONG_FACTS_PER_PERSON, _key(person.pk), at)
        raise WrongFact(_("That is not what we have on record. Try again, or ask your learning helper."))


def note_use(contact: Contact, *, at: datetime) -> None:
    """The number was used to sign in."""
    Contact.objects.filter(pk=contact.pk).update(last_used_at=at)
