"""What this machine can offer: a test that needs more is skipped by name and counted; with CI=true it fails.

A test says what it needs with a marker: browser, whole_browser, postgresql, nginx, speech or voice. A test marked
`slow` needs somebody who waits for it: CI=true or SLOW=1 (decision 0060).
"""

import gc
import importlib.util
import os
import shutil
import socket
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import hypothesis
import psycopg
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

from lms.tools.browser import find_browser
from tests.statements import needed, read

LEFT_OUT = pytest.StashKey[int]()
DEFAULT_POSTGRESQL_URL = "postgresql://postgres@127.0.0.1:5432/postgres"


def postgresql_url() -> str:
    """The server on which tests may create databases: that of DATABASE_URL, else the usual one of this machine."""
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith("postgres") else DEFAULT_POSTGRESQL_URL


def has_postgresql() -> bool:
    try:
        psycopg.connect(postgresql_url(), connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def free_port() -> int:
    """A port of this machine on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def nginx_path() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def has_speech() -> bool:
    return all(importlib.util.find_spec(name) for name in ("whisper", "torch"))


def has_voice() -> bool:
    """What speaks texts (media/backends/speak/), from packages of requirements.lock or the system."""
    from media.backends.speak.espeak import EspeakVoice

    return not EspeakVoice(160).why_not()


PROBES: dict[str, Callable[[], object]] = {
    "browser": find_browser,
    "whole_browser": lambda: find_browser(whole=True),
    "postgresql": has_postgresql,
    "nginx": nginx_path,
    "speech": has_speech,
    "voice": has_voice,
}


def waits_for_slow_ones() -> bool:
    return os.environ.get("CI") == "true" or os.environ.get("SLOW") == "1"


def examples(whole: int) -> int:
    """How many examples a property is tried with: the whole number by who waits, a fifth at a keyboard."""
    return whole if waits_for_slow_ones() else whole // 5


# How long something takes is a matter of benchmarks: a machine that is busy fails no test.
hypothesis.settings.register_profile("suite", deadline=None, max_examples=examples(100))
hypothesis.settings.load_profile("suite")


@cache
def offers(need: str) -> bool:
    return bool(PROBES[need]())


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--on-database",
        action="store_true",
        help="run only what depends on the kind of database: for a second run, on another kind",
    )
    parser.addoption(
        "--first-run",
        action="store_true",
        help="note which statements each test makes, and leave slow tests of the database to a run with --on-database",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    need_a_database = {item.path for item in items if uses_database(item)}
    items.sort(key=lambda item: waiting(item, item.path in need_a_database))
    whole = len(items)
    if config.getoption("--first-run"):
        items[:] = [item for item in items if not is_left_to_the_second_run(item)]
    if config.getoption("--on-database"):
        candidates = [item for item in items if depends_on_database(item)]
        always = {item.nodeid for item in candidates if is_always_asked(item)}
        chosen = needed(read(), [item.nodeid for item in candidates], always)
        items[:] = [item for item in candidates if item.nodeid in chosen]
    config.stash[LEFT_OUT] = whole - len(items)


def waiting(item: pytest.Item, needs_a_database: bool) -> list[int]:
    """Orders by how long a file keeps its process waiting for others (a browser, real tools, processes); what computes
    longest stands last, what is short in the middle. At both ends stands what needs no database: the first tests of a
    fresh copy of the project have none yet."""
    marked = [not item.get_closest_marker(name) for name in ("story", "browser")]
    waits, computes = ("deploy", "losses", "media", "tools"), ("attacks", "courses", "learning", "reports")
    is_waiting = any(name in item.path.parts for name in waits)
    return [
        1 if needs_a_database else 0 if is_waiting else 2,
        *marked,
        not is_waiting,
        any(name in item.path.parts for name in computes),
    ]


class FromBothEnds(LoadFileScheduling):
    """One half of the processes takes the files that wait from the front, the other those that compute from the back.

    So the processor has work while browsers wait, and what is left for the end, where the two meet, is short.
    """

    def _assign_work_unit(self, node: WorkerController) -> None:
        if self.nodes.index(node) % 2:
            self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    return FromBothEnds(config, log) if config.getoption("dist") == "loadfile" else None


def depends_on_database(item: pytest.Item) -> bool:
    """Whether another kind of database could bring another result.

    What is tried in a browser is scripts and looks: other tests ask the same pages for the same rows, and stories walk
    them on both kinds. The slow further variants of a test ask what its first variant asks.
    """
    if item.get_closest_marker("only_sqlite"):
        return False
    if not item.get_closest_marker("story") and (item.get_closest_marker("browser") or item.get_closest_marker("slow")):
        return bool(item.get_closest_marker("any_database"))
    return uses_database(item) or bool(item.get_closest_marker("any_database"))


def is_left_to_the_second_run(item: pytest.Item) -> bool:
    """What takes long is asked of one kind of database in CI: of that which a province runs."""
    return bool(item.get_closest_marker("slow") and item.get_closest_marker("any_database"))


def is_always_asked(item: pytest.Item) -> bool:
    """What is about the database itself: several connections, things committed, its own functions."""
    committing = {"threads", "transactional_db", "postgresql_database"}
    marker = item.get_closest_marker("django_db")
    return bool(
        item.get_closest_marker("any_database")
        or (marker and marker.kwargs.get("transaction"))
        or not committing.isdisjoint(getattr(item, "fixturenames", ()))
    )


def uses_database(item: pytest.Item) -> bool:
    return "db" in getattr(item, "fixturenames", ()) or item.get_closest_marker("django_db") is not None


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", 0)


def pytest_collection_finish() -> None:
    """What is loaded now stays: searching it for garbage again and again cost a twelfth of the suite."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("slow") and not waits_for_slow_ones():
        pytest.skip("slow; SLOW=1 runs them too, and CI always does")
    for need in PROBES:
        if item.get_closest_marker(need) and not offers(need):
            reason = f"this machine offers no {need}"
            if os.environ.get("CI") == "true":
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if left_out := config.stash.get(LEFT_OUT, 0):
        terminalreporter.section("left out", sep="-")
        terminalreporter.line(f"{left_out} left to the other run, or out: decision 0083 says which")
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    )
    if reasons:
        terminalreporter.section("skipped", sep="-")
        for reason, count in sorted(reasons.items()):
            terminalreporter.line(f"{count} skipped: {reason}")
