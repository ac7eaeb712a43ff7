"""Chinese as people read it: characters, signs, numbers, and the glossary. Nothing is invented or lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.backends.transcribe.base import Correction, Term
from media.backends.transcribe.chinese import simplified, with_full_signs
from media.backends.transcribe.chinese_numbers import in_figures, spelled, value_of
from media.backends.transcribe.correcting import corrected
from media.backends.transcribe.timed import Timed
from media.captions_text import bare


def said(text: str) -> Timed:
    """The text, each character 200 ms after the one before."""
    return Timed(
        text, tuple(range(0, 200 * len(text), 200)), tuple(range(200, 200 * len(text) + 1, 200)), (0.9,) * len(text)
    )


@pytest.mark.parametrize(
    ("heard", "read"),
    [
        ("大家好,今天我們講直播帶貨.下面開始", "大家好，今天我们讲直播带货。下面开始"),
        ("第一步,挑.第二步:套!", "第一步，挑。第二步：套！"),
        ("這個裏面的麵條,著名的。", "这个里面的面条，著名的。"),
        ('他说"你好"。。。', "他说“你好”……"),
        ("好 今天 我们  看看 APP 怎么用", "好 今天 我们 看看 APP 怎么用"),
        ("价格是3.5元,12:30开始,看www.a.cn.", "价格是3.5元，12:30开始，看www.a.cn."),
        ("好， ，对。。", "好，对……"),
        ("没有标点也不加标点", "没有标点也不加标点"),
    ],
)
def test_characters_and_signs_as_in_print(heard, read):
    assert with_full_signs(simplified(said(heard))).text == read


@given(st.text(alphabet='今天好了3a .,，。!?:;“"…、', max_size=30))
def test_signs_change_no_word(text):
    read = with_full_signs(said(text))

    assert bare(read.text) == bare(text)
    assert len(read.starts) == len(read.ends) == len(read.chances) == len(read.text)
    assert list(read.starts) == sorted(read.starts)


@pytest.mark.parametrize(
    ("heard", "read"),
    [
        ("百分之三十五", "35%"),
        ("百分之零点五", "0.5%"),
        ("百分之百", "100%"),
        ("二零二六年", "2026年"),
        ("二〇二六年十一月二十八号", "2026年11月28号"),
        ("三千五百块", "3500块"),
        ("三万斤", "3万斤"),
        ("一亿三千万元", "1亿3000万元"),
        ("两百五十克", "250克"),
        ("三点五公斤", "3.5公斤"),
        ("拨打幺幺零", "拨打110"),
        ("一三八零零一二三四五六", "13800123456"),
    ],
)
def test_numbers_that_print_has_in_figures(heard, read):
    assert in_figures(said(heard)).text == read


@pytest.mark.parametrize(
    "text",
    [
        "三五天", "十几亩", "两三百块", "三四十斤", "百分之三四十", "一个", "第三步", "三轮车", "十分好", "千万别点",
        "万一", "一百来块", "上百公里", "几十公里", "五十多岁", "半斤", "三千五块", "十块八块", "一二三四五六七",
        "二月二", "八九点", "村两委", "一下子", "百年老店", "三十三月五十日", "一五一十", "四五点", "三块五",
    ],
)  # fmt: skip
def test_words_and_vague_numbers_stay(text):
    assert in_figures(said(text)).text == text


@given(st.integers(0, 10**12 - 1))
def test_a_number_written_out_has_its_value(value):
    assert value_of(spelled(value)) == value


@given(st.text(alphabet="零一二两三四五六七八九十百千万亿", min_size=1, max_size=9))
def test_no_other_writing_has_a_value(text):
    value = value_of(text)

    assert value is None or spelled(value) in (text.replace("两", "二"), text.replace("两", "二")[1:])


@given(st.integers(10, 10**9), st.sampled_from(["元", "斤", "公里", "亩", "岁", "度"]))
def test_an_amount_keeps_its_value(value, unit):
    read = in_figures(said(f"一共{spelled(value)}{unit}左右")).text

    found = re.fullmatch(rf"一共(?:(\d+)亿)?(?:(\d+)万)?(\d*){unit}左右", read)
    assert found is not None, read
    assert sum(int(part or 0) * size for part, size in zip(found.groups(), (10**8, 10**4, 1), strict=True)) == value


@given(st.text(alphabet="零〇一二两三四五六七八九十百千万亿幺点几多分之年月日号第元块斤个好a1", max_size=16))
def test_figures_change_nothing_but_numbers_and_only_once(text):
    read = in_figures(said(text))

    assert in_figures(read).text == read.text
    assert re.sub(r"[\d零〇一二两三四五六七八九十百千万亿幺点.%分之]", "", read.text) == re.sub(
        r"[\d零〇一二两三四五六七八九十百千万亿幺点.%分之]", "", text
    )
    assert len(read.starts) == len(read.text)


TERMS = (
    Term("村两委", ("村俩委",)),
    Term("直播带货", ("直播代货", "代货")),
    Term("电商", ("点上",)),
    Term("WeChat", ("we chat",)),
)


@pytest.mark.parametrize(
    ("heard", "read", "changes"),
    [
        ("村俩委和直播代货", "村两委和直播带货", [("村俩委", "村两委"), ("直播代货", "直播带货")]),
        ("打开We Chat看看", "打开WeChat看看", [("We Chat", "WeChat")]),
        ("学会直播带货", "学会直播带货", []),
        ("点上面的按钮", "点上面的按钮", []),
        ("什么也没有", "什么也没有", []),
    ],
)
def test_wrong_spellings_become_the_term_and_are_told(heard, read, changes):
    result = corrected(said(heard), TERMS)

    assert result.said.text == read
    assert [change for _a, _b, change in result.spans if change] == [Correction(*change) for change in changes]
    assert all(result.said.text[a:b] in {term.text for term in TERMS} for a, b, _change in result.spans)


def test_a_correction_belongs_to_the_part_in_which_it_stands():
    result = corrected(said("村俩委都来学直播代货"), TERMS)

    assert result.corrections(0, 3) == (Correction("村俩委", "村两委"),)
    assert result.corrections(3, 6) == ()


def test_what_is_replaced_keeps_the_time_of_what_was_said():
    result = corrected(said("去直播代货吧"), [Term("直播带货啊", ("直播代货",))]).said

    assert result.text == "去直播带货啊吧"
    assert (result.starts[1], result.ends[5], result.starts[6]) == (200, 1000, 1000)
