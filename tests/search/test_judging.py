"""The measures by examples reckoned by hand, and the judged set against the lessons it speaks of."""

import math
from collections import Counter
from pathlib import Path

import pytest

from courses.domain.loading import read_outline
from lms.demo.domain.recordings import all_recordings
from tests.search.demo_library import lengths_in_seconds
from tests.search.judging import (
    KINDS,
    Found,
    Judgement,
    JudgementsFileError,
    Moment,
    first_lessons,
    judge,
    load_judgements,
    measure,
    moment_error,
    ndcg,
    recall,
    reciprocal_rank,
)

JUDGED = Judgement(
    "收款码",
    "plain",
    {"pay": 3, "bills": 2, "loss": 1},
    (Moment("pay", 10, 20), Moment("pay", 40, 50), Moment("loss", 5, 6)),
)


def results(*codes: str) -> list[Found]:
    return [Found(code) for code in codes]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ((), 0),
        (("other",), 0),
        (("pay",), 1 / 3),
        (("other", "loss", "bills", "pay"), 1),
        # twice is once
        (("pay", "pay"), 1 / 3),
        # the eleventh is not looked at
        ((*map(str, range(10)), "pay"), 0),
        ((*map(str, range(9)), "pay"), 1 / 3),
    ],
)
def test_recall_is_the_share_of_relevant_lessons_among_the_first_ten(codes, expected):
    assert recall(results(*codes), JUDGED) == pytest.approx(expected)


def test_recall_asks_for_no_more_lessons_than_can_be_shown():
    broad = Judgement("直播", "plain", {str(number): 3 for number in range(15)})

    assert recall(results(*map(str, range(10))), broad) == 1
    assert recall(results("0", "1", "2"), broad) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("codes", "gained"),
    [
        # grades 3, 2, 1 gain 7, 3, 1; ranks 1, 2, 3, 4 are divided by 1, log2 3, 2, log2 5
        (("pay", "bills", "loss"), 7 + 3 / math.log2(3) + 1 / 2),
        (("loss", "bills", "pay"), 1 + 3 / math.log2(3) + 7 / 2),
        (("other", "pay"), 7 / math.log2(3)),
        # what is given twice has one rank
        (("other", "other", "bills", "also", "pay"), 3 / math.log2(3) + 7 / math.log2(5)),
        ((), 0),
    ],
)
def test_ndcg_weighs_grades_by_rank_and_divides_by_the_best_order(codes, gained):
    best = 7 + 3 / 1.584962500721156 + 0.5

    assert ndcg(results(*codes), JUDGED) == pytest.approx(gained / best)


def test_ndcg_of_the_reverse_order_to_four_digits():
    # (1 + 1.8928 + 3.5) / (7 + 1.8928 + 0.5)
    assert round(ndcg(results("loss", "bills", "pay"), JUDGED), 4) == 0.6806


def test_ndcg_of_the_best_ten_of_fifteen_is_one():
    broad = Judgement("直播", "plain", {str(number): 3 for number in range(15)})

    assert ndcg(results(*map(str, range(5, 15))), broad) == pytest.approx(1)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [(("pay",), 1), (("bills", "loss", "pay"), 1 / 3), (("bills", "loss"), 0), (("bills", "bills", "pay"), 1 / 2)],
)
def test_reciprocal_rank_is_that_of_the_lesson_that_was_meant(codes, expected):
    assert reciprocal_rank(results(*codes), JUDGED) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("found", "seconds"),
    [
        ([Found("pay", 15)], 0),
        ([Found("pay", 10)], 0),
        ([Found("pay", 8.5)], 1.5),
        # the nearer of two moments
        ([Found("pay", 28)], 8),
        ([Found("pay", 33)], 7),
        ([Found("pay", 61)], 11),
        # the first lesson that says it counts, whatever stands before and after it
        ([Found("other", 0), Found("bills", 0), Found("loss", 9), Found("pay", 15)], 3),
        ([Found("pay"), Found("loss", 5)], None),
        ([Found("bills", 15)], None),
        ([], None),
    ],
)
def test_moment_error_is_the_distance_to_the_nearest_moment_of_the_first_lesson_that_says_it(found, seconds):
    assert moment_error(found, JUDGED) == seconds


def test_a_lesson_found_twice_stands_where_it_stood_first():
    found = [Found("pay", 15), Found("loss", 1), Found("pay", 99)]

    assert first_lessons(found) == [Found("pay", 15), Found("loss", 1)]


