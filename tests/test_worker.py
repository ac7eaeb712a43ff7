"""The service worker at the root of the site: found at once, asked for by lesson pages alone, retired by a setting."""

import re

import pytest
from django.conf import settings as site_settings
from django.test import Client
from django.urls import reverse

from lms.worker import RETIRED
from tests.browsing import ROOT
from tests.factories import learning as make
from tests.factories.people import PersonFactory

BUILT = ROOT / "lms" / "static_build"

pytestmark = pytest.mark.usefixtures("built_front_end")


def test_a_phone_asks_for_it_anew_each_time_and_gets_it_only_when_it_has_changed():
    """Nobody is looked up for it: no database is granted here."""
    client = Client(headers={"sec-fetch-dest": "serviceworker"})
    client.cookies[site_settings.SESSION_COOKIE_NAME] = "w" * 32

    first = client.get("/sw.js")
    second = client.get("/sw.js", headers={"if-none-match": first["ETag"]})

    assert (first.status_code, second.status_code) == (200, 304)
    assert first["Content-Type"] == "application/javascript; charset=utf-8"
    assert first["Cache-Control"] == "no-cache"
    assert first.content == (BUILT / "sw.js").read_bytes()
    assert not first.cookies
    assert "Vary" not in first or "Cookie" not in first["Vary"]


def test_it_is_one_file_that_knows_where_reports_go_and_what_is_kept():
    script = (BUILT / "sw.js").read_text()

    assert f"`{reverse('learning:report')}`" in script
    assert f"`{reverse('learning:kept')}`" in script
    assert "import" not in script


def test_an_operator_retires_it(settings):
    client = Client()
    working = client.get("/sw.js")
    settings.SERVICE_WORKER = False

    retired = client.get("/sw.js", headers={"if-none-match": working["ETag"]})

    assert retired.status_code == 200
    assert "registration.unregister()" in retired.text
    (cleared,) = re.findall(r"\.\.\.\[([^]]+)\]\.map", retired.text)
    assert cleared == '"tianjian-lessons", "tianjian-screenings"', "what was watched and answered stays for the page"


def test_retiring_it_clears_all_that_it_kept():
    script = (BUILT / "sw.js").read_text()

    assert "`tianjian-lessons`" in script and '"tianjian-lessons"' in RETIRED
    assert "`tianjian-screenings`" in script
    assert "`tianjian-frame-`" in script and '"tianjian-frame-"' in RETIRED


@pytest.mark.django_db
@pytest.mark.parametrize("has_worker", [True, False])
def test_the_page_of_a_lesson_names_it_to_whoever_is_signed_in(settings, has_worker):
    settings.SERVICE_WORKER = has_worker
    lesson = make.lesson()
    signed_in = make.signed_in(PersonFactory())

    named = [
        f'data-worker-url="{reverse("service_worker")}"' in c.get(lesson.get_url()).text for c in (signed_in, Client())
    ]

    assert named == [has_worker, False]


def test_only_what_plays_or_keeps_lessons_registers_it():
    scripts = {path for path in BUILT.rglob("*.js") if "serviceWorker" in path.read_text()}
    loaded_everywhere = (BUILT / "site.js").read_text()

    assert len(scripts) <= 4
    assert not [path.name for path in scripts if path.name in loaded_everywhere]
