"""What every template may ask about the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """The footer's facts, whether this is the demo world, whether phones may run our service worker, and whether
    the page is one on which staff work.
    """
    return {
        "footer": settings.SITE_FOOTER,
        "is_demo": settings.DEMO,
        "has_worker": settings.SERVICE_WORKER,
        "is_work": request.path.startswith(("/desk/", "/staff/", "/studio/")),
    }
