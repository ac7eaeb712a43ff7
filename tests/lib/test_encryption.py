import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.lib import encryption
from lms.lib.encryption import Profile, Tampered, UnknownKey, UnknownProfile, decrypt, encrypt, keyed_index

OLD, NEW = "aa" * 32, "bb" * 32


@given(st.text())
def test_encrypted_text_comes_back(text):
    assert decrypt(encrypt(text, "phone"), "phone") == text


def test_the_stored_form_names_profile_and_key_and_never_repeats():
    one, two = encrypt("13800000000", "phone"), encrypt("13800000000", "phone")

    assert one.startswith("aes-gcm:test1:")
    assert one != two
    assert "138" not in one


def test_the_last_key_encrypts_and_old_ones_still_decrypt(settings):
    settings.FIELD_KEYS = {"old": OLD}
    before = encrypt("x", "phone")
    settings.FIELD_KEYS = {"old": OLD, "new": NEW}

    assert decrypt(before, "phone") == "x"
    assert encrypt("x", "phone").split(":")[1] == "new"


def test_a_key_that_is_gone_is_named(settings):
    stored = encrypt("x", "phone")
    settings.FIELD_KEYS = {"other": OLD}

    with pytest.raises(UnknownKey, match="test1"):
        decrypt(stored, "phone")


@pytest.mark.parametrize("place", [0, 5, -6])
def test_tampering_is_noticed(place):
    profile, key_id, encoded = encrypt("13800000000", "phone").split(":")
    changed = list(encoded)
    changed[place] = "A" if changed[place] != "A" else "B"

    with pytest.raises(Tampered):
        decrypt(f"{profile}:{key_id}:{''.join(changed)}", "phone")


@pytest.mark.parametrize("stored", ["aes-gcm:test1:", "aes-gcm:test1:!!", "aes-gcm:test1:AAAA"])
def test_a_malformed_value_is_tampered(stored):
    with pytest.raises(Tampered):
        decrypt(stored, "phone")


def test_another_purpose_cannot_read():
    with pytest.raises(Tampered):
        decrypt(encrypt("x", "phone"), "identity number")


def test_a_key_moved_under_another_id_cannot_read(settings):
    settings.FIELD_KEYS = {"a": OLD, "b": OLD}
    moved = encrypt("x", "phone").replace(":b:", ":a:")

    with pytest.raises(Tampered):
        decrypt(moved, "phone")


@pytest.mark.parametrize("stored", ["", "13800000000", "rot13:test1:AAAA"])
def test_an_unknown_profile_is_named_an_error(stored):
    with pytest.raises(UnknownProfile):
        decrypt(stored, "phone")


def test_another_profile_can_stand_beside_the_first(monkeypatch):
    before = encrypt("x", "phone")
    plain = Profile(lambda key, data, bound: data, lambda key, data, bound: data)
    monkeypatch.setitem(encryption.PROFILES, "sm4-gcm", plain)
    monkeypatch.setattr(encryption, "DEFAULT_PROFILE", "sm4-gcm")

    assert decrypt(before, "phone") == "x"
    assert encrypt("y", "phone").startswith("sm4-gcm:test1:")
    assert decrypt(encrypt("y", "phone"), "phone") == "y"


def test_keyed_index_ignores_writing_but_not_purpose():
    assert keyed_index(" 138-0000 0000", "phone") == keyed_index("１３８００００００００", "phone")
    assert keyed_index("x", "phone") != keyed_index("x", "identity number")
    assert keyed_index("11010119900101001x", "id") == keyed_index("11010119900101001X", "id")


def test_keyed_index_outlives_a_new_key_and_depends_on_the_first(settings):
    settings.FIELD_KEYS = {"old": OLD}
    before = keyed_index("x", "phone")
    settings.FIELD_KEYS = {"old": OLD, "new": NEW}

    assert keyed_index("x", "phone") == before
    settings.FIELD_KEYS = {"old": NEW}
    assert keyed_index("x", "phone") != before
