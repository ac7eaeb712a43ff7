from decimal import Decimal
from pathlib import Path

import pytest

from lms.lib import env


def test_a_missing_variable_is_named(monkeypatch):
    monkeypatch.setenv("TIANJIAN_X", "  ")

    with pytest.raises(env.EnvironmentRefused, match="TIANJIAN_X"):
        env.text("TIANJIAN_X")


def test_readers_read(monkeypatch):
    monkeypatch.setenv("TIANJIAN_X", " 12 ")

    assert env.text("TIANJIAN_X") == "12"
    assert env.integer("TIANJIAN_X") == 12
    assert env.words("TIANJIAN_X", "") == ["12"]


def test_readers_fall_back(monkeypatch):
    monkeypatch.delenv("TIANJIAN_X", raising=False)

    assert env.text("TIANJIAN_X", "") == ""
    assert env.integer("TIANJIAN_X", 0) == 0
    assert env.flag("TIANJIAN_X") is False
    assert env.words("TIANJIAN_X", "a, b,,") == ["a", "b"]
    assert env.folder("TIANJIAN_X", Path("/tmp/a/../b")) == Path("/tmp/b")


@pytest.mark.parametrize(("written", "meant"), [("YES", True), ("0", False), ("off", False), ("True", True)])
def test_flag_reads_yes_and_no(monkeypatch, written, meant):
    monkeypatch.setenv("TIANJIAN_X", written)

    assert env.flag("TIANJIAN_X") is meant


@pytest.mark.parametrize("reader", [env.integer, env.flag])
def test_a_value_of_the_wrong_kind_is_refused(monkeypatch, reader):
    monkeypatch.setenv("TIANJIAN_X", "maybe")

    with pytest.raises(env.EnvironmentRefused, match="maybe"):
        reader("TIANJIAN_X")


def test_a_number_below_the_least_is_refused(monkeypatch):
    monkeypatch.setenv("TIANJIAN_X", "0")

    assert env.integer("TIANJIAN_X", 5, least=0) == 0
    with pytest.raises(env.EnvironmentRefused, match="TIANJIAN_X must be 1 or more, not 0"):
        env.integer("TIANJIAN_X", 5, least=1)


def test_an_amount_is_exact(monkeypatch):
    monkeypatch.setenv("TIANJIAN_X", "0.045")

    assert env.decimal("TIANJIAN_X", "1") == Decimal("0.045")
    assert env.decimal("TIANJIAN_Y", "0.10") == Decimal("0.10")


@pytest.mark.parametrize("written", ["-0.01", "0,05", "NaN", "Infinity", "five"])
def test_what_is_no_amount_is_refused(monkeypatch, written):
    monkeypatch.setenv("TIANJIAN_X", written)

    with pytest.raises(env.EnvironmentRefused, match="TIANJIAN_X must be an amount"):
        env.decimal("TIANJIAN_X", "1")
