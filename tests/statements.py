"""Which statements each test makes, so that the second kind of database is asked each of them without every test.

`--first-run` writes them down; `--on-database` reads them (tests/machine.py, decision 0083).
"""

import heapq
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.db.backends.utils import CursorWrapper

ROOT = Path(__file__).resolve().parent.parent
NOTED = ROOT / ".migrated" / "statements.json"
CODE = ("lms", "courses", "media", "search", "tests")
# Numbers, rows of values and lists of any length are the same statement.
SAME = [
    (re.compile(r"\b(s|x)?\d+(_x\d+)?\b"), "0"),
    (re.compile(r"%s(::\w+)?(, %s(::\w+)?)*"), "%s…"),
    (re.compile(r"\(%s…\)(, ?\(%s…\))+"), "(%s…)"),
    (re.compile(r"\s+"), " "),
]
# What databases treat differently whatever the statement: a character that one refuses, a length that one checks.
ODD, LONG = "\x00", 40


@lru_cache(maxsize=100_000)
def shape(statement: str) -> str:
    """A short name for all statements that differ in values and numbers of values only."""
    for pattern, instead in SAME:
        statement = pattern.sub(instead, statement)
    return blake2b(statement.encode(), digest_size=5).hexdigest()


def _kind(values: Any) -> str:
    texts = [value for value in values if isinstance(value, str)] if isinstance(values, (list, tuple)) else []
    return f"{'0' * any(ODD in text for text in texts)}{'+' * any(len(text) > LONG for text in texts)}"


class Noting:
    """Writes down what each test asks of the database, in which ways it was refused, and how long it took."""

    def __init__(self) -> None:
        self.noted: dict[str, dict[str, Any]] = {}
        self._asked: set[str] = set()
        self._is_refused = False
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr(CursorWrapper, "execute", self._noting(CursorWrapper.execute, _kind))
        self._patch.setattr(CursorWrapper, "executemany", self._noting(CursorWrapper.executemany, lambda _rows: ""))

    def _noting(self, execute: Callable[..., Any], kind: Callable[[Any], str]) -> Callable[..., Any]:
        def noting(cursor: CursorWrapper, statement: Any, values: Any = None) -> Any:
            self._asked.add(shape(str(statement)) + kind(values))
            try:
                return execute(cursor, statement, values)
            except DatabaseError:
                self._is_refused = True
                raise

        return noting

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._asked, self._is_refused, begun = set(), False, time.perf_counter()
        result = yield
        self.noted[item.nodeid] = {
            "asked": sorted(self._asked),
            "refused": self._is_refused,
            "seconds": round(time.perf_counter() - begun, 2),
        }
        return result

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._patch.undo()
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["statements"] = json.dumps(self.noted)
        elif self.noted:
            write(self.noted)


class Gathering:
    """Brings together what the processes of a run noted."""

    def __init__(self) -> None:
        self.noted: dict[str, dict[str, Any]] = {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.noted |= json.loads(getattr(node, "workeroutput", {}).get("statements", "{}"))

    def pytest_sessionfinish(self) -> None:
        write(self.noted)


def write(noted: dict[str, dict[str, Any]]) -> None:
    NOTED.parent.mkdir(exist_ok=True)
    NOTED.write_text(json.dumps(noted))


def read() -> dict[str, dict[str, Any]]:
    """What the first run noted; nothing where there was none, or where code was changed after it."""
    if not NOTED.exists():
        return {}
    changed = max(path.stat().st_mtime for folder in CODE for path in (ROOT / folder).rglob("*.py"))
    return json.loads(NOTED.read_text()) if changed < NOTED.stat().st_mtime else {}


def needed(noted: dict[str, dict[str, Any]], candidates: Sequence[str], always: set[str]) -> set[str]:
    """Tests that together make every statement that is made, at little cost.

    Always asked: what is named, what a database refused, and what the first run did not see. Of each file at least
    one. Greedy: whichever makes most that is lacking for its seconds comes next (Chvátal 1979).
    """
    chosen = {test for test in candidates if test in always or test not in noted or noted[test]["refused"]}
    asked = {
        test: {*noted[test]["asked"], f"file {test.partition('::')[0]}"}
        for test in candidates
        if test in noted and noted[test]["asked"]
    }
    made = {each for test in chosen & asked.keys() for each in asked[test]}

    def worth(test: str) -> float:
        return len(asked[test] - made) / (0.1 + noted[test]["seconds"])

    # What a test is worth only falls, so one that is still worth most when it is looked at anew is the next.
    waiting = [(-worth(test), test) for test in sorted(asked.keys() - chosen)]
    heapq.heapify(waiting)
    while waiting and waiting[0][0] < 0:
        _was, test = heapq.heappop(waiting)
        now = worth(test)
        if waiting and now < -waiting[0][0]:
            heapq.heappush(waiting, (-now, test))
        elif now > 0:
            chosen.add(test)
            made |= asked[test]
    return chosen


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--first-run"):
        processes = getattr(config.option, "numprocesses", None)
        config.pluginmanager.register(Gathering() if processes else Noting())
