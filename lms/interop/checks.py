"""A key for badges is one, or none is named."""

import re
from typing import Any

from django.conf import settings
from django.core.checks import Error, register


@register
def check_badge_key(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Found at the start, and not by the first learner who asks for a badge."""
    if settings.BADGE_KEY and not re.fullmatch(r"[0-9a-f]{64}", settings.BADGE_KEY, flags=re.IGNORECASE):
        hint = "Set 64 hexadecimal digits, or leave it out."
        return [Error("BADGE_KEY is no key.", hint=hint, id="interop.E001")]
    return []
