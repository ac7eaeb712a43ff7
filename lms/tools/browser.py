"""A browser for tests and screenshots: an installed Chromium or Chrome, else one installed where that is allowed.

python -m lms.tools.browser            # print the path of a browser, installing one if there is none
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The same engine without windows: pages cost it about 40 % less of the processor. It has no background sync.
SHELL = "chromium-headless-shell"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Headless, quiet, and able to run as root in a container; without the last ones it calls its maker at every start.
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_browser(*, whole: bool = False) -> str | None:
    """The path of a browser on this machine: BROWSER_PATH, one on the PATH, or one that Playwright fetched earlier.

    `whole` asks for one with all that people's browsers have.
    """
    named = os.environ.get("BROWSER_PATH")
    if named:
        return named if os.access(named, os.X_OK) else None
    for name in NAMES if whole else (SHELL, *NAMES):
        found = shutil.which(name)
        if found:
            return found
    fetched = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    patterns = ("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/*/*headless*shell")
    for pattern in patterns[:1] if whole else patterns:
        for path in sorted(fetched.glob(pattern), reverse=True):
            if os.access(path, os.X_OK):
                return str(path)
    return None


def install_browser() -> str | None:
    """Install a browser if this user may, and return its path; None where that is not to be had."""
    commands: list[list[str]] = []
    if shutil.which("apt-get") and os.geteuid() == 0:
        commands.append(["apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk"])
    commands.append([sys.executable, "-m", "playwright", "install", "chromium"])
    for command in commands:
        print(f"No browser here yet, trying: {' '.join(command[-4:])}", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        try:
            done = subprocess.run(
                command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=400
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"  {error}")
            continue
        found = find_browser()
        if found:
            return found
        print("  " + "\n  ".join((done.stdout + done.stderr).strip().splitlines()[-2:]))
    return None


def main() -> int:
    found = find_browser() or install_browser()
    print(found or "No browser here; browser tests will be skipped by name.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
