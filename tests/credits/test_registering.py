from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lms.credits.domain.correcting import reverse_entry
from lms.credits.domain.missing import not_yet_because
from lms.credits.domain.registering import register_credit
from lms.credits.domain.studying import completion_of
from lms.credits.models import CreditLedgerEntry, YearlyHours
from lms.credits.queries import hours_of
from lms.credits.signals import credit_registered
from lms.learning.models import WatchRecord
from lms.people.models import Post
from tests.credits.world import AT, BEIJING, adopt, complete, complete_course, earn, hours, per_course, teach

pytestmark = pytest.mark.django_db


def codes(steps):
    return [one["code"] for one in steps]


def test_register_credit_writes_one_explained_entry(cast):
    rule = adopt()
    taught = teach(1800)
    completion = complete(cast.learner, taught)

    (entry,) = register_credit(completion, at=AT)

    assert (entry.person, entry.seq, entry.hours, entry.counts) == (cast.learner, 1, Decimal("1.00"), True)
    assert (entry.source_kind, entry.source_id, entry.component) == ("lesson_completion", completion.pk, "base")
    assert entry.achievement_key == f"lesson:{completion.lesson_key}"
    assert (entry.rule, entry.outline_version, entry.day) == (rule, taught.outline, date(2026, 11, 20))
    assert entry.category == "online_self_study"
    assert codes(entry.why) == ["completed_lesson", "your_category", "decoded_length", "tier_from_min"]
    assert entry.evidence["lessons"] == [
        {"key": str(completion.lesson_key), "seconds": 1800, "percent": 90, "test": False}
    ]
    assert hours_of(cast.learner, 2026)["online_self_study"] == Decimal("1.00")


def test_register_credit_twice_returns_first_entry(cast):
    adopt()
    completion = complete(cast.learner, teach(1800))

    first = register_credit(completion, at=AT)
    second = register_credit(completion, at=AT + timedelta(days=1))

    assert first == second
    assert CreditLedgerEntry.objects.count() == 1
    assert YearlyHours.objects.get().hours == Decimal("1.00")


def test_registering_takes_the_same_few_queries_however_much_is_on_the_record(cast):
    adopt()
    taught = teach(*[1800] * 4)
    counts = []
    for number in range(4):
        completion = completion_of("lesson_completion", complete(cast.learner, taught, number).pk)
        with CaptureQueriesContext(connection) as queries:
            register_credit(completion, at=AT)
        counts.append(len([query for query in queries if "SAVEPOINT" not in query["sql"]]))

    # The first time the head of her chain and the sums of her year are made besides.
    assert counts == [19, 14, 14, 14]


def test_hours_come_from_decoded_seconds_of_the_completion(cast):
    adopt("sx_legacy")
    completion = complete(cast.learner, teach(1234))

    assert hours(*register_credit(completion, at=AT)) == [Decimal("0.45")]


def test_credit_registered_is_announced_after_commit(cast, django_capture_on_commit_callbacks):
    adopt()
    heard = []

    def hear(person_id, entry_ids, **kwargs):
        heard.append((person_id, entry_ids))

    credit_registered.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        entry = earn(cast.learner)
        assert heard == []
    credit_registered.disconnect(hear)

    assert heard == [(cast.learner.pk, [entry.pk])]


@pytest.mark.parametrize("who", ["farmer", "stranger", "officer", "cadre_of_prefecture"])
def test_only_persons_whose_category_the_outline_names_earn(cast, who):
    adopt()
    person = getattr(cast, who)
    completion = complete(person, teach(1800))

    assert register_credit(completion, at=AT) == []
    assert codes(not_yet_because(person, f"lesson:{completion.lesson_key}")) == ["not_your_category"]


def test_the_category_of_the_day_of_completion_decides(cast):
    adopt()
    Post.objects.filter(person=cast.learner).update(active_to=date(2026, 11, 20))
    taught = teach(1800, 1800)
    before = complete(cast.learner, taught, 0, at=AT - timedelta(days=1))
    after = complete(cast.learner, taught, 1, at=AT)

    assert hours(*register_credit(before, at=AT)) == [Decimal("1.00")]
    assert register_credit(after, at=AT) == []


