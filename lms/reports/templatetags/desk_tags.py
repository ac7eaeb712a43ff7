"""Small words for the desk's templates."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def share(*hours: Decimal, of: Decimal) -> str:
    """The hours as a share of the most, in percent with a decimal point whatever the language."""
    return f"{float(sum(hours)) / float(of) * 100:.1f}" if of else "0"


@register.simple_tag
def add_hours(*hours: Decimal) -> Decimal:
    return sum(hours, Decimal("0.00"))


@register.filter
def few(count: int | None) -> str:
    """A count, or the words for one too small to show."""
    return _("fewer than 10") if count is None else str(count)
