"""Durable watch reports per second over HTTP, their p95 and what each costs the server's processes.

Starts gunicorn as in production, on a new SQLite file (synchronous FULL) and, where there is one, on a PostgreSQL
server (synchronous_commit on); a load process of its own sends an honest mix: many people, each with one lesson, most
with a play token, some with a cookie, a few reports sent again or after a seek.

    python -m tests.bench.watch_reports
    python -m tests.bench.watch_reports --growth      # a thousand people against a million, one lesson against 10,000
    python -m tests.bench.watch_reports --overload    # more connections than can be served, and what comes after
    python -m tests.bench.watch_reports --cookies --tree ../other     # the cookie's way alone, the server of other code
"""

import argparse
import atexit
import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from tests.machine import offers
from tests.migrated import Migrated, drop_database

ROOT = Path(__file__).resolve().parent.parent.parent
PLAYERS = 1000
CLIENTS = (1, 10, 50, 100)
SECONDS_EACH = 8
# As many reports as a person may send at once, less some.
REPORTS_EACH = 250
CROWD = 1000
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def settings_of(folder: Path, database: str = "") -> dict[str, str]:
    """The environment of a small production server whose data lie in the folder."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "lms.settings.production",
        "TIANJIAN_VAR": str(folder),
        "DATABASE_URL": database or f"sqlite:///{folder / 'db.sqlite3'}",
        "SECRET_KEY": "bench-only-" + "x" * 50,
        "FIELD_KEYS": "bench=" + "11" * 32,
        "SEALING_KEY": "22" * 32,
        "ALLOWED_HOSTS": "127.0.0.1",
        "CSRF_TRUSTED_ORIGINS": "https://127.0.0.1",
        "LOG_LEVEL": "ERROR",
    }


@dataclass
class Site:
    """A server with its people."""

    port: int
    process: "subprocess.Popen[bytes]"
    players: list[dict[str, Any]]
    folder: Path
    database: str
    used: int = field(default=0)

    def processes(self) -> list[int]:
        """The web server's, and PostgreSQL's that serve it, where they run on this machine."""
        own = [self.process.pid, *children_of(self.process.pid)]
        if self.database.startswith("postgresql"):
            with psycopg.connect(self.database) as connection:
                asked = (
                    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                own += [pid for (pid,) in connection.execute(asked) if Path(f"/proc/{pid}/stat").exists()]
        return own

    def fresh_players(self, clients: int, reports: int) -> list[dict[str, Any]]:
        """People enough for so many connections and reports, as many for each, who have not reported before."""
        wanted = min(len(self.players), max(1, -(-reports // REPORTS_EACH // clients)) * clients)
        if self.used + wanted > len(self.players):
            self.used = 0
        self.used += wanted
        return self.players[self.used - wanted : self.used]


@contextlib.contextmanager
def database_of(kind: str, folder: Path) -> Iterator[str]:
    """A migrated database of the kind, dropped afterwards; its address."""
    if kind == "sqlite":
        _migrated().copy_to_file(folder / "db.sqlite3")
        yield f"sqlite:///{folder / 'db.sqlite3'}"
        return
    name = f"tianjian_bench_{uuid4().hex[:8]}"
    try:
        yield _migrated().copy_to_server(name)
    finally:
        drop_database(name)


@cache
def _migrated() -> Migrated:
    """Migrated once for all that this process measures; left behind nowhere."""
    folder = tempfile.TemporaryDirectory(prefix="tianjian-bench-migrated-")
    migrated = Migrated(Path(folder.name))
    atexit.register(lambda: (migrated.drop(), folder.cleanup()))
    return migrated


def crowd(environment: dict[str, str], *, people: int, lessons: int, players: int) -> list[dict[str, Any]]:
    """Fill the database; returns so many players of them."""
    seeded = Path(environment["TIANJIAN_VAR"]) / "players.json"
    asked = json.dumps({"people": people, "lessons": lessons, "players": players})
    command = [sys.executable, "-m", "tests.bench._crowd", str(seeded), asked]
    subprocess.run(command, env=environment, cwd=ROOT, check=True, timeout=1800)
    found: list[dict[str, Any]] = json.loads(seeded.read_text())
    return found


def start_server(environment: dict[str, str], tree: Path = ROOT) -> "subprocess.Popen[bytes]":
    """gunicorn as in production, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "lms.wsgi:application"],
        env=environment,
        cwd=tree,
        stdout=subprocess.DEVNULL,
        stderr=None if os.environ.get("BENCH_LOG") else subprocess.DEVNULL,
        start_new_session=True,
    )


