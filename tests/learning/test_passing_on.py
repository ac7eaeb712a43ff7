"""A lesson as one file: whole, streamed, for whoever may play it, and without a word about anybody."""

import re
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from courses.domain.takedown import take_down
from courses.enums import Access
from courses.models import LessonPage
from lms.learning.domain import passing_on
from lms.learning.views import passing_on as view
from lms.people.models import Person
from media.models import CaptionTrack, Cue, Transcript
from tests.cast import Cast
from tests.factories.learning import file_to_keep, live_course, live_lesson, published

pytestmark = pytest.mark.django_db
FILM = bytes(range(256)) * 7001
AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def make(settings: Any, tmp_path: Path) -> Callable[..., LessonPage]:
    """A lesson whose film lies in the storage."""
    settings.MEDIA_ROOT = tmp_path

    def lesson(**course: Any) -> LessonPage:
        page = published(live_lesson(live_course(**course), teaches="一句话<b>说清</b>。"))
        file_to_keep(page.video)
        folder = tmp_path / page.video.stream_folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "lesson.mp4").write_bytes(FILM)
        return page

    return lesson


def address(lesson: LessonPage) -> str:
    return f"/learn/lessons/{lesson.pk}/file/"


def whole(response: Any) -> str:
    return b"".join(response.streaming_content).decode()


def film_in(text: str) -> bytes:
    return b"".join(b64decode(piece) for piece in re.findall(r"data-piece>([^<]*)</script>", text))


def test_the_file_carries_the_whole_film_and_says_its_length(
    client: Client, make: Callable[..., LessonPage], monkeypatch: Any
) -> None:
    monkeypatch.setattr(passing_on, "PIECE_BYTES", 300 * 1024)
    response = client.get(address(make()))

    text = whole(response)

    assert film_in(text) == FILM and text.count("data-piece>") == 6
    assert int(response["Content-Length"]) == len(text.encode())
    assert text.endswith("</html>\n") and "attachment" in response["Content-Disposition"]


def test_the_file_is_streamed_and_no_more_than_two_pieces_are_held(
    make: Callable[..., LessonPage], monkeypatch: Any
) -> None:
    monkeypatch.setattr(passing_on, "PIECE_BYTES", 3 * 1024)
    lesson = make()

    film = passing_on.film_of(None, lesson, at=timezone.now())
    pieces = [len(piece) for piece in passing_on.written(film)]

    assert max(pieces) == len(b'<script type="text/plain" data-piece></script>\n') + 4 * 1024
    assert sum(pieces) == passing_on.written_size(film)


def test_the_file_says_that_nothing_is_recorded_and_where_it_is(
    client: Client, make: Callable[..., LessonPage]
) -> None:
    lesson = make()
    text = whole(client.get(address(lesson)))

    assert "在这里看，不会记录学习。" in text and f"http://testserver/k/{lesson.short_link.code}/" in text
    assert lesson.title in text and "一句话&lt;b&gt;说清&lt;/b&gt;。" in text and lesson.org.name in text
    assert "请不要再转发" not in text


def test_the_file_names_nobody_and_no_signed_address(
    cast: Cast, signed_in: Callable[[Person], Client], client: Client, make: Callable[..., LessonPage]
) -> None:
    lesson = make()

    hers = whole(signed_in(cast.learner).get(address(lesson)))

    assert hers == whole(client.get(address(lesson)))
    assert "/files/" not in hers and cast.learner.name not in hers


def test_the_file_holds_the_approved_words_alone(client: Client, cast: Cast, make: Callable[..., LessonPage]) -> None:
    lesson = make()
    for state, words in (("approved", "看过的字幕</script>"), ("draft", "没看过的草稿")):
        transcript = Transcript.objects.create(
            video=lesson.video,
            language="zh" if state == "approved" else "en",
            source="hand",
            state=state,
            version=1,
            created_at=AT,
            **({"approved_by": cast.trainer, "approved_at": AT} if state == "approved" else {}),
        )
        Cue.objects.create(transcript=transcript, number=1, start_ms=0, end_ms=900, text=words)
        if state == "approved":
            CaptionTrack.objects.create(video=lesson.video, language="zh", transcript=transcript, published_at=AT)

    text = whole(client.get(address(lesson)))

    assert 'data-start="0" data-end="900">看过的字幕&lt;/script&gt;</li>' in text and "没看过的草稿" not in text


