"""When this, then that: outlines follow the pages, notices follow the recordings."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_migrate, post_save
from django.utils import timezone
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

from courses.domain.linking import link_of
from courses.domain.outlines import write_outline
from courses.domain.recordings import offer_replacement
from courses.domain.reviewing import ensure_workflow
from courses.domain.telling import settle_notices, tell_editors
from courses.enums import NoticeKind
from courses.models import CataloguePage, CoursePage, HomePage, LessonPage, ShortLink
from courses.queries import course_of, lessons_of_video
from courses.tasks import speak_lesson_task
from lms.lib.files import work_root
from media.backends.speak import voice
from media.backends.waking import wake
from media.signals import captions_approved, video_failed, video_put_back, video_ready, video_taken_down


def register_receivers() -> None:
    page_published.connect(outline_follows_page, dispatch_uid="courses_outline_published")
    page_published.connect(settle_what_was_told, dispatch_uid="courses_notices_settled")
    page_published.connect(text_is_spoken, sender=LessonPage, dispatch_uid="courses_text_spoken")
    page_unpublished.connect(outline_follows_page, dispatch_uid="courses_outline_unpublished")
    post_page_move.connect(outlines_follow_move, dispatch_uid="courses_outline_moved")
    for model in (CoursePage, LessonPage):
        post_save.connect(outline_follows_copy, sender=model, dispatch_uid=f"courses_outline_copied_{model.__name__}")
    post_delete.connect(outline_follows_deletion, sender=LessonPage, dispatch_uid="courses_outline_deleted")
    post_save.connect(lesson_has_link, sender=LessonPage, dispatch_uid="courses_short_link")
    post_delete.connect(cards_go_with_link, sender=ShortLink, dispatch_uid="courses_cards_deleted")
    for signal, kind in (
        (video_ready, NoticeKind.RECORDING_READY),
        (video_failed, NoticeKind.RECORDING_FAILED),
        (captions_approved, NoticeKind.CAPTIONS_APPROVED),
        (video_taken_down, NoticeKind.RECORDING_TAKEN_DOWN),
    ):
        signal.connect(partial(tell_of_recording, kind), weak=False, dispatch_uid=f"courses_tell_{kind}")
    video_put_back.connect(forget_takedown_of_recording, dispatch_uid="courses_forget_takedown")
    video_ready.connect(offer_what_replaces, dispatch_uid="courses_offer_replacement")
    post_migrate.connect(workflow_stands, dispatch_uid="courses_workflow")


def outline_follows_page(sender: Any, instance: Page, **kwargs: Any) -> None:
    """A page was published or unpublished: its course, or each course of its track, may consist of something else."""
    if isinstance(instance, CataloguePage):
        for course in CoursePage.objects.child_of(instance):
            write_outline(course, timezone.now())
    elif course := course_of(instance):
        write_outline(course, timezone.now())


def outlines_follow_move(sender: Any, instance: Page, parent_page_before: Page, **kwargs: Any) -> None:
    """A page was moved or put into another order: the course it left and the course it came to."""
    for page in (instance, parent_page_before):
        if course := course_of(Page.objects.get(pk=page.pk)):
            write_outline(course, timezone.now())


def outline_follows_copy(sender: Any, instance: Any, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """A page was born live, by copying; Wagtail announces no publishing then."""
    if created and instance.live and not raw:
        transaction.on_commit(partial(_write_outline_at, instance.path))


def outline_follows_deletion(sender: Any, instance: LessonPage, **kwargs: Any) -> None:
    """A lesson was deleted; its course may be about to be."""
    transaction.on_commit(partial(_write_outline_at, instance.path))


def text_is_spoken(sender: Any, instance: LessonPage, **kwargs: Any) -> None:
    """A lesson was published: whoever has no voice in the phone hears it from a machine of ours."""
    if voice() is not None:
        transaction.on_commit(partial(_send_to_voice, instance.pk), robust=True)


def _send_to_voice(lesson_id: int) -> None:
    speak_lesson_task.enqueue(lesson_id)
    wake(work_root())


def lesson_has_link(sender: Any, instance: LessonPage, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """A lesson was made: it can be found by a short link from now on."""
    if created and not raw:
        link_of(instance)


def cards_go_with_link(sender: Any, instance: ShortLink, **kwargs: Any) -> None:
    """A short link went with its lesson."""
    from courses.domain.cards import forget_cards  # what draws them takes long to load

    transaction.on_commit(partial(forget_cards, instance), robust=True)


def _write_outline_at(path: str) -> None:
    paths = [path[:length] for length in range(Page.steplen, len(path) + 1, Page.steplen)]
    for course in CoursePage.objects.filter(path__in=paths):
        write_outline(course, timezone.now())


def settle_what_was_told(sender: Any, instance: Page, **kwargs: Any) -> None:
    """A page was published: what its editors were told is done with."""
    settle_notices(instance, at=timezone.now())


def tell_of_recording(kind: NoticeKind, sender: Any, video_id: int, **kwargs: Any) -> None:
    """Something happened to a recording: the editors of its lessons should know."""
    for lesson in lessons_of_video(video_id):
        tell_editors(lesson, kind, at=timezone.now())


def forget_takedown_of_recording(sender: Any, video_id: int, **kwargs: Any) -> None:
    """A recording was put back: its lessons' editors need not be told any longer that it is down."""
    for lesson in lessons_of_video(video_id):
        settle_notices(lesson, at=timezone.now(), kind=NoticeKind.RECORDING_TAKEN_DOWN)


def offer_what_replaces(sender: Any, video_id: int, **kwargs: Any) -> None:
    """A recording is ready: should it replace another, the lessons of that one are offered it."""
    offer_replacement(video_id, at=timezone.now())


def workflow_stands(sender: Any, using: str = "default", **kwargs: Any) -> None:
    """After migrating, the preset workflow is there."""
    if sender.name == "courses" and using == "default":
        ensure_workflow(HomePage.objects.first())
