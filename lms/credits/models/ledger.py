"""The ledger, the heads of its chains, its daily seals and the sums made from it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import OutlineVersion
from lms.credits.enums import Component, CreditCategory, EntryKind, Origin, SourceKind
from lms.credits.models.rules import CreditRule
from lms.lib.retention import Retention
from lms.lib.sealing import GENESIS, canonical_bytes, key_id

# Written out, because a column that is added later must not change the hashes of older rows.
SEALED_COLUMNS = (
    "person_id",
    "seq",
    "kind",
    "source_kind",
    "source_id",
    "component",
    "achievement_key",
    "round",
    "counts",
    "category",
    "hours",
    "days",
    "day",
    "registered_at",
    "rule_id",
    "outline_version_id",
    "reverses_id",
    "freed_by_id",
    "by_id",
    "evidence",
    "why",
)

COMPLETIONS = (SourceKind.LESSON_COMPLETION, SourceKind.COURSE_COMPLETION)
FROM_ELSEWHERE = (SourceKind.IMPORTED_HOURS, SourceKind.CREDIT_CLAIM)

KEPT = Retention("the training record of a cadre", until="never", days=None, basis="statutory_duty")


def title_in(why: Iterable[dict[str, Any]]) -> str:
    """The title that the steps of an entry name first, or nothing."""
    return next((step["title"] for step in why if "title" in step), "")


class CreditLedgerQuerySet(models.QuerySet["CreditLedgerEntry"]):
    def of(self, person_ids: Iterable[int]) -> Self:
        return self.filter(person__in=person_ids)

    def in_year(self, year: int) -> Self:
        """Entries whose day lies in the year, both in Beijing."""
        return self.filter(day__year=year)

    def caused_by(self, source_kind: str, source_id: int) -> Self:
        return self.filter(source_kind=source_kind, source_id=source_id)

    def standing(self) -> Self:
        """Entries that count and were not reversed."""
        return self.filter(counts=True, reversal__isnull=True)


class CreditLedgerEntry(models.Model):
    """学时台账: one line of a person's record, written by `registering` and `correcting`, never changed.

    An entry that `counts` takes its achievement: (person, achievement_key, component, round). The first one does so
    under a partial unique constraint. Rows cannot be changed, so a reversal cannot switch its entry off; instead the
    next entry for the same achievement names the reversal that freed it in `freed_by`, and a reversal frees once.
    """

    RETENTION = KEPT

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="credit_entries"
    )
    seq = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=16, choices=EntryKind.choices)
    source_kind = models.CharField(_("kind of cause"), max_length=24, choices=SourceKind.choices)
    source_id = models.PositiveBigIntegerField(_("cause"))
    component = models.CharField(_("component"), max_length=16, choices=Component.choices)
    achievement_key = models.CharField(_("achievement"), max_length=64)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    counts = models.BooleanField(_("counts"))
    category = models.CharField(_("category"), max_length=24, choices=CreditCategory.choices)
    hours = models.DecimalField(_("hours"), max_digits=6, decimal_places=2)
    days = models.DecimalField(_("days"), max_digits=5, decimal_places=2, default=Decimal("0.00"))
    day = models.DateField(_("day in Beijing"))
    registered_at = models.DateTimeField(_("registered at"))
    rule = models.ForeignKey(
        CreditRule, verbose_name=_("credit rule"), null=True, on_delete=models.PROTECT, related_name="entries"
    )
    outline_version = models.ForeignKey(
        OutlineVersion,
        verbose_name=_("outline version"),
        null=True,
        on_delete=models.PROTECT,
        related_name="credit_entries",
    )
    reverses = models.OneToOneField(
        "self", verbose_name=_("reverses"), null=True, on_delete=models.PROTECT, related_name="reversal"
    )
    freed_by = models.OneToOneField(
        "self", verbose_name=_("freed by"), null=True, on_delete=models.PROTECT, related_name="frees"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    evidence = models.JSONField(_("evidence"))
    why = models.JSONField(_("why"))
    prev_hash = models.CharField(_("hash of the entry before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    objects = CreditLedgerQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit ledger entry")
        verbose_name_plural = _("credit ledger entries")
        ordering = ("person", "seq")
        constraints = [
            models.UniqueConstraint(fields=["person", "seq"], name="credits_entry_chain"),
            models.UniqueConstraint(fields=["source_kind", "source_id", "component"], name="credits_entry_cause"),
            models.UniqueConstraint(
                fields=["person", "achievement_key", "component", "round"],
                condition=Q(counts=True, freed_by__isnull=True),
                name="credits_entry_achievement_once",
            ),
            models.CheckConstraint(
                condition=Q(counts=True, hours__gte=0) | Q(counts=False, hours=0, days=0) | Q(kind=EntryKind.REVERSAL),
                name="credits_entry_hours_if_counts",
            ),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.REVERSAL, counts=False, hours__lte=0, days__lte=0, reverses__isnull=False)
                | ~Q(kind=EntryKind.REVERSAL) & Q(hours__gte=0, days__gte=0, reverses__isnull=True),
                name="credits_entry_reversal",
            ),
            # What was completed here stands under a rule and an outline; what came from elsewhere was taught there.
            # Reversals and corrections say what the entry said to which they belong.
            models.CheckConstraint(
                condition=Q(source_kind__in=COMPLETIONS, rule__isnull=False, outline_version__isnull=False)
                | Q(source_kind__in=FROM_ELSEWHERE, outline_version__isnull=True)
                | ~Q(source_kind__in=[*COMPLETIONS, *FROM_ELSEWHERE]),
                name="credits_entry_rule_and_outline",
            ),
        ]
        indexes = [
            # one person's year
            models.Index(fields=["person", "day"], name="credits_entry_person_day"),
            # the heads of all chains at the end of a day, for the seal
            models.Index(fields=["registered_at"], name="credits_entry_registered"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}/{self.seq} {self.kind} {self.achievement_key} {self.hours}"

    @property
    def title(self) -> str:
        """What it was for: the lesson or course as it was called then."""
        return title_in(self.why)

    @property
    def origin(self) -> Origin:
        """Where the hours were earned; a reversal or correction belongs where its entry does."""
        return Origin.of(self.achievement_key)

    @property
    def is_reversed(self) -> bool:
        return hasattr(self, "reversal")

    @property
    def payload(self) -> dict[str, Any]:
        """What the hash is made over."""
        return {name: getattr(self, name) for name in SEALED_COLUMNS}


class CreditChain(models.Model):
    """The last number and hash of a person's entries; locked by whoever appends."""

    RETENTION = KEPT

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.PROTECT, related_name="credit_chain"
    )
    seq = models.PositiveIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS)

    class Meta:
        verbose_name = _("head of a credit chain")
        verbose_name_plural = _("heads of credit chains")

    def __str__(self) -> str:
        return f"{self.person_id}/{self.seq} {self.hash[:12]}"


