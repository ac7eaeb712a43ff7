"""When this, then that."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_delete
from modelsearch import signal_handlers
from wagtail.signals import page_published, page_unpublished

from courses.models import QuestionSet
from media.models import Transcript
from media.signals import captions_approved
from search.domain.indexing import COUNTED_PAGES, forget_lines, forget_page
from search.models import SynonymGroup
from search.queries.understanding import forget_synonyms
from search.tasks import QUEUE, index_page_task, index_transcript_task


def index_captions(transcript_id: int, **_facts: Any) -> None:
    index_transcript_task.enqueue(transcript_id)


def index_published_page(instance: Any, **_facts: Any) -> None:
    if isinstance(instance, COUNTED_PAGES):
        index_page_task.enqueue(instance.pk)


def index_lessons_of_questions(instance: QuestionSet, **_facts: Any) -> None:
    """Explanations are found at the lessons whose quiz holds them."""
    for page_id in instance.lessons.values_list("pk", flat=True):
        index_page_task.enqueue(page_id)


def forget_transcript(instance: Transcript, **_facts: Any) -> None:
    with transaction.atomic():
        forget_lines([instance.pk])


def forget_deleted_page(instance: Any, **_facts: Any) -> None:
    with transaction.atomic():
        forget_page(instance.pk)


def read_synonyms_again(**_facts: Any) -> None:
    transaction.on_commit(forget_synonyms)


def register_receivers() -> None:
    captions_approved.connect(index_captions, dispatch_uid="search.index_captions")
    for changed in (page_published, page_unpublished):
        changed.connect(index_published_page, dispatch_uid="search.index_published_page")
    post_save.connect(index_lessons_of_questions, sender=QuestionSet, dispatch_uid="search.index_lessons_of_questions")
    for written in (post_save, post_delete):
        written.connect(read_synonyms_again, sender=SynonymGroup, dispatch_uid="search.read_synonyms_again")
    pre_delete.connect(forget_transcript, sender=Transcript, dispatch_uid="search.forget_transcript")
    for model in COUNTED_PAGES:
        pre_delete.connect(forget_deleted_page, sender=model, dispatch_uid="search.forget_deleted_page")
    # What modelsearch does at every save of what it indexes goes to our queue too; it names its task as a global.
    signal_handlers.insert_or_update_object_task = signal_handlers.insert_or_update_object_task.using(queue_name=QUEUE)
