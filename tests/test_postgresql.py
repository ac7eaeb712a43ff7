"""What connections to PostgreSQL are told, on a real server."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.browser.streaming import wait_until
from tests.machine import postgresql_url

ROOT = Path(__file__).resolve().parent.parent
ASK = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT pg_backend_pid()")
    print(cursor.fetchone()[0], flush=True)
    cursor.execute("SELECT pg_sleep(300)")
"""


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.any_database
def test_a_question_ends_soon_after_whoever_asked_it_was_killed() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "lms.settings.test", "DATABASE_URL": postgresql_url()}
    with (
        psycopg.connect(postgresql_url(), autocommit=True) as looking,
        subprocess.Popen([sys.executable, "-c", ASK], cwd=ROOT, env=environment, stdout=subprocess.PIPE) as asking,
    ):
        assert asking.stdout is not None
        backend = int(asking.stdout.readline())

        def is_answering() -> bool:
            asked = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND state = 'active' AND query LIKE '%%sleep(300)%%'"
            return looking.execute(asked, [backend]).fetchone() is not None

        wait_until(is_answering, seconds=30)

        asking.send_signal(signal.SIGKILL)

        wait_until(lambda: not is_answering(), seconds=60)