class DailySeal(models.Model):
    """封存: the signed Merkle root over the heads of all chains as they stood when a day in Beijing ended.

    Beside it the number of entries and the end of the audit log at that moment; seals older than these have none.
    """

    RETENTION = KEPT

    day = models.DateField(_("day"), unique=True)
    sealed_at = models.DateTimeField(_("sealed at"))
    heads = models.PositiveIntegerField(_("number of chains"))
    entries = models.PositiveBigIntegerField(_("number of entries"), null=True)
    root = models.CharField(_("root"), max_length=64)
    audit_seq = models.PositiveBigIntegerField(_("last number of the audit log"), null=True)
    audit_hash = models.CharField(_("its hash"), max_length=64, blank=True)
    prev_signature = models.CharField(_("signature of the seal before"), max_length=128, blank=True)
    public_key = models.CharField(_("public key"), max_length=64)
    signature = models.CharField(_("signature"), max_length=128)

    class Meta:
        verbose_name = _("daily seal")
        verbose_name_plural = _("daily seals")
        ordering = ("day",)

    def __str__(self) -> str:
        return f"{self.day} {self.root[:12]}"

    @property
    def key_id(self) -> str:
        """A short name of the public key, as it stands on paper."""
        return key_id(self.public_key)

    @property
    def signed(self) -> dict[str, Any]:
        """What the signature is made over."""
        since_then = {"entries": self.entries, "audit_seq": self.audit_seq, "audit_hash": self.audit_hash}
        return {
            "day": self.day,
            "heads": self.heads,
            "root": self.root,
            "prev_signature": self.prev_signature,
            **(since_then if self.entries is not None else {}),
        }

    @property
    def signed_bytes(self) -> bytes:
        return canonical_bytes(self.signed)


class YearlyHours(models.Model):
    """The sum of a person's entries in one year and category: a cache, made again by `rebuild_derived`."""

    RETENTION = KEPT

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="yearly_hours")
    year = models.PositiveSmallIntegerField(_("year"))
    category = models.CharField(_("category"), max_length=24, choices=CreditCategory.choices)
    hours = models.DecimalField(_("hours"), max_digits=8, decimal_places=2, default=Decimal("0.00"))
    days = models.DecimalField(_("days"), max_digits=7, decimal_places=2, default=Decimal("0.00"))

    class Meta:
        verbose_name = _("hours of a year")
        verbose_name_plural = _("hours of a year")
        ordering = ("person", "year", "category")
        constraints = [models.UniqueConstraint(fields=["person", "year", "category"], name="credits_yearly_hours_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.year} {self.category} {self.hours}"
