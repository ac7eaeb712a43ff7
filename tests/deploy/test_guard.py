"""Production refuses to start with debugging, with the demo world, or with keys that do not belong to the data."""

import pytest
from django.core.checks.registry import registry

from lms.audit.models import AuditEntry
from lms.tools import guard
from tests.factories.people import DivisionFactory

pytestmark = pytest.mark.django_db

FIRST, SECOND, OTHER = "11" * 32, "33" * 32, "44" * 32


@pytest.fixture(autouse=True)
def production(settings):
    settings.GUARD_START = True
    settings.DEBUG = False
    settings.FIELD_KEYS = {"k1": FIRST}
    guard.note_keys()


def test_start_with_the_noted_keys_is_allowed():
    guard.refuse_unsafe_start()

    assert guard.check_start() == []
    assert guard.check_start in registry.get_checks()


def test_note_keys_twice_notes_once_and_never_the_key_itself():
    guard.note_keys()

    entries = AuditEntry.objects.filter(action=guard.NOTED)
    assert [entry.subject_id for entry in entries] == ["field:k1", "sealing"]
    assert FIRST not in str([entry.detail for entry in entries])


@pytest.mark.parametrize("keys", [{"k1": OTHER}, {"k2": FIRST}, {}])
def test_start_with_other_keys_is_refused(settings, keys):
    settings.FIELD_KEYS = keys

    with pytest.raises(guard.StartRefused, match="field:k1"):
        guard.refuse_unsafe_start()


def test_start_with_another_sealing_key_is_refused_by_a_system_check(settings):
    settings.SEALING_KEY = OTHER

    assert [error.id for error in guard.check_start()] == ["tools.E001"]


def test_a_key_added_at_the_end_is_a_rotation_and_at_the_front_is_refused(settings):
    settings.FIELD_KEYS = {"k1": FIRST, "k2": SECOND}
    assert guard.faults() == []
    assert guard.note_keys() == ["field:k2"]

    settings.FIELD_KEYS = {"k2": SECOND, "k1": FIRST}
    assert len(guard.faults()) == 1
    settings.FIELD_KEYS = {"k1": FIRST}
    assert len(guard.faults()) == 1


def test_start_with_debug_is_refused(settings):
    settings.DEBUG = True

    with pytest.raises(guard.StartRefused, match="DEBUG"):
        guard.refuse_unsafe_start()


def test_start_over_the_demo_world_is_refused():
    assert guard.faults() == []
    DivisionFactory(code="990000000000")

    with pytest.raises(guard.StartRefused, match="demo world"):
        guard.refuse_unsafe_start()


def test_outside_production_nothing_is_refused(settings):
    settings.GUARD_START = False
    settings.DEBUG = True
    settings.FIELD_KEYS = {"k9": OTHER}

    guard.refuse_unsafe_start()