def test_no_rule_in_force_gives_no_entry_and_is_explained(cast):
    adopt(since=date(2026, 11, 21))
    completion = complete(cast.learner, teach(1800))

    assert register_credit(completion, at=AT) == []
    assert codes(not_yet_because(cast.learner, f"lesson:{completion.lesson_key}")) == ["no_rule"]


def test_a_rule_loaded_later_reaches_back_to_its_first_day(cast):
    completion = complete(cast.learner, teach(1800))
    assert register_credit(completion, at=AT) == []

    adopt()

    assert codes(not_yet_because(cast.learner, f"lesson:{completion.lesson_key}")) == ["not_registered"]
    assert hours(*register_credit(completion, at=AT)) == [Decimal("1.00")]
    assert not_yet_because(cast.learner, f"lesson:{completion.lesson_key}") == []


def test_nearest_place_first_and_the_authority_before_every_place(cast):
    adopt("yn_2024", region="990000000000")
    completion = complete(cast.learner, teach(1800))
    county = adopt("sx_legacy", region="990101000000")
    assert [entry.rule for entry in register_credit(completion, at=AT)] == [county]

    own = adopt("sx_legacy", region="", authority=cast.orgs.organization_department)
    other = complete(cast.learner, teach(1800))
    assert [entry.rule for entry in register_credit(other, at=AT)] == [own]


def test_the_neighbours_rule_is_not_ours(cast):
    adopt(region="990102000000")

    assert register_credit(complete(cast.learner, teach(1800)), at=AT) == []
    assert hours(*register_credit(complete(cast.neighbour_learner, teach(1800)), at=AT)) == [Decimal("1.00")]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 12, 31, 23, 59, 30, tzinfo=BEIJING), date(2026, 12, 31)),
        (datetime(2027, 1, 1, 0, 0, 30, tzinfo=BEIJING), date(2027, 1, 1)),
    ],
)
def test_the_year_turns_at_midnight_in_beijing(cast, moment, day):
    adopt()

    entry = earn(cast.learner, at=moment)

    assert entry.day == day
    assert hours_of(cast.learner, day.year)["online_self_study"] == Decimal("1.00")
    assert sum(hours_of(cast.learner, 4053 - day.year).values()) == 0


def test_a_rule_ends_at_midnight_in_beijing(cast):
    adopt(active_to=date(2027, 1, 1))
    taught = teach(1800, 1800)
    last = complete(cast.learner, taught, 0, at=datetime(2026, 12, 31, 23, 59, 30, tzinfo=BEIJING))
    first = complete(cast.learner, taught, 1, at=datetime(2027, 1, 1, 0, 0, 30, tzinfo=BEIJING))

    assert len(register_credit(last, at=AT)) == 1
    assert register_credit(first, at=AT) == []


def test_a_quiz_gives_the_test_bonus_and_no_hours_for_watching(cast):
    adopt()
    completion = complete(cast.learner, teach(1800, rule="quiz"))

    (entry,) = register_credit(completion, at=AT)

    assert (entry.component, entry.hours) == ("test_bonus", Decimal("0.50"))
    assert codes(not_yet_because(cast.learner, f"lesson:{completion.lesson_key}")) == ["coverage_short"]


def test_watching_after_the_quiz_adds_the_missing_component(cast, video):
    adopt()
    taught = teach(1800, rule="quiz")
    completion = complete(cast.learner, taught)
    (bonus,) = register_credit(completion, at=AT)
    WatchRecord.objects.create(
        person=cast.learner,
        lesson_key=completion.lesson_key,
        page=taught.lesson(0),
        video=video,
        decoded_seconds=1800,
        covered_seconds=1700,
        last_watched_at=AT,
    )

    entries = register_credit(completion, at=AT)

    assert [entry.component for entry in entries] == ["test_bonus", "base"]
    assert entries[0] == bonus
    assert hours_of(cast.learner, 2026)["online_self_study"] == Decimal("1.50")


