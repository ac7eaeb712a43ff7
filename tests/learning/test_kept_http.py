"""What a phone is given to show a lesson without network: its parts, sealed; and what it may keep no longer."""

import json
from datetime import timedelta

import pytest
from django.conf import settings as site_settings
from django.test import Client
from django.urls import reverse

from courses.models import CoursePage
from lms.learning.domain.packages import issue_package
from lms.learning.frame import files_of
from lms.learning.models import OfflinePackage, QuizSitting
from media.models import Video
from tests.factories import learning as make
from tests.factories.people import PersonFactory
from tests.learning.papers import one_of_each

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("built_front_end")]


@pytest.fixture
def person():
    return PersonFactory(name="张秀英")


@pytest.fixture
def client(person):
    return make.signed_in(person)


def kept_lesson(**fields):
    lesson = make.lesson(**fields)
    make.file_to_keep(lesson.video)
    return lesson


def fetched(client, lesson):
    answer = client.post("/learn/packages/", json.dumps({"lesson": lesson.pk}), content_type="application/json")
    assert answer.status_code == 200
    return answer.json()


def parts_of(told):
    return {part["name"]: part["address"] for part in told["parts"]}


def ended(client, *codes):
    sent = json.dumps({"packages": list(codes)})
    return client.post("/learn/packages/ended/", sent, content_type="application/json")


def test_the_film_comes_last_and_everything_a_page_loads_comes_with_it(client):
    told = fetched(client, kept_lesson())

    names = list(parts_of(told))
    assert names[0] == "" and names[-1] == "lesson.mp4"
    assert {"static/site.css", "static/site.js", "static/keptlesson.js", "static/icons.svg"} < set(names)
    assert "quiz/" not in names


def test_a_kept_page_finds_all_it_loads_on_the_phone_and_names_nobody(client):
    lesson = kept_lesson()
    parts = parts_of(fetched(client, lesson))

    page = client.get(parts[""]).text

    at = f"/learn/kept/{lesson.pk}/"
    named = {each.split('"')[0].split("#")[0] for each in page.split(f'"{at}')[1:]}
    assert named <= parts.keys()
    assert "lesson.mp4" in named
    assert site_settings.STATIC_URL not in page.replace(f"{at}static/", "")
    assert "张秀英" not in page
    assert "csrfmiddlewaretoken" not in page


def test_a_quiz_goes_along_sealed(client, person):
    lesson = kept_lesson(quiz=one_of_each(make.live_course().org))
    sitting_parts = parts_of(fetched(client, lesson))

    page = client.get(sitting_parts["quiz/"]).text

    sitting = QuizSitting.objects.get(person=person)
    assert f'data-quiz="{sitting.code}"' in page
    assert f'data-sealed="/learn/lessons/{lesson.pk}/quiz/"' in page
    assert "csrfmiddlewaretoken" not in page
    for item in sitting.paper:
        assert item["text"] in page
    assert '"key"' not in page
    assert {"static/answering.js", "static/quiz.css"} <= sitting_parts.keys()


def test_fetching_again_brings_the_same_paper(client):
    lesson = kept_lesson(quiz=make.quiz_of(make.live_course().org))

    fetched(client, lesson)
    fetched(client, lesson)

    assert (OfflinePackage.objects.count(), QuizSitting.objects.count()) == (2, 1)


def test_an_exam_is_taken_with_network(client):
    lesson = kept_lesson(kind="exam", quiz=make.quiz_of(make.live_course().org))

    parts = parts_of(fetched(client, lesson))

    assert "quiz/" not in parts
    assert not QuizSitting.objects.exists()
    assert "要有网才能做" in client.get(parts[""]).text


@pytest.mark.parametrize("part", ["page", "quiz"])
def test_nobody_else_gets_the_pages_of_a_package(client, clock, part):
    lesson = kept_lesson(quiz=make.quiz_of(make.live_course().org))
    address = reverse(f"learning:package_{part}", args=[fetched(client, lesson)["package"]])

    assert client.get(address).status_code == 200
    assert make.signed_in(PersonFactory()).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    clock.move(days=8)
    assert client.get(address).status_code == 404


