"""What is measured side by side: that each contestant is really asked, and what it is known to find."""

import json

import pytest

from tests.bench.search import compete, contestants, find_stock, find_substring, index_stock
from tests.search.demo_library import demo_library, lengths_in_seconds
from tests.search.judging import Found, JudgedSet, load_judgements

pytestmark = pytest.mark.django_db


def test_stock_search_finds_lessons_by_english_words_and_no_chinese_within_a_sentence():
    demo_library()
    index_stock()

    assert [one.lesson for one in find_stock("video call")] == ["phone-talk-video"]
    assert find_stock("验证码") == []
    assert {one.second for one in find_stock("livestream")} == {None}


def test_substring_search_finds_the_second_of_the_line_and_then_lessons_by_title():
    demo_library()

    assert find_substring("验证码")[0] == Found("phone-safe-fraud", 7.361)
    assert find_substring("收款码") == [Found("phone-life-pay")]
    assert find_substring("果子 网套") == [Found("ecom-ship-pack", 24.598)]
    assert find_substring("shoukuanma") == []


def test_contestants_are_judged_by_the_same_queries_one_after_the_other(capsys):
    demo_library()
    judged = load_judgements(lengths_in_seconds())
    few = JudgedSet(judged.judgements[:5], ())

    compete("demo", few, 0)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(line["bench"].startswith("search: ") for line in lines)
    for one in contestants():
        said = {line["bench"].removeprefix("search: "): line for line in lines if one.name in line["bench"]}
        assert {"recall@10", "nDCG@10", "MRR@10", "right second", "indexing", "time"} <= {
            name.split(",")[0] for name in said
        }
        assert said[f"recall@10, {one.name}, demo, plain"]["queries"] == 5
    recall = {line["bench"]: line["value"] for line in lines}
    assert recall["search: recall@10, substring, demo"] > recall["search: recall@10, stock, demo"]


def test_misses_are_told_without_what_is_held_out(capsys):
    demo_library()
    judged = load_judgements(lengths_in_seconds())
    few = JudgedSet(judged.judgements[:5], ())

    compete("demo", few, 0, only="stock", misses=True)

    told = capsys.readouterr().out
    assert f"plain: {few.judgements[0].query}" in told
    assert few.judgements[4].held_out
    assert few.judgements[4].query not in told
