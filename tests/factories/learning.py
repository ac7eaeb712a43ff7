"""The smallest course with lessons that can be played, and people who play them."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.test import Client
from wagtail.models import Page, Site

from courses.domain.outlines import write_outline
from courses.models import CataloguePage, Choice, CoursePage, HomePage, LessonPage, Question, QuestionSet
from lms.learning.domain.watching import open_session
from lms.learning.enums import EvidenceKind
from lms.learning.models import PlaySession, WatchRecord
from lms.lib.stretches import Stretches
from lms.people.models import Org, Person
from media.enums import RenditionKind, VideoStatus
from media.models import Rendition, Video
from tests.factories.people import OrgFactory
from tests.snapshots import kept

PUBLISHED_AT = datetime(2026, 3, 1, 2, tzinfo=UTC)
_numbers = count(1)


def ready_video(org: Org, *, seconds: int = 600, **fields: Any) -> Video:
    """A recording that looks as if it had passed the pipeline; there are no files behind it."""
    return Video.objects.create(
        title="测试录像",
        org=org,
        source="tests/none.mp4",
        source_sha256="0" * 64,
        source_size_bytes=1,
        received_at=PUBLISHED_AT,
        ready_at=PUBLISHED_AT,
        status=VideoStatus.READY,
        decoded_seconds=seconds,
        has_picture=True,
        has_sound=True,
        stream_folder="tests/none",
        **fields,
    )


def file_to_keep(video: Video) -> Rendition:
    """The one file that is fetched to be watched without network; there are no bytes behind it."""
    return Rendition.objects.create(
        video=video,
        kind=RenditionKind.FILE,
        name="file",
        playlist="lesson.mp4",
        codecs="avc1.42c01e,mp4a.40.2",
        peak_bits_per_second=300_000,
        average_bits_per_second=200_000,
        size_bytes=15_000_000,
    )


@kept
def live_course(org: Org | None = None, **fields: Any) -> CoursePage:
    """A live course without lessons, in a live track."""
    number = next(_numbers)
    home = HomePage.objects.first() or Page.get_first_root_node().add_child(
        instance=HomePage(title="首页", slug=f"home-{number}")
    )
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "testserver", "root_page": home})
    track = home.add_child(instance=CataloguePage(title=f"方向{number}", slug=f"track-{number}"))
    course = track.add_child(
        instance=CoursePage(title=f"课程{number}", slug=f"course-{number}", org=org or OrgFactory(), **fields)
    )
    Page.objects.filter(pk__in=[home.pk, track.pk, course.pk]).update(live=True)
    course.refresh_from_db()
    return course


@kept
def live_lesson(course: CoursePage | None = None, *, seconds: int = 600, **fields: Any) -> LessonPage:
    """A live lesson, past the gate; the outline is written by `published`."""
    course = course or live_course()
    number = next(_numbers)
    rule = fields.get("completion_rule", "coverage")
    if "video" not in fields and rule == "coverage":
        fields["video"] = ready_video(course.org, seconds=seconds)
    if rule == "quiz" and "quiz" not in fields:
        fields["quiz"] = quiz_of(course.org)
    lesson = course.add_child(
        instance=LessonPage(title=f"第{number}课", slug=f"lesson-{number}", org=course.org, live=False, **fields)
    )
    Page.objects.filter(pk=lesson.pk).update(live=True)
    return LessonPage.objects.get(pk=lesson.pk)


@kept
def published(*lessons: LessonPage) -> LessonPage:
    """Write the outline of the lessons' course and return the first of them."""
    write_outline(lessons[0].course, PUBLISHED_AT)
    return lessons[0]


def lesson(**fields: Any) -> LessonPage:
    """A published lesson alone in its course."""
    return published(live_lesson(**fields))


@kept
def quiz_of(org: Org, questions: int = 3) -> QuestionSet:
    """A quiz whose first choice is right each time."""
    quiz = QuestionSet.objects.create(org=org, title="小测验", pass_mark=60)
    for number in range(questions):
        question = Question.objects.create(question_set=quiz, text=f"问题{number}", sort_order=number)
        for place, text in enumerate(["对的", "错的", "也错"]):
            Choice.objects.create(question=question, text=text, is_right=place == 0, sort_order=place)
    return quiz


@kept
def group_watched(person: Person, page: LessonPage, *stretches: tuple[int, int], at: datetime) -> WatchRecord:
    """Seconds watched together with others, as a cache that group viewing fills."""
    record = open_session(person, page, at=at).record
    record.group = (record.coverage(EvidenceKind.GROUP) | Stretches.of(stretches)).to_bytes()
    record.covered_seconds = record.covered.seconds
    record.save(update_fields=["group", "covered_seconds"])
    return record


@kept
def play_session(person: Person, page: LessonPage | None = None, *, at: datetime) -> PlaySession:
    return open_session(person, page or lesson(), at=at)


def signed_in(person: Person) -> Client:
    """A browser in which the person is signed in."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@kept
def presence_questions(org: Org, questions: int = 4, choices: int = 4) -> QuestionSet:
    """Questions for presence checks; the choice called 对的 is right each time."""
    made = QuestionSet.objects.create(org=org, title="在线确认的问题")
    for number in range(questions):
        question = Question.objects.create(question_set=made, text=f"刚才讲了什么？第{number}问", sort_order=number)
        for place in range(choices):
            text = "对的" if place == 1 else f"错的{place}"
            Choice.objects.create(question=question, text=text, is_right=place == 1, sort_order=place)
    return made


def credit_course(**fields: Any) -> CoursePage:
    """A course for whose lessons village cadres are given hours."""
    return live_course(**{"credit_for": ["village_cadre"], **fields})


@kept
def credit_lesson(course: CoursePage | None = None, *, seconds: int = 1200, **fields: Any) -> LessonPage:
    """A published lesson on which hours of village cadres hang, with questions for its presence checks."""
    course = course or credit_course()
    fields.setdefault("presence_questions", presence_questions(course.org))
    return published(live_lesson(course, seconds=seconds, **fields))
