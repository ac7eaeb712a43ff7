import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.lib.ids import ALPHABET, check, public_code


def test_a_new_code_checks_and_has_its_length():
    codes = [public_code(length) for length in (4, 8, 10, 30)]

    assert [len(code) for code in codes] == [4, 8, 10, 30]
    assert all(check(code) for code in codes)


@given(st.data())
def test_one_wrong_character_is_noticed(data):
    code = public_code(data.draw(st.integers(4, 30)))
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from(ALPHABET.replace(code[place], "")))

    assert not check(code[:place] + other + code[place + 1 :])


@given(st.data())
def test_two_swapped_characters_are_noticed(data):
    code = public_code(data.draw(st.integers(4, 30)))
    place = data.draw(st.integers(0, len(code) - 2))
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    assert check(swapped) == (swapped == code)


@pytest.mark.parametrize("text", ["", "2", "0OIL1", "没有", "2222 2"])
def test_what_is_no_code_is_refused(text):
    assert not check(text)


@pytest.mark.parametrize("length", [3, 31])
def test_public_code_refuses_a_length_it_cannot_check(length):
    with pytest.raises(ValueError, match="characters"):
        public_code(length)
