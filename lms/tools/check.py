"""Everything that `make lint` looks at, and `make bench`.

.venv/bin/python -m lms.tools.check lint     # every look is taken; the failures stand at the end
.venv/bin/python -m lms.tools.check bench    # every tests/bench/*.py in a process of its own, not ON_REQUEST
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from lms.tools.setup import ROOT, SetupError, node_folder

BIN = ROOT / ".venv" / "bin"
PYTHON = str(BIN / "python")
# Benchmarks that need more than this checkout.
ON_REQUEST = {"kolibri"}
# What these looks found is worth reading when all is well, too.
ALWAYS_SAID = {"weights of pages"}


def production_environment(folder: str) -> dict[str, str]:
    """The least that production settings ask for, over an empty database."""
    return {
        "DJANGO_SETTINGS_MODULE": "lms.settings.production",
        "SECRET_KEY": "".join(chr(33 + (7 * number) % 90) for number in range(64)),
        "ALLOWED_HOSTS": "lint.example",
        "CSRF_TRUSTED_ORIGINS": "https://lint.example",
        "FIELD_KEYS": f"lint={'5a' * 32}",
        "SEALING_KEY": "a5" * 32,
        "SMS_HTTP_ADDRESS": "https://sms.lint.example/send",
        "SMS_HTTP_KEY": "lint",
        "DATABASE_URL": f"sqlite:///{folder}/lint.sqlite3",
        "TIANJIAN_VAR": folder,
    }


def looks(folder: str) -> dict[str, tuple[list[str], dict[str, str]]]:
    production = production_environment(folder)
    tests = {"DJANGO_SETTINGS_MODULE": "lms.settings.test"}
    npm = node_folder()
    return {
        "mypy": ([str(BIN / "mypy")], {}),
        "ruff check": ([str(BIN / "ruff"), "check", "."], {}),
        "ruff format": ([str(BIN / "ruff"), "format", "--check", "."], {}),
        "import contracts": ([str(BIN / "lint-imports"), "--no-cache"], {}),
        "migrations": ([PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"], tests),
        "production settings": ([PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], production),
        "translations": ([PYTHON, "-m", "lms.tools.messages", "check"], {}),
        "locks": ([PYTHON, "-m", "lms.tools.locks", "--check"], {}),
        "typescript": (
            [str(npm / "npm"), "run", "--silent", "check"],
            {"PATH": f"{npm}{os.pathsep}{os.environ.get('PATH', '')}"},
        ),
        "old browsers": ([str(npm / "node"), "lms/tools/oldest.mjs"], {}),
        "weights of pages": ([PYTHON, "-m", "lms.tools.weights"], {}),
    }


def take_look(name: str, command: list[str], environment: dict[str, str]) -> tuple[str, int, str, float]:
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return name, done.returncode, done.stdout, time.monotonic() - started


def lint() -> int:
    with tempfile.TemporaryDirectory(prefix="tianjian-lint-") as folder, ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(take_look, name, *look) for name, look in looks(folder).items()]
        failed = []
        for future in waiting:
            name, code, output, seconds = future.result()
            print(f"{'FAILED' if code else 'ok':>6}  {name} ({seconds:.0f} s)", flush=True)
            if code:
                failed.append(name)
            if code or name in ALWAYS_SAID:
                print(output.strip(), flush=True)
    print(f"lint failed: {', '.join(failed)}" if failed else "lint: everything is in order")
    return 1 if failed else 0


def bench() -> int:
    """Run each benchmark and pass its lines on; a line of output that is no figure goes to standard error."""
    failed = []
    for path in sorted((ROOT / "tests" / "bench").glob("[a-z]*.py")):
        if path.stem in ON_REQUEST:
            continue
        process = subprocess.Popen(
            [PYTHON, "-m", f"tests.bench.{path.stem}"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        figures = 0
        for line in process.stdout or ():
            try:
                figures += {"bench", "value", "unit"} <= json.loads(line).keys()
            except (ValueError, AttributeError):
                print(line, end="", file=sys.stderr)
                continue
            print(line, end="", flush=True)
        if process.wait() or not figures:
            failed.append(path.stem)
    if failed:
        print(f"bench failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def main() -> int:
    actions = {"lint": lint, "bench": bench}
    if len(sys.argv) != 2 or sys.argv[1] not in actions:
        print(__doc__)
        return 2
    try:
        return actions[sys.argv[1]]()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
