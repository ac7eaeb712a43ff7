"""Many people with an open lesson each, made by copying rows in SQL; runs in a process with the server's settings.

    python -m tests.bench._crowd players.json '{"people": 1000, "lessons": 1, "players": 1000}'

Writes what the players need to report: play session, token, sign-in cookie and the number of the next report.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Model  # noqa: E402
from django.utils import timezone  # noqa: E402
from wagtail.models import Page  # noqa: E402

from courses.models import LessonPage  # noqa: E402
from lms.learning.domain.tokens import give_token  # noqa: E402
from lms.learning.domain.watching import accept_report, open_session  # noqa: E402
from lms.learning.models import PlaySession, Receipt, StudyClock, WatchRecord  # noqa: E402
from lms.lib.stretches import Stretches  # noqa: E402
from lms.people.models import Person  # noqa: E402
from media.models import Video  # noqa: E402
from tests.factories.learning import live_course, live_lesson, published  # noqa: E402
from tests.factories.people import DivisionFactory, OrgFactory, PersonFactory  # noqa: E402

LESSON_SECONDS = 3 * 3600
# Keys of copies start here, far from all others.
BASE = 1_000_000_000
WITH_COOKIE = 500


def copies(model: type[Model], pk: int, count: int, **columns: str) -> None:
    """Copy a row so often; columns are given as SQL of n, which runs from 0."""
    names = [field.column for field in model._meta.local_concrete_fields]
    quote = connection.ops.quote_name
    values = ", ".join(columns.get(name, f"origin.{quote(name)}") for name in names)
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(map(quote, names))})"
            f" WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {count})"
            f" SELECT {values} FROM {table} origin, numbers WHERE origin.{key} = {pk}"
        )


def seed(people: int, lessons: int) -> PlaySession:
    """The rows; returns the session that all others are copies of."""
    # Production does not start with the fictional province that factories use.
    org = OrgFactory(division=DivisionFactory(code="110000000000"))
    page = published(live_lesson(live_course(org), seconds=LESSON_SECONDS))
    person = PersonFactory()
    # Opened a while ago, so that the clock can pay for everything the bench sends.
    opened_at = timezone.now() - timedelta(minutes=15)
    session = open_session(person, page, at=opened_at)
    first = accept_report(session, 1, stretches=Stretches.of([(0, 5)]), at=opened_at + timedelta(seconds=5))
    n, text = f"{BASE} + n", "CAST(n AS varchar)"
    copies(Video, session.video_id, lessons, id=n, code=f"'c-' || {text}")
    # ids of twelve digits make paths of treebeard's that sort after all others
    copies(Page, page.pk, lessons, id=n, path=f"'zz' || {text}", translation_key=_uuid("n"), slug=f"'copy-' || {text}")
    copies(LessonPage, page.pk, lessons, page_ptr_id=n, video_id=n, code=f"'copy-' || {text}")
    # Ordinary columns of ordinary people
    copies(Person, person.pk, people, id=n, login_code=f"'B' || {text}")
    copies(StudyClock, person.pk, people, person_id=n)
    lesson = f"{BASE} + n % {lessons}"
    copies(WatchRecord, session.record_id, people, id=n, person_id=n, page_id=lesson, video_id=lesson)
    copies(
        PlaySession,
        session.pk,
        people,
        id=n,
        code=f"'copy-' || {text}",
        person_id=n,
        record_id=n,
        page_id=lesson,
        video_id=lesson,
    )
    copies(Receipt, first.pk, people, id=n, session_id=n)
    return session


def _uuid(number: str) -> str:
    """An UUID made of a number, as each database keeps it."""
    if connection.vendor == "postgresql":
        return f"CAST(lpad(CAST({number} AS varchar), 32, '0') AS uuid)"
    return f"printf('%032d', {number})"


def sign_in(person: Person) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.save()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


def players(session: PlaySession, people: int, wanted: int) -> list[dict[str, Any]]:
    """So many of the people, spread over all of them."""
    found = []
    password, at = session.person.password, timezone.now()
    for place in range(min(wanted, people)):
        number = place * people // min(wanted, people)
        pk = BASE + number
        token = give_token(session_id=pk, person_id=pk, password=password, at=at)
        cookie = sign_in(Person(pk=pk, password=password)) if place < WITH_COOKIE else ""
        found.append({"code": f"copy-{number}", "token": token, "cookie": cookie, "number": 2, "second": 5})
    return found


def main(output: Path, people: int, lessons: int, wanted: int) -> None:
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:  # looking up six keys for each of millions of rows takes minutes
                cursor.execute("SET LOCAL session_replication_role = replica")
        session = seed(people, lessons)
        found = players(session, people, wanted)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    output.write_text(json.dumps(found))


if __name__ == "__main__":
    asked = json.loads(sys.argv[2])
    main(Path(sys.argv[1]), asked["people"], asked["lessons"], asked["players"])
