"""Short links of lessons: stable, plain about what became of the lesson, and dull to guess at."""

import re
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from PIL import Image
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from wagtail.models import Page

from courses.domain.cards import SHAPES, card_of, draw_card
from courses.domain.linking import link_of, make_missing_links
from courses.domain.takedown import take_down
from courses.enums import Access
from courses.models import CoursePage, LessonPage, ShortLink
from courses.views import links
from lms.lib.ids import ALPHABET, check, public_code
from tests.factories.learning import lesson as published_lesson
from tests.factories.learning import live_course, live_lesson

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson() -> LessonPage:
    return published_lesson(teaches="看通知、接龙。")


def address(lesson: LessonPage, rest: str = "") -> str:
    return f"/k/{lesson.short_link.code}/{rest}"


def test_every_lesson_has_one_link_from_its_birth(lesson: LessonPage) -> None:
    link = ShortLink.objects.get(lesson=lesson)

    assert check(link.code) and len(link.code) == 8
    assert link_of(lesson) == link


def test_a_link_leads_on_for_now_and_is_kept_by_nobody(client: Client, lesson: LessonPage) -> None:
    response = client.get(address(lesson))

    assert (response.status_code, response["Location"]) == (302, lesson.get_url())
    assert "no-store" in response["Cache-Control"] and not response.cookies


def test_a_link_outlives_a_new_name_and_a_new_place(client: Client, lesson: LessonPage) -> None:
    short = address(lesson)
    elsewhere = live_course(lesson.org)
    lesson.slug = "another-name"
    lesson.save()
    lesson.move(CoursePage.objects.get(pk=elsewhere.pk), pos="last-child")
    moved = LessonPage.objects.get(pk=lesson.pk)

    assert client.get(short)["Location"] == moved.get_url()
    assert "another-name" in moved.get_url() and elsewhere.slug in moved.get_url()


def test_publishing_an_older_revision_keeps_the_link(lesson: LessonPage) -> None:
    before, revision = lesson.short_link.code, lesson.save_revision()

    revision.as_object().save()

    assert ShortLink.objects.get(lesson=lesson).code == before


def test_a_copy_has_a_link_of_its_own(lesson: LessonPage) -> None:
    copied = lesson.copy(update_attrs={"slug": "copied"})

    assert copied.short_link.code != lesson.short_link.code


def test_a_lesson_that_was_taken_down_says_so(client: Client, lesson: LessonPage) -> None:
    take_down(lesson, by=None, reason="内容有误", at=timezone.now())

    response = client.get(address(lesson))

    assert response.status_code == 410
    assert "这一课已经下架" in response.content.decode() and "内容有误" not in response.content.decode()


def test_a_lesson_whose_course_was_taken_down_says_so(client: Client, lesson: LessonPage) -> None:
    take_down(lesson.course, by=None, reason="内容有误", at=timezone.now())

    assert client.get(address(lesson)).status_code == 410


def test_a_draft_is_not_shown_and_nothing_of_it_is(client: Client, lesson: LessonPage) -> None:
    Page.objects.filter(pk=lesson.pk).update(live=False)

    response = client.get(address(lesson))

    assert response.status_code == 404 and lesson.title not in response.content.decode()
    assert [client.get(address(lesson, rest)).status_code for rest in ("qr.svg", "board/", "card-wide.jpg")] == [
        404
    ] * 3


def test_what_people_type_is_read_generously(client: Client, lesson: LessonPage) -> None:
    code = lesson.short_link.code

    assert client.get(f"/k/{code.lower()[:4]}-{code.lower()[4:]}/")["Location"] == lesson.get_url()


def test_a_slip_of_the_pen_is_called_one_and_costs_nothing(client: Client, lesson: LessonPage) -> None:
    code = lesson.short_link.code
    wrong = code[:-1] + next(each for each in ALPHABET if each != code[-1])

    answers = [client.get(f"/k/{wrong}/") for _ in range(links.MISSES_AN_HOUR + 1)]

    assert {each.status_code for each in answers} == {404}
    assert "有一个字符不对" in answers[0].content.decode()
    assert client.get(address(lesson)).status_code == 302


def test_whoever_tries_codes_is_slowed_down(client: Client, lesson: LessonPage, monkeypatch: Any) -> None:
    monkeypatch.setattr(links, "MISSES_AN_HOUR", 3)

    found = [client.get(f"/k/{public_code(8)}/").status_code for _ in range(4)]

    assert found == [404, 404, 404, 429]
    assert client.get(address(lesson)).status_code == 429
    assert client.get(address(lesson, "qr.svg")).status_code == 404
    assert client.get(address(lesson), REMOTE_ADDR="10.9.8.7").status_code == 302


