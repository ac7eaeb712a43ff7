"""ffmpeg as a process under limits: how far it is, and what its end means."""

import errno
import os
import re
import selectors
import subprocess
import time
from collections import deque
from collections.abc import Iterable

from media.backends import stopping
from media.backends.errors import ToolFailed
from media.backends.guard import guarded
from media.backends.limits import Limits
from media.backends.transcode.base import Progress

# A run may take so long at first, and then so many seconds for each second of the recording; the oldest machine
# that is any good does 4K sixty times a second faster than that.
_GRACE_SECONDS = 600
_SLOWEST = 40


def run(
    command: list[str],
    *,
    stated_seconds: float | None,
    limits: Limits,
    on_progress: Progress,
    pixel_rate: float = 0,
) -> int:
    """Run ffmpeg under limits, tell how far it is by its own clock, and return how many frames it encoded.

    `pixel_rate`: the pixels to be decoded for each second of the recording. Raises ToolFailed with what ffmpeg last
    said, or StopAsked; ffmpeg is gone in either case.
    """
    cpu_seconds = limits.run_seconds * max(limits.threads, 1) * 4
    guard = guarded(command, memory_mb=limits.memory_mb, cpu_seconds=cpu_seconds, niceness=limits.niceness)
    said: deque[str] = deque(maxlen=40)
    # A session of its own: Ctrl-C reaches the worker, which decides what becomes of the film.
    process = subprocess.Popen(  # noqa: S603  (own arguments, no shell)
        guard, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, start_new_session=True
    )
    frames = 0
    done = 0.0
    begun = time.monotonic()
    try:
        for key, value in _lines(process, said, limits):
            if key == "frame":
                frames = int(value)
            elif key == "out_time_us" and value.lstrip("-").isdigit():
                done = max(int(value) / 1_000_000, 0.0)
            elif key == "progress":
                stopping.check()
                _check_work(done, time.monotonic() - begun, pixel_rate, limits)
                on_progress(done, max(stated_seconds, done) if stated_seconds else None)
        code = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()
    if code:
        raise failure(code, "\n".join(said))
    return frames


def _lines(process: "subprocess.Popen[bytes]", said: deque[str], limits: Limits) -> Iterable[tuple[str, str]]:
    """The pairs that ffmpeg reports, as they come; complaints go to `said`. Raises ToolFailed when it is too slow."""
    begun = heard = time.monotonic()
    rest = {"out": b"", "err": b""}
    with selectors.DefaultSelector() as selector:
        for pipe, name in ((process.stdout, "out"), (process.stderr, "err")):
            if pipe:
                selector.register(pipe, selectors.EVENT_READ, name)
        while selector.get_map():
            events = selector.select(timeout=1)
            now = time.monotonic()
            if now - begun > limits.run_seconds or now - heard > limits.stall_seconds:
                raise ToolFailed("too_slow", f"Stopped after {now - begun:.0f} s.", permanent=False)
            if not events:
                stopping.check()
            for event, _mask in events:
                chunk = os.read(event.fd, 65536)
                if not chunk:
                    selector.unregister(event.fileobj)
                    continue
                *lines, rest[event.data] = (rest[event.data] + chunk).split(b"\n")
                for line in lines:
                    text = line[:500].decode(errors="replace").strip()
                    if event.data == "err":
                        said.append(text)
                        continue
                    heard = now
                    key, _equals, value = text.partition("=")
                    yield key, value.strip()
    said.append(rest["err"][:500].decode(errors="replace"))


def _check_work(done: float, spent: float, pixel_rate: float, limits: Limits) -> None:
    if spent > _GRACE_SECONDS + _SLOWEST * done:
        raise ToolFailed("too_slow", f"{done:.0f} s were done in {spent:.0f} s.", permanent=False)
    if done > limits.length_seconds:
        raise ToolFailed("too_long", f"Over {limits.length_seconds} s.", permanent=True)
    if done * pixel_rate > limits.gigapixels * 1e9:
        raise ToolFailed("too_much", f"Over {limits.gigapixels} gigapixels in {done:.0f} s.", permanent=True)


def failure(code: int, said: str) -> ToolFailed:
    """What ffmpeg's end means."""
    detail = f"ffmpeg ended with {code}. {said}"
    if os.strerror(errno.ENOSPC) in said or os.strerror(errno.EDQUOT) in said:
        return ToolFailed("disk_full", detail, permanent=False)
    if os.strerror(errno.ENOMEM) in said or re.search(r"malloc.*failed", said):
        return ToolFailed("out_of_memory", detail, permanent=False)
    if code < 0:
        # Killed: by the system for want of memory, or by an operator. A crash of its own is damage in the file.
        crashed = code in (-11, -6, -8)
        return ToolFailed("unreadable" if crashed else "unexpected", detail, permanent=crashed)
    return ToolFailed("unreadable", detail, permanent=True)
