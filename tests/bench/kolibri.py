"""Progress reports of Kolibri and ours, turn by turn on the same machine; and what each believes of a single report.

    python -m venv ../kolibri-venv && ../kolibri-venv/bin/pip install kolibri
    python -m tests.bench.kolibri --kolibri ../kolibri-venv

Kolibri is an offline-first learning platform whose endpoint takes what a client says it has done. It runs as it comes
(its own server, its SQLite) in a home of its own in a temporary folder, ours as in production on SQLite. One report is
five seconds watched: here stretches of a lesson, there a delta of progress and of time. Both are sent by the same kind
of load process. No part of `make bench`, because Kolibri is no dependency of ours; without --kolibri it only says so.
"""

import argparse
import contextlib
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench._load import Line, run
from tests.bench.watch_reports import ROOT, Site, cpu_seconds, figure, measure, site

CLIENTS = (1, 10, 50)
TURNS = 3
SECONDS_EACH = 5
LEARNERS = 200
FORGED_SECONDS = 999_999
LOST_SECONDS = 30
CSRF = "b" * 32
NODE = {"node_id": "a" * 32, "content_id": "b" * 32, "channel_id": "c" * 32, "kind": "video"}
# Run inside Kolibri: learners of its facility, each with a sign-in cookie.
SEED = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from kolibri.core.auth.models import Facility, FacilityUser
facility, store, found = Facility.objects.get(), import_module(settings.SESSION_ENGINE).SessionStore, []
for number in range({learners}):
    user = FacilityUser.objects.create(username=f"learner{{number}}", password="!", facility=facility)
    session = store()
    session[SESSION_KEY] = user._meta.pk.value_to_string(user)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    found.append(f"{{settings.SESSION_COOKIE_NAME}}={{session.session_key}}; {{settings.CSRF_COOKIE_NAME}}={csrf}")
