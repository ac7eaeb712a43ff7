"""The provider that SMS_BACKEND names."""

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

from django.conf import settings

from .base import Delivery, Message, NotFromProvider, Receipt, SmsFailed

__all__ = ["Delivery", "Message", "NotFromProvider", "Receipt", "SmsFailed", "read_deliveries", "send"]


def _backend() -> ModuleType:
    return import_module(f"{__name__}.{settings.SMS_BACKEND}")


def send(message: Message) -> Receipt:
    """Hand one message to the provider; raises SmsFailed, which says whether it is permanent."""
    receipt: Receipt = _backend().send(message)
    return receipt


def read_deliveries(body: bytes, headers: Mapping[str, str]) -> list[Delivery]:
    """What the provider reports in a call of its own; raises NotFromProvider, also where the backend has no reports."""
    read = getattr(_backend(), "read_deliveries", None)
    if read is None:
        raise NotFromProvider
    deliveries: list[Delivery] = read(body, headers)
    return deliveries
