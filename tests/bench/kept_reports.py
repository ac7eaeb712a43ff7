"""What a phone costs that comes back with hundreds of kept reports: requests, seconds until all is answered, processor.

A phone sends as a player does, each request after the answer to the one before: once report by report, once as many
together as a body takes. Half an hour of what it brings can be paid, the rest is refused, as after days without a
network.

    python -m tests.bench.kept_reports
"""

import argparse
import http.client
import json
import time
from pathlib import Path
from typing import Any

from tests.bench.watch_reports import ROOT, Site, cpu_seconds, figure, site
from tests.machine import offers

# A person may send 300 at once.
KEPT = 288
PHONES = 4
TOGETHER = 32
STEP_SECONDS = 15


def kept_by(player: dict[str, Any]) -> list[dict[str, Any]]:
    start, number = player["second"], player["number"]
    return [
        {
            "session": player["code"],
            "number": number + place,
            "stretches": [[start + place * STEP_SECONDS, start + (place + 1) * STEP_SECONDS]],
        }
        for place in range(KEPT)
    ]


def hand_in(port: int, player: dict[str, Any], *, together: int, by_token: bool) -> int:
    """Send all of a phone's reports; returns how many requests that took."""
    shown = {"X-Play-Token": player["token"]} if by_token else {"Cookie": player["cookie"]}
    headers = {
        "Content-Type": "application/json",
        "Sec-Fetch-Site": "same-origin",
        "X-Forwarded-Proto": "https",
        **shown,
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    kept, requests = kept_by(player), 0
    for place in range(0, KEPT, together):
        batch = kept[place : place + together]
        body = json.dumps(batch[0] if together == 1 else {"reports": batch}, separators=(",", ":"))
        assert len(body) <= 4096
        connection.request("POST", "/learn/reports/", body, headers)
        answer = json.loads(connection.getresponse().read())
        receipts = answer.get("receipts", [answer])
        if [each.get("number") for each in receipts if "accepted" in each] != [each["number"] for each in batch]:
            raise RuntimeError(answer)
        requests += 1
    connection.close()
    return requests


def measure(served: Site, name: str, players: list[dict[str, Any]], *, together: int, by_token: bool) -> None:
    before, begun = cpu_seconds(served.processes()), time.monotonic()
    requests = sum(hand_in(served.port, player, together=together, by_token=by_token) for player in players)
    took = time.monotonic() - begun
    cpu = sum(spent - before.get(pid, 0) for pid, spent in cpu_seconds(served.processes()).items())
    figure(f"kept_reports_{name}_requests", requests / len(players), "requests/phone")
    figure(f"kept_reports_{name}_wall", took / len(players), "s/phone")
    figure(f"kept_reports_{name}_cpu", cpu * 1000 / (KEPT * len(players)), "CPU-ms/report")


def main() -> None:
    """Print the figures; ends what it started."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--tree", type=Path, default=ROOT)
    asked.add_argument("--database", choices=["sqlite", "postgresql"])
    chosen = asked.parse_args()
    kinds = [chosen.database] if chosen.database else ["sqlite", *(["postgresql"] if offers("postgresql") else [])]
    for kind in kinds:
        with site(kind, people=100, players=100, tree=chosen.tree) as served:
            phones = iter(served.players)

            def some() -> list[dict[str, Any]]:
                return [next(phones) for _phone in range(PHONES)]  # noqa: B023  (used up within the loop)

            measure(served, f"{kind}_warming_up", some()[:1], together=TOGETHER, by_token=False)
            measure(served, f"{kind}_one_by_one", some(), together=1, by_token=False)
            measure(served, f"{kind}_together_by_cookie", some(), together=TOGETHER, by_token=False)
            measure(served, f"{kind}_together_by_token", some(), together=TOGETHER, by_token=True)


if __name__ == "__main__":
    main()
