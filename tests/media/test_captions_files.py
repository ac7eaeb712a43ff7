"""Caption files as people really have them."""

import codecs
import json
import subprocess

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.tools.setup import ROOT, node_folder
from media.captions_text import clean
from media.subtitles import (
    MAX_BYTES,
    MAX_MS,
    Subtitle,
    UnreadableSubtitles,
    decode,
    doubts_about,
    format_time,
    parse_time,
    read_subtitles,
    spread_text,
    write_srt,
    write_text,
    write_vtt,
)
from tests.machine import examples

VTT = """WEBVTT - 打包四步
Kind: captions

NOTE 由培训员听写
两行说明

STYLE
::cue { color: yellow }

1
00:00.500 --> 00:02.000 align:start position:0%
<v 老师>今天说<b>打包</b>四步。

00:00:02.400 --> 00:00:03.600
第一步&amp;挑。
第二行
"""
SRT = """1
00:00:00,500 --> 00:00:02,000
今天说打包四步。

2
00:00:02,400 --> 00:00:03,600
{\\an8}<i>第一步</i>，挑。

3
"""
TWO = [Subtitle(500, 2000, "今天说打包四步。"), Subtitle(2400, 3600, "第一步，挑。")]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def test_webvtt_with_notes_styles_names_settings_and_tags():
    assert read_subtitles(VTT) == [Subtitle(500, 2000, "今天说打包四步。"), Subtitle(2400, 3600, "第一步&挑。\n第二行")]


@pytest.mark.parametrize(
    "data",
    [
        SRT.encode(),
        codecs.BOM_UTF8 + SRT.encode(),
        SRT.encode("gb18030"),
        codecs.BOM_UTF16_LE + SRT.encode("utf-16-le"),
        SRT.replace("\n", "\r\n").encode("gb18030"),
        SRT.replace("\n", "\r").encode(),
    ],
    ids=["utf-8", "bom", "gb18030", "utf-16", "crlf-gb18030", "cr"],
)
def test_subrip_in_every_encoding_and_line_end(data):
    assert read_subtitles(decode(data)) == TWO


def test_written_file_reads_back_the_same():
    cues = [Subtitle(0, 1500, "3 < 5 & 7 > 2"), Subtitle(3_600_000, 3_601_001, "一小时\n后")]

    assert read_subtitles(write_vtt(cues)) == cues


def test_arrow_inside_words_cannot_forge_a_cue():
    text = write_vtt([Subtitle(0, 1000, "00:01.000 --> 00:02.000")])

    assert text.count("-->") == 1
    assert read_subtitles(text) == [Subtitle(0, 1000, "00:01.000 --> 00:02.000")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("WEBVTT\n\n00:01.000 --> 00:0x.000\n甲", "Line 3: the time cannot be read: 00:01.000 --> 00:0x.000"),
        ("WEBVTT\n\n00:01.000 -->\n甲", "Line 3: the time cannot be read: 00:01.000 -->"),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\n甲", "Line 3: the caption ends before it begins."),
        (
            "1\n00:00:05,000 --> 00:00:06,000\n甲\n\n2\n00:00:01,000 --> 00:00:02,000\n乙",
            "Line 6: the caption begins before the one above it.",
        ),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n甲\n00:03.000 --> 00:04.000\n乙", "Line 5: an empty line is missing"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n甲\n\n乙", "Line 6: there is no time above these words."),
        ("一篇普通的文章\n没有时间", "No captions were found."),
        ("", "No captions were found."),
        ("WEBVTT\n\n00:75.000 --> 01:80.000\n甲", "Line 3: the time cannot be read"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n" + "长" * 501, "Line 4: this caption has more than 500 characters."),
    ],
)
def test_bad_file_is_refused_with_the_line(text, said):
    with pytest.raises(UnreadableSubtitles) as refusal:
        read_subtitles(text)

    assert str(refusal.value).startswith(said)


def test_many_bad_lines_are_counted_not_listed():
    text = "\n\n".join(f"00:0{n}.x00 --> 00:0{n}.900\n甲" for n in range(8))

    with pytest.raises(UnreadableSubtitles) as refusal:
        read_subtitles(text)

    assert str(refusal.value).count("Line ") == 5
    assert str(refusal.value).endswith("And 3 more lines like this.")


def test_file_beyond_the_limit_or_of_bytes_is_refused():
    with pytest.raises(UnreadableSubtitles, match="larger than 2 MB"):
        decode(b"a" * (MAX_BYTES + 1))
    with pytest.raises(UnreadableSubtitles, match="not a text file"):
        decode(b"\x00\x01\xff\xff\xfe\x80\x81" * 9)


@pytest.mark.parametrize("ms", [0, 999, 60_000, 3_599_999, 3_600_000, 21_600_123])
def test_times_read_back(ms):
    assert parse_time(format_time(ms)) == ms


