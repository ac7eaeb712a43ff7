"""Reports that arrive at the same moment, on an SQLite file and on PostgreSQL."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from lms.learning.domain.evidence import TOP_SPEED
from tests.migrated import Migrated, drop_database

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def sqlite_file(tmp_path: Path, migrated: Migrated) -> str:
    migrated.copy_to_file(tmp_path / "race.sqlite3")
    return f"sqlite:///{tmp_path / 'race.sqlite3'}"


@pytest.fixture
def postgresql_database(migrated: Migrated) -> Iterator[str]:
    name = f"tianjian_race_{uuid4().hex[:12]}"
    yield migrated.copy_to_server(name)
    drop_database(name)


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
        "seconds_of_the_last_one": 1,
        "seconds_of_two_accounts": TOP_SPEED * 60,
        "gained_while_merging_is_bounded": True,
        "gained_after_merging": 0,
        "clocks_of_two_accounts": 2,
        "seconds_of_a_session_and_packages": TOP_SPEED * 60,
        "covered_by_tabs": [[0, 60]],
        "completions_by_tabs": 1,
        "outcomes_of_one_answer": ["passed"],
        "checks_answered": 1,
        "seconds_released": 60,
        "appeals_of_one_row": 1,
        "settlements_of_one_appeal": 1,
        "sittings_opened_at_once": 1,
        "attempts_handed_in_at_once": [1, 1],
        "ticks_of_two_people": 2,
        "seconds_shown": [600],
        "receipts_of_the_hall": 2,
        "seconds_in_the_hall": 1200,
        "records_differ": 0,
    }
