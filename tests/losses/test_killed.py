"""The server is killed with -9 three times under shuffled, repeated reports; killed.py sends the full number."""

import pytest

from tests.losses.killed import FAULTS, run


@pytest.mark.slow
@pytest.mark.story
def test_nothing_acknowledged_is_missing_after_three_kills():
    found = run(3000)

    print(found)
    assert {fault: found[fault] for fault in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert found["reports"] == 2000
    assert found["unanswered_and_sent_again"] > 0, "the server was killed while it was working"
