"""What pages of the desk show of rosters."""

from typing import Any

from django import template
from django.utils import timezone

from lms.lib.durations import beijing_day
from lms.people.enums import Purpose
from lms.people.models import Contact, Identity, Person
from lms.people.policies import persons_visible_to, roles_today, roster_orgs

register = template.Library()


@register.simple_tag(takes_context=True)
def keeps_roster(context: dict[str, Any]) -> bool:
    """{% keeps_roster as keeps %}: whether this officer keeps a roster."""
    return bool(roster_orgs(roles_today(context["request"])))


@register.simple_tag(takes_context=True)
def roster_numbers(context: dict[str, Any], person: Person) -> dict[str, Any] | None:
    """{% roster_numbers person as numbers %}: masked numbers of somebody on her roster today; else nothing."""
    request, today = context["request"], beijing_day(timezone.now())
    on_roster = persons_visible_to(request.user, purpose=Purpose.ROSTER, on=today, roles=roles_today(request))
    if not on_roster.filter(pk=person.pk).exists():
        return None
    identity = Identity.objects.filter(person=person).first()
    phones = [contact.masked for contact in Contact.objects.filter(person=person).on(today)]
    return {"identity": identity.masked if identity else "", "phones": phones}
