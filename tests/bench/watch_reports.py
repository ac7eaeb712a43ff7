"""Durable watch reports per second over HTTP, their p95 and what each costs the server, with 1, 10 and 20 clients.

Starts gunicorn with production settings on a new SQLite file (synchronous FULL) and, in processes of their own,
clients that send an honest mix: many people, each with one lesson, a stretch of five seconds a report.

    python -m tests.bench.watch_reports
"""

import http.client
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PEOPLE = 200
LESSON_SECONDS = 3 * 3600
CLIENTS = (1, 10, 20)
SECONDS_EACH = 8
CLIENT_PROCESSES = 2
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def settings_of(folder: Path) -> dict[str, str]:
    """The environment of a small production server whose data lie in the folder."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "lms.settings.production",
        "TIANJIAN_VAR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "SECRET_KEY": "bench-only-" + "x" * 50,
        "FIELD_KEYS": "bench=" + "11" * 32,
        "SEALING_KEY": "22" * 32,
        "ALLOWED_HOSTS": "127.0.0.1",
        "CSRF_TRUSTED_ORIGINS": "https://127.0.0.1",
        "LOG_LEVEL": "ERROR",
    }


def seed(output: Path) -> None:
    """People signed in, each with an open play session; runs in a process with the server's settings."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from django.db import transaction
    from django.utils import timezone

    from lms.learning.domain.watching import open_session
    from tests.factories.learning import live_course, live_lesson, published
    from tests.factories.people import DivisionFactory, OrgFactory, PersonFactory

    call_command("migrate", verbosity=0)
    players = []
    with transaction.atomic():
        # Production does not start with the fictional province that factories use.
        org = OrgFactory(division=DivisionFactory(code="110000000000"))
        page = published(live_lesson(live_course(org), seconds=LESSON_SECONDS))
        for _number in range(PEOPLE):
            person = PersonFactory()
            # Opened a while ago, so that the clock can pay for everything the bench sends.
            session = open_session(person, page, at=timezone.now() - timedelta(minutes=15))
            store = SessionStore()
            store[SESSION_KEY] = str(person.pk)
            store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
            store[HASH_SESSION_KEY] = person.get_session_auth_hash()
            store.save()
            players.append([session.code, f"{settings.SESSION_COOKIE_NAME}={store.session_key}"])
    output.write_text(json.dumps(players))


class Load:
    """Some of the clients, in one process: each is a thread with a connection and people of its own."""

    def __init__(self, port: int, until: float, players: list[list[Any]]) -> None:
        self.port, self.until, self.players = port, until, players
        self.waits: list[float] = []

    def play(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        turn = 0
        while time.monotonic() < self.until:
            player = self.players[turn % len(self.players)]
            code, cookie, number = player
            turn += 1
            body = json.dumps({"session": code, "number": number, "stretches": [[(number - 1) * 5, number * 5]]})
            headers = {
                "Content-Type": "application/json",
                "Cookie": cookie,
                "Sec-Fetch-Site": "same-origin",
                "X-Forwarded-Proto": "https",
            }
            begun = time.monotonic()
            connection.request("POST", "/learn/reports/", body, headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
            self.waits.append(time.monotonic() - begun)
            if response.status != 200 or not answer["accepted"]:
                raise RuntimeError(f"{response.status}: {answer}")
            player[2] = number + 1
        connection.close()


def run_load(port: int, until: float, groups: list[list[list[Any]]], results: Any) -> None:
    """One process of clients, a thread for each group of players; puts waits and the players' next numbers."""
    from concurrent.futures import ThreadPoolExecutor

    loads = [Load(port, until, group) for group in groups]
    with ThreadPoolExecutor(len(loads)) as pool:
        for future in [pool.submit(load.play) for load in loads]:
            future.result()
    results.put(([wait for load in loads for wait in load.waits], [player for group in groups for player in group]))


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of these processes so far."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS_PER_SECOND


def measure(port: int, server: int, clients: int, players: list[list[Any]], seconds: float) -> dict[str, float]:
    """Let so many clients send for so long; moves the players' numbers on."""
    groups = [players[client::clients] for client in range(clients)]
    processes = min(CLIENT_PROCESSES, clients)
    pids = [server, *children_of(server)]
    cpu, begun = cpu_seconds(pids), time.monotonic()
    results: Any = multiprocessing.Queue()
    crews = [
        multiprocessing.Process(target=run_load, args=(port, begun + seconds, groups[crew::processes], results))
        for crew in range(processes)
    ]
    for crew in crews:
        crew.start()
    waits: list[float] = []
    known = {player[0]: player for player in players}
    for _crew in crews:
        crew_waits, crew_players = results.get(timeout=seconds + 60)
        waits += crew_waits
        for code, _cookie, number in crew_players:
            known[code][2] = number
    for crew in crews:
        crew.join()
    took = time.monotonic() - begun
    waits.sort()
    return {
        "per_second": len(waits) / took,
        "p95_ms": waits[int(len(waits) * 0.95)] * 1000,
        "cpu_ms": (cpu_seconds(pids) - cpu) * 1000 / len(waits),
    }


def figure(bench: str, value: float, unit: str) -> None:
    print(json.dumps({"bench": bench, "value": round(value, 2), "unit": unit}), flush=True)


def main(seconds: float = SECONDS_EACH) -> None:
    """Print the figures; ends what it started."""
    with tempfile.TemporaryDirectory(prefix="tianjian-bench-") as name:
        folder = Path(name)
        environment = settings_of(folder)
        seeded = folder / "players.json"
        subprocess.run(
            [sys.executable, "-m", "tests.bench.watch_reports", "seed", str(seeded)],
            env=environment,
            cwd=ROOT,
            check=True,
            timeout=120,
        )
        players = [[*player, 1] for player in json.loads(seeded.read_text())]
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "lms.wsgi:application"],
            env={**environment, "WEB_BIND": f"127.0.0.1:{port}"},
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if not os.environ.get("BENCH_LOG") else None,
        )
        try:
            wait_for(port, server)
            measure(port, server.pid, 4, players, 1)  # warm up
            for clients in CLIENTS:
                found = measure(port, server.pid, clients, players, seconds)
                figure(f"watch_reports_per_second_{clients}_clients", found["per_second"], "reports/s")
                figure(f"watch_reports_p95_{clients}_clients", found["p95_ms"], "ms")
                figure(f"watch_reports_cpu_{clients}_clients", found["cpu_ms"], "CPU-ms/report")
        finally:
            server.terminate()
            server.wait(timeout=30)


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


if __name__ == "__main__":
    if sys.argv[1:2] == ["seed"]:
        seed(Path(sys.argv[2]))
    else:
        main()
