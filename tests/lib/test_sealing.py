from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from lms.lib.sealing import (
    GENESIS,
    NotCanonical,
    canonical_bytes,
    chain_hash,
    merkle_root,
    public_key,
    sign,
    verify,
)


def test_canonical_bytes_has_one_writing_for_one_meaning():
    beijing = timezone(timedelta(hours=8))
    one = {"b": Decimal("0.50"), "a": [date(2026, 1, 2), datetime(2026, 1, 2, 8, tzinfo=beijing), "学", None, True, 3]}
    two = {"a": (date(2026, 1, 2), datetime(2026, 1, 2, 0, tzinfo=UTC), "学", None, True, 3), "b": Decimal("0.50")}

    assert canonical_bytes(one) == canonical_bytes(two)
    assert canonical_bytes(one).decode() == (
        '{"a":["2026-01-02","2026-01-02T00:00:00.000000+00:00","学",null,true,3],"b":"0.50"}'
    )


@pytest.mark.parametrize("value", [0.5, object(), datetime(2026, 1, 1), {1: "x"}, b"x"])
def test_what_has_no_exact_form_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical_bytes({"value": value})


def test_chain_hash_depends_on_the_row_before():
    first = chain_hash(GENESIS, {"seq": 1})

    assert len(first) == 64
    assert chain_hash(first, {"seq": 2}) != chain_hash(GENESIS, {"seq": 2})


def test_merkle_root_depends_on_every_leaf_and_their_order():
    roots = [
        merkle_root(leaves) for leaves in ([], ["a"], ["a", "b"], ["b", "a"], ["a", "b", "c"], ["a", "b", "c", "c"])
    ]

    assert len(set(roots)) == len(roots)


def test_a_signature_holds_for_its_bytes_and_key_only():
    signature = sign(b"root")

    assert verify(b"root", signature, public_key())
    assert not verify(b"toor", signature, public_key())
    assert not verify(b"root", signature[:-2] + "00", "00" * 32)
    assert not verify(b"root", "no hex", public_key())
