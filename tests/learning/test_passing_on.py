"""A lesson as one file: whole, streamed, for whoever may play it, and without a word about anybody."""

import re
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
