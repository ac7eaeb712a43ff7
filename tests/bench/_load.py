"""The load process: connections that report one after the other, each with people of its own, over plain sockets.

    python -m tests.bench._load plan.json

A client in Python's http.client takes as long for a request as the server does; this one takes a tenth of it.
"""

import json
import random
import selectors
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEAD = (
    "POST /learn/reports/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "Sec-Fetch-Site: same-origin\r\nX-Forwarded-Proto: https\r\n"
)
STEP_SECONDS = 5
# The mix: how often a report is sent again, comes with the cookie alone (one in sixty, when a token ran out, and some),
# and follows a seek.
AGAIN, BY_COOKIE, AFTER_SEEK = 0.03, 0.02, 0.02


@dataclass
class Line:
    """One connection and the people who report over it."""

    socket: socket.socket
    players: list[dict[str, Any]]
    turn: int = 0
    sent_at: float = 0.0
    received: bytes = b""

    @property
    def player(self) -> dict[str, Any]:
        return self.players[self.turn % len(self.players)]

    def send(self, *, cookies_only: bool) -> None:
        self.turn += 1
        player, dice = self.player, random.random()
        if not (dice < AGAIN and "last" in player):
            start = player["second"]
            stretches = [[start, start + STEP_SECONDS]]
            if dice > 1 - AFTER_SEEK:
                stretches = [[start, start + 2], [start + 2, start + STEP_SECONDS]]
            player["last"] = {"session": player["code"], "number": player["number"], "stretches": stretches}
            player["number"] += 1
            player["second"] += STEP_SECONDS
        body = json.dumps(player["last"]).encode()
        by_cookie = player["cookie"] and (cookies_only or AGAIN < dice < AGAIN + BY_COOKIE)
        shown = f"Cookie: {player['cookie']}\r\n" if by_cookie else f"X-Play-Token: {player['token']}\r\n"
        head = f"{HEAD}{shown}Content-Length: {len(body)}\r\n\r\n".encode()
        self.sent_at = time.monotonic()
        self.socket.sendall(head + body)

    def took(self, answer: dict[str, Any]) -> bool:
        """Whether the answer to the last report says that it counted."""
        return bool(answer["accepted"])

    def answer(self) -> tuple[int, dict[str, Any]] | None:
        """Status and JSON, once all of it is here."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return None
        measured = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        if not measured:  # one chunk and the end
            if not body.endswith(b"0\r\n\r\n"):
                return None
            self.received = b""
            return int(head[9:12]), json.loads(body.split(b"\r\n", 2)[1])
        length = int(measured)
        if len(body) < length:
            return None
        self.received = body[length:]
        return int(head[9:12]), json.loads(body[:length])


def run(plan: dict[str, Any], make_line: type[Line] = Line) -> dict[str, Any]:
    """Send for `seconds` from `clients` connections; a 503 is counted and the report sent again later."""
    selector = selectors.DefaultSelector()
    for client in range(plan["clients"]):
        connection = socket.create_connection(("127.0.0.1", plan["port"]), timeout=30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = make_line(connection, plan["players"][client :: plan["clients"]])
        selector.register(connection, selectors.EVENT_READ, line)
    begun = time.monotonic()
    lines: list[Line] = [key.data for key in selector.get_map().values()]
    for line in lines:
        line.send(cookies_only=plan["cookies"])
    waits: list[float] = []
    refusals: list[float] = []
    until = begun + plan["seconds"]
    open_lines = len(lines)
    while open_lines:
        for key, _events in selector.select(30):
            line = key.data
            got = line.answer()
            if got is None:
                continue
            status, answer = got
            now = time.monotonic()
            if status == 503:
                refusals.append(now - line.sent_at)
            elif status != 200 or not line.took(answer):
                raise RuntimeError(f"{status}: {answer}")
            else:
                waits.append(now - line.sent_at)
            if now >= until:
                selector.unregister(line.socket)
                line.socket.close()
                open_lines -= 1
            else:
                line.send(cookies_only=plan["cookies"])
    took = time.monotonic() - begun
    cpu = time.process_time()
    return {"seconds": took, "waits": waits, "refusals": refusals, "cpu": cpu, "players": plan["players"]}


if __name__ == "__main__":
    path = Path(sys.argv[1])
    found = run(json.loads(path.read_text()))
    path.write_text(json.dumps(found))
