"""What people were told and what they agreed to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention
from lms.people.enums import ConsentMeans, LegalBasis, NoticeAudience

THREE_YEARS = 3 * 365


class PrivacyNotice(models.Model):
    """告知: one version of what is said, in plain words. A published version is never changed.

    `changes` say in a sentence or two what is new in it, and `basis` on what that rests: where it is consent, those who
    agreed to an older version are asked; otherwise they are told.
    """

    RETENTION = Retention("proving what people were told", until="never", days=None, basis="statutory_duty")

    audience = models.CharField(_("for whom"), max_length=12, choices=NoticeAudience.choices)
    version = models.CharField(_("version"), max_length=16)
    text_zh = models.TextField(_("text in Chinese"))
    text_en = models.TextField(_("text in English"))
    changes_zh = models.TextField(_("what is new, in Chinese"), blank=True)
    changes_en = models.TextField(_("what is new, in English"), blank=True)
    basis = models.CharField(
        _("legal basis of what is new"),
        max_length=20,
        choices=LegalBasis.choices,
        default=LegalBasis.CONSENT,
    )
    published_at = models.DateTimeField(_("published"))

    class Meta:
        verbose_name = _("privacy notice")
        verbose_name_plural = _("privacy notices")
        get_latest_by = "published_at"
        constraints = [models.UniqueConstraint(name="people_notice_version", fields=["audience", "version"])]

    def __str__(self) -> str:
        return f"{self.audience} {self.version}"

    def text(self, language: str) -> str:
        return self.text_en if language.startswith("en") else self.text_zh

    def changes(self, language: str) -> str:
        return self.changes_en if language.startswith("en") else self.changes_zh


class Consent(models.Model):
    """同意: who agreed to which version, when and how. Withdrawing adds the moment; the row stays."""

    RETENTION = Retention(
        "proving consent", until="it was withdrawn or the account closed", days=THREE_YEARS, basis="statutory_duty"
    )

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="consents"
    )
    notice = models.ForeignKey(
        PrivacyNotice, verbose_name=_("privacy notice"), on_delete=models.PROTECT, related_name="consents"
    )
    basis = models.CharField(_("legal basis"), max_length=20, choices=LegalBasis.choices, default=LegalBasis.CONSENT)
    separate = models.BooleanField(_("separate consent"), default=False)
    means = models.CharField(_("how"), max_length=12, choices=ConsentMeans.choices)
    guardian_name = models.TextField(_("guardian's name, encrypted"), blank=True)
    guardian_phone = models.TextField(_("guardian's phone, encrypted"), blank=True)
    given_at = models.DateTimeField(_("given"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            # Told twice, it is one consent.
            models.UniqueConstraint(
                name="people_consent_one_open", fields=["person", "notice"], condition=Q(withdrawn_at__isnull=True)
            ),
            models.CheckConstraint(
                name="people_consent_guardian_is_separate", condition=Q(guardian_name="") | Q(separate=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.notice_id}"


class NoticeRead(models.Model):
    """已读: that somebody was told what is new in a privacy notice, and said that she had read it."""

    RETENTION = Retention(
        "proving what people were told", until="the account was closed", days=THREE_YEARS, basis="statutory_duty"
    )

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="notices_read"
    )
    notice = models.ForeignKey(
        PrivacyNotice, verbose_name=_("privacy notice"), on_delete=models.PROTECT, related_name="+"
    )
    read_at = models.DateTimeField(_("read"))

    class Meta:
        verbose_name = _("notice that was read")
        verbose_name_plural = _("notices that were read")
        constraints = [models.UniqueConstraint(name="people_notice_read_once", fields=["person", "notice"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.notice_id}"