def test_the_code_to_scan_holds_the_whole_short_link(client: Client, lesson: LessonPage) -> None:
    drawn = client.get(address(lesson, "qr.svg"))
    expected = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    expected.add_data(f"http://testserver{address(lesson)}")
    expected.make(fit=True)

    modules = squares(drawn.content.decode())
    dark = {(x, y) for y, row in enumerate(expected.get_matrix()) for x, is_dark in enumerate(row) if is_dark}

    assert drawn["Content-Type"] == "image/svg+xml" and "<script" not in drawn.content.decode()
    assert modules == dark


def squares(svg: str) -> set[tuple[int, int]]:
    """The dark modules of a drawn code: each is a square whose path begins at its corner."""
    path = re.search(r' d="([^"]+)"', svg)
    assert path is not None
    corners = re.findall(r"M([\d.]+),([\d.]+)H([\d.]+)V([\d.]+)H([\d.]+)z", path[1])
    size = float(corners[0][2]) - float(corners[0][0])
    return {(round(float(x) / size), round(float(y) / size)) for x, y, *_rest in corners}


def test_the_sheet_shows_title_and_link(client: Client, lesson: LessonPage) -> None:
    large, small = client.get(address(lesson, "board/")), client.get(address(lesson, "board/?size=small"))

    assert large.content.decode().count('class="board"') == 1 and lesson.title in large.content.decode()
    assert small.content.decode().count('class="board"') == 4
    assert f"testserver{address(lesson)}" in large.content.decode()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_card_is_small_drawn_once_and_drawn_anew_when_the_title_changes(
    client: Client, lesson: LessonPage, settings: Any, tmp_path: Any, shape: str
) -> None:
    settings.MEDIA_ROOT = tmp_path

    first = client.get(address(lesson, f"card-{shape}.jpg"))
    picture = Image.open(BytesIO(b"".join(first.streaming_content)))  # type: ignore[attr-defined]
    name = card_of(lesson.short_link, shape)
    lesson.title = "换了一个名字的一课"
    lesson.save()
    again = card_of(ShortLink.objects.get(lesson=lesson), shape)

    assert picture.size == SHAPES[shape] and int(first["Content-Length"]) < 60_000
    assert name != again
    assert [path.name for path in (tmp_path / "cards").rglob("*.jpg")] == [again.rpartition("/")[2]]


def test_the_card_of_a_lesson_for_few_shows_no_picture(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    Image.new("RGB", (640, 360), "#ff0000").save(tmp_path / "poster.jpg")
    names = {}
    for access in (Access.PUBLIC, Access.AUDIENCE):
        lesson = live_lesson(live_course(access=access))
        lesson.video.poster = "poster.jpg"
        lesson.video.save()
        names[access] = tmp_path / card_of(ShortLink.objects.get(lesson=lesson), "wide")

    red = {access: Image.open(path).getpixel((600, 20)) for access, path in names.items()}

    assert red[Access.PUBLIC][0] > 200 and red[Access.PUBLIC][1] < 60
    assert min(red[Access.AUDIENCE]) > 200


def test_a_very_long_title_fits_on_the_card() -> None:
    title = "在直播间里卖自己家种的苹果之前，先要办好的三张证和两个账号，以及怎样问村里的帮办员" * 4

    for size in SHAPES.values():
        assert Image.open(BytesIO(draw_card(title, "某某县农业广播电视学校", None, size=size))).size == size


def test_the_lesson_page_says_to_chats_what_it_is(client: Client, lesson: LessonPage) -> None:
    page = client.get(lesson.get_url()).content.decode()

    assert f'<meta property="og:title" content="{lesson.title}">' in page
    assert f'<meta property="og:url" content="http://testserver{address(lesson)}">' in page
    assert f'<meta itemprop="image" content="http://testserver{address(lesson, "card-square.jpg")}">' in page
    assert '<meta property="og:description" content="看通知、接龙。">' in page


def test_lessons_without_a_link_are_found_by_the_command(lesson: LessonPage) -> None:
    ShortLink.objects.all().delete()
    said = StringIO()

    call_command("make_short_links", "--dry-run", stdout=said)
    assert not ShortLink.objects.exists()
    call_command("make_short_links", stdout=said)

    assert said.getvalue().splitlines() == ["1 short links would be made.", "1 short links were made."]
    assert make_missing_links() == 0


def test_a_deleted_lesson_takes_its_link_and_cards_along(
    settings: Any, tmp_path: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    lesson = live_lesson()
    card_of(lesson.short_link, "square")

    with django_capture_on_commit_callbacks(execute=True):
        lesson.delete()

    assert not ShortLink.objects.exists() and not list((tmp_path / "cards").rglob("*.jpg"))
