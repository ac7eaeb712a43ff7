"""Small words about the reader of a page."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.translation import get_language

from lms.people.domain.notices import KNOWN, must_be_asked, newest_version, notices_due

register = template.Library()


@register.inclusion_tag("people/_notice_bar.html", takes_context=True)
def privacy_news(context: dict[str, Any]) -> dict[str, Any]:
    """{% privacy_news %}: what is new in the privacy notice, until the reader has read it or agreed.

    A session that knows the newest version asks the database nothing.
    """
    request: HttpRequest | None = context.get("request")
    if request is None or not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    if request.session.get(KNOWN) == newest_version():
        return {}
    due = notices_due(request.user)
    if not due:
        request.session[KNOWN] = newest_version()
        return {}
    language = get_language() or ""
    return {
        "request": request,
        "version": due[-1].version,
        "changes": [text for notice in due if (text := notice.changes(language))],
        "asks": must_be_asked(due, request.user),
        "back": request.get_full_path(),
    }
