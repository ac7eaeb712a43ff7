"""Write the three locks from what is installed and tried here.

    .venv/bin/python -m lms.tools.locks           # after a pip install that pyproject.toml asks for
    .venv/bin/python -m lms.tools.locks --check   # do the locks name everything that pyproject.toml needs?

A lock is the full closure for Python 3.11 to 3.13 on Linux, so pip installs it without resolving anything. triton and
CUDA, which torch asks for and only graphics cards use, are left out of the speech lock, torch itself and onnxruntime,
which the faster engine names but does not use, out of its own.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CORE = ROOT / "requirements.lock"
SPEECH = ROOT / "requirements-speech.lock"
SPEECH_FAST = ROOT / "requirements-speech-fast.lock"
PYTHONS = ("3.11", "3.12", "3.13")
LEFT_OUT = {
    SPEECH: re.compile(r"^(triton|nvidia-.*|cuda-.*)$"),
    SPEECH_FAST: re.compile(r"^(torch|onnxruntime)$"),
    CORE: re.compile(r"^$"),
}
HEADS = {
    CORE: "# The core, the extra s3 and the tools of development, pinned. Written by: python -m lms.tools.locks\n",
    SPEECH: "# Speech recognition: a full closure, installed without dependency resolution, so that triton and CUDA\n"
    "# stay out on a machine without a graphics card. Written by: python -m lms.tools.locks\n",
    SPEECH_FAST: "# The faster engine of speech recognition, installed without dependency resolution, so that\n"
    "# torch and onnxruntime, which it can do without, stay out. Written by: python -m lms.tools.locks\n",
}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(requirements: list[str], *, left_out: re.Pattern[str]) -> dict[str, str]:
    """Every package that `requirements` lead to on any Python we support, with the version installed here."""
    from packaging.markers import default_environment
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    linux = {"platform_machine": "x86_64", "sys_platform": "linux", "platform_system": "Linux"}
    machine = {name: str(value) for name, value in default_environment().items()} | linux
    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(Requirement(text), frozenset({""})) for text in requirements]
    while waiting:
        wanted, asked_extras = waiting.pop()
        environments = (
            {**machine, "python_version": python, "python_full_version": f"{python}.0", "extra": extra}
            for python in PYTHONS
            for extra in asked_extras
        )
        if wanted.marker and not any(wanted.marker.evaluate(environment) for environment in environments):
            continue
        name = normal(wanted.name)
        extras = frozenset({"", *wanted.extras})
        if left_out.match(name) or (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            raise SystemExit(f"{wanted} is asked for but not installed; install it, try it, then lock it.") from None
        runs_on = SpecifierSet(str(package.metadata.json.get("requires_python", "")))
        for python in PYTHONS:
            if f"{python}.0" not in runs_on:
                raise SystemExit(f"{name} {package.version} does not run on every Python {python}; take an older one.")
        found[name] = package.version.split("+")[0]
        waiting += [(Requirement(text), extras) for text in package.requires or []]
    return found


def wanted_locks() -> dict[Path, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = {
        CORE: [
            *project["dependencies"],
            *project["optional-dependencies"]["s3"],
            *project["optional-dependencies"]["dev"],
        ],
        SPEECH: project["optional-dependencies"]["speech"],
        SPEECH_FAST: project["optional-dependencies"]["speech-fast"],
    }
    found = {path: closure(group, left_out=LEFT_OUT[path]) for path, group in groups.items()}
    return {
        path: HEADS[path] + "".join(f"{name}=={version}\n" for name, version in sorted(packages.items()))
        for path, packages in found.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m lms.tools.locks", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail if the locks would change")
    check = parser.parse_args().check
    stale = [(path, text) for path, text in wanted_locks().items() if not path.exists() or path.read_text() != text]
    for path, text in stale:
        print(f"{path.name} {'is not what pyproject.toml and this .venv say' if check else 'written'}")
        if not check:
            path.write_text(text)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
