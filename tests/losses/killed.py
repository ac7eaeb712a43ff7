"""A server killed with -9 again and again under shuffled, repeated reports: what was acknowledged is there.

    make soak KILL=100000      # so many sends, a third of them repeats

Prints one JSON line for each figure and ends with 1 if anything acknowledged is missing, an answer changed, or the
records are not what the receipts say. On SQLite; with DATABASE=postgresql on the server of the tests.
"""

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.watch_reports import ROOT, crowd, database_of, figure, settings_of, start_server, wait_for

SENDERS = 12
KILLS = 3
# As many as a person may send at once, and as her time can pay for, less some.
REPORTS_EACH = 240
STEP_SECONDS = 5
READ = """
import json
from lms.learning.domain.rebuilding import rebuild_watch_records
from lms.learning.models import Receipt, RefusedStretch
rows = Receipt.objects.values_list("session__code", "number", "body")
print(json.dumps({
    "receipts": [[code, number, body] for code, number, body in rows],
    "differences": len(rebuild_watch_records(dry_run=True)),
    "refused": RefusedStretch.objects.count(),
}))
"""


@dataclass
class Sending:
    """What is still to be sent, and what was answered."""

    port: int
    waiting: list[dict[str, Any]]
    answers: dict[tuple[str, int], Any] = field(default_factory=dict)
    answered: int = 0
    lost: int = 0
    changed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send_all(self) -> None:
        """One sender: takes reports until none is left; one that was not answered goes back."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while (report := self._next()) is not None:
            try:
                answer = self._send(connection, report)
            except (OSError, http.client.HTTPException):
                connection.close()
                answer = None
                time.sleep(0.05)
            with self.lock:
                if answer is None:
                    self.lost += 1
                    self.waiting.insert(random.randrange(len(self.waiting) + 1), report)
                    continue
                self.answered += 1
                known = self.answers.setdefault((answer["session"], answer["number"]), answer)
                self.changed += known != answer
        connection.close()

    def _next(self) -> dict[str, Any] | None:
        with self.lock:
            return self.waiting.pop() if self.waiting else None

    @staticmethod
    def _send(connection: http.client.HTTPConnection, report: dict[str, Any]) -> Any:
        headers = {
            "Content-Type": "application/json",
            "Sec-Fetch-Site": "same-origin",
            "X-Forwarded-Proto": "https",
            "X-Play-Token": report["token"],
        }
        body = {name: report[name] for name in ("session", "number", "stretches")}
        connection.request("POST", "/learn/reports/", json.dumps(body), headers)
        response = connection.getresponse()
        content = response.read()
        if response.status == 503:
            time.sleep(0.1)
        if response.status >= 500:
            return None
        if response.status != 200:
            raise RuntimeError(f"{response.status}: {content!r}")
        return json.loads(content)


def reports_of(players: list[dict[str, Any]], sends: int) -> list[dict[str, Any]]:
    """So many sends, one in three the repeat of another, all shuffled."""
    once = []
    for place in range(sends * 2 // 3):
        player, number = players[place % len(players)], place // len(players)
        start = (number + 1) * STEP_SECONDS
        once.append(
            {
                "session": player["code"],
                "token": player["token"],
                "number": number + 2,
                "stretches": [[start, start + STEP_SECONDS]],
            }
        )
    found = once + random.choices(once, k=sends - len(once))
    random.shuffle(found)
    return found


def run(sends: int, kind: str = "sqlite") -> dict[str, Any]:
    """Send all of it while the server is killed, then compare; everything that was started has ended."""
    with tempfile.TemporaryDirectory(prefix="tianjian-killed-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        environment = settings_of(folder, stack.enter_context(database_of(kind, folder)))
        people = -(-sends * 2 // 3 // REPORTS_EACH)
        players = crowd(environment, people=people, lessons=1, players=people)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        environment["WEB_BIND"] = f"127.0.0.1:{port}"
        sending = Sending(port, reports_of(players, sends))
        server = start_server(environment)
        begun = time.monotonic()
        try:
            wait_for(port, server)
            senders = [threading.Thread(target=sending.send_all, daemon=True) for _sender in range(SENDERS)]
            for sender in senders:
                sender.start()
            for kill in range(1, KILLS + 1):
                while sending.answered < sends * kill // (KILLS + 1) and any(sender.is_alive() for sender in senders):
                    time.sleep(0.01)
                os.killpg(server.pid, signal.SIGKILL)
                server.wait(timeout=30)
                server = start_server(environment)
            for sender in senders:
                sender.join(timeout=1200)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=60)
        took = time.monotonic() - begun
        return {**judged(sending, sends, environment), "seconds": round(took), "kills": KILLS}


def judged(sending: Sending, sends: int, environment: dict[str, str]) -> dict[str, Any]:
    """What the database holds against what was answered."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", READ]
    asked = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True, timeout=600)
    read = json.loads(asked.stdout)
    kept = {(code, number): body for code, number, body in read["receipts"]}
    said = ("accepted", "percent", "resume_point", "completed")
    missing = sum(
        named not in kept or any(kept[named][part] != answer[part] for part in said)
        for named, answer in sending.answers.items()
    )
    return {
        "sends": sends,
        "reports": len(sending.answers),
        "unanswered_and_sent_again": sending.lost,
        "acknowledged_and_missing": missing,
        "answers_that_changed": sending.changed,
        "differences_after_rebuilding": read["differences"],
        "honest_stretches_refused": read["refused"],
        "never_answered": len(sending.waiting),
    }


UNITS = {
    "differences_after_rebuilding": "records",
    "honest_stretches_refused": "stretches",
    "seconds": "s",
    "kills": "times",
}
FAULTS = (
    "acknowledged_and_missing",
    "answers_that_changed",
    "differences_after_rebuilding",
    "honest_stretches_refused",
    "never_answered",
)


def main() -> int:
    kind = os.environ.get("DATABASE", "sqlite")
    found = run(int(sys.argv[1]) if len(sys.argv) > 1 else 3000, kind)
    for name, value in found.items():
        figure(f"killed_{kind}_{name}", value, UNITS.get(name, "reports"))
    return int(any(found[fault] for fault in FAULTS))


if __name__ == "__main__":
    sys.exit(main())
