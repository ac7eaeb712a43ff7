"""The nouns of lms.credits."""

from lms.credits.models.claims import ClaimFile, CreditClaim
from lms.credits.models.imports import ColumnMapping, ImportBatch, ImportedHours, OutsidePlatform
from lms.credits.models.ledger import CreditChain, CreditLedgerEntry, DailySeal, YearlyHours
from lms.credits.models.rules import CreditRequirement, CreditRule

__all__ = [
    "ClaimFile",
    "ColumnMapping",
    "CreditChain",
    "CreditClaim",
    "CreditLedgerEntry",
    "CreditRequirement",
    "CreditRule",
    "DailySeal",
    "ImportBatch",
    "ImportedHours",
    "OutsidePlatform",
    "YearlyHours",
]
