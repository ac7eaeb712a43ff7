"""Longer turns on the processor: processes that compute all the time take it from each other a few hundred times a
second, and each finds its caches filled by the others.

Five of them on two cores computed a quarter more for the same. Linux lets a process ask for longer turns (sched(7), the
runtime of SCHED_OTHER, since 6.12); elsewhere nothing changes. What it starts (browsers, servers, threads that answer)
keeps short ones and so comes first.
"""

import ctypes
import os
import platform
import struct

MILLISECONDS = 50
SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}  # the number of the system call; the C library has no name for it
NOT_FOR_CHILDREN = 0x01  # SCHED_FLAG_RESET_ON_FORK


def pytest_configure() -> None:
    number = SCHED_SETATTR.get(platform.machine())
    if number is None or not hasattr(os, "SCHED_OTHER"):
        return
    # struct sched_attr: size, policy, flags, nice, priority, runtime in ns, deadline, period
    attributes = struct.pack(
        "IIQiIQQQ", 48, os.SCHED_OTHER, NOT_FOR_CHILDREN, os.nice(0), 0, MILLISECONDS * 1_000_000, 0, 0
    )
    ctypes.CDLL(None).syscall(number, 0, attributes, 0)  # a kernel that knows no longer turns leaves them as they are