def test_a_generated_voice_is_labelled_in_sight_and_in_the_head(
    client: Client, make: Callable[..., LessonPage]
) -> None:
    lesson = make()
    lesson.video.ai_generated = True
    lesson.video.save()

    text = whole(client.get(address(lesson)))

    assert "本课声音由人工智能合成" in text
    assert '<meta name="AIGC" content="{&quot;AIGC&quot;:{&quot;Label&quot;:&quot;1&quot;' in text


def test_who_may_not_play_it_gets_no_file(
    client: Client, cast: Cast, signed_in: Callable[[Person], Client], make: Callable[..., LessonPage]
) -> None:
    lesson = make(access=Access.SIGNED_IN)

    assert client.get(address(lesson)).status_code == 404
    assert "请不要再转发" in whole(signed_in(cast.learner).get(address(lesson)))


def test_a_lesson_for_cadres_is_theirs_alone(
    cast: Cast, signed_in: Callable[[Person], Client], make: Callable[..., LessonPage]
) -> None:
    lesson = make(access=Access.AUDIENCE, audience=["cadre"])

    assert signed_in(cast.farmer).get(address(lesson)).status_code == 404
    assert signed_in(cast.learner).get(address(lesson)).status_code == 200


def test_what_was_taken_down_is_passed_on_no_more(client: Client, make: Callable[..., LessonPage]) -> None:
    lesson = make()
    take_down(lesson, by=None, reason="内容有误", at=timezone.now())

    assert client.get(address(lesson)).status_code == 404


def test_a_lesson_without_such_a_film_has_no_file(client: Client, make: Callable[..., LessonPage]) -> None:
    lesson = make()
    lesson.video.renditions.all().delete()

    assert client.get(address(lesson)).status_code == 404
    assert "/file/" not in client.get(lesson.get_url()).content.decode()


def test_an_hour_has_so_many_files(client: Client, make: Callable[..., LessonPage], monkeypatch: Any) -> None:
    monkeypatch.setattr(view, "FILES_AN_HOUR", 2)
    lesson = make()

    assert [client.get(address(lesson)).status_code for _ in range(3)] == [200, 200, 429]


def test_the_file_can_do_nothing_in_our_name(client: Client, make: Callable[..., LessonPage]) -> None:
    policy = client.get(address(make()))["Content-Security-Policy"]

    assert "sandbox allow-scripts" in policy and "default-src 'none'" in policy and "allow-same-origin" not in policy


def test_the_page_says_how_large_the_file_is(client: Client, make: Callable[..., LessonPage]) -> None:
    lesson = make()

    page = client.get(lesson.get_url()).content.decode()

    assert address(lesson) in page and "整课存成一个文件（21\N{NO-BREAK SPACE}MB）" in page


@pytest.mark.parametrize(
    ("title", "name"), [('手机/微信: "入门"?', "手机 微信 入门"), ("...", "lesson"), ("很长" * 80, "很长" * 30)]
)
def test_the_name_is_one_that_memory_cards_take(title: str, name: str) -> None:
    assert view.file_name(title) == name


# Gone on with after a lost connection


