"""Texts read aloud: pronounced as people say them, rendered once, labelled, deleted when nothing needs them."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import pytest
from django.core import signing
from django.core.management import call_command
from django.test import Client

from media.backends.limits import limits
from media.backends.speak.base import SpeakFailed
from media.backends.speak.dummy import DummyVoice
from media.backends.speak.espeak import EspeakVoice
from media.backends.speak.pronouncing import in_characters
from media.backends.speak.sentences import characters, sentences
from media.checks import check_voice
from media.domain import speaking
from media.domain.speaking import (
    SoundRefused,
    can_be_said,
    forget_needless,
    found_for,
    open_sound,
    sign_sound,
    speak,
    speak_missing,
)
from media.models import Spoken
from tests.clock import Clock
from tests.speaking import speaker

__all__ = ["speaker"]

AT = datetime(2026, 3, 1, 2, tzinfo=UTC)
TEXT = "今天说打包四步。第一步，挑！"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026年有35%的人", "二零二六年有百分之三十五的人"),
        ("3.5元一斤，涨了0.25%", "三点五元一斤，涨了百分之零点二五"),
        ("打12345，或者110", "打幺二三四五，或者幺幺零"),
        ("手机13800138000", "手机幺三八零零幺三八零零零"),
        ("2个苹果，12个梨，2月3号", "两个苹果，十二个梨，二月三号"),
        ("120元", "一百二十元"),
        ("用APP扫WiFi6", "用APP扫WiFi6"),
    ],
)
def test_figures_are_said_as_people_say_them(text: str, said: str) -> None:
    assert in_characters(text) == said


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (TEXT, ["今天说打包四步。", "第一步，挑！"]),
        ("他说：“好！”就走了", ["他说：“好！”", "就走了"]),
        ("标题\n下一行……", ["标题", "下一行……"]),
        ("。。。", []),
        ("真的吗？！是。", ["真的吗？！", "是。"]),
    ],
)
def test_sentences_keep_their_signs(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts
    assert sum(map(characters, parts)) in {0, characters(text)}


@pytest.mark.voice
def test_characters_become_pinyin_by_the_word_they_stand_in() -> None:
    from media.backends.speak.pronouncing import pinyin

    assert pinyin("银行行长，重新") == "yin2 hang2 hang2 zhang3 ， chong2 xin1"


@pytest.mark.voice
def test_espeak_speaks_for_about_as_long_as_people_do() -> None:
    sound = EspeakVoice(160).speak("今天我们说怎样在手机上看通知。", limits=limits())

    assert 2_000 < sound.duration_ms < 8_000 and max(sound.samples) > 0


@pytest.mark.voice
def test_what_the_text_holds_is_never_a_command() -> None:
    spoken = EspeakVoice(160).speak("--version; $(touch here) <say-as> 你好 [[h@]] \x00", limits=limits())

    assert spoken.duration_ms > 500


@pytest.mark.voice
@pytest.mark.django_db
def test_a_rendered_text_plays_and_says_that_it_is_generated(settings: Any, tmp_path: Path) -> None:
    settings.SPEAK_BACKEND, settings.MEDIA_ROOT = "espeak", tmp_path
    settings.SITE_FOOTER = {**settings.SITE_FOOTER, "host_org": "某县农广校"}

    done = speak([TEXT], at=AT)

    row = Spoken.objects.get()
    assert (done.spoken, done.failed) == (1, 0)
    assert [length for _start, length in row.cues] == [8, 6] and row.cues[0][0] == 0 < row.cues[1][0]
    with av.open(str(tmp_path / row.file.name)) as played:
        assert played.streams.audio[0].codec_context.name == "aac"
        assert abs(played.duration / 1000 - row.duration_ms) < 200
        assert played.metadata["comment"] == (
            f'{{"AIGC":{{"Label":"1","ContentProducer":"某县农广校","ProduceID":"{row.key}"}}}}'
        )
    assert row.size_bytes < 6 * row.duration_ms


@pytest.mark.django_db
def test_nothing_is_spoken_twice(speaker: DummyVoice) -> None:
    assert speak([TEXT, " 今天说打包四步。第一步，挑！ ", "。。。"], at=AT).spoken == 1
    assert speak([TEXT], at=AT).spoken == 0
    assert speaker.said == sentences(TEXT)


@pytest.mark.django_db
def test_another_voice_or_pace_speaks_anew(speaker: DummyVoice) -> None:
    speak([TEXT], at=AT)

    speaker.name = "another"  # type: ignore[misc]  # as if another were installed

    assert found_for([TEXT]) == {} and speak([TEXT], at=AT).spoken == 1


@pytest.mark.django_db
def test_a_failure_stops_no_other_text_and_is_tried_again(speaker: DummyVoice, tmp_path: Path) -> None:
    speaker.failure = SpeakFailed("busy", permanent=False)
    assert speak([TEXT, "再说一句。"], at=AT) == speaking.Outcome(0, 2, ("busy",))
    speaker.failure = None

    assert speak([TEXT, "再说一句。"], at=AT).spoken == 2
    assert not list((tmp_path / ".work").iterdir())


@pytest.mark.django_db
def test_a_machine_without_the_voice_says_what_it_lacks(speaker: DummyVoice) -> None:
    speaker.lacks = "No voice here."

    assert speak([TEXT], at=AT).reasons == ("No voice here.",)
    assert [warning.id for warning in check_voice(None)] == ["media.W001"]
    speaker.lacks = ""
    assert check_voice(None) == []


def test_no_voice_is_no_fault_where_it_was_switched_off(settings: Any) -> None:
    settings.SPEAK_BACKEND = "none"

    assert check_voice(None) == [] and speak([TEXT], at=AT).spoken == 0


@pytest.mark.django_db
def test_many_texts_are_looked_up_in_one_query(speaker: DummyVoice, django_assert_num_queries: Any) -> None:
    texts = [f"第{number}句话。" for number in range(30)]
    speak(texts[:20], at=AT)

    with django_assert_num_queries(1):
        found = found_for(texts)

    assert list(found) == texts[:20]


@pytest.mark.django_db
def test_the_command_renders_what_is_missing_and_forgets_what_nobody_needs(
    speaker: DummyVoice, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(speaking, "_wanted", [lambda: [TEXT]])
    speak(["从前的一句话。"], at=AT)
    said = StringIO()

    call_command("speak_texts", "--dry-run", stdout=said)
    assert Spoken.objects.count() == 1
    call_command("speak_texts", stdout=said)
    call_command("speak_texts", stdout=said)

    assert said.getvalue().splitlines() == [
        "1 texts would be rendered, 1 would be deleted.",
        "1 texts were rendered, 1 were deleted.",
        "0 texts were rendered, 0 were deleted.",
    ]
    assert list(found_for([TEXT, "从前的一句话。"])) == [TEXT]
    assert len(list((tmp_path / "aloud").rglob("*.m4a"))) == 1


@pytest.mark.django_db
def test_whoever_has_little_time_speaks_one_text_and_the_next_run_goes_on(
    speaker: DummyVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaking, "_wanted", [lambda: ["第一句话。", "第二句话。", "第三句话。"]])
    monkeypatch.setattr(speaking, "time", SimpleNamespace(monotonic=count(step=2).__next__))

    assert [speak_missing(at=AT, seconds=3).spoken for _run in range(3)] == [1, 1, 1]
    assert speak_missing(at=AT, seconds=3).spoken == 0


@pytest.mark.django_db
def test_what_was_needed_a_while_ago_stays_for_a_month(speaker: DummyVoice, monkeypatch: Any) -> None:
    monkeypatch.setattr(speaking, "_wanted", [])
    speak([TEXT], at=AT)

    assert forget_needless(at=AT + timedelta(days=29)) == 0
    assert forget_needless(at=AT + timedelta(days=31)) == 1
    assert speak_missing(at=AT).spoken == 0


@pytest.mark.django_db
def test_an_address_is_signed_ends_and_answers_stretches(speaker: DummyVoice, client: Client, clock: Clock) -> None:
    speak([TEXT], at=clock.now)
    address = sign_sound(Spoken.objects.get(), at=clock.now)

    whole = client.get(address)
    part = client.get(address, headers={"range": "bytes=0-9"})

    assert (whole.status_code, whole["Content-Type"]) == (200, "audio/mp4")
    assert (part.status_code, len(b"".join(part.streaming_content))) == (206, 10)  # type: ignore[attr-defined]
    assert client.get(address.replace("/files/s/", "/files/s/a")).status_code == 403
    clock.move(days=1)
    assert client.get(address).status_code == 403


@pytest.mark.django_db
def test_an_address_of_a_film_opens_no_sound(speaker: DummyVoice) -> None:
    speak([TEXT], at=AT)
    foreign = signing.Signer(salt="media.playing", sep=".").sign(f"{Spoken.objects.get().key}.9999999999")

    with pytest.raises(SoundRefused):
        open_sound(foreign, at=AT)


def test_a_text_that_says_nothing_or_never_ends_is_left_alone() -> None:
    assert not can_be_said("……") and not can_be_said("长" * 3001) and can_be_said("好")
