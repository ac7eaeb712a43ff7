"""Nouns of lms.people."""

from .consents import Consent, NoticeRead, PrivacyNotice
from .contacts import Contact
from .delegations import Delegation
from .devices import FactorReset, SentMessage, SmsDevice, Tally
from .identities import Identity
from .invitations import Invitation
from .mergings import Merging
from .persons import Person, PersonQuerySet
from .phones import KeptAccount, PhoneSession
from .places import Division, Org, in_place, in_places, is_or_became, under_prefixes
from .rosters import RosterBatch, RosterStep
from .standing import Belonging, Membership, Post, Role

__all__ = [
    "Belonging",
    "Consent",
    "Contact",
    "Delegation",
    "Division",
    "FactorReset",
    "Identity",
    "Invitation",
    "KeptAccount",
    "Membership",
    "Merging",
    "NoticeRead",
    "Org",
    "Person",
    "PersonQuerySet",
    "PhoneSession",
    "Post",
    "PrivacyNotice",
    "Role",
    "RosterBatch",
    "RosterStep",
    "SentMessage",
    "SmsDevice",
    "Tally",
    "in_place",
    "in_places",
    "is_or_became",
    "under_prefixes",
]
