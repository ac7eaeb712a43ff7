"""What waits is sent; a closed account is forgotten."""

from typing import Any

from lms.notices.domain.forgetting import forget_people
from lms.notices.signals import sms_queued
from lms.notices.tasks import send_soon
from lms.people.signals import account_closed


def send_queued(**kwargs: Any) -> None:
    send_soon()


def forget_closed(person_ids: list[int], **kwargs: Any) -> None:
    forget_people(person_ids)


def register_receivers() -> None:
    """Called once, when the app is ready."""
    sms_queued.connect(send_queued, dispatch_uid="notices.send_queued")
    account_closed.connect(forget_closed, dispatch_uid="notices.forget_closed")
