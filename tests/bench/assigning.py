"""A county with 5,000 cadres and 20 assigned courses: the desk's pages, a learner's own, and one reminder to everybody.

PEOPLE=… changes the size. On the kind of database that DATABASE_URL names, else SQLite in memory. The provider of
SMS is the dummy one, so what is measured is what each SMS costs here.
"""

import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import django

PEOPLE = int(os.environ.get("PEOPLE", "5000"))
ASSIGNMENTS, UNITS, TIMES = 20, 100, 15
SENT = 300
TODAY = date(2026, 11, 20)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.test")
    django.setup()
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False)
    try:
        measure()
    finally:
        teardown_databases(old, verbosity=0)


def figure(name: str, value: float, unit: str) -> None:
    print(json.dumps({"bench": f"assigning_{name}", "value": round(value, 2), "unit": unit}), flush=True)


def slowest(work: Callable[[], Any], times: int = TIMES) -> float:
    """Milliseconds of the slowest but the very first of so many runs: what 95 of 100 do not exceed."""
    work()
    took = []
    for _time in range(times):
        begun = time.perf_counter()
        work()
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.quantiles(took, n=20)[-1]


def world() -> tuple[Any, list[Any], list[Any]]:
    """The cast, all cadres of its county, and the assignments that its officer made."""
    from courses.models import CoursePage
    from lms.lib.durations import BEIJING
    from lms.people.domain.registering import add_phone
    from lms.people.models import Person, Post
    from lms.programmes.domain.assigning import assign_course
    from lms.programmes.enums import Asked
    from lms.programmes.models import Assignment
    from lms.programmes.queries import Asking
    from tests.cast import make_cast
    from tests.factories.learning import live_course, live_lesson, published
    from tests.factories.people import OrgFactory

    at = datetime(2026, 11, 20, 12, tzinfo=BEIJING)
    cast = make_cast()
    department = cast.orgs.organization_department
    units = [OrgFactory(division=cast.places.village) for _unit in range(UNITS)]
    people = Person.objects.bulk_create(
        [Person(name=f"干部{number:05}", kind="cadre", password="!") for number in range(PEOPLE)], batch_size=500
    )
    Post.objects.bulk_create(
        [
            Post(
                person=person,
                org=units[number % UNITS],
                title="委员",
                category="village_cadre",
                cadre_authority=department,
                active_from=date(2026, 1, 1),
            )
            for number, person in enumerate(people)
        ],
        batch_size=500,
    )
    for person in people:
        add_phone(person, f"199{person.pk:08}", at=at)
    for number in range(ASSIGNMENTS):
        course: CoursePage = published(live_lesson(live_course(cast.orgs.provider))).course
        one = frozenset({units[number].pk, units[0].pk})
        asking = Asking(Asked.EVERYBODY) if number % 2 else Asking(Asked.UNITS, org_ids=one)
        assign_course(
            course, asking, due_on=TODAY + timedelta(days=9), reason="x", org=department, by=cast.officer, at=at
        )
    Assignment.objects.filter(asked=Asked.EVERYBODY).update(due_on=TODAY - timedelta(days=3))
    return cast, people, list(Assignment.objects.order_by("pk"))


def measure() -> None:
    from lms.lib.durations import BEIJING
    from lms.notices.domain.planning import plan_reminder
    from lms.notices.domain.reminding import remind
    from lms.notices.domain.sending import send_waiting
    from lms.people.policies import roles_on
    from lms.programmes.policies import assignments_for, scope_of
    from lms.programmes.queries import counts_of, tasks_of
    from lms.reports.assignments.queries import people_seen, rows_of, with_words
    from lms.reports.reminders.choosing import late_choice

    at = datetime(2026, 11, 20, 12, tzinfo=BEIJING)
    cast, people, assignments = world()
    roles = roles_on(cast.officer, TODAY)

    def listed() -> None:
        found = assignments_for(cast.officer, on=TODAY, roles=roles).prefetch_related("targets__division__successor")
        scope = scope_of(cast.orgs.organization_department, cast.officer, on=TODAY, roles=roles)
        counts_of(list(found[:20]), {cast.orgs.organization_department.pk: scope}, TODAY)

    late = next(each for each in assignments if each.asked == "everybody")

    def one() -> None:
        seen = people_seen(late, cast.officer, on=TODAY, roles=roles)
        with_words(rows_of(seen, late, on=TODAY, state="late")[:50], late, TODAY)

    figure("list_of_20_p95", slowest(listed), "ms")
    figure("late_people_page_p95", slowest(one), "ms")
    figure("learner_page_p95", slowest(lambda: tasks_of(people[7], TODAY)), "ms")
    choice = late_choice(late, by=cast.officer, on=TODAY, roles=roles)
    begun = time.perf_counter()
    plan = plan_reminder(choice.person_ids, choice.template, choice.variables, with_sms=True, at=at)
    figure(f"plan_for_{len(plan.told)}", (time.perf_counter() - begun) * 1000, "ms")
    begun = time.perf_counter()
    remind(
        list(choice.person_ids)[:5000],
        choice.template,
        choice.variables,
        with_sms=True,
        seen=plan_reminder(
            list(choice.person_ids)[:5000], choice.template, choice.variables, with_sms=True, at=at
        ).digest,
        about=choice.about,
        reason="x",
        org=choice.org,
        by=cast.officer,
        at=at,
    )
    figure("remind_everybody", time.perf_counter() - begun, "s")
    begun = time.perf_counter()
    send_waiting(clock=lambda: at, most=SENT)
    figure("sms_sent", SENT / (time.perf_counter() - begun), "SMS/s")


if __name__ == "__main__":
    main()
