"""Codes of pages."""

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models.forms import OwnCopyForm
from lms.lib.ids import public_code

CODE_LENGTH = 10
validate_code = RegexValidator(r"^[A-Za-z0-9_-]+\Z", _("Use letters, digits, hyphens and underscores only."))


def new_page_code() -> str:
    """A code for a page that was made by hand; pages of the outline keep the outline's."""
    return public_code(CODE_LENGTH)


class AliasRefused(ValueError):
    """An alias would share the code by which facts know a page."""


class CodedPage(models.Model):
    """Mixin: a code that never changes and is never copied, and a title in English."""

    code = models.CharField(_("code"), max_length=64, unique=True, default=new_page_code, validators=[validate_code])
    title_en = models.CharField(_("title in English"), max_length=255, blank=True)

    exclude_fields_in_copy = ["code"]
    copy_form_class = OwnCopyForm

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title  # type: ignore[attr-defined]  # of the page it is mixed into

    def save(self, *args: Any, **kwargs: Any) -> None:
        if getattr(self, "alias_of_id", None):
            raise AliasRefused(_("A page with a code has no aliases. Copy it instead."))
        super().save(*args, **kwargs)
