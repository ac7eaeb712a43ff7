"""Nouns of lms.people."""

from .consents import Consent, PrivacyNotice
from .contacts import Contact
from .devices import FactorReset, SentMessage, SmsDevice, Tally
from .invitations import Invitation
from .persons import Person, PersonQuerySet
from .places import Division, Org, in_place
from .standing import Belonging, Membership, Post, Role

__all__ = [
    "Belonging",
    "Consent",
    "Contact",
    "Division",
    "FactorReset",
    "Invitation",
    "Membership",
    "Org",
    "Person",
    "PersonQuerySet",
    "Post",
    "PrivacyNotice",
    "Role",
    "SentMessage",
    "SmsDevice",
    "Tally",
    "in_place",
]