print("SEEDED" + json.dumps(found))
"""


class KolibriLine(Line):
    """A connection that tells Kolibri of five more seconds."""

    def send(self, *, cookies_only: bool) -> None:
        self.turn += 1
        player = self.player
        body = json.dumps({"progress_delta": 0.001, "time_spent_delta": 5}).encode()
        head = "\r\n".join(
            [
                f"PUT /api/logger/trackprogress/{player['session']}/ HTTP/1.1",
                "Host: 127.0.0.1",
                "Content-Type: application/json",
                f"Cookie: {player['cookie']}",
                f"X-CSRFToken: {CSRF}",
                f"Content-Length: {len(body)}",
            ]
        )
        self.sent_at = time.monotonic()
        self.socket.sendall(f"{head}\r\n\r\n".encode() + body)

    def took(self, answer: dict[str, Any]) -> bool:
        return "complete" in answer


@dataclass
class Kolibri:
    """A running Kolibri with its learners."""

    port: int
    process: "subprocess.Popen[bytes]"
    folder: Path
    players: list[dict[str, str]]

    def ask(self, method: str, path: str, cookie: str, sent: Any) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json", "Cookie": cookie, "X-CSRFToken": CSRF}
        connection.request(method, path, json.dumps(sent), headers)
        response = connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise RuntimeError(f"{response.status}: {content[:300]!r}")
        return json.loads(content)

    def open(self, cookie: str) -> Any:
        """Start a session; the answer says what is known of the learner and the resource."""
        return self.ask("POST", "/api/logger/trackprogress/", cookie, NODE)

    def measure(self, clients: int, seconds: float) -> dict[str, float]:
        plan = self.folder / "plan.json"
        asked = {"port": self.port, "clients": clients, "seconds": seconds, "cookies": True}
        plan.write_text(json.dumps({**asked, "players": self.players[: max(clients, 50)]}))
        before = cpu_seconds([self.process.pid])
        command = [sys.executable, "-m", "tests.bench.kolibri", "--load", str(plan)]
        subprocess.run(command, cwd=ROOT, check=True, timeout=seconds + 90)
        cpu = sum(spent - before.get(pid, 0) for pid, spent in cpu_seconds([self.process.pid]).items())
        found = json.loads(plan.read_text())
        waits = sorted(found["waits"])
        return {
            "per_second": len(waits) / found["seconds"],
            "p95_ms": waits[int(len(waits) * 0.95)] * 1000,
            "cpu_ms": cpu * 1000 / len(waits),
        }


@contextlib.contextmanager
def kolibri(venv: Path) -> Iterator[Kolibri]:
    """Kolibri on a free port of 127.0.0.1, with a home and learners of its own; ended and forgotten afterwards."""
    with tempfile.TemporaryDirectory(prefix="tianjian-kolibri-") as name:
        folder, ports = Path(name), []
        for _port in range(2):
            with socket.create_server(("127.0.0.1", 0)) as free:
                ports.append(free.getsockname()[1])
        program = str(venv / "bin" / "kolibri")
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"} | {
            "KOLIBRI_HOME": str(folder / "home"),
            "KOLIBRI_LISTEN_ADDRESS": "127.0.0.1",
            "KOLIBRI_ZIP_CONTENT_PORT": str(ports[1]),
        }

        def manage(*arguments: str) -> str:
            done = subprocess.run(
                [program, "manage", *arguments], env=environment, capture_output=True, text=True, timeout=600
            )
            if done.returncode:
                raise RuntimeError(done.stderr[-1000:])
            return done.stdout

        manage(
            *("provisiondevice", "--facility", "bench", "--preset", "formal", "--language_id", "en", "--noinput"),
            *("--superusername", "bench", "--superuserpassword", "bench-only"),
        )
        said = manage("shell", "-c", SEED.format(learners=LEARNERS, csrf=CSRF))
        cookies = json.loads(next(line for line in said.splitlines() if line.startswith("SEEDED"))[6:])
        with (folder / "server.log").open("wb") as log:
            server = subprocess.Popen(
                [program, "start", "--foreground", "--port", str(ports[0])],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            served = Kolibri(ports[0], server, folder, [])
            wait_for(served, folder / "server.log")
            served.players = [{"cookie": each, "session": served.open(each)["session_id"]} for each in cookies]
            yield served
        finally:
            server.terminate()
            server.wait(timeout=60)


def wait_for(served: Kolibri, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and served.process.poll() is None:
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
            connection.request("GET", "/api/public/info/")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.5)
    raise RuntimeError(f"Kolibri did not answer.\n{log.read_text()[-2000:]}")


def compare(ours: Site, theirs: Kolibri, *, turns: int, seconds: float) -> None:
    """Print the median of so many turns of each, taken alternately, and how they compare."""
    measure(ours, 4, 2)
    theirs.measure(4, 2)
    for clients in CLIENTS:
        found: dict[str, list[dict[str, float]]] = {"ours": [], "kolibri": []}
        for _turn in range(turns):
            found["kolibri"].append(theirs.measure(clients, seconds))
            found["ours"].append(measure(ours, clients, seconds))
        middle = {
            (who, name): statistics.median(each[name] for each in rows)
            for who, rows in found.items()
            for name in ("per_second", "p95_ms", "cpu_ms")
        }
        for who in found:
            figure(f"{who}_{clients}_clients", middle[who, "per_second"], "reports/s")
            figure(f"{who}_{clients}_clients_p95", middle[who, "p95_ms"], "ms")
            figure(f"{who}_{clients}_clients_cpu", middle[who, "cpu_ms"], "CPU-ms/report")
        ratio = middle["ours", "per_second"] / middle["kolibri", "per_second"]
        figure(f"ours_to_kolibri_{clients}_clients", ratio, "times")
        figure(
            f"kolibri_to_ours_{clients}_clients_p95", middle["kolibri", "p95_ms"] / middle["ours", "p95_ms"], "times"
        )


def forge(ours: Site, theirs: Kolibri) -> None:
    """One request that claims everything: what is believed of it?"""
    cookie = theirs.players[-1]["cookie"]
    session = theirs.open(cookie)["session_id"]
    address = f"/api/logger/trackprogress/{session}/"
    theirs.ask("PUT", address, cookie, {"progress": 1.0, "time_spent_delta": FORGED_SECONDS})
    known = theirs.open(cookie)
    figure("kolibri_forged_seconds_believed", known["time_spent"], f"s of {FORGED_SECONDS} claimed")
    figure("kolibri_forged_progress_believed", known["progress"] * 100, "percent")
    player, whole = ours.players[-1], 3 * 3600
    receipt = report(ours, player, {"session": player["code"], "number": 9_000, "stretches": [[0, whole]]})
    believed = sum(end - start for start, end in receipt["accepted"])
    figure("ours_forged_seconds_believed", believed, f"s of {whole} claimed, a quarter of an hour after opening")


def lose(ours: Site, theirs: Kolibri) -> None:
    """The connection is lost after the report was sent and before the answer came; the client sends it again."""
    cookie = theirs.players[-2]["cookie"]
    session = theirs.open(cookie)["session_id"]
    before = theirs.open(cookie)["time_spent"]
    sent, address = {"progress_delta": 0.1, "time_spent_delta": LOST_SECONDS}, f"/api/logger/trackprogress/{session}/"
    for _time in range(2):  # the first answer is thrown away, as a lost network does
        theirs.ask("PUT", address, cookie, sent)
    counted = theirs.open(cookie)["time_spent"] - before
    figure("kolibri_seconds_after_a_lost_answer", counted, f"s counted of {LOST_SECONDS} watched")
    player = ours.players[-2]
    again = {"session": player["code"], "number": 9_000, "stretches": [[600, 600 + LOST_SECONDS]]}
    receipts = [report(ours, player, again) for _time in range(2)]
    if receipts[0] != receipts[1]:
        raise RuntimeError(f"The same report got two receipts: {receipts}")
    counted = sum(end - start for start, end in receipts[0]["accepted"])
    figure("ours_seconds_after_a_lost_answer", counted, f"s counted of {LOST_SECONDS} watched")


def report(ours: Site, player: dict[str, Any], said: dict[str, Any]) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", ours.port, timeout=30)
    headers = {
        "Content-Type": "application/json",
        "Sec-Fetch-Site": "same-origin",
        "X-Forwarded-Proto": "https",
        "X-Play-Token": player["token"],
    }
    connection.request("POST", "/learn/reports/", json.dumps(said), headers)
    response = connection.getresponse()
    answer = json.loads(response.read())
    if response.status != 200:
        raise RuntimeError(f"{response.status}: {answer}")
    return answer


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--kolibri", type=Path, metavar="VENV")
    asked.add_argument("--seconds", type=float, default=SECONDS_EACH)
    asked.add_argument("--turns", type=int, default=TURNS)
    asked.add_argument("--load", type=Path, help=argparse.SUPPRESS)
    chosen = asked.parse_args()
    if chosen.load:
        chosen.load.write_text(json.dumps(run(json.loads(chosen.load.read_text()), KolibriLine)))
        return 0
    if chosen.kolibri is None:
        print("Say where Kolibri is installed: --kolibri VENV. See the first lines of this file.", file=sys.stderr)
        return 2
    with site("sqlite") as ours, kolibri(chosen.kolibri.resolve()) as theirs:
        forge(ours, theirs)
        lose(ours, theirs)
        compare(ours, theirs, turns=chosen.turns, seconds=chosen.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
