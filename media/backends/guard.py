"""Start a tool under limits: guard.py MEMORY_MB CPU_SECONDS NICENESS TOOL ARGUMENT…

A program of its own, with the standard library only, so that the limits bind the tool and nothing else. The tool
dies with the worker that started it: a worker killed with -9 leaves nothing behind that writes on. It has no network
where the kernel lets a process give it up; where it does not (some containers), the tool's own list of protocols stands
alone.
"""

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000


def guarded(command: list[str], *, memory_mb: int, cpu_seconds: int, niceness: int) -> list[str]:
    """The command, to be run under limits."""
    limits = [str(memory_mb), str(cpu_seconds), str(niceness)]
    return [sys.executable, "-I", "-S", str(Path(__file__).resolve()), *limits, *command]


def main() -> None:
    memory_mb, cpu_seconds, niceness = (int(number) for number in sys.argv[1:4])
    kernel = ctypes.CDLL(None)
    # Before the signal is set: a change of namespace would forget it. An ordinary user needs one of users as well.
    if kernel.unshare(CLONE_NEWNET):
        kernel.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    kernel.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    kernel.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:
        sys.exit("The worker is gone.")
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(niceness)
    os.execv(sys.argv[4], sys.argv[4:])  # noqa: S606  (the command was made by `guarded`)


if __name__ == "__main__":
    main()