def test_a_course_counted_by_course_adds_up_its_lessons(cast):
    per_course(adopt("sx_legacy"))
    taught = teach(1350, 1350, 900)
    for number in (0, 1):
        assert register_credit(complete(cast.learner, taught, number), at=AT) == []

    (entry,) = register_credit(complete_course(cast.learner, taught), at=AT)

    assert (entry.hours, entry.achievement_key) == (Decimal("1.00"), f"course:{taught.outline.course_key}")
    assert len(entry.evidence["lessons"]) == 2


def test_a_course_counted_by_lesson_gives_nothing_of_its_own(cast):
    adopt()
    taught = teach(1800)
    register_credit(complete(cast.learner, taught), at=AT)

    assert register_credit(complete_course(cast.learner, taught), at=AT) == []


def test_a_lesson_that_counted_does_not_count_again_inside_its_course(cast):
    rule = adopt("sx_legacy")
    taught = teach(2700, 2700)
    register_credit(complete(cast.learner, taught, 0), at=AT)
    complete(cast.learner, taught, 1)
    per_course(rule)

    (entry,) = register_credit(complete_course(cast.learner, taught), at=AT)

    assert (entry.hours, len(entry.evidence["lessons"])) == (Decimal("1.00"), 1)
    assert "duplicate_excluded" in codes(entry.why)


def test_the_same_achievement_through_another_door_gives_a_zero_entry(cast):
    rule = adopt("sx_legacy")
    taught = teach(2700)
    register_credit(complete(cast.learner, taught), at=AT)
    per_course(rule)

    (entry,) = register_credit(complete_course(cast.learner, taught), at=AT)

    assert (entry.counts, entry.hours) == (False, Decimal("0.00"))
    assert "duplicate_excluded" in codes(entry.why)
    assert hours_of(cast.learner, 2026)["online_self_study"] == Decimal("1.00")


def test_an_account_merged_into_another_does_not_earn_twice(cast):
    adopt()
    taught = teach(1800)
    register_credit(complete(cast.learner, taught), at=AT)
    twin = cast.neighbour_learner
    second = complete(twin, taught)
    twin.merged_into = cast.learner
    twin.save()

    (entry,) = register_credit(second, at=AT)

    assert (entry.person, entry.counts) == (twin, False)
    assert hours_of(cast.learner, 2026)["online_self_study"] == Decimal("1.00")


def test_a_new_round_counts_again(cast):
    adopt()
    taught = teach(1800)
    for number in (1, 2):
        assert register_credit(complete(cast.learner, taught, round=number), at=AT)[0].counts

    assert hours_of(cast.learner, 2026)["online_self_study"] == Decimal("2.00")


def test_the_database_itself_refuses_an_achievement_twice(cast):
    adopt()
    entry = earn(cast.learner)
    entry.pk, entry.seq, entry.source_id = None, 2, 999_999

    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save(force_insert=True)


def test_the_database_itself_lets_a_reversal_free_an_achievement_only_once(cast):
    adopt()
    entry = earn(cast.learner)
    reversal = reverse_entry(entry, reason="x", by=cast.officer, at=AT)
    for seq, allowed in ((3, True), (4, False)):
        entry.pk, entry.seq, entry.source_id, entry.freed_by = None, seq, 1000 + seq, reversal
        if allowed:
            entry.save(force_insert=True)
        else:
            with pytest.raises(IntegrityError), transaction.atomic():
                entry.save(force_insert=True)


@pytest.mark.parametrize(
    "change",
    [{"hours": Decimal("-1")}, {"counts": False}, {"kind": "reversal"}, {"kind": "reversal", "hours": Decimal("-1")}],
)
def test_the_database_itself_refuses_an_entry_that_makes_no_sense(cast, change):
    adopt()
    entry = earn(cast.learner)
    entry.pk, entry.seq, entry.source_id, entry.achievement_key = None, 2, 999_999, "lesson:x"
    for name, value in change.items():
        setattr(entry, name, value)

    with pytest.raises(DatabaseError), transaction.atomic():
        entry.save(force_insert=True)


def test_not_yet_because_says_when_nothing_is_completed(cast):
    taught = teach(1800)

    missing = not_yet_because(cast.learner, f"lesson:{taught.outline.lessons[0]['translation_key']}")

    assert codes(missing) == ["not_completed"]
