"""What papers are printed with."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Error, register


@register
def check_extra_font(app_configs: Any, **kwargs: Any) -> list[Error]:
    """The font for rare characters is found at the start, and not missed by the first paper."""
    if not settings.PAPER_EXTRA_FONT:
        return []
    from fontTools.ttLib import TTFont, TTLibError  # takes long to load

    try:
        with TTFont(Path(settings.PAPER_EXTRA_FONT), lazy=True) as font:
            font.getBestCmap()
    except (OSError, TTLibError) as error:
        hint = "Name a TTF or OTF file that the web server may read, or leave PAPER_EXTRA_FONT out."
        return [Error(f"PAPER_EXTRA_FONT cannot be used: {error}.", hint=hint, id="credits.E001")]
    return []
