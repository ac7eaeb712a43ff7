"""Load a running demo with a mix of readers and watchers for a while, and say as JSON how it bore it.

    make demo                                             # in one terminal
    make soak SECONDS=60 CLIENTS=10                       # in another; URL names another address
    make soak KILL=100000                                 # no demo needed: a site of its own, killed three times

Half of the clients read pages; the others open a lesson and report every few seconds what they watched, as players do.
With KILL so many shuffled, repeated reports are sent to a site in a temporary folder, whose server is killed with -9
three times meanwhile; each line says how many of what should not happen did. DATABASE=postgresql has it on a server.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lms.tools.demo import demo_environment
from lms.tools.setup import ROOT, VENV_PYTHON

SECONDS_BETWEEN_REPORTS = 2


@dataclass
class Record:
    """What all clients saw, in milliseconds and statuses."""

    milliseconds: dict[str, list[float]] = field(default_factory=lambda: {"page": [], "report": []})
    statuses: Counter[int] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    accepted_seconds: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Client:
    """One visitor with one connection, who comes again after every failure."""

    def __init__(self, address: str, cookie: str, record: Record) -> None:
        self.host = urlsplit(address).netloc
        self.cookie = cookie
        self.record = record
        self.connection = http.client.HTTPConnection(self.host, timeout=30)

    def ask(self, kind: str, path: str, sent: Any = None) -> Any:
        """GET a page, or POST JSON and return the JSON that answers; None after a failure."""
        headers = {"Cookie": self.cookie}
        body = None
        if sent is not None:
            body = json.dumps(sent)
            headers["Content-Type"] = "application/json"
        started = time.monotonic()
        try:
            self.connection.request("GET" if sent is None else "POST", path, body=body, headers=headers)
            response = self.connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            with self.record.lock:
                self.record.failures[type(error).__name__] += 1
            return None
        with self.record.lock:
            self.record.milliseconds[kind].append((time.monotonic() - started) * 1000)
            self.record.statuses[response.status] += 1
        return json.loads(answer) if sent is not None and response.status == 200 else None

    def read(self, lessons: list[dict[str, Any]], until: float) -> None:
        pages = ["/", "/search/?q=%E6%89%8B%E6%9C%BA", "/learn/", "/hours/", *(lesson["url"] for lesson in lessons)]
        while time.monotonic() < until:
            self.ask("page", urlsplit(random.choice(pages)).path)  # noqa: S311  (no secret)
            time.sleep(0.05)

    def watch(self, lessons: list[dict[str, Any]], until: float) -> None:
        while time.monotonic() < until:
            lesson = random.choice(lessons)  # noqa: S311  (no secret)
            opened = self.ask("page", "/learn/sessions/", {"lesson": lesson["id"]})
            if opened is None:
                time.sleep(1)
                continue
            second = 0
            for number in range(1, lesson["seconds"] // SECONDS_BETWEEN_REPORTS + 1):
                time.sleep(SECONDS_BETWEEN_REPORTS)
                if time.monotonic() >= until:
                    return
                end = min(second + SECONDS_BETWEEN_REPORTS, lesson["seconds"])
                report = {"session": opened["session"], "number": number, "stretches": [[second, end]]}
                receipt = self.ask("report", "/learn/reports/", report)
                with self.record.lock:
                    self.record.accepted_seconds += sum(b - a for a, b in (receipt or {}).get("accepted", []))
                second = end


def memory_mb(address: str) -> int:
    """Resident memory of the web server's processes on this machine; 0 when it runs elsewhere."""
    wanted = f"127.0.0.1:{urlsplit(address).port or 80}".encode()
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (process / "cmdline").read_bytes() and b"gunicorn" in (process / "cmdline").read_bytes():
                total += int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, IndexError, ValueError):
            continue
    return total // 1_000_000


def percentile(values: list[float], share: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))], 1) if values else 0.0


def soak(address: str, seconds: float, clients: int) -> dict[str, Any]:
    asked = subprocess.run(
        [VENV_PYTHON, "manage.py", "open_soak_sessions", str(clients)],
        cwd=ROOT,
        env=demo_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        raise SystemExit(f"This folder has no demo world to load. Run make demo first.\n{asked.stderr.strip()[-300:]}")
    world = json.loads(asked.stdout)
    record = Record()
    before = memory_mb(address)
    until = time.monotonic() + seconds
    threads = []
    for number, key in enumerate(world["keys"]):
        client = Client(address, f"{world['cookie']}={key}", record)
        action = client.watch if number % 2 and world["lessons"] else client.read
        threads.append(threading.Thread(target=action, args=(world["lessons"], until), daemon=True))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 60)
    return {
        "soak": address,
        "seconds": seconds,
        "clients": len(threads),
        "lessons": len(world["lessons"]),
        "requests": sum(record.statuses.values()),
        "statuses": {str(status): count for status, count in sorted(record.statuses.items())},
        "failures": dict(record.failures),
        "page_p50_ms": percentile(record.milliseconds["page"], 0.5),
        "page_p95_ms": percentile(record.milliseconds["page"], 0.95),
        "reports": len(record.milliseconds["report"]),
        "report_p95_ms": percentile(record.milliseconds["report"], 0.95),
        "accepted_seconds": record.accepted_seconds,
        "memory_mb_before": before,
        "memory_mb_after": memory_mb(address),
    }


def kill(sends: str) -> int:
    """Let tests/losses/killed.py do it: it needs what the tests need."""
    if not sends.isdecimal():
        print(f"KILL is a number of reports, such as KILL=100000; {sends!r} is none.", file=sys.stderr)
        return 2
    return subprocess.run([VENV_PYTHON, "-m", "tests.losses.killed", sends], cwd=ROOT, check=False).returncode


def main() -> int:
    if sends := os.environ.get("KILL"):
        return kill(sends)
    address = (os.environ.get("URL") or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}").rstrip("/")
    seconds = float(os.environ.get("SECONDS", "60"))
    clients = int(os.environ.get("CLIENTS", "10"))
    try:
        http.client.HTTPConnection(urlsplit(address).netloc, timeout=5).connect()
    except OSError:
        print(f"Nothing answers at {address}; start the site with make demo first.", file=sys.stderr)
        return 1
    result = soak(address, seconds, clients)
    print(json.dumps(result))
    server_errors = any(status.startswith("5") for status in result["statuses"])
    return 1 if server_errors or result["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
