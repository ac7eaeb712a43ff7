"""Amounts in capitals."""

from decimal import Decimal

import pytest

from lms.lib.numerals import in_capitals


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零"),
        ("0.50", "零点伍"),
        ("10", "壹拾"),
        ("12.50", "壹拾贰点伍"),
        ("32.05", "叁拾贰点零伍"),
        ("100", "壹佰"),
        ("105", "壹佰零伍"),
        ("110", "壹佰壹拾"),
        ("550.00", "伍佰伍拾"),
        ("1005", "壹仟零伍"),
        ("1050", "壹仟零伍拾"),
        ("10000", "壹万"),
        ("10500", "壹万零伍佰"),
        ("12345.25", "壹万贰仟叁佰肆拾伍点贰伍"),
        ("99999999.99", "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖点玖玖"),
    ],
)
def test_amounts_in_capitals(amount: str, words: str) -> None:
    assert in_capitals(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["-1", "100000000", "NaN", "Infinity"])
def test_what_is_not_written_out_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="written out"):
        in_capitals(Decimal(amount))