def test_a_phone_is_told_which_of_its_packages_have_ended(client, person, clock):
    old = issue_package(person, kept_lesson(), at=clock.now)
    clock.move(days=6)
    good, withdrawn, hidden = (issue_package(person, kept_lesson(), at=clock.now) for _ in range(3))
    others = issue_package(PersonFactory(), kept_lesson(), at=clock.now - timedelta(days=9))
    clock.move(days=2)
    Video.objects.filter(pk=withdrawn.video_id).update(taken_down_at=clock.now)
    CoursePage.objects.filter(pk=hidden.page.get_parent().pk).update(live=False)

    told = ended(client, old.code, good.code, withdrawn.code, hidden.code, others.code, "unknown").json()

    assert told == {"ended": sorted([old.code, withdrawn.code, hidden.code])}


def test_asking_needs_a_sign_in_and_reads_codes_strictly(client):
    assert ended(Client(), "x").status_code == 401
    assert [ended(client, *codes).status_code for codes in (["x" * 50], [3], ["x"] * 51)] == [400, 400, 400]


def test_asking_costs_the_right_to_play_of_each_lesson_alone(client, person, clock, django_assert_max_num_queries):
    packages = [issue_package(person, kept_lesson(), at=clock.now) for _ in range(3)]
    again = [issue_package(person, packages[0].page, at=clock.now) for _ in range(3)]

    with django_assert_max_num_queries(24):
        assert ended(client, *(each.code for each in [*packages, *again])).json() == {"ended": []}


def test_the_frame_is_the_same_for_everybody_and_changes_with_size_and_language(client):
    def told(reader):
        return reader.get("/learn/kept/frame/").json()

    bare, large = Client(), Client()
    large.cookies["elder_mode"] = "largest"

    assert told(bare) == told(client)
    assert told(large)["version"] != told(bare)["version"]
    for part in told(client)["parts"]:
        if part["address"].startswith("/learn/"):
            page = client.get(part["address"])
            assert page.status_code == 200
            assert "张秀英" not in page.text
            assert "csrfmiddlewaretoken" not in page.text
            assert f'"{site_settings.STATIC_URL}' not in page.text
            assert not page.cookies


def test_without_a_worker_the_addresses_of_kept_lessons_lead_on(client):
    lesson = kept_lesson()

    assert client.get(f"/learn/kept/{lesson.pk}/")["Location"] == lesson.url
    assert client.get(f"/learn/kept/{lesson.pk}/quiz/")["Location"] == f"/learn/lessons/{lesson.pk}/quiz/"
    assert client.get("/learn/kept/999999/").status_code == 404
    assert client.get("/learn/kept/frame/other/").status_code == 404


def test_where_the_operator_has_no_worker_nothing_is_offered(client, settings):
    settings.SERVICE_WORKER = False
    lesson = kept_lesson()

    page = client.get(lesson.url).text

    assert "data-keep-lesson" not in page
    assert "data-keep>" in page, "the file can still be saved"
    assert "data-kept-list" not in client.get("/learn/kept/").text


def test_parts_of_scripts_keep_the_name_by_which_scripts_ask_for_them(monkeypatch):
    """In production everything that a template names has a hash in its name; what scripts name has Vite's alone."""
    monkeypatch.setattr("lms.learning.frame.static", lambda name: f"/static/{name}?hashed")

    files = files_of("kept.js", "site.js")

    parts = [name for name in files if name.startswith("chunks/")]
    assert parts
    assert all(files[name] == f"/static/{name}" for name in parts)
    assert "site.css?hashed" in files and "kept.js?hashed" in files
    assert not [name for name in files if "hls" in name], "a kept lesson is one file"


def test_pages_that_were_not_built_have_no_files(monkeypatch):
    monkeypatch.setattr("lms.learning.frame.finders.find", lambda _name: None)

    assert files_of("kept.js").keys() == {"icons.svg", "mark.svg"}
