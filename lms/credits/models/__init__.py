"""The nouns of lms.credits."""

from lms.credits.models.attestations import Attestation, AttestationRevocation
from lms.credits.models.claims import ClaimFile, CreditClaim
from lms.credits.models.closing import UnitConfirmation, YearClosing, YearSnapshot
from lms.credits.models.exempting import Exemption
from lms.credits.models.imports import ColumnMapping, ImportBatch, ImportedHours, OutsidePlatform
from lms.credits.models.ledger import CreditChain, CreditLedgerEntry, DailySeal, YearlyHours, title_in
from lms.credits.models.requirements import CreditRequirement
from lms.credits.models.rules import CreditRule
from lms.credits.models.standing import Reassessment, Standing

__all__ = [
    "Attestation",
    "AttestationRevocation",
    "ClaimFile",
    "ColumnMapping",
    "CreditChain",
    "CreditClaim",
    "CreditLedgerEntry",
    "CreditRequirement",
    "CreditRule",
    "DailySeal",
    "Exemption",
    "ImportBatch",
    "ImportedHours",
    "OutsidePlatform",
    "Reassessment",
    "Standing",
    "UnitConfirmation",
    "YearClosing",
    "YearSnapshot",
    "YearlyHours",
    "title_in",
]
