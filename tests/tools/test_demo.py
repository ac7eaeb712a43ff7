"""What a start of the demo repeats."""

from pathlib import Path

import pytest

from lms.tools import demo
from lms.tools.setup import SetupError

BOTH = ["migrate", "load_demo"]


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that were run; each leaves a database."""
    commands: list[str] = []

    def manage(environment: dict[str, str], *arguments: str) -> None:
        commands.append(arguments[0])
        demo.DATABASE.touch()

    monkeypatch.setattr(demo, "DATABASE", tmp_path / "db.sqlite3")
    monkeypatch.setattr(demo, "LOADED", tmp_path / "demo-loaded")
    monkeypatch.setattr(demo, "state_of_code", lambda: "first")
    monkeypatch.setattr(demo, "manage", manage)
    return commands


def test_what_this_code_has_loaded_is_not_loaded_again(asked: list[str]):
    demo.load({})
    demo.load({})

    assert asked == BOTH


def test_other_code_or_no_database_is_loaded_again(asked: list[str], monkeypatch: pytest.MonkeyPatch):
    demo.load({})
    monkeypatch.setattr(demo, "state_of_code", lambda: "second")
    demo.load({})
    demo.DATABASE.unlink()
    demo.load({})

    assert asked == BOTH * 3


def test_a_database_elsewhere_is_looked_at_each_time(asked: list[str]):
    demo.load({"DATABASE_URL": "postgresql://127.0.0.1/demo"})
    demo.load({"DATABASE_URL": "postgresql://127.0.0.1/demo"})

    assert asked == BOTH * 2


def test_a_loading_that_was_broken_off_is_begun_again(asked: list[str], monkeypatch: pytest.MonkeyPatch):
    def fail(environment: dict[str, str], *arguments: str) -> None:
        demo.DATABASE.touch()
        raise SetupError(arguments[0])

    with monkeypatch.context() as patch, pytest.raises(SetupError):
        patch.setattr(demo, "manage", fail)
        demo.load({})
    demo.load({})

    assert asked == BOTH


def test_a_change_of_code_or_of_the_demo_is_another_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "lms").mkdir()
    (tmp_path / "requirements.lock").write_text("django==5.2\n")
    (tmp_path / "lms" / "models.py").write_text("one")
    monkeypatch.setattr(demo, "ROOT", tmp_path)
    monkeypatch.setattr("lms.tools.setup.ROOT", tmp_path)
    first = demo.state_of_code()

    assert demo.state_of_code() == first
    (tmp_path / "lms" / "models.py").write_text("two")
    second = demo.state_of_code()
    (tmp_path / "lms" / "outline.yaml").write_text("three")
    assert len({first, second, demo.state_of_code()}) == 3
