"""The page of results: moments that open the film there, what is marked, what is narrowed, what was not found."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from lms.lib.durations import beijing_day
from media.models import Video
from search.domain import missing
from search.domain.missing import as_kept, is_a_bot, write_down
from search.domain.refreshing import refresh
from search.models import SearchMiss, SynonymGroup
from search.queries.finding import find
from search.queries.help_topics import topics_for
from search.queries.marking import found_in
from search.queries.understanding import understood
from tests.factories.learning import live_course, live_lesson
from tests.search.test_search import put_in_index, say

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
PHONE = {"HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 9) AppleWebKit/537.36 Chrome/80.0 Mobile Safari/537.36"}
# Tracks and audiences to choose from, and the site of the addresses.
PAGE_QUERIES = 3


def ask(client: Client, text: str, **chosen: str) -> Any:
    return client.get(reverse("search:results"), {"q": text, **chosen}, **PHONE)


def test_a_moment_opens_the_lesson_at_its_second_and_marks_the_words(client: Client) -> None:
    lesson = live_lesson()
    say(lesson, "大家好", "收款码要贴在<柜台>上")

    content = ask(client, "收款码").content.decode()

    assert f'href="{lesson.get_url()}#t=2"' in content
    assert "<mark>收款码</mark>要贴在&lt;柜台&gt;上" in content


@pytest.mark.parametrize(
    ("text", "asked", "marked"),
    [
        ("收款码和付款码", "收款码", ["收款码"]),
        ("把收款碼貼好", "收款码", ["收款碼"]),
        ("Strong PASSWORDS help, password", "passwords", ["PASSWORDS", "password"]),
        ("看天气，看好天气", "天气", ["天气", "天气"]),
        ("三百块钱", "没有的词", []),
        ("", "天气", []),
    ],
)
def test_what_is_marked(text: str, asked: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in found_in(text, understood(asked))] == marked


def test_a_lesson_shows_the_smallest_picture_of_its_recording_unless_data_is_saved(client: Client) -> None:
    lesson = live_lesson(teaches="看天气")
    Video.objects.filter(pk=lesson.video_id).update(poster_widths=[320, 640], stream_folder="streams/x")
    put_in_index()

    shown = ask(client, "天气").content.decode()
    client.cookies["saves_data"] = "on"
    saved = ask(client, "天气").content.decode()

    assert shown.count('class="found-picture"') == 1
    assert "/poster-320" in shown.split('class="found-picture"')[1][:120]
    assert "found-picture" not in saved


def test_the_best_moment_shows_its_own_picture_in_the_place_of_the_lessons(client: Client) -> None:
    lesson = live_lesson()
    say(lesson, *["大家好"] * 11, "收款码要贴在柜台上")
    Video.objects.filter(pk=lesson.video_id).update(
        poster_widths=[320, 640], stream_folder="streams/x", storyboard="streams/x/storyboard.vtt"
    )

    shown = ask(client, "收款码").content.decode()

    assert shown.count('class="found-picture"') == 1
    link, picture = shown.split('class="found-picture"')
    assert link.rpartition("<a ")[2].startswith('class="moment"')
    assert "/still-10.jpg" in picture[:160]
    client.cookies["saves_data"] = "on"
    assert "found-picture" not in ask(client, "收款码").content.decode()


def test_what_means_the_same_is_marked() -> None:
    cache.delete("search.synonyms")
    SynonymGroup.objects.create(words="二维码\n扫码")
    say(live_lesson(), "请扫码进群")

    assert found_in("请扫码进群", understood("二维码")) == [(1, 3)]
    cache.delete("search.synonyms")


def test_choices_stand_in_the_address_and_narrow(client: Client) -> None:
    first, second = live_lesson(teaches="看天气"), live_lesson(teaches="看天气")
    track = second.course.track
    put_in_index()

    both = ask(client, "天气").context
    one = ask(client, "天气", track=track.code).context
    none = ask(client, "天气", length="long").context
    odd = ask(client, "天气", track="' OR 1=1", length="<b>").context

    assert {entry.course for entry in both["sure"]} == {first.course, second.course}
    if first.course.track != track:
        assert [entry.course for entry in one["sure"]] == [second.course]
    assert none["found"].courses == []
    assert {entry.course for entry in odd["sure"]} == {first.course, second.course}


def test_length_is_that_of_the_whole_course(client: Client) -> None:
    course = live_course()
    lessons = [live_lesson(course, teaches="看天气") for _ in range(2)]
    minutes = sum(lesson.minutes or 0 for lesson in lessons)
    length = "short" if minutes <= 20 else "middle" if minutes <= 40 else "long"
    put_in_index()

    for each in ("short", "middle", "long"):
        assert bool(ask(client, "天气", length=each).context["sure"]) == (each == length)


def test_lessons_that_are_not_sure_stand_under_their_own_heading(client: Client) -> None:
    course = live_course()
    sure, beside = live_lesson(course, teaches="看天气"), live_lesson(course, teaches="打包装箱")
    put_in_index()

    context = ask(client, "天气").context

    assert [hit.lesson for entry in context["sure"] for hit in entry.lessons] == [sure]
    assert [hit.lesson for entry in context["maybe"] for hit in entry.lessons] == [beside]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("字太小", "letters"),
        ("字太小看不清", "letters"),
        ("手机丢了", "lost"),
        ("要钱吗", "cost"),
        ("流量", "data"),
        ("letters", "letters"),
        ("种苹果", ""),
        ("收款码怎么弄", ""),
    ],
)
def test_help_answers_in_the_same_words(asked: str, code: str) -> None:
    assert [topic.code for topic in topics_for(understood(asked))][:1] == ([code] if code else [])


def test_help_stands_with_its_answer_where_no_lesson_tells(client: Client) -> None:
    content = ask(client, "手机丢了").content.decode()

    assert 'id="lost"' in content
    assert "还没有讲这个的课" in content


def test_help_page_shows_every_topic(client: Client) -> None:
    assert client.get("/help/").content.decode().count('<details class="more"') == 11


def test_nothing_found_is_counted_by_day_and_never_by_whom(client: Client) -> None:
    for _ in range(2):
        ask(client, "无人机 打药")

    (miss,) = SearchMiss.objects.all()
    assert (miss.asked, miss.times, miss.day) == ("无人机 打药", 2, beijing_day(datetime.now(UTC)))


def test_a_question_that_nothing_answers_for_sure_is_counted_too(client: Client) -> None:
    live_lesson(teaches="用手机看天气")
    put_in_index()

    context = ask(client, "无人机打药").context

    assert (context["sure"], [miss.asked for miss in SearchMiss.objects.all()]) == ([], ["无人机打药"])


def test_what_is_not_counted(client: Client) -> None:
    live_lesson(teaches="看天气")
    put_in_index()

    ask(client, "天气")
    ask(client, "天气", length="long")
    ask(client, "")
    client.head(reverse("search:results"), {"q": "无人机"}, **PHONE)
    client.get(reverse("search:results"), {"q": "无人机"}, HTTP_USER_AGENT="Baiduspider/2.0")
    client.get(reverse("search:results"), {"q": "无人机"})

    assert not SearchMiss.objects.exists()


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("无人机　打药", "无人机 打药"),
        ("13800138000 是谁", "＊ 是谁"),
        ("138 0013-8000", "＊"),
        ("１１０１０１１９９００３０７１２３Ｘ", "＊x"),
        ("12345", "12345"),
        ("一三八零零一三八零零零", "＊"),
        ("a\x00b", "a b"),
        ("字" * 300, "字" * 100),
    ],
)
def test_how_a_question_is_kept(asked: str, kept: str) -> None:
    assert as_kept(asked) == kept


def test_bots() -> None:
    assert all(
        map(is_a_bot, ["", "Googlebot/2.1", "curl/8", "python-requests/2", "Mozilla/5.0 (compatible; bingbot/2.0)"])
    )
    assert not is_a_bot(PHONE["HTTP_USER_AGENT"])


def test_one_address_fills_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing, "MISSES_AN_HOUR", 3)

    for number in range(5):
        write_down(f"无人机{number}", address="192.0.2.1", at=AT)
    write_down("无人机", address="192.0.2.2", at=AT)

    assert SearchMiss.objects.count() == 4


def test_a_day_has_so_many_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing, "QUESTIONS_A_DAY", 2)

    for text in ("甲乙", "丙丁", "戊己", "甲乙"):
        write_down(text, address="192.0.2.1", at=AT)

    assert dict(SearchMiss.objects.values_list("asked", "times")) == {"甲乙": 2, "丙丁": 1}
    assert set(SearchMiss.objects.values_list("day", flat=True)) == {date(2026, 11, 20)}


def test_what_is_a_year_old_goes() -> None:
    for day in (date(2025, 11, 19), date(2025, 11, 20)):
        SearchMiss.objects.create(day=day, asked="种树")

    refresh(AT)

    assert list(SearchMiss.objects.values_list("day", flat=True)) == [date(2025, 11, 20)]


def test_what_cannot_be_written_breaks_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_given: Any) -> None:
        raise DatabaseError("attempt to write a readonly database")

    monkeypatch.setattr(missing, "_count", read_only)

    assert ask(client, "无人机").status_code == 200
    assert not SearchMiss.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_three_queries_beside_those_of_the_search(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        say(live_lesson(live_course(), teaches="看天气"), "天气预报")
    put_in_index()
    ask(client, "天气")
    with CaptureQueriesContext(connection) as searched:
        find("天气", person=AnonymousUser(), at=AT)

    with django_assert_num_queries(len(searched) + PAGE_QUERIES):
        ask(client, "天气")
