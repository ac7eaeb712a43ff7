"""The second factor of staff: an authenticator app, recovery codes, and what happens when it is lost."""

from base64 import b32encode
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django_otp import devices_for_user
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from lms.audit.domain.recording import record
from lms.lib.encryption import keyed_index
from lms.lib.ids import public_code
from lms.people.domain.inviting import invite_again, may_enrol
from lms.people.models import FactorReset, Invitation, Person

RECOVERY_CODES = 8
RECOVERY_LENGTH = 10
TOKEN_LENGTH = 16


class EnrolmentRefused(Exception):
    """A second factor cannot be set up now; the text says what to do."""


class ResetRefused(Exception):
    """The second factor cannot be reset like this; the text says why."""


def has_factor(person: Person) -> bool:
    return TOTPDevice.objects.filter(user=person, confirmed=True).exists()


@transaction.atomic
def begin_enrolment(person: Person, *, at: datetime) -> TOTPDevice:
    """The unconfirmed device whose secret the QR page shows; the same one until it is confirmed."""
    if has_factor(person):
        raise EnrolmentRefused(_("You already have an authenticator. If it is lost, ask the security administrator."))
    if not may_enrol(person, at=at):
        raise EnrolmentRefused(
            _("The time to set this up is over. Ask the security administrator for a new invitation.")
        )
    device, _created = TOTPDevice.objects.get_or_create(user=person, confirmed=False, defaults={"name": "totp"})
    return device


def secret_of(device: TOTPDevice) -> str:
    """The secret as it is typed into an app by hand, in groups of four."""
    text = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


@transaction.atomic
def finish_enrolment(device: TOTPDevice, code: str, *, at: datetime) -> list[str] | None:
    """Confirm the device with its first code and give the recovery codes, shown once; None for a wrong code."""
    if not device.verify_token(code):
        return None
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    codes = give_recovery_codes(device.user)
    record("factor.enrolled", actor=device.user, subject_kind="person", subject_id=device.user_id, at=at)
    return codes


@transaction.atomic
def give_recovery_codes(person: Person) -> list[str]:
    """New recovery codes; earlier ones stop working. Only their keyed hashes are stored."""
    StaticDevice.objects.filter(user=person).delete()
    device = StaticDevice.objects.create(user=person, name="recovery")
    codes = [public_code(RECOVERY_LENGTH) for _number in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_hashed(person, code)) for code in codes)
    return codes


def _hashed(person: Person, code: str) -> str:
    return keyed_index(f"{person.pk}:{code}", "recovery-code")[:TOKEN_LENGTH]


def verify_factor(person: Person, code: str) -> Device | None:
    """The device that knows this code: six digits of the app, or a recovery code, which is used up.

    Each device slows guessing down by itself: after each wrong code twice as long as before.
    """
    typed = "".join(code.split())
    is_recovery = len(typed) == RECOVERY_LENGTH
    token = _hashed(person, typed.upper()) if is_recovery else typed
    with transaction.atomic():
        for device in devices_for_user(person, confirmed=True, for_verify=True):
            if isinstance(device, StaticDevice) == is_recovery and device.verify_token(token):
                return device
    return None


@transaction.atomic
def request_reset(person: Person, *, reason: str, by: Person, at: datetime) -> FactorReset:
    """One security administrator asks for the factor to be removed; told twice, it is one request."""
    if by.pk == person.pk:
        raise ResetRefused(_("Nobody resets her own second factor. Ask another security administrator."))
    if not reason.strip():
        raise ResetRefused(_("Please write why, for example: phone lost."))
    reset, created = FactorReset.objects.get_or_create(
        person=person,
        approved_at__isnull=True,
        defaults={"reason": reason.strip(), "requested_by": by, "requested_at": at},
    )
    if created:
        record("factor.reset_requested", actor=by, subject_kind="person", subject_id=person.pk, at=at)
    return reset


@transaction.atomic
def approve_reset(reset: FactorReset, *, by: Person, at: datetime) -> tuple[Invitation, str]:
    """Another person approves: devices, password and sessions go; a new invitation brings the person back."""
    if by.pk in {reset.requested_by_id, reset.person_id}:
        raise ResetRefused(_("A second person has to approve this."))
    approved = FactorReset.objects.filter(pk=reset.pk, approved_at__isnull=True)
    if not approved.update(approved_by=by, approved_at=at):
        raise ResetRefused(_("This was already approved."))
    person = Person.objects.select_for_update().get(pk=reset.person_id)
    TOTPDevice.objects.filter(user=person).delete()
    StaticDevice.objects.filter(user=person).delete()
    # An unusable password also ends every session: their hash no longer fits.
    person.set_unusable_password()
    person.save(update_fields=["password"])
    detail = {"requested_by": reset.requested_by_id, "reason": reset.reason}
    record("factor.reset", actor=by, subject_kind="person", subject_id=person.pk, detail=detail, at=at)
    return invite_again(person, by=by, at=at)
