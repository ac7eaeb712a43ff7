"""The provider that SMS_BACKEND names."""

from importlib import import_module

from django.conf import settings

from .base import Message, Receipt, SmsFailed

__all__ = ["Message", "Receipt", "SmsFailed", "send"]


def send(message: Message) -> Receipt:
    """Hand one message to the provider; raises SmsFailed, which says whether it is permanent."""
    backend = import_module(f"{__name__}.{settings.SMS_BACKEND}")
    receipt: Receipt = backend.send(message)
    return receipt
