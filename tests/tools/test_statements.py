"""Which tests the second kind of database is asked."""

import os
from pathlib import Path

import pytest

from tests import statements
from tests.statements import needed, shape


def noted(**asked: str) -> dict[str, dict[str, object]]:
    return {f"a.py::{test}": {"asked": each.split(), "refused": False, "seconds": 1} for test, each in asked.items()}


def test_every_statement_is_made_by_as_little_as_makes_it():
    run = noted(one="select insert", two="select", three="select insert update", four="")

    assert needed(run, list(run), set()) == {"a.py::three"}


def test_what_costs_less_goes_first():
    run = noted(dear="select insert", cheap="select insert")
    run["a.py::dear"]["seconds"] = 30

    assert needed(run, list(run), set()) == {"a.py::cheap"}


def test_of_each_file_one():
    run = noted(one="select") | {"b.py::one": {"asked": ["select"], "refused": False, "seconds": 9}}

    assert needed(run, list(run), set()) == {"a.py::one", "b.py::one"}


def test_what_was_refused_named_or_never_seen_is_always_asked():
    run = noted(one="select insert", refused="select", named="select", other="select")
    run["a.py::refused"]["refused"] = True

    asked = needed(run, [*run, "a.py::new"], {"a.py::named"})

    assert asked == {f"a.py::{test}" for test in ("one", "refused", "named", "new")}


def test_without_a_first_run_everything_is_asked():
    assert needed({}, ["a.py::one", "a.py::two"], set()) == {"a.py::one", "a.py::two"}


def test_values_and_how_many_they_are_make_no_other_statement():
    def one(values: str) -> str:
        return shape(f'SELECT "a" FROM "b"\n WHERE "c" IN ({values}) LIMIT 21')

    assert one("%s") == one("%s, %s") == one("%s, %s, %s")
    assert shape("INSERT INTO b VALUES (%s, %s), (%s, %s)") == shape("INSERT INTO b VALUES (%s, %s)")
    assert shape('SAVEPOINT "s140501325839232_x459"') == shape('SAVEPOINT "s1_x2"')
    assert shape('SELECT "a" FROM "b" LIMIT 1') == shape('SELECT "a" FROM "b" LIMIT 21')
    assert shape('SELECT "a" FROM "b" ORDER BY "a"') != shape('SELECT "a" FROM "b" ORDER BY "a" DESC')


def test_what_was_noted_before_a_change_of_code_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "lms").mkdir()
    (tmp_path / "lms" / "models.py").touch()
    monkeypatch.setattr(statements, "ROOT", tmp_path)
    monkeypatch.setattr(statements, "NOTED", tmp_path / "statements.json")
    assert statements.read() == {}
    statements.write(noted(one="select"))
    later = statements.NOTED.stat().st_mtime + 10
    os.utime(statements.NOTED, (later, later))

    assert statements.read() == noted(one="select")
    os.utime(tmp_path / "lms" / "models.py", (later + 10, later + 10))
    assert statements.read() == {}
