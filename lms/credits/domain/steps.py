"""One step of an explanation: a message code with its values, put into words by `explaining`."""

from typing import Any

Step = dict[str, Any]


def step(code: str, **values: Any) -> Step:
    """One step of an explanation; values are whole numbers, texts and lists of texts."""
    return {"code": code, **values}
