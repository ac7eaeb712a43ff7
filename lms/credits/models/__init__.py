"""The nouns of lms.credits."""

from lms.credits.models.ledger import CreditChain, CreditLedgerEntry, DailySeal, YearlyHours
from lms.credits.models.rules import CreditRequirement, CreditRule

__all__ = ["CreditChain", "CreditLedgerEntry", "CreditRequirement", "CreditRule", "DailySeal", "YearlyHours"]
