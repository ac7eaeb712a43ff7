"""Small words for pages that show hours."""

from datetime import date
from typing import Any

from django import template

from lms.credits import queries
from lms.people.models import Person

register = template.Library()


@register.inclusion_tag("credits/_origins.html")
def hours_by_origin(person: Person, year: int, until: date | None = None) -> dict[str, Any]:
    """{% hours_by_origin person year %}: 本平台, 外部导入, 申报 and 期初, shown apart."""
    return {"origins": queries.hours_by_origin(person, year, until=until)}
