"""Checks shared by models and forms."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOBILE_NUMBER = re.compile(r"1[3-9]\d{9}")
KINDS_NEEDED = 3


class NotAPhoneNumber(ValueError):
    """What was typed is no mobile number of mainland China."""


def clean_number(typed: str) -> str:
    """The eleven digits of a mobile number, however it was typed: full width, with blanks, with +86."""
    digits = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", typed))
    digits = re.sub(r"^(\+86|0086|86(?=1\d{10}$))", "", digits)
    if not MOBILE_NUMBER.fullmatch(digits):
        raise NotAPhoneNumber(_("This is not a mobile number. It has 11 digits and begins with 1."))
    return digits


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
