"""A developer's terminal instead of a phone."""

import sys

from .base import Message, Receipt


def send(message: Message) -> Receipt:
    sys.stdout.write(f"\nSMS to {message.number}: {message.text}\n\n")
    return Receipt(accepted=True, reference="console")
