"""What group viewing and elective lessons are worth is the rule's to say, and the ledger proves it."""

from decimal import Decimal

import pytest
from django.db import connection

from courses.models import OutlineVersion
from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.missing import not_yet_because
from lms.credits.domain.registering import register_credit
from lms.credits.models import CreditLedgerEntry
from lms.lib import append_only
from tests.credits.test_offline import watched
from tests.credits.world import AT, adopt, complete, complete_course, per_course, teach

pytestmark = pytest.mark.django_db


def under(code="sx_legacy", **parameters):
    rule = adopt(code)
    rule.parameters = rule.parameters | parameters
    rule.full_clean()
    rule.save()
    return rule


def codes(steps):
    return [one["code"] for one in steps]


def elective(taught, *numbers):
    """The same course, of which these lessons are elective."""
    for number in numbers:
        taught.outline.lessons[number]["course_type"] = "elective"
    with append_only.lifted(connection):
        OutlineVersion.objects.filter(pk=taught.outline.pk).update(lessons=taught.outline.lessons)
    return taught


def test_group_viewing_alone_gives_no_hours_and_says_so(cast, video):
    under()
    completion = watched(cast.learner, teach(1800), video, group=(0, 1800))

    assert register_credit(completion, at=AT) == []
    missing = not_yet_because(cast.learner, f"lesson:{completion.lesson_key}")
    assert codes(missing) == ["coverage_short", "group_gives_nothing"]
    assert missing[0]["reached"] == 0


def test_a_share_of_group_viewing_counts_where_the_rule_says_so(cast, video):
    under(group_share="0.5")
    completion = watched(cast.learner, teach(1800), video, online=(0, 900), group=(900, 1800))

    (entry,) = register_credit(completion, at=AT)

    # 1,800 s ÷ 2,700 = 0.6666…; half of it in a group at 0.5: × 0.75 = 0.50
    assert entry.hours == Decimal("0.50")
    assert entry.evidence["lessons"][0]["group_percent"] == 50
    assert "group_share" in codes(entry.why)
    assert list(ledger_faults()) == []


def test_what_was_watched_alone_too_is_worth_all(cast, video):
    under()
    completion = watched(cast.learner, teach(1800), video, online=(0, 1800), group=(0, 1800))

    (entry,) = register_credit(completion, at=AT)

    assert entry.hours == Decimal("0.66")
    assert "group_percent" not in entry.evidence["lessons"][0]


def test_an_elective_lesson_has_its_weight(cast):
    under("sx_points")
    taught = elective(teach(2700, 2700), 1)

    found = [register_credit(complete(cast.learner, taught, number), at=AT)[0] for number in (0, 1)]

    assert [str(entry.hours) for entry in found] == ["1.00", "0.50"]
    assert [entry.evidence["lessons"][0].get("elective") for entry in found] == [None, True]
    assert list(ledger_faults()) == []


def test_a_course_counted_as_a_whole_weighs_its_lessons_one_by_one(cast):
    per_course(under("sx_points"))
    taught = elective(teach(2700, 2700), 1)
    for number in (0, 1):
        complete(cast.learner, taught, number)

    (entry,) = register_credit(complete_course(cast.learner, taught), at=AT)

    assert str(entry.hours) == "1.50"
    assert list(ledger_faults()) == []


def test_check_ledger_finds_an_elective_lesson_passed_off_as_required(cast):
    under("sx_points")
    taught = elective(teach(2700), 0)
    (entry,) = register_credit(complete(cast.learner, taught), at=AT)
    lessons = [{key: value for key, value in entry.evidence["lessons"][0].items() if key != "elective"}]
    with append_only.lifted(connection):
        CreditLedgerEntry.objects.filter(pk=entry.pk).update(evidence=entry.evidence | {"lessons": lessons})

    assert any("what was required" in fault for fault in ledger_faults())
