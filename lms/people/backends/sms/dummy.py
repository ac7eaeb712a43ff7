"""Tests look into the outbox."""

from .base import Message, Receipt

outbox: list[Message] = []


def send(message: Message) -> Receipt:
    outbox.append(message)
    return Receipt(accepted=True, reference=f"dummy-{len(outbox)}")
