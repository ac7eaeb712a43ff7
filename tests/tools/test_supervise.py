"""The supervisor: nothing that it started outlives it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lms.tools.demo import check_port, web
from lms.tools.setup import SetupError
from lms.tools.supervise import Child, ChildDied, Supervisor
from tests.deploy.production import ROOT, free_port

# Starts a grandchild, writes both ids down, then ignores every polite request to end.
STUBBORN = """
import os, signal, subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "w").write(f"{os.getpid()} {grandchild.pid}")
time.sleep(300)
"""
SUPERVISED = """
import sys, time
from pathlib import Path
from lms.tools.supervise import *
import lms.tools.supervise as supervise
supervise.SECONDS_TO_STOP = 1
stop_on_signals()
child = Child("stubborn program", [sys.executable, "-c", sys.argv[1], sys.argv[2]], Path(sys.argv[2] + ".log"))
try:
    with Supervisor([child], environment=dict(os.environ), folder=Path("."), say=print) as supervisor:
        supervisor.start()
        while True:
            supervisor.look()
            time.sleep(0.1)
except Stopped as stopped:
    print("stopped by", stopped)
"""


def wait_for(path: Path) -> list[int]:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if path.exists() and len(path.read_text().split()) == 2:
            return [int(number) for number in path.read_text().split()]
        time.sleep(0.05)
    raise AssertionError("the child did not start")


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_way_of_stopping_ends_children_and_grandchildren(tmp_path: Path, number: signal.Signals):
    note = tmp_path / "pids"
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISED, STUBBORN, str(note)], cwd=ROOT, stdout=subprocess.PIPE
    )
    pids = wait_for(note)
    assert all(is_alive(pid) for pid in pids)

    process.send_signal(number)
    output, _ = process.communicate(timeout=20)

    assert f"stopped by {number.name}" in output.decode()
    assert [pid for pid in pids if is_alive(pid)] == []


def supervisor_of(tmp_path: Path, said: list[str], code: str, *, vital: bool) -> Supervisor:
    child = Child("little program", [sys.executable, "-c", code], tmp_path / "log", vital=vital)
    return Supervisor([child], environment=dict(os.environ), folder=tmp_path, say=said.append)


def test_a_vital_child_that_dies_is_named_with_its_last_words(tmp_path: Path):
    supervisor = supervisor_of(tmp_path, [], "print('no database'); raise SystemExit(3)", vital=True)
    supervisor.start()
    assert supervisor.children[0].process is not None
    supervisor.children[0].process.wait(10)

    with pytest.raises(ChildDied, match=r"little program ended with code 3\.[\s\S]*no database"):
        supervisor.look()


def test_a_worker_that_dies_is_started_again_after_a_pause(tmp_path: Path):
    said: list[str] = []
    supervisor = supervisor_of(tmp_path, said, "import os; os.kill(os.getpid(), 9)", vital=False)
    supervisor.start()
    child = supervisor.children[0]
    assert child.process is not None
    child.process.wait(10)

    supervisor.look()
    supervisor.look()
    assert child.process is None
    assert "was stopped by SIGKILL. Starting it again in 2 s" in said[0]

    child.next_start = 0
    supervisor.look()
    assert child.process is not None
    supervisor.stop()


@pytest.mark.parametrize(("code", "words"), [(0, ""), (1, "Not trying again")])
def test_a_program_that_runs_once_is_left_alone_when_it_ended_well_or_failed_too_often(
    tmp_path: Path, code: int, words: str
):
    said: list[str] = []
    supervisor = supervisor_of(tmp_path, said, f"raise SystemExit({code})", vital=False)
    child = supervisor.children[0]
    child.once = True
    for _ in range(4):
        child.next_start = 0
        supervisor.look()
        if child.process is not None:
            child.process.wait(10)
            supervisor.look()

    assert child.done
    assert child.process is None
    assert words in "".join(said[-1:])


def test_a_taken_port_is_said_in_a_sentence():
    port = free_port()
    check_port(port)
    server = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"], stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                check_port(port)
            except SetupError as error:
                assert f"Port {port} is in use" in str(error)
                assert f"PORT={port + 1}" in str(error)
                return
            time.sleep(0.1)
        raise AssertionError("a taken port was not noticed")
    finally:
        server.kill()
        server.wait()


def test_the_demo_starts_the_web_server_with_the_settings_of_production():
    command = web(8123).command

    assert command[command.index("--config") + 1] == "deploy/gunicorn.conf.py"
    assert (ROOT / "deploy" / "gunicorn.conf.py").is_file()
    assert {each for each in command if each.startswith("--")} == {"--config", "--bind", "--graceful-timeout"}
