"""Things to say, for tests of how they are said."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from lms.notices.domain.planning import plan_reminder
from lms.notices.domain.reminding import remind
from lms.notices.domain.wording import Template, register_template
from lms.notices.models import Reminder
from lms.people.models import Person
from tests.cast import Cast

LATE = register_template(
    Template(
        "test-late",
        "还没学完",
        "“%(course)s”该在%(due)s前学完。",
        sms="您的“%(course)s”该在%(due)s前学完，还没学完，请登录学习。",
        sms_setting="SMS_TEMPLATE_COURSE",
        days=("due",),
    )
)
SAID = {"course": "手机防骗", "due": "2026-11-01"}


def press(
    cast: Cast, people: Iterable[Person], *, at: datetime, with_sms: bool = True, by: Person | None = None, **more: Any
) -> Reminder:
    """An officer looks at the plan and sends what she saw."""
    ids = [person.pk for person in people]
    plan = plan_reminder(ids, LATE, SAID, with_sms=with_sms, at=at)
    said = {
        "with_sms": with_sms,
        "seen": plan.digest,
        "about": "assignment:1",
        "reason": "催学",
        "org": cast.orgs.organization_department,
        "by": by or cast.officer,
        "at": at,
        **more,
    }
    return remind(ids, LATE, SAID, **said)