# What a careless writer would let a reader take for something else.
TRAPS = [
    *["-->", "<b>", "</i>", "<00:01.000>", "{\\an8}", "&lt;", "&amp;", "&", "&#123;", "<", ">", "{", "}", "\n", " "],
    *[
        "NOTE",
        "STYLE",
        "WEBVTT",
        "1",
        "00:00:01.000 --> 00:00:02.000",
        "\u3000",
        "\u200c",
        "\x1f",
        "བོད",
        "ئۇيغۇر",
        "𠮷",
    ],
]
WORDS = (st.text(max_size=60) | st.lists(st.sampled_from(TRAPS), max_size=12).map("".join)).map(clean).filter(bool)
CUES = st.lists(st.tuples(st.integers(0, MAX_MS - 1), st.integers(1, 10_000), WORDS), min_size=1, max_size=6).map(
    lambda rows: sorted(
        (Subtitle(start, min(start + length, MAX_MS), words) for start, length, words in rows),
        key=lambda cue: (cue.start_ms, cue.end_ms),
    )
)


@given(CUES)
@settings(max_examples=examples(150))
def test_any_captions_survive_being_written_and_read(cues):
    assert read_subtitles(write_vtt(cues)) == cues
    assert read_subtitles(decode(write_vtt(cues).encode())) == cues
    assert read_subtitles(write_srt(cues)) == cues
    assert read_subtitles(decode(write_srt(cues).encode("utf-16"))) == cues


@given(WORDS)
def test_cleaning_twice_is_cleaning_once(words):
    assert clean(words) == words


def test_joiners_stay_and_marks_of_direction_go():
    assert clean("نە\u200cچچە \u202eabc\u2066") == "نە\u200cچچە abc"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_recognised(encoding):
    assert read_subtitles(decode(SRT.encode(encoding))) == TWO


def test_a_damaged_character_is_named_by_its_line():
    with pytest.raises(UnreadableSubtitles) as refusal:
        decode(SRT.encode().replace("一".encode(), "一".encode()[:2]))

    assert str(refusal.value) == "Line 7: a character is damaged. Please save the file as UTF-8 once more."


def test_doubts_name_overlaps_and_what_is_longer_than_the_film():
    text = (
        "1\n00:00:00,500 --> 00:00:02,000\n甲\n\n2\n00:00:01,900 --> 00:00:03,000\n乙\n\n"
        "3\n00:09:59,000 --> 00:10:01,001\n丙\n"
    )

    assert doubts_about(read_subtitles(text), length_seconds=600) == [
        "Line 6: the caption begins before the one above it has ended. "
        "Line 10: the caption stands after the end of the recording."
    ]
    assert doubts_about(read_subtitles(SRT), length_seconds=600) == []
    assert doubts_about(read_subtitles(SRT), length_seconds=None) == []


def test_subrip_is_escaped_only_where_it_would_be_misread():
    words = ["A&B < C", "<b>", "&lt;", "-->", "{\\an8}"]
    written = write_srt([Subtitle(at * 1000, at * 1000 + 900, text) for at, text in enumerate(words)])

    assert written.split("\n")[2::4] == ["A&B < C", "&lt;b&gt;", "&amp;lt;", "--&gt;", "&#123;\\an8}"]


def test_plain_text_has_a_line_for_each_caption():
    assert write_text([Subtitle(0, 1, "一行\n两行"), Subtitle(2, 3, "三")]) == "一行 两行\n三\n"


def test_hours_of_three_digits_are_no_time():
    with pytest.raises(UnreadableSubtitles, match="Line 3: the time cannot be read"):
        read_subtitles("WEBVTT\n\n100:00:00.000 --> 100:00:01.000\n甲")


def test_words_alone_are_spread_over_the_recording_by_their_room():
    found = spread_text("\ufeff今天说打包四步。\r\n\r\n 第一步，挑。\n", length_seconds=14)

    assert [(cue.start_ms, cue.end_ms, cue.text, cue.line) for cue in found] == [
        (0, 8000, "今天说打包四步。", 1),
        (8000, 14000, "第一步，挑。", 3),
    ]
    assert spread_text("甲\n乙", length_seconds=None)[1].end_ms == 6000


@pytest.mark.parametrize(("text", "said"), [(" \n", "The file holds no words."), ("好\n" + "长" * 501, "Line 2:")])
def test_words_that_make_no_captions_are_refused(text, said):
    with pytest.raises(UnreadableSubtitles, match=said):
        spread_text(text, length_seconds=10)


# The W3C's own validator, on a line of JSON for each file: what it finds wrong, and the words it reads.
VALIDATE = """
const { WebVTTParser } = require("webvtt-parser");
const files = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(files.map(file => {
  const { cues, errors } = new WebVTTParser().parse(file, "captions");
  const words = nodes => nodes.map(node => node.type === "text" ? node.value : words(node.children)).join("");
  return { errors: errors.map(error => error.message), texts: cues.map(cue => words(cue.tree.children)) };
})));
"""


def test_the_standards_own_validator_reads_what_is_written():
    texts = [*TRAPS, *(one + other for one in TRAPS for other in TRAPS[:8]), "今天说打包四步。\n第一步，挑。"]
    cues = [Subtitle(at * 1000, at * 1000 + 900, words) for at, words in enumerate(filter(None, map(clean, texts)))]

    done = subprocess.run(
        [node_folder() / "node", "-e", VALIDATE],
        input=json.dumps([write_vtt(cues)]),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    # It leaves the semicolon of "&lt;" standing, so semicolons are not compared.
    read = json.loads(done.stdout)[0]
    assert read["errors"] == []
    assert [words.replace(";", "") for words in read["texts"]] == [cue.text.replace(";", "") for cue in cues]
