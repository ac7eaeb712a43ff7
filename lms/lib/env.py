"""Strict readers of the environment: a value is right, absent with a default, or refused with a sentence."""

import os
from decimal import Decimal, InvalidOperation
from pathlib import Path


class EnvironmentRefused(ValueError):
    """A variable of the environment is missing or cannot be read; the message names it."""


_MISSING = object()


def text(name: str, default: str | object = _MISSING) -> str:
    """The variable as written, without surrounding blanks; refused when absent and no default is given."""
    value = os.environ.get(name)
    if value is None or not value.strip():
        if default is _MISSING:
            raise EnvironmentRefused(f"{name} is not set; deploy/env.example says what it means.")
        return str(default)
    return value.strip()


def integer(name: str, default: int | object = _MISSING, *, least: int | None = None) -> int:
    """The variable as a whole number, not smaller than `least`."""
    value = text(name, default if default is _MISSING else str(default))
    try:
        number = int(value)
    except ValueError:
        raise EnvironmentRefused(f"{name} must be a whole number, not {value!r}.") from None
    if least is not None and number < least:
        raise EnvironmentRefused(f"{name} must be {least} or more, not {number}.")
    return number


def decimal(name: str, default: str) -> Decimal:
    """The variable as an exact amount, zero or more."""
    value = text(name, default)
    try:
        amount = Decimal(value)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise EnvironmentRefused(f"{name} must be an amount like 0.05, not {value!r}.")
    return amount


def flag(name: str, default: bool = False) -> bool:
    """The variable as yes or no: 1, true, yes, on or 0, false, no, off."""
    value = text(name, "yes" if default else "no").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise EnvironmentRefused(f"{name} must be yes or no, not {value!r}.")


def choice(name: str, default: str, among: tuple[str, ...]) -> str:
    """The variable as one of a few words."""
    value = text(name, default)
    if value not in among:
        raise EnvironmentRefused(f"{name} must be one of {', '.join(among)}, not {value!r}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """The variable as a list, split at commas; empty parts are dropped."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def folder(name: str, default: Path) -> Path:
    """The variable as an absolute folder; it need not exist yet."""
    return Path(text(name, str(default))).expanduser().resolve()