def test_every_stretch_is_the_same_bytes(client: Client, make: Callable[..., LessonPage], monkeypatch: Any) -> None:
    monkeypatch.setattr(passing_on, "PIECE_BYTES", 300 * 1024)
    lesson = make()
    text = whole(client.get(address(lesson))).encode()
    head, tail = text.index(b"<script type="), text.rindex(b"</script>\n") + len(b"</script>\n")
    piece = len(b'<script type="text/plain" data-piece></script>\n') + 400 * 1024
    size = len(text)

    for first, last in [
        (0, 0), (0, 9), (5, head), (head - 1, head), (head, head + 40), (head + 1, head + piece),
        (head + piece - 1, head + piece), (head + 3 * piece + 77, head + 4 * piece + 5), (tail - 1, tail),
        (tail, size - 1), (size - 1, size - 1), (1, size - 1),
    ]:  # fmt: skip
        response = client.get(address(lesson), headers={"range": f"bytes={first}-{last}"})

        assert response.status_code == 206
        assert response["Content-Range"] == f"bytes {first}-{last}/{size}"
        got = b"".join(response.streaming_content)  # type: ignore[attr-defined]  # the stubs know whole answers only
        assert got == text[first : last + 1] and int(response["Content-Length"]) == len(got), (first, last)


def test_only_a_part_of_these_very_bytes_is_gone_on_with(
    client: Client, make: Callable[..., LessonPage], clock: Any
) -> None:
    lesson = make()
    first = client.get(address(lesson))
    clock.move(days=3)

    same = client.get(address(lesson), headers={"range": "bytes=9-", "if-range": first["ETag"]})
    lesson.teaches = "说法改了。"
    lesson.save()
    other = client.get(address(lesson), headers={"range": "bytes=9-", "if-range": first["ETag"]})

    assert (same.status_code, same["ETag"]) == (206, first["ETag"])
    assert other.status_code == 200 and other["ETag"] != first["ETag"] and "说法改了" in whole(other)
    dated = client.get(address(lesson), headers={"range": "bytes=9-", "if-range": "Sun, 01 Mar 2026 00:00:00 GMT"})
    assert dated.status_code == 200 and dated["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "status"),
    [("bytes=99999999999-", 416), ("bytes=-0", 416), ("bytes=-5", 206), ("bytes=0-1,5-6", 200), ("lines=1-2", 200)],
)
def test_what_cannot_be_sent_as_a_part_is_said(
    client: Client, make: Callable[..., LessonPage], asked: str, status: int
) -> None:
    lesson = make()
    size = int(client.get(address(lesson))["Content-Length"])

    response = client.get(address(lesson), headers={"range": asked})

    assert response.status_code == status
    if status == 416:
        assert response["Content-Range"] == f"bytes */{size}"


def test_going_on_is_no_further_file_and_comes_to_an_end_too(
    client: Client, make: Callable[..., LessonPage], monkeypatch: Any
) -> None:
    monkeypatch.setattr(view, "FILES_AN_HOUR", 1)
    monkeypatch.setattr(view, "RESUMED_AN_HOUR", 2)
    lesson = make()

    def status(**headers: str) -> int:
        return client.get(address(lesson), headers=headers).status_code

    assert [status(), status(range="bytes=7-"), status(range="bytes=7-"), status()] == [200, 206, 206, 429]
    assert status(range="bytes=7-") == 429


@pytest.mark.django_db(transaction=True)
def test_a_download_that_breaks_off_again_and_again_ends_with_the_same_bytes(
    live_server: Any, client: Client, make: Callable[..., LessonPage]
) -> None:
    lesson = make()
    got, mark, size = b"", "", None
    while size is None or len(got) < size:
        connection = HTTPConnection(live_server.thread.host, live_server.thread.port, timeout=20)
        more = {"Range": f"bytes={len(got)}-", "If-Range": mark} if got else {}
        connection.request("GET", address(lesson), headers=more)
        response = connection.getresponse()
        assert response.status == (206 if got else 200)
        mark, size = response.headers["ETag"], size or int(response.headers["Content-Length"])
        got += response.read(700_001)
        connection.close()  # in the middle of what is still coming

    assert film_in(got.decode()) == FILM
    assert got == whole(client.get(address(lesson), headers={"host": urlsplit(live_server.url).netloc})).encode()
