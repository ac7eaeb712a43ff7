"""Late work of lms.notices: SMS go out when people may be disturbed."""

from django.utils import timezone
from django_tasks import task

from lms.notices.domain.hours import next_sending
from lms.notices.domain.sending import AT_ONCE, may_go_on, send_waiting, waiting_ids


@task(queue_name="default")
def send_waiting_sms_task() -> int:
    """Try some of what waits, and come again for the rest; how many were tried. Several at once do no harm."""
    tried = send_waiting()
    at = timezone.now()
    if tried == AT_ONCE and may_go_on(at) and waiting_ids(at=at, most=1):
        send_waiting_sms_task.enqueue()
    return tried


def send_soon() -> None:
    """Put a task in the queue for now, or for 8:00 in the morning."""
    at = timezone.now()
    starts = next_sending(at)
    later = send_waiting_sms_task.using(run_after=starts) if starts > at else send_waiting_sms_task
    later.enqueue()
