"""What a person was told, for the copy of her data."""

from typing import Any

from lms.notices.domain.wording import shown
from lms.notices.models import Message
from lms.notices.queries import wants_sms
from lms.people.models import Person


def messages_of(person: Person) -> dict[str, Any]:
    """Every message that is still kept, newest first, in her language, and whether she wants reminders by SMS."""
    messages = Message.objects.of(person).select_related("sms")
    return {"reminders_by_sms": wants_sms(person), "received": [_said(message) for message in messages]}


def _said(message: Message) -> dict[str, Any]:
    words, sms = shown(message), getattr(message, "sms", None)
    return {
        "kind": message.kind,
        "title": words.title,
        "text": words.text,
        "written_at": message.written_at,
        "read_at": message.read_at,
        "sms": {"state": sms.state, "sent_at": sms.sent_at, "delivery": sms.delivery or None} if sms else None,
    }
