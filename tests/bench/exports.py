"""Files of the desk of a synthetic province: rows, seconds, seconds of the processor, and the most memory it took.

    python -m tests.bench.exports                       # 3,000 people, on a new SQLite file
    PEOPLE=100000 DATABASE=postgresql python -m tests.bench.exports
    DATABASE_URL=postgresql://… python -m tests.bench.exports --kept       # a province that is there already

Each file is written by a process of its own, as the desk writes it: asked for, written, counted, its checksum on the
log.
`processor_seconds` are those of that process, `database_seconds` those of a PostgreSQL on the same machine. `memory_mb`
is the most the process ever held, `before_mb` what it held before it began.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from tests.bench.province import PEOPLE, database

# Standings of today are kept; those of an earlier day are worked out from facts.
DAYS_AGO = {"today": 0, "40 days ago": 40}
FILES = [
    *(("cadre-hours", extension, "today") for extension in ("csv", "xlsx", "json")),
    ("cadre-hours", "csv", "40 days ago"),
    *(("cadre-entries", extension, "today") for extension in ("csv", "xlsx", "json")),
]


def make() -> None:
    """The province, with everybody's standing of today."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("make_synthetic_province", people=PEOPLE, stdout=sys.stderr)


def prepare() -> None:
    from django.db import connection
    from django.utils import timezone

    from lms.credits.domain.assessing import assess_everybody
    from lms.lib.durations import beijing_day

    assess_everybody(on=beijing_day(timezone.now()))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def database_seconds() -> float | None:
    """Seconds of the processor that the server has spent on this connection; None where it is on another machine."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not stat.exists():
        return None
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def export(code: str, extension: str, day: str) -> None:
    """One file of everybody in the province, as the desk hands it out, without the web around it."""
    from django.utils import timezone
    from django.utils.translation import override

    from lms.lib.durations import beijing_day
    from lms.people.policies import is_officer
    from lms.reports.definitions import REPORTS
    from lms.reports.exporting import export_report
    from lms.reports.overview.placing import placed, posts_near
    from tests.bench.province import Province

    province = Province()
    level = province.levels[0]
    officer = province.roles[level].person
    on = province.today - timedelta(days=DAYS_AGO[day])
    before = memory()
    begun, begun_cpu, begun_database = time.perf_counter(), time.process_time(), database_seconds()
    with override("zh-hans"):
        scope = province.inquiry(level, on).scope
        report = REPORTS[code](placed(scope, on), posts=posts_near(scope, on), year=on.year, on=on)
        made = export_report(
            report,
            extension,
            remarks=[str(report.title)],
            by=officer,
            may_go_on=lambda: is_officer(officer, beijing_day(timezone.now())),
            at=province.at,
        )
    seconds, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
    database = (database_seconds() or 0) - (begun_database or 0)
    figures = {
        "value": round(seconds, 2),
        "unit": "s",
        "processor_seconds": round(cpu, 2),
        "database_seconds": None if begun_database is None else round(database, 2),
        "rows": made.rows,
        "file_mb": round(made.file.seek(0, 2) / 2**20, 1),
        "memory_mb": round(memory()),
        "before_mb": round(before),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps({"bench": f"exports: {code} as {extension}, {day}", **figures}), flush=True)
    made.file.close()


def in_a_process(bench: str, work: str) -> None:
    """Do that part of a bench in a process of its own: what it held is not thought to be held by the next one."""
    code = f"import django; django.setup(); from tests.bench import {bench}; {bench}.{work}()"
    subprocess.run([sys.executable, "-c", code], check=True)


def each_file(wanted: str) -> None:
    for number, (code, extension, day) in enumerate(FILES):
        if wanted in f"{code} {extension} {day}":
            subprocess.run([sys.executable, "-m", "tests.bench.exports", "--file", str(number)], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kept", action="store_true", help="measure the province that is there")
    parser.add_argument("--only", default="", help="files with this in their name alone: “cadre-hours csv”")
    parser.add_argument("--file", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.update(DEMO="1", DEBUG="0", DJANGO_SETTINGS_MODULE="lms.settings.dev")

    if options.file is not None:
        import django

        django.setup()
        export(*FILES[options.file])
    elif options.kept:
        in_a_process("exports", "prepare")
        each_file(options.only)
    else:
        with database() as address:
            os.environ["DATABASE_URL"] = address
            in_a_process("exports", "make")
            in_a_process("exports", "prepare")
            each_file(options.only)


if __name__ == "__main__":
    main()
