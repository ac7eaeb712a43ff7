"""What a tool may do that runs under guard."""

import subprocess
import sys

from media.backends.guard import guarded

DEVICES = "print(sorted(line.split(':')[0].strip() for line in open('/proc/net/dev') if ':' in line))"


def run(*command: str, memory_mb: int = 2000) -> "subprocess.CompletedProcess[str]":
    guard = guarded([sys.executable, *command], memory_mb=memory_mb, cpu_seconds=10, niceness=5)
    return subprocess.run(guard, capture_output=True, text=True, check=False, timeout=30)


def can_give_up_the_network() -> bool:
    return subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0


def test_a_tool_has_no_network_where_the_kernel_lets_it_give_that_up():
    seen = run("-c", DEVICES).stdout.strip()

    assert (seen == "['lo']") == can_give_up_the_network()


def test_a_tool_gets_no_more_memory_than_allowed():
    done = run("-c", "bytearray(900 << 20)", memory_mb=600)

    assert (done.returncode, "MemoryError" in done.stderr) == (1, True)


def test_a_tool_cannot_become_more_than_it_is():
    status = run("-c", "print(open('/proc/self/status').read())").stdout

    assert "NoNewPrivs:\t1" in status
