"""The set-up: stamps, repair, and sentences instead of tracebacks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lms.tools import setup


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(setup, "VENV_PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(setup, "CORE_LOCK", tmp_path / "requirements.lock")
    monkeypatch.setattr(setup, "SPEECH_LOCK", tmp_path / "requirements-speech.lock")
    monkeypatch.setattr(setup, "SPEECH_FAST_LOCK", tmp_path / "requirements-speech-fast.lock")
    (tmp_path / "requirements-speech-fast.lock").write_text("ctranslate2==1.0\n")
    (tmp_path / "requirements.lock").write_text("# none\n")
    (tmp_path / "requirements-speech.lock").write_text("torch==1.0\n")
    (tmp_path / ".venv").mkdir()
    return tmp_path


def test_missing_ensurepip_is_one_sentence_that_names_the_package(place: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(setup.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())

    with pytest.raises(setup.SetupError) as refused:
        setup.check_python()

    assert f"install the package python3.{sys.version_info.minor}-venv" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.slow
def test_half_made_venv_is_made_anew(place: Path):
    (place / ".venv" / "bin").mkdir()
    (place / ".venv" / "bin" / "python").write_text("broken")

    setup.make_venv()

    assert setup.venv_works()


def test_core_is_installed_once_and_again_when_the_lock_changes(place: Path, monkeypatch: pytest.MonkeyPatch):
    calls: list[list[str]] = []
    monkeypatch.setattr(setup, "pip_install", lambda arguments, *, expected: calls.append(arguments))

    setup.install_core()
    setup.install_core()
    assert len(calls) == 1
    setup.CORE_LOCK.write_text("new==1\n")
    setup.install_core()
    assert len(calls) == 2


def test_an_install_that_fails_leaves_no_stamp(place: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(arguments: list[str], *, expected: int) -> None:
        raise setup.SetupError("no network")

    monkeypatch.setattr(setup, "pip_install", fail)

    with pytest.raises(setup.SetupError):
        setup.install_core()

    assert list((place / ".venv").glob(".tianjian-stamp*")) == []


def test_the_faster_engine_that_cannot_load_is_said_and_leaves_no_stamp(place: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(setup, "pip_install", lambda arguments, *, expected: None)
    monkeypatch.setattr(setup, "can_import", lambda module: False)

    with pytest.raises(setup.SetupError, match="cannot be loaded"):
        setup.install_faster_speech()

    assert list((place / ".venv").glob(".tianjian-stamp*")) == []


def test_torch_that_cannot_load_is_fetched_with_its_libraries(place: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    calls: list[list[str]] = []
    monkeypatch.setattr(setup, "pip_install", lambda arguments, *, expected: calls.append(arguments))
    monkeypatch.setattr(setup, "can_import", lambda module: module == "whisper" or len(calls) == 2)

    setup.install_speech()

    assert calls[0][0] == "--no-deps"
    assert calls[1] == ["torch==1.0"]
    assert "This is big" in capsys.readouterr().out


def test_pip_that_fails_shows_what_it_said(place: Path):
    (place / ".venv" / "bin").mkdir()
    python = place / ".venv" / "bin" / "python"
    python.write_text("#!/bin/sh\necho 'ERROR: no matching distribution'; exit 1\n")
    python.chmod(0o755)

    with pytest.raises(setup.SetupError, match="no matching distribution"):
        setup.pip_install(["nothing"], expected=1)


@pytest.mark.parametrize(
    ("node", "npm", "good"),
    [("v24.1.0", "11.2.0", True), ("v20.18.0", "11.2.0", False), ("v22.0.0", "10.9.0", False)],
)
def test_node_on_the_path_is_taken_only_when_it_is_new_enough(
    place: Path, monkeypatch: pytest.MonkeyPatch, node: str, npm: str, good: bool
):
    for folder, versions in ((place / "there", (node, npm)), (place / ".venv" / "bin", ("v24.19.0", "11.17.0"))):
        folder.mkdir()
        for name, version in zip(("node", "npm"), versions, strict=True):
            (folder / name).write_text(f"#!/bin/sh\necho {version}\n")
            (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{place / 'there'}{os.pathsep}{os.environ['PATH']}")

    assert setup.node_folder() == (place / "there" if good else place / ".venv" / "bin")


def test_make_alone_says_what_each_target_does():
    done = subprocess.run(["make"], cwd=Path(setup.__file__).parents[2], capture_output=True, text=True, check=True)

    for target in ("demo", "test", "setup", "run", "worker", "lint", "bench", "soak", "clean"):
        assert f"make {target} " in done.stdout
