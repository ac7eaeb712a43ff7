"""What every template may ask about the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from lms.people.views.common import saves_data


def site(request: HttpRequest) -> dict[str, Any]:
    """The footer's facts, whether this is the demo world, whether phones may run our service worker, whether
    the page is one on which staff work, and whether it should fetch as little as it can.
    """
    return {
        "footer": settings.SITE_FOOTER,
        "is_demo": settings.DEMO,
        "has_worker": settings.SERVICE_WORKER,
        "is_work": request.path.startswith(("/desk/", "/staff/", "/studio/")),
        # Asked by templates alone that go out to learners: it may need the user.
        "saves_data": lambda: saves_data(request),
    }
