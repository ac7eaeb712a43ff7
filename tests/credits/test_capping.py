"""Caps cut what is beyond them, say so, and can be proved from the ledger alone."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from lms.credits.domain.capping import Line, counted_before, cut
from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.correcting import correct_entry, reverse_entry
from lms.credits.domain.registering import register_credit
from lms.credits.domain.telling import tell_of_lesson
from lms.credits.enums import Cap
from lms.credits.models import CreditLedgerEntry, YearlyHours
from lms.learning.models import LessonCompletion
from lms.lib import append_only
from lms.people.domain.merging import merge
from tests.cast import make_cast
from tests.credits.world import AT, adopt, complete, complete_course, earn, hours, per_course, teach

pytestmark = pytest.mark.django_db
CAPPED = st.dictionaries(
    st.sampled_from(["course", "day", "platform", "year"]), st.integers(0, 12).map(str), min_size=1
)


def capped(code="sx_legacy", **caps):
    """The preset with caps, in force."""
    rule = adopt(code)
    rule.parameters = rule.parameters | {"caps": caps}
    rule.full_clean()
    rule.save()
    return rule


def codes(steps):
    return [one["code"] for one in steps]


def total(person):
    return sum(YearlyHours.objects.filter(person=person).values_list("hours", flat=True))


@given(
    CAPPED,
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from(["lesson", "claim"]), st.integers(0, 600)),
        max_size=12,
    ),
)
def test_no_cap_is_ever_exceeded_whatever_the_order(caps, given_lines):
    lines = []
    for seq, (day, course, source, cents) in enumerate(given_lines, start=1):
        key = f"{source}:{seq}"
        new = Line(1, seq, "online_self_study", date(2026, 12, 30) + timedelta(days=day), key, f"course{course}", 1)
        earned = (Decimal(cents) / 100).quantize(Decimal("0.01"))
        allowed, steps = cut(earned, caps, counted_before(caps, new, lines))
        assert allowed.as_tuple().exponent == -2
        assert bool(steps) == (allowed != earned)
        lines.append(Line(1, seq, new.category, new.day, key, new.course, 1, allowed))

    def groups(name):
        key = {
            "course": lambda line: line.course,
            "day": lambda line: line.day,
            "platform": lambda line: (line.day.year, line.source),
            "year": lambda line: line.day.year,
        }[name]
        # What comes from elsewhere has one day for many, so a day's cap is about lessons here.
        counted = [line for line in lines if name not in {"platform", "day"} or line.source == Cap.PLATFORM]
        return itertools.groupby(sorted(counted, key=key), key=key)

    for name, limit in caps.items():
        assert all(sum(line.hours for line in group) <= Decimal(limit) for _each, group in groups(name))


def test_the_day_is_full_and_the_entry_says_so(cast):
    capped(day="2")
    first = earn(cast.learner, 4050)  # 1.50
    second = earn(cast.learner, 4050)  # 0.50 is left
    third = earn(cast.learner, 4050)
    tomorrow = earn(cast.learner, 4050, at=AT + timedelta(days=1))

    assert [str(each) for each in hours(first, second, third, tomorrow)] == ["1.50", "0.50", "0.00", "1.50"]
    assert codes(second.why)[-1] == "capped_day"
    assert second.why[-1] == {"code": "capped_day", "limit": "2", "before": "1.50", "hours": "0.50"}
    assert second.evidence["counted_before"] == {"day": "1.50"}
    assert third.counts
    assert list(ledger_faults()) == []


def test_a_lesson_beyond_the_cap_is_told_so_and_not_promised(cast):
    capped(day="1")
    earn(cast.learner, 2700)
    earn(cast.learner, 2700)
    second = LessonCompletion.objects.last()

    told = tell_of_lesson(cast.learner, second.lesson_key)

    assert told.settled
    assert "1" in told.text
    assert told.text


def test_the_strictest_of_several_caps_decides(cast):
    capped(course="1.5", day="3", year="2")
    taught = teach(2700, 2700)

    entries = [register_credit(complete(cast.learner, taught, number), at=AT)[0] for number in (0, 1)]
    other = earn(cast.learner, 2700)

    assert [str(each) for each in hours(*entries, other)] == ["1.00", "0.50", "0.50"]
    assert [codes(entry.why)[-1] for entry in (entries[1], other)] == ["capped_course", "capped_year"]
    assert total(cast.learner) == Decimal("2.00")
    assert list(ledger_faults()) == []


def test_what_was_taken_back_leaves_room_for_what_comes_later(cast):
    capped(year="1")
    first = earn(cast.learner, 2700)
    second = earn(cast.learner, 2700)
    reverse_entry(first, reason="x", by=cast.officer, at=AT)
    third = earn(cast.learner, 2700)

    assert [str(each) for each in hours(first, second, third)] == ["1.00", "0.00", "1.00"]
    assert list(ledger_faults()) == []


def test_a_correction_counts_toward_the_cap_with_its_own_hours(cast):
    capped(year="2")
    correct_entry(earn(cast.learner, 2700), hours=Decimal("1.75"), reason="x", by=cast.officer, at=AT)

    assert str(earn(cast.learner, 2700).hours) == "0.25"
    assert list(ledger_faults()) == []


def test_a_course_counted_as_a_whole_is_cut_too(cast):
    per_course(capped(course="1"))
    taught = teach(2700, 2700)
    for number in (0, 1):
        complete(cast.learner, taught, number)

    (entry,) = register_credit(complete_course(cast.learner, taught), at=AT)

    assert (str(entry.hours), codes(entry.why)[-1]) == ("1.00", "capped_course")
    assert list(ledger_faults()) == []


def test_test_and_length_share_one_cap(cast, video):
    capped("yn_2024", day="1.25")
    completion = complete(cast.learner, teach(1800, rule="quiz", percent=0))
    earn(cast.learner, 1800)

    (bonus,) = register_credit(completion, at=AT)

    assert str(bonus.hours) == "0.25"
    assert list(ledger_faults()) == []


def test_accounts_of_one_human_being_share_a_cap(cast):
    capped(year="2")
    twin = cast.neighbour_learner
    earn(twin, 4050)  # 1.50, before anybody knew
    merge(twin, into=cast.learner, by=cast.security_admin, reason="x", at=AT)

    entry = earn(cast.learner, 4050)
    later = earn(cast.learner, 4050)

    assert (str(entry.hours), entry.evidence["chains"]) == ("0.50", {str(twin.pk): 1})
    assert str(later.hours) == "0.00"
    assert list(ledger_faults()) == []


@pytest.mark.parametrize("lie", [{"day": "0.00"}, {}, {"day": "1.50", "year": "0.00"}])
def test_check_ledger_finds_what_was_counted_before(cast, lie):
    capped(day="2")
    earn(cast.learner, 4050)
    entry = earn(cast.learner, 4050)
    with append_only.lifted(connection):
        CreditLedgerEntry.objects.filter(pk=entry.pk).update(evidence=entry.evidence | {"counted_before": lie})

    assert any("counted before" in fault for fault in ledger_faults())


def test_many_completions_at_once_stay_under_the_cap(threads):
    cast = make_cast()
    capped(year="2.5")
    taught = teach(2700, 2700, 2700, 2700)
    waiting = [complete(cast.learner, taught, number) for number in range(4)]

    threads.run(lambda: len(register_credit(waiting.pop(), at=AT)), times=4)

    assert threads.read(lambda: total(cast.learner)) == Decimal("2.50")
    assert threads.read(lambda: list(ledger_faults())) == []
