"""What every template may ask about the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """The footer's facts, whether this is the demo world, and whether phones may run our service worker."""
    return {"footer": settings.SITE_FOOTER, "is_demo": settings.DEMO, "has_worker": settings.SERVICE_WORKER}
