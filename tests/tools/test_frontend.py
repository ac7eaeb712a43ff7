"""The front end's own unit tests, run by node."""

import os
import subprocess

from lms.tools.setup import ROOT, node_folder


def test_the_units_of_the_front_end() -> None:
    node = node_folder()
    done = subprocess.run(
        [str(node / "npm"), "test", "--silent"],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}"},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout + done.stderr
