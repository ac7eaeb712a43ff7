"""What a production machine must have for sign-in."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register

SHORTEST_KEY = 32


@register(Tags.security, deploy=True)
def check_sms(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Codes reach real phones only, and are written to no terminal and no file."""
    if settings.SMS_BACKEND != "http":
        return [Error("Codes are not sent to phones.", hint="Set SMS_BACKEND=http.", id="people.E001")]
    if not settings.SMS_HTTP_ADDRESS.startswith("https://"):
        return [Error("SMS_HTTP_ADDRESS must begin with https://.", hint="See deploy/env.example.", id="people.E002")]
    if 0 < len(settings.SMS_HTTP_DELIVERY_KEY) < SHORTEST_KEY:
        return [Error("SMS_HTTP_DELIVERY_KEY is too short.", hint="See deploy/env.example.", id="people.E003")]
    return []