@contextlib.contextmanager
def site(
    kind: str, *, people: int = PLAYERS, lessons: int = 1, players: int = PLAYERS, tree: Path = ROOT
) -> Iterator[Site]:
    """A server of the code in `tree`, over a database with so many people and lessons; ended afterwards."""
    with tempfile.TemporaryDirectory(prefix="tianjian-bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        environment = settings_of(folder, stack.enter_context(database_of(kind, folder)))
        found = crowd(environment, people=people, lessons=lessons, players=players)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        server = start_server({**environment, "WEB_BIND": f"127.0.0.1:{port}"}, tree)
        try:
            wait_for(port, server)
            yield Site(port, server, found, folder, environment["DATABASE_URL"])
        finally:
            server.terminate()
            server.wait(timeout=30)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_seconds(pids: list[int]) -> dict[int, float]:
    """User and system time of each of these processes so far; one that has ended is left out."""
    found = {}
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            found[pid] = (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND
    return found


def measure(site: Site, clients: int, seconds: float, *, cookies: bool = False) -> dict[str, float]:
    """Let so many connections send for so long, from a process of its own."""
    plan = site.folder / "plan.json"
    chosen = site.fresh_players(clients, int(4000 * seconds))
    if cookies:
        chosen = [player for player in site.players if player["cookie"]]
    asked = {"port": site.port, "clients": clients, "seconds": seconds, "cookies": cookies, "players": chosen}
    plan.write_text(json.dumps(asked))
    before = cpu_seconds(site.processes())
    subprocess.run([sys.executable, "-m", "tests.bench._load", str(plan)], cwd=ROOT, check=True, timeout=seconds + 90)
    cpu = sum(spent - before.get(pid, 0) for pid, spent in cpu_seconds(site.processes()).items())
    found = json.loads(plan.read_text())
    moved = {player["code"]: player for player in found["players"]}
    site.players = [moved.get(player["code"], player) for player in site.players]
    waits, refusals = sorted(found["waits"]), sorted(found["refusals"])
    return {
        "per_second": len(waits) / found["seconds"],
        "p95_ms": waits[int(len(waits) * 0.95)] * 1000,
        "cpu_ms": cpu * 1000 / len(waits),
        "refused": len(refusals),
        "refused_share": len(refusals) / (len(waits) + len(refusals)),
        "refused_p95_ms": refusals[int(len(refusals) * 0.95)] * 1000 if refusals else 0.0,
    }


def figure(bench: str, value: float, unit: str) -> None:
    print(json.dumps({"bench": bench, "value": round(value, 2), "unit": unit}), flush=True)


def speed(kind: str, seconds: float, *, cookies: bool = False, tree: Path = ROOT) -> None:
    """Print the figures of one kind of database."""
    with site(kind, tree=tree) as served:
        measure(served, 4, 2, cookies=cookies)  # warm up
        for clients in CLIENTS:
            found = measure(served, clients, seconds, cookies=cookies)
            figure(f"watch_reports_{kind}_{clients}_clients", found["per_second"], "reports/s")
            figure(f"watch_reports_{kind}_{clients}_clients_p95", found["p95_ms"], "ms")
            figure(f"watch_reports_{kind}_{clients}_clients_cpu", found["cpu_ms"], "CPU-ms/report")


def growth(kind: str, seconds: float) -> None:
    """What a report costs with few and with many rows in the tables, turn by turn on the same machine."""
    sizes = {"small": (1000, 1), "people": (1_000_000, 1), "lessons": (10_000, 10_000)}
    costs: dict[str, list[float]] = {name: [] for name in sizes}
    with contextlib.ExitStack() as stack:
        served = {
            name: stack.enter_context(site(kind, people=people, lessons=lessons))
            for name, (people, lessons) in sizes.items()
        }
        for name in sizes:
            measure(served[name], 20, 3)
        for _turn in range(3):
            for name in sizes:
                costs[name].append(measure(served[name], 20, seconds)["cpu_ms"])
    small, people, lessons = (sorted(costs[name])[1] for name in sizes)
    figure(f"watch_reports_{kind}_cpu_thousand_people_one_lesson", small, "CPU-ms/report")
    figure(f"watch_reports_{kind}_cpu_million_people", people, "CPU-ms/report")
    figure(f"watch_reports_{kind}_cpu_ten_thousand_lessons", lessons, "CPU-ms/report")
    figure(f"watch_reports_{kind}_growth_people", people / small, "times")
    figure(f"watch_reports_{kind}_growth_lessons", lessons / small, "times")


def overload(kind: str, seconds: float) -> None:
    """Many more connections than can be served: who is sent away, how fast, and how soon all is well again."""
    with site(kind) as served:
        measure(served, 4, 2)
        found = measure(served, CROWD, seconds)
        ended = time.monotonic()
        while (after := measure(served, 10, 1))["refused"] or after["p95_ms"] > 100:
            if time.monotonic() - ended > 60:
                raise RuntimeError("The server did not recover within a minute.")
        figure(f"watch_reports_{kind}_{CROWD}_clients", found["per_second"], "reports/s")
        figure(f"watch_reports_{kind}_{CROWD}_clients_p95", found["p95_ms"], "ms")
        figure(f"watch_reports_{kind}_{CROWD}_clients_sent_away", found["refused_share"] * 100, "percent")
        figure(f"watch_reports_{kind}_{CROWD}_clients_sent_away_p95", found["refused_p95_ms"], "ms")
        figure(f"watch_reports_{kind}_recovery_at_most", time.monotonic() - ended, "s")


def wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    """Until the server answers."""
    for _try in range(300):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/healthz", headers={"X-Forwarded-Proto": "https"})
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError("the server did not answer within 30 seconds")


def main() -> None:
    """Print the figures that are asked for; ends what it started."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--growth", action="store_true")
    asked.add_argument("--overload", action="store_true")
    asked.add_argument("--cookies", action="store_true")
    asked.add_argument("--tree", type=Path, default=ROOT)
    asked.add_argument("--database", choices=["sqlite", "postgresql"])
    asked.add_argument("--seconds", type=float, default=SECONDS_EACH)
    chosen = asked.parse_args()
    kinds = [chosen.database] if chosen.database else ["sqlite", *(["postgresql"] if offers("postgresql") else [])]
    for kind in kinds:
        if chosen.growth:
            growth(kind, chosen.seconds)
        elif chosen.overload:
            overload(kind, chosen.seconds)
        else:
            speed(kind, chosen.seconds, cookies=chosen.cookies, tree=chosen.tree)


if __name__ == "__main__":
    main()