def test_figures_are_means_over_queries_by_kind_and_overall():
    also = Judgement("shoukuanma", "pinyin", {"pay": 3}, (Moment("pay", 10, 20),), held_out=True)
    third = Judgement("交电费", "pinyin", {"bills": 3})
    answers = {
        "收款码": [Found("pay", 21), Found("bills"), Found("loss")],
        "shoukuanma": [Found("other"), Found("pay", 30)],
        "交电费": [],
    }

    report = measure(answers.__getitem__, [JUDGED, also, third])

    overall = report.overall
    assert (overall.queries, overall.timed) == (3, 2)
    assert overall.recall == pytest.approx(2 / 3)
    assert overall.ndcg == pytest.approx((1 + 1 / math.log2(3)) / 3)
    assert overall.mrr == pytest.approx((1 + 1 / 2) / 3)
    assert (overall.moments_given, overall.moments_right) == (1, 0.5)
    assert (overall.median_error, overall.worst_error) == (5.5, 10)
    assert set(report.by_kind) == {"plain", "pinyin"}
    assert report.by_kind["pinyin"].recall == 0.5
    assert report.by_kind["pinyin"].timed == 1
    assert [one.judgement.query for one in report.only(held_out=True).outcomes] == ["shoukuanma"]
    assert len(report.only(held_out=False).outcomes) == 2


def test_figures_without_any_moment_say_so():
    outcome = judge(Judgement("交电费", "plain", {"bills": 3}), [Found("bills", 3)])

    figures = measure(lambda query: [Found("bills", 3)], [outcome.judgement]).overall

    assert outcome.moment_error is None
    assert (figures.timed, figures.moments_given, figures.moments_right) == (0, 0, 0)
    assert (figures.median_error, figures.worst_error) == (None, None)


def test_judged_set_is_whole():
    judged = load_judgements(lengths_in_seconds())

    kinds = Counter(one.kind for one in judged.judgements)
    assert len(judged.judgements) >= 150
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 5
    assert len(judged.held_out()) == len(judged.judgements) // 5
    assert len(judged.to_tune_on()) + len(judged.held_out()) == len(judged.judgements)
    # every kind is held out in part
    assert {one.kind for one in judged.held_out()} == KINDS


def test_every_moment_begins_and_ends_with_a_sentence_of_its_recording():
    sentences = {recording.code: recording.facts["sentences"] for recording in all_recordings()}
    begins = {(code, one["start"]) for code, all_of_it in sentences.items() for one in all_of_it}
    ends = {(code, one["end"]) for code, all_of_it in sentences.items() for one in all_of_it}

    moments = [moment for one in load_judgements(lengths_in_seconds()).judgements for moment in one.moments]

    assert {(moment.lesson, moment.from_seconds) for moment in moments} <= begins
    assert {(moment.lesson, moment.to_seconds) for moment in moments} <= ends


def test_every_synonym_serves_a_query_and_leads_to_words_of_the_lessons():
    judged = load_judgements(lengths_in_seconds())

    asked = " ".join(one.query for one in judged.judgements).casefold()
    told = " ".join(map(str, read_outline() + [recording.facts for recording in all_recordings()]))

    assert [word for word, _other in judged.synonyms if word.casefold() not in asked] == []
    assert [word for _word, word in judged.synonyms if word not in told] == []


GOOD = """
synonyms: [[甲, 乙]]
queries:
  - {query: 收款码, kind: plain, lessons: {pay: 3}, moments: [{lesson: pay, from: 1, to: 2}]}
"""


def load(tmp_path: Path, text: str) -> None:
    path = tmp_path / "judgements.yaml"
    path.write_text(text, encoding="utf-8")
    load_judgements({"pay": 30.0, "bills": None}, path)


def test_a_good_file_is_read(tmp_path):
    load(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("{pay: 3}", "{pay: 3, lost: 1}", "there is no lesson lost"),
        ("{pay: 3}", "{pay: 4}", "pay has grade 4"),
        ("{pay: 3}", "{pay: 2}", "has no lesson that was meant"),
        ("{pay: 3}", "{bills: 3}", "pay is not among its recorded lessons"),
        ("lesson: pay", "lesson: bills", "where does pay say it?"),
        ("to: 2", "to: 31", "1.0 to 31.0 is no part"),
        ("to: 2", "to: 1", "1.0 to 1.0 is no part"),
        ("from: 1", "from: -1", "-1.0 to 2.0 is no part"),
        ("plain", "odd", "is of no known kind: odd"),
        ("收款码", "' '", "asks nothing"),
        ("kind: plain", "kind: plain, held_out: true", "every 5th query is held out"),
        ("kind: plain", "kind: plain, heldout: true", "unknown heldout"),
        ("[[甲, 乙]]", "[[甲]]", "is no pair"),
        ("]}\n", "]}\n  - {query: 收款码, kind: plain, lessons: {bills: 3}}\n", "is judged twice"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(tmp_path, old, new, fault):
    with pytest.raises(JudgementsFileError, match=fault.replace("?", r"\?")):
        load(tmp_path, GOOD.replace(old, new))
