"""Reports that arrive at the same moment, on an SQLite file and on PostgreSQL."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from lms.learning.domain.evidence import TOP_SPEED
from tests.machine import postgresql_url

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def sqlite_file(tmp_path: Path, migrated_file: Path) -> str:
    file = tmp_path / "race.sqlite3"
    if migrated_file.exists():
        shutil.copyfile(migrated_file, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgresql_database() -> Iterator[str]:
    name = f"tianjian_race_{uuid4().hex[:12]}"
    with psycopg.connect(postgresql_url(), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urlunsplit(urlsplit(postgresql_url())._replace(path=f"/{name}"))
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite_file", pytest.param("postgresql_database", marks=pytest.mark.postgresql)])
def test_reports_at_the_same_moment_are_judged_one_after_the_other(request, database):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "lms.settings.test",
        "DATABASE_URL": request.getfixturevalue(database),
    }

    ran = subprocess.run(
        [sys.executable, "-m", "tests.learning.racing"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout.splitlines()[-1]) == {
        "receipts_of_one_number": 1,
        "answers_alike": True,
        "completions_of_one_lesson": 1,
        "seconds_of_many_devices": TOP_SPEED * 60,
        "covered_by_tabs": [[0, 60]],
        "completions_by_tabs": 1,
    }
