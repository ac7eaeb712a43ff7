"""What is set wrongly is said at the start."""

from pathlib import Path
from typing import Any

import pytest
from pylopdf_fonts_zh_cn import sans_path

from lms.credits.checks import check_extra_font
from lms.interop.checks import check_badge_key


def test_an_extra_font_is_a_font(settings: Any, tmp_path: Path) -> None:
    other = tmp_path / "font.ttf"
    other.write_text("no font")
    for value, ids in (
        ("", []),
        (str(sans_path()), []),
        (str(other), ["credits.E001"]),
        ("/nowhere", ["credits.E001"]),
    ):
        settings.PAPER_EXTRA_FONT = value
        assert [error.id for error in check_extra_font(None)] == ids, value


@pytest.mark.parametrize(
    ("key", "ids"), [("", []), ("a5" * 32, []), ("a5", ["interop.E001"]), ("x" * 64, ["interop.E001"])]
)
def test_a_badge_key_is_a_key(settings: Any, key: str, ids: list[str]) -> None:
    settings.BADGE_KEY = key

    assert [error.id for error in check_badge_key(None)] == ids
