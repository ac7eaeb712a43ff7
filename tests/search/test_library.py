"""The libraries that search is measured on: the demo's, and a large one made of words."""

import re
from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from courses.models import CataloguePage, CoursePage, LessonPage, OutlineVersion, ShortLink
from lms.demo.domain.recordings import all_recordings
from media.models import CaptionTrack, Cue, Transcript, Video
from tests.bench._library import make_library, tracks
from tests.search.demo_library import demo_library

DATE = re.compile(r"\d+月\d+号")


@pytest.mark.django_db
def test_demo_library_is_published_with_what_its_recordings_say():
    lessons = demo_library()

    assert len(lessons) == 67
    assert LessonPage.objects.live().count() == 67
    assert Page.find_problems() == ([], [], [], [], [])
    assert CataloguePage.objects.live().count() == 4
    assert OutlineVersion.objects.count() == CoursePage.objects.live().count() == 16
    assert ShortLink.objects.count() == 67
    for recording in all_recordings():
        video = lessons[recording.code].video
        sentences = recording.facts["sentences"]
        (transcript,) = video.transcripts.all()
        cues = list(transcript.cues.values_list("number", "start_ms", "end_ms", "text", "heard"))
        assert transcript.state == "approved"
        assert cues == [
            (number, round(one["start"] * 1000), round(one["end"] * 1000), one["text"], None)
            for number, one in enumerate(sentences, start=1)
        ]
        assert cues[-1][2] <= video.decoded_seconds * 1000 + 1000
        assert sentences[-1]["text"] in video.approved_track().vtt
    assert Transcript.objects.count() == CaptionTrack.objects.count() == 12
    # what takes place in the village, and only that, has no recording
    silent = {code for code, lesson in lessons.items() if lesson.video is None}
    assert silent == set(LessonPage.objects.filter(kind="offline").values_list("code", flat=True))


@pytest.mark.parametrize("time", ["first", "second", "third"])
@pytest.mark.django_db
def test_demo_library_is_the_same_each_time_it_is_built_or_comes_back(time: str):
    lessons = demo_library()

    lesson = LessonPage.objects.get(code="phone-safe-fraud")
    assert lesson == lessons["phone-safe-fraud"]
    assert lesson.video.transcripts.get().cues.count() == 10
    assert lesson.course.lessons().count() == 4
    assert Page.find_problems() == ([], [], [], [], [])


@pytest.mark.django_db
def test_demo_library_can_be_opened(client: Client):
    lesson = demo_library()["phone-safe-fraud"]

    answer = client.get(lesson.url)

    assert answer.status_code == 200
    assert "防骗三句话" in answer.content.decode()
    assert client.get(reverse("links:follow", args=[lesson.short_link.code])).status_code in {301, 302}


@pytest.mark.django_db
def test_made_library_holds_as_much_as_was_asked_for_and_the_demo_among_it():
    make_library(130, 1500)

    lessons = LessonPage.objects.live()
    demo = sum(len(recording.facts["sentences"]) for recording in all_recordings())
    assert lessons.count() == 130 + 67
    assert Cue.objects.count() == 1500 + demo
    assert Page.find_problems() == ([], [], [], [], [])
    assert max(Counter(lesson.path[: -lesson.steplen] for lesson in lessons).values()) == 20
    assert Video.objects.filter(lessons=None).count() == 0
    places = list(lessons.order_by("path").values_list("code", flat=True))
    assert 0 < places.index("phone-safe-fraud") < len(places) - 1
    assert not places[0].startswith("phone-")
    # rows made afterwards get keys of their own
    assert Video.objects.order_by("-pk")[0].pk < _a_further_video().pk


def _a_further_video() -> Video:
    video = Video.objects.order_by("-pk")[0]
    video.pk, video.code = None, "further"
    video.save()
    return video


def _texts(seed: int, lessons: int = 600, lines: int = 6000) -> list[str]:
    return [
        line.text
        for track in tracks(lessons, lines, seed=seed)
        for course in track.courses
        for lesson in course.lessons
        for line in lesson.lines
    ]


def test_made_texts_are_the_same_for_the_same_seed():
    assert _texts(1) == _texts(1)
    assert _texts(1) != _texts(2)


def test_made_texts_read_like_lessons():
    texts = _texts(1)

    assert len(texts) == 6000
    assert not [text for text in texts if "{" in text or "}" in text]
    assert max(map(len, texts)) < 90
    # sentences differ, and their words are as unequal as words are
    assert len(set(texts)) > 4800
    counted = Counter(re.findall("收款码|集市", "".join(texts)))
    assert counted["收款码"] > counted["集市"] > 0
    assert len(set(DATE.findall("".join(texts)))) > 100


def test_made_lessons_speak_of_a_few_things_again_and_again():
    lesson = next(iter(next(iter(next(tracks(20, 600)).courses)).lessons))

    pairs = Counter(pair for line in lesson.lines for pair in re.findall(r"(?=([一-鿿]{2}))", line.text))

    assert lesson.lines[0].start_ms == 500
    assert all(after.start_ms > line.end_ms for line, after in zip(lesson.lines, lesson.lines[1:], strict=False))
    assert lesson.lines[-1].end_ms <= lesson.seconds * 1000
    assert pairs.most_common(1)[0][1] >= 5
