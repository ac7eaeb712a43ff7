"""App configuration of lms.credits."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditsConfig(AppConfig):
    name = "lms.credits"
    label = "credits"
    verbose_name = _("Credit hours")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms.credits import checks as checks
        from lms.credits.domain.copying import papers_of
        from lms.credits.domain.renewing import counts_anew
        from lms.credits.models import (
            Attestation,
            AttestationRevocation,
            CreditLedgerEntry,
            DailySeal,
            ImportedHours,
            Standing,
            UnitConfirmation,
            YearSnapshot,
        )
        from lms.credits.receivers import register_receivers
        from lms.learning.domain.retaking import register_round_opener
        from lms.lib import append_only
        from lms.people.domain.copying import register_part
        from lms.people.domain.roster.hanging import register_cache

        append_only.protect(
            Attestation,
            AttestationRevocation,
            CreditLedgerEntry,
            DailySeal,
            ImportedHours,
            UnitConfirmation,
            YearSnapshot,
        )
        register_cache(Standing)
        register_part("certificates", papers_of)
        register_receivers()
        register_round_opener(counts_anew)
