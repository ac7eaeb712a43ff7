"""Pages and quizzes with the whole cast: only the organisation's own trainers and reviewers find and change them."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail.permissions import policy_registry

from courses.models import CataloguePage, CoursePage, LessonPage, QuestionSet
from lms.learning.domain.sitting import open_sitting
from lms.people.enums import RoleKind
from tests.cast import Cast
from tests.factories.learning import live_course, live_lesson, published, quiz_of, ready_video
from tests.factories.people import RoleFactory

Desk = Callable[[Any], Client]
Lessons = Callable[..., LessonPage]

WRITERS = {"trainer"}
READERS = {"trainer", "first_reviewer", "second_reviewer", "final_reviewer"}
REFUSED = {302, 403, 404}


def test_edit_page_is_tried_with_the_whole_cast(cast: Cast, at_desk: Desk, unready: LessonPage) -> None:
    address = reverse("wagtailadmin_pages:edit", args=[unready.pk])
    opened = {name for name, person in cast.everybody.items() if at_desk(person).get(address).status_code == 200}

    assert opened == READERS


@pytest.mark.parametrize("reviewed", [True, False])
def test_what_each_of_the_cast_may_do_to_a_page(
    cast: Cast, unready: LessonPage, course: CoursePage, settings: Any, reviewed: bool
) -> None:
    settings.REVIEW_BEFORE_PUBLISHING = reviewed
    for name, person in cast.everybody.items():
        lesson, above = unready.permissions_for_user(person), course.permissions_for_user(person)
        writes = name in WRITERS
        assert lesson.can_edit() == (name in READERS), name
        assert lesson.can_delete() == writes, name
        assert lesson.can_move() == writes, name
        assert above.can_add_subpage() == writes, name
        assert above.can_reorder_children() == (writes or name == "final_reviewer"), name
        assert lesson.can_withdraw() == lesson.can_unschedule() == (writes or name == "final_reviewer"), name
        assert lesson.can_publish() == (lesson.can_withdraw() and not reviewed), name
        assert above.can_publish_subpage() == ((writes or name == "final_reviewer") and not reviewed), name


VIEWS = ["edit", "delete", "move", "copy", "history", "view_draft", "usage", "unpublish", "workflow_history"]


@pytest.mark.parametrize("view", VIEWS)
def test_neighbours_trainer_gets_nothing(cast: Cast, at_desk: Desk, unready: LessonPage, view: str) -> None:
    desk = at_desk(cast.neighbour_trainer)

    response = desk.get(reverse(f"wagtailadmin_pages:{view}", args=[unready.pk]))

    assert response.status_code in REFUSED
    assert unready.title not in response.content.decode()


def test_neighbours_trainer_cannot_write(cast: Cast, at_desk: Desk, ready: LessonPage, course: CoursePage) -> None:
    desk, revision = at_desk(cast.neighbour_trainer), ready.latest_revision
    ready.save_revision().publish()
    tries = [
        (reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", course.pk]), {"title": "x", "slug": "x"}),
        (reverse("wagtailadmin_pages:delete", args=[ready.pk]), {}),
        (reverse("wagtailadmin_pages:unpublish", args=[ready.pk]), {}),
        (reverse("wagtailadmin_pages:revisions_revert", args=[ready.pk, revision.pk]), {}),
        (reverse("wagtailadmin_pages:set_page_position", args=[ready.pk]) + "?position=0", {}),
        (reverse("wagtailadmin_pages:set_privacy", args=[ready.pk]), {"restriction_type": "login"}),
        (reverse("courses_take_down", args=[ready.pk]), {"reason": "x"}),
        (f"/admin/api/main/pages/{ready.pk}/action/unpublish/", {}),
        (f"/admin/api/main/pages/{ready.pk}/action/delete/", {}),
    ]
    for address, data in tries:
        assert desk.post(address, data).status_code in REFUSED, address
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "unpublish"])
    desk.post(f"{address}?id={ready.pk}&next=/admin/")

    assert LessonPage.objects.filter(pk=ready.pk, live=True).exists()


def test_lists_and_searches_hold_own_pages(
    cast: Cast, at_desk: Desk, new_lesson: Lessons, course: CoursePage, neighbour_course: CoursePage
) -> None:
    mine, theirs = new_lesson(title="我们的课"), new_lesson(into=neighbour_course, title="他们的课")
    track = course.get_parent()
    addresses = [
        reverse("wagtailadmin_explore", args=[course.pk]),
        reverse("wagtailadmin_pages:search") + "?q=的课",
        reverse("wagtailadmin_choose_page_child", args=[course.pk]),
        reverse("wagtailadmin_choose_page_search") + "?q=的课",
        f"/admin/api/main/pages/?child_of={course.pk}",
        reverse("wagtailadmin_reports:site_history"),
        "/admin/",
    ]
    own, other = at_desk(cast.trainer), at_desk(cast.neighbour_trainer)
    for address in addresses:
        assert mine.title not in other.get(address, follow=True).content.decode(), address
        assert theirs.title not in own.get(address, follow=True).content.decode(), address
    assert mine.title in own.get(addresses[0]).content.decode()
    listing = other.get(reverse("wagtailadmin_explore", args=[track.pk])).content.decode()
    assert neighbour_course.title in listing
    assert course.title not in listing


def test_policy_names_the_same_pages_as_the_tester(
    cast: Cast, new_lesson: Lessons, course: CoursePage, neighbour_course: CoursePage
) -> None:
    new_lesson()
    new_lesson(into=neighbour_course)
    policy = policy_registry.get_by_type(Page)
    for name, person in cast.everybody.items():
        editable = set(policy.instances_user_has_permission_for(person, "change").values_list("pk", flat=True))
        expected = {
            page.pk for page in Page.objects.filter(depth__gt=1) if page.permissions_for_user(person).can_edit()
        }
        assert editable == expected, name


def test_trainer_adds_a_course_in_her_own_name_alone(cast: Cast, at_desk: Desk, track: CataloguePage) -> None:
    address = reverse("wagtailadmin_pages:add", args=["courses", "coursepage", track.pk])
    form = at_desk(cast.trainer).get(address).context["form"]

    assert list(form.fields["org"].queryset) == [cast.orgs.provider]
    assert form.initial["org"] == cast.orgs.provider.pk


def test_tracks_belong_to_the_operator(cast: Cast, track: CataloguePage) -> None:
    RoleFactory(person=cast.helper, kind=RoleKind.TRAINER, org=cast.orgs.operator)
    cast.helper.__dict__.pop("_courses_grants", None)

    assert track.permissions_for_user(cast.helper).can_edit()
    assert not track.permissions_for_user(cast.trainer).can_edit()
    assert not track.permissions_for_user(cast.trainer).can_publish()
    assert not track.permissions_for_user(cast.trainer).can_unpublish()
    assert not track.permissions_for_user(cast.trainer).can_reorder_children()


def test_lesson_offers_recordings_and_quizzes_of_its_organisation(
    cast: Cast, at_desk: Desk, unready: LessonPage
) -> None:
    own, other = ready_video(cast.orgs.provider), ready_video(cast.orgs.neighbour_provider)
    quiz, other_quiz = quiz_of(cast.orgs.provider), quiz_of(cast.orgs.neighbour_provider)

    form = at_desk(cast.trainer).get(reverse("wagtailadmin_pages:edit", args=[unready.pk])).context["form"]

    assert own in form.fields["video"].queryset
    assert other not in form.fields["video"].queryset
    assert quiz in form.fields["quiz"].queryset
    assert other_quiz not in form.fields["quiz"].queryset


def test_quizzes_with_the_whole_cast(cast: Cast, at_desk: Desk) -> None:
    quiz = quiz_of(cast.orgs.provider)
    views = [reverse(f"courses_quizzes:{view}", args=[quiz.pk]) for view in ("edit", "delete", "history", "usage")]
    for name, person in cast.everybody.items():
        desk = at_desk(person)
        for address in views:
            assert (desk.get(address).status_code == 200) == (name in WRITERS), (name, address)
    quiz_of(cast.orgs.neighbour_provider)
    index = at_desk(cast.neighbour_trainer).get(reverse("courses_quizzes:index"))
    assert [each.org for each in index.context["object_list"]] == [cast.orgs.neighbour_provider]


def test_questions_with_the_whole_cast(cast: Cast, at_desk: Desk) -> None:
    quiz, theirs = quiz_of(cast.orgs.provider), quiz_of(cast.orgs.neighbour_provider)
    question = quiz.questions.get(text="问题1")
    views = [
        reverse(f"courses_questions:{view}", args=[question.pk]) for view in ("edit", "delete", "history", "usage")
    ]
    for name, person in cast.everybody.items():
        desk = at_desk(person)
        for address in views:
            assert (desk.get(address).status_code == 200) == (name in WRITERS), (name, address)
    neighbour = at_desk(cast.neighbour_trainer)
    index, peek = (neighbour.get(f"{reverse('courses_questions:index')}{end}") for end in ("", f"?set={quiz.pk}"))
    form = neighbour.get(reverse("courses_questions:add") + f"?set={quiz.pk}").context["form"]

    assert {each.question_set for each in index.context["object_list"]} == {theirs}
    assert list(peek.context["object_list"]) == []
    assert list(form.fields["question_set"].queryset) == [theirs]


def test_a_large_quiz_is_saved_without_its_questions_and_they_one_by_one(cast: Cast, at_desk: Desk) -> None:
    quiz, desk = quiz_of(cast.orgs.provider, questions=31), at_desk(cast.trainer)
    address = reverse("courses_quizzes:edit", args=[quiz.pk])
    fields = {"org": quiz.org_id, "pass_mark": 70, "draw_count": 10, "attempt_limit": 0, "pause_minutes": 1}

    assert "questions-TOTAL_FORMS" not in desk.get(address).content.decode()
    desk.post(address, {**fields, "title": "大题库"})
    desk.post(
        reverse("courses_questions:add"),
        {
            "question_set": quiz.pk,
            "kind": "true_false",
            "text": "新的一题",
            "is_true": "true",
            "choices-TOTAL_FORMS": 0,
            "choices-INITIAL_FORMS": 0,
        },
    )

    quiz.refresh_from_db()
    assert (quiz.title, quiz.draw_count, quiz.questions.count()) == ("大题库", 10, 32)
    assert quiz.questions.last().text == "新的一题"


@pytest.mark.slow
def test_a_quiz_as_large_as_fits_on_one_page_can_be_saved(cast: Cast, at_desk: Desk) -> None:
    quiz, desk = quiz_of(cast.orgs.provider, questions=30), at_desk(cast.trainer)
    address = reverse("courses_quizzes:edit", args=[quiz.pk])
    page = BeautifulSoup(desk.get(address).content, "html.parser")
    data = {}
    for field in page.select("form[method=POST] [name]"):
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            data[field["name"]] = chosen.get("value", "") if chosen else ""
        elif field.name == "textarea":
            data[field["name"]] = field.text
        elif field.get("type") not in {"checkbox", "file", "submit"} or field.has_attr("checked"):
            data[field["name"]] = field.get("value", "")
    data["title"] = "三十题"

    assert len(data) > 1000
    assert desk.post(address, data).status_code == 302
    quiz.refresh_from_db()
    assert (quiz.title, quiz.questions.count()) == ("三十题", 30)


def test_quiz_that_somebody_answered_is_not_deleted(cast: Cast, at_desk: Desk) -> None:
    page = live_lesson(live_course(cast.orgs.provider), completion_rule="quiz", kind="practice")
    published(page)
    open_sitting(cast.learner, page, at=timezone.now())
    LessonPage.objects.filter(pk=page.pk).update(quiz=None)

    answer = at_desk(cast.trainer).post(reverse("courses_quizzes:delete", args=[page.quiz_id]), follow=True)

    assert answer.status_code == 200
    assert QuestionSet.objects.filter(pk=page.quiz_id).exists()


def test_quiz_in_use_is_not_deleted(cast: Cast, at_desk: Desk, new_lesson: Lessons) -> None:
    quiz = quiz_of(cast.orgs.provider)
    new_lesson(ready=False, quiz=quiz, completion_rule="quiz")

    at_desk(cast.trainer).post(reverse("courses_quizzes:delete", args=[quiz.pk]))

    assert QuestionSet.objects.filter(pk=quiz.pk).exists()


def test_trainer_sees_the_menu_items_she_needs(cast: Cast, at_desk: Desk, course: CoursePage) -> None:
    desk = at_desk(cast.trainer)
    content = desk.get("/admin/").content.decode()

    assert reverse("courses_quizzes:index") in content
    assert "wagtailadmin_reports" not in content
    assert reverse("wagtailimages:index") not in content
    assert "- 田间课堂</title>" in content
    assert 'alt="田间课堂"' in content
    assert 'lang="zh' in content


def test_lists_take_the_same_number_of_queries_for_one_and_three(
    cast: Cast, new_lesson: Lessons, django_assert_num_queries: Any
) -> None:
    policy = policy_registry.get_by_type(Page)
    new_lesson()
    cast.trainer.__dict__.pop("_courses_grants", None)
    with django_assert_num_queries(2):
        list(policy.explorable_instances(cast.trainer))
    new_lesson()
    new_lesson()
    cast.trainer.__dict__.pop("_courses_grants", None)
    with django_assert_num_queries(2):
        list(policy.explorable_instances(cast.trainer))
