"""The outline loads from a file, again without duplicates, and leaves people's edits alone."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client
from wagtail.models import Page, Site, Workflow

from courses.domain.loading import OutlineFileError, ensure_home, forget_examples, load_outline
from courses.models import CataloguePage, CoursePage, HomePage, LessonPage
from lms.people.models import Org
from tests.cast import Cast
from tests.factories.people import OrgFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def org() -> Org:
    return OrgFactory()


def counts() -> tuple[int, int, int]:
    return CataloguePage.objects.count(), CoursePage.objects.count(), LessonPage.objects.count()


def test_load_outline_makes_whole_outline(org: Org) -> None:
    load_outline(org=org)

    assert counts() == (4, 16, 67)
    assert CataloguePage.objects.live().count() == 4
    assert CoursePage.objects.live().filter(org=org).count() == 16
    assert not LessonPage.objects.live().exists()
    assert Page.find_problems() == ([], [], [], [], [])


@pytest.mark.slow
def test_load_outline_keeps_every_field_of_the_file(org: Org) -> None:
    load_outline(org=org)

    track = CataloguePage.objects.get(code="livestream_selling")
    assert (track.minimum_age, track.subject, track.title_en) == (
        16,
        "digital_marketing",
        "Short video and livestream selling",
    )
    assert track.audience == ["farmer", "cooperative_leader", "family_farm"]
    assert track.credit_for == ["village_cadre", "township_cadre", "grid_worker"]
    spring = CoursePage.objects.get(code="phone-spring")
    assert (spring.season, spring.effective_subject) == ("spring", "digital_service")
    lesson = LessonPage.objects.get(code="gov-reach-offline")
    assert (lesson.course_type, lesson.kind, lesson.completion_rule) == ("elective", "video", "coverage")
    assert (lesson.planned_minutes, lesson.dims, lesson.digcomp, lesson.org) == (10, ["social"], ["2.5"], org)
    assert lesson.teaches_en == "Serve people without smartphones."
    drill = LessonPage.objects.get(code="live-start-drill")
    assert (drill.completion_rule, drill.course_type) == ("offline", "elective")
    assert LessonPage.objects.get(code="phone-basics-bigtext").completion_rule == "coverage"
    assert LessonPage.objects.get(code="phone-basics-network").course_type == "required"


def test_load_outline_keeps_the_order_of_the_file(org: Org) -> None:
    load_outline(org=org, only=["digital_governance"])

    course = CoursePage.objects.get(code="gov-reach")
    codes = LessonPage.objects.child_of(course).order_by("path").values_list("code", flat=True)
    assert list(codes) == ["gov-reach-notice", "gov-reach-absent", "gov-reach-offline", "gov-reach-feedback"]


def test_load_outline_twice_makes_nothing_new_and_keeps_edits(org: Org) -> None:
    load_outline(org=org)
    lesson = LessonPage.objects.get(code="phone-safe-fraud")
    lesson.title = "改过的题目"
    lesson.save_revision()
    course = CoursePage.objects.get(code="phone-safe")
    course.title = "改过的课程"
    course.save_revision().publish()
    LessonPage.objects.get(code="phone-safe-loss").delete()
    revisions = lesson.revisions.count()

    again = load_outline(org=OrgFactory())

    assert (again.tracks, again.courses) == ([], [])
    assert [page.code for page in again.lessons] == ["phone-safe-loss"]
    assert again.lessons[0].org == org
    assert counts() == (4, 16, 67)
    assert CoursePage.objects.get(code="phone-safe").title == "改过的课程"
    assert CoursePage.objects.get(code="phone-safe").org == org
    assert lesson.revisions.count() == revisions
    assert LessonPage.objects.get(code="phone-safe-fraud").get_latest_revision_as_object().title == "改过的题目"


def test_load_outline_without_org_leaves_courses_as_drafts_until_one_is_named(org: Org) -> None:
    load_outline(only=["ecommerce"])
    assert not CoursePage.objects.live().exists()

    load_outline(org=org, only=["ecommerce"])

    assert CoursePage.objects.live().filter(org=org).count() == 4
    assert LessonPage.objects.filter(org=org).count() == LessonPage.objects.count()
    assert {page.get_latest_revision_as_object().org for page in LessonPage.objects.all()} == {org}


def test_load_outline_replaces_the_page_of_welcome_and_keeps_a_home(org: Org) -> None:
    load_outline(org=org, only=["phone_skills"])
    load_outline(org=org, only=["phone_skills"])

    site = Site.objects.get(is_default_site=True)
    assert site.root_page.specific == HomePage.objects.get()
    assert site.site_name == "田间课堂"
    assert Page.objects.filter(depth=2).count() == 1


@pytest.mark.slow
def test_command_loads_tracks_for_different_orgs() -> None:
    first, second = OrgFactory(), OrgFactory()

    call_command("load_outline", org=first.code, track=["phone_skills"], verbosity=0)
    call_command("load_outline", org=second.code, track=["digital_governance"], verbosity=0)

    assert set(CoursePage.objects.filter(org=first).values_list("code", flat=True)) == {
        "phone-basics", "phone-talk", "phone-life", "phone-safe", "phone-spring",
    }  # fmt: skip
    assert CoursePage.objects.filter(org=second).count() == 4


def test_command_says_what_it_did(org: Org) -> None:
    out = StringIO()

    call_command("load_outline", "--org", org.code, "--track", "phone_skills", stdout=out)

    assert re.fullmatch(r"Made 1 tracks, 5 courses, \d\d lessons\.", out.getvalue().strip())


@pytest.mark.parametrize(
    "content",
    [
        "tracks: [",
        "[]",
        "tracks: {}",
        "tracks: [{id: a}]",
        "tracks: [{id: a, title: b, modules: 3}]",
        "tracks: [{id: a, title: b, modules: [{id: c, title: d, lessons: [5]}]}]",
        "tracks: [{id: a, title: b, audience: [nobody]}]",
        "tracks: [{id: a, title: b, modules: [{id: c, title: d, lessons: [{id: e, title: f, kind: dance}]}]}]",
    ],
)
def test_load_outline_refuses_a_wrong_file_and_makes_nothing(org: Org, tmp_path: Path, content: str) -> None:
    path = tmp_path / "outline.yaml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(OutlineFileError):
        load_outline(path, org=org)

    assert counts() == (0, 0, 0)


def test_command_answers_a_missing_file_unknown_track_and_unknown_org(org: Org, tmp_path: Path) -> None:
    for arguments in (["--file", str(tmp_path / "none.yaml")], ["--track", "none"], ["--org", "none"]):
        with pytest.raises(CommandError):
            call_command("load_outline", *arguments)


def test_site_shows_loaded_outline(org: Org) -> None:
    load_outline(org=org, only=["phone_skills"])

    client = Client()
    assert client.get("/").status_code == 200
    assert client.get("/phone-skills/").status_code == 200
    assert client.get("/phone-skills/phone-basics/").status_code == 200
    assert client.get("/phone-skills/phone-basics/phone-basics-network/").status_code == 404


def test_what_wagtail_made_for_a_start_goes_where_nobody_used_it(cast: Cast) -> None:
    home = ensure_home()

    assert list(Workflow.objects.values_list("name", flat=True)) == ["三审"]
    assert not Group.objects.filter(name__in=["Editors", "Moderators"]).exists()
    assert home.get_parent().title == "全部页面"


def test_what_wagtail_made_for_a_start_stays_where_somebody_uses_it(cast: Cast) -> None:
    home = ensure_home()
    used = Workflow.objects.create(name="Moderators approval")
    home.workflowpage.workflow = used
    home.workflowpage.save()
    Group.objects.create(name="Editors").user_set.add(cast.trainer)

    forget_examples()

    assert Workflow.objects.filter(pk=used.pk).exists()
    assert Group.objects.filter(name="Editors").exists()
