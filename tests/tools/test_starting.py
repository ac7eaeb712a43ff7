"""How a process of the site begins and ends: with what it needs, and leaving nothing behind."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

# Each takes from a tenth of a second to several to load.
LATER = ("av", "faster_whisper", "fontTools", "fpdf", "numpy", "openpyxl", "pypinyin", "rjieba", "torch", "whisper")
WRITE = f"""
import gc, sys, django
django.setup()
print(gc.get_freeze_count() > 0, sorted(set(sys.modules) & set({LATER!r})))
from django.db import connection
connection.cursor().execute("CREATE TABLE something (id integer)")
"""


def test_a_process_loads_nothing_that_it_may_never_need_and_leaves_one_file(tmp_path: Path) -> None:
    database = tmp_path / "db.sqlite3"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}", "DJANGO_SETTINGS_MODULE": "lms.settings.test"}

    said = subprocess.run(
        [sys.executable, "-c", WRITE],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout == "True []\n"
    assert [path.name for path in tmp_path.iterdir()] == ["db.sqlite3"], "closed, so that a copy of it is whole"
