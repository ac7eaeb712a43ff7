"""What a machine must have to read texts aloud."""

from typing import Any

from django.core.checks import Warning as CheckWarning
from django.core.checks import register

from media.backends.speak import voice


@register()
def check_voice(app_configs: Any, **kwargs: Any) -> list[CheckWarning]:
    """Without a voice pages still offer reading aloud wherever the phone has one."""
    speaker = voice()
    lack = speaker.why_not() if speaker else ""
    if not lack:
        return []
    hint = "Run `make setup`, or install espeak-ng and pypinyin; SPEAK_BACKEND=none switches rendering off."
    return [CheckWarning(f"Texts are not rendered as sound. {lack}", hint=hint, id="media.W001")]
