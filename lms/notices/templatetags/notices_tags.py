"""The count of unread messages, for the head of every page."""

from django import template
from django.template.context import RequestContext

from lms.notices.queries import unread_count
from lms.people.models import Person

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_messages(context: RequestContext) -> int:
    """{% unread_messages as unread %}: how many wait for whoever is signed in; looked up once in a request."""
    request = context.get("request")
    if request is None or not isinstance(getattr(request, "user", None), Person):
        return 0
    if not hasattr(request, "unread_messages"):
        request.unread_messages = unread_count(request.user)
    count: int = request.unread_messages
    return count
