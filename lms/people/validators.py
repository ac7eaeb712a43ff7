"""Checks shared by models and forms."""

import re
import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOBILE_NUMBER = re.compile(r"1[3-9]\d{9}")
KINDS_NEEDED = 3
# So many digits in a row are a number of somebody.
A_NUMBER = re.compile(r"\d[\d\s-]{5,}\d")
# GB 11643-1999: place, day of birth, serial number, and a check character by ISO 7064 MOD 11-2.
IDENTITY_NUMBER = re.compile(r"[1-9]\d{5}(\d{4})(\d{2})(\d{2})\d{3}[\dX]")
IDENTITY_CHECKS = "10X98765432"
OLDEST_BIRTH_YEAR = 1900


class NotAPhoneNumber(ValueError):
    """What was typed is no mobile number of mainland China."""


def clean_number(typed: str) -> str:
    """The eleven digits of a mobile number, however it was typed: full width, with blanks, with +86."""
    digits = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", typed))
    digits = re.sub(r"^(\+86|0086|86(?=1\d{10}$))", "", digits)
    if not MOBILE_NUMBER.fullmatch(digits):
        raise NotAPhoneNumber(_("This is not a mobile number. It has 11 digits and begins with 1."))
    return digits


class NotAnIdentityNumber(ValueError):
    """What was typed is no identity number; the text never repeats it."""


def identity_check(body: str) -> str:
    """The eighteenth character that belongs to the first seventeen digits of an identity number."""
    return IDENTITY_CHECKS[sum(2 ** (17 - place) * int(digit) for place, digit in enumerate(body[:17])) % 11]


def clean_identity_number(typed: str, *, on: date) -> str:
    """The eighteen characters of a resident identity number, however they were typed (GB 11643).

    Its day of birth lies before `on`. Raises NotAnIdentityNumber.
    """
    number = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", typed)).upper()
    found = IDENTITY_NUMBER.fullmatch(number)
    if not found:
        raise NotAnIdentityNumber(_("An identity number has 18 characters: 17 digits, then a digit or X."))
    try:
        born = date(*(int(part) for part in found.groups()))
    except ValueError:
        born = None
    if born is None or born.year < OLDEST_BIRTH_YEAR or born >= on:
        raise NotAnIdentityNumber(_("The day of birth inside this identity number is not a possible day."))
    if identity_check(number) != number[17]:
        raise NotAnIdentityNumber(_("One character of this identity number is wrong: its last one does not fit."))
    return number


def without_numbers(text: str) -> None:
    """Raise ValidationError for a reason with somebody's number in it: reasons go on a log that is never erased."""
    if A_NUMBER.search(text):
        raise ValidationError(_("Please give the reason without names and numbers: it is kept for good."))


class PasswordKindsValidator:
    """Three of four kinds: small letters, capital letters, digits, signs (POLICY 4.2)."""

    message = gettext_lazy("The password needs three of these: small letters, capital letters, digits, signs.")

    def validate(self, password: str, user: object | None = None) -> None:
        kinds = (
            any(character.islower() for character in password),
            any(character.isupper() for character in password),
            any(character.isdigit() for character in password),
            any(not character.isalnum() for character in password),
        )
        if sum(kinds) < KINDS_NEEDED:
            raise ValidationError(self.message, code="password_too_plain")

    def get_help_text(self) -> str:
        return str(self.message)
