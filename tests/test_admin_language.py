"""The Wagtail admin and the staff pages speak the language that was chosen, on every page that links lead to.

Each kind of staff starts at its first pages and follows the links and the menu. One page of each kind of view is read,
for each kind of content; a word in the wrong language is found wherever a person would read or hear it.
"""

import json
import re
from collections import deque
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from wagtail.models import Page, Task, Workflow

from courses.domain.loading import ensure_home
from courses.models import CataloguePage, CoursePage, LessonPage
from lms.audit.domain import record
from lms.people.models import Division, Org, Person, Post
from lms.tools import package_texts
from media.enums import OWN_NAMES, TranscriptSource
from media.models import Cue, GlossaryTerm, Transcript
from search.models import SynonymGroup
from tests.cast import Cast
from tests.factories.learning import quiz_of, ready_video

pytestmark = pytest.mark.django_db

PARTS = ("trainer", "first_reviewer", "officer", "system_admin", "security_admin", "audit_admin")
STARTS = ("/admin/", "/staff/")
# What no link leads to: dialogs that scripts open, and reports that are not in everybody's menu.
DIALOGS = (
    "wagtailadmin_choose_page",
    "wagtailadmin_choose_page_external_link",
    "wagtailadmin_choose_page_email_link",
    "wagtailadmin_choose_page_phone_link",
    "wagtailadmin_choose_page_anchor_link",
    "wagtailimages_chooser:choose",
    "wagtaildocs_chooser:choose",
    "wagtailadmin_workflows:task_chooser",
    "wagtailadmin_reports:locked_pages",
    "wagtailadmin_reports:workflow",
    "wagtailadmin_reports:workflow_tasks",
    "wagtailadmin_reports:site_history",
    "wagtailadmin_reports:aging_pages",
)
SILENT = {"script", "style", "code", "kbd"}
SPOKEN = {"aria-label", "aria-description", "placeholder", "title", "alt", "label", "data-w-tooltip-content-value"}
# Names and abbreviations that Chinese readers meet in Latin letters.
LATIN_NAMES = {"CSV", "Excel", "JavaScript", "MB", "SRT", "URL", "VTT", "Wagtail", "XLSX", "localhost"}
LATIN_NAMES |= {"English", "xlsx", "csv", "PDF", "JSON", "AVIF", "GIF", "JPEG", "JPG", "PNG", "WEBP", "CPU"}
# Keys of the keyboard, and a language in its own words.
LATIN_NAMES |= {"Alt", "Ctrl", "Delete", "Enter", "Shift", "Vahcuengh"}
# A button for screen readers in Wagtail's choosers, in a template that cannot be changed in part.
LATIN_NAMES |= {"Search"}
# Kinds of files that questions and their sounds come in.
LATIN_NAMES |= {"MP3", "MP", "M4A", "OGG", "WAV", "GIFT", "Aiken", "Moodle", "XML"}
HIDDEN = {"None"}  # stands in counters that stay hidden until a script gives them a number
# What the English interface leaves in Chinese: the name of the site and of the language.
CHINESE_NAMES = ("田间课堂", "简体中文")
# A checksum as it stands on the audit log.
CHECKSUM = re.compile(r"\b[0-9a-f]{64}\b")
# The short address of a lesson.
SHORT_LINK = re.compile(r"/k/[0-9A-Z]{8}/")
LATIN, HAN = re.compile(r"[A-Za-z]{2,}"), re.compile(r"[\u4e00-\u9fff]+")


class Words(HTMLParser):
    """What a page says, to eyes and to screen readers, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self._silent = 0
        self._script: str | None = None
        self._source = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "script":
            self._script, self._source = values.get("id") or values.get("type", ""), ""
        self._silent += tag in SILENT
        self.said += [value for name, value in values.items() if name in SPOKEN]
        if tag == "input" and values.get("type") in {"submit", "button"}:
            self.said.append(values.get("value", ""))
        if tag == "a" and "href" in values:
            self.links.append(values["href"])

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT
        if tag == "script":
            if self._script == "wagtail-sidebar-props":
                self._read_menu(json.loads(self._source))
            elif self._script == "text/django-form-template":
                self.said += Words(self._source).said
            self._script = None

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self._source += data
        elif not self._silent:
            self.said.append(data)

    def _read_menu(self, item: Any) -> None:
        """The menu at the side is drawn by a script; its words and addresses lie in the page as JSON."""
        if isinstance(item, dict):
            self.said += [item[key] for key in ("label",) if isinstance(item.get(key), str)]
            self.links += [item[key] for key in ("url",) if isinstance(item.get(key), str)]
        for part in item.values() if isinstance(item, dict) else item if isinstance(item, list) else ():
            self._read_menu(part)


@pytest.fixture
def world(cast: Cast) -> list[str]:
    """A lesson in review and one in draft, captions to check, a quiz, a log; the names that stand in their data."""
    home, org = ensure_home(), cast.orgs.provider
    track = home.add_child(instance=CataloguePage(title="手机", slug="phone", code="phone"))
    course = track.add_child(instance=CoursePage(title="防骗", slug="safe", code="safe", org=org, owner=cast.trainer))
    video, at = ready_video(org), timezone.now()
    draft = Transcript.objects.create(
        video=video, language="zh", source=TranscriptSource.UPLOAD, version=1, created_at=at
    )
    cue = Cue.objects.create(transcript=draft, number=1, start_ms=0, end_ms=5000, text="验证码不说")
    for number in (1, 2):
        fields = {"slug": f"lesson-{number}", "code": f"lesson-{number}", "org": org, "video": video, "live": False}
        lesson = course.add_child(instance=LessonPage(title=f"第{number}课", owner=cast.trainer, **fields))
        lesson.save_revision(user=cast.trainer, log_action=True)
    lesson.get_workflow().start(lesson, cast.trainer)
    quiz = quiz_of(org)
    record("person.closed", actor=cast.farmer, subject_kind="person", subject_id=cast.farmer.pk, at=at)
    named = {"title": [Page, type(quiz), type(video)], "name": [Division, Org, Person, Workflow, Task]}
    data = [
        str(name)
        for field, models in named.items()
        for model in models
        for name in model._default_manager.values_list(field, flat=True)
    ]
    data += [cue.text, *Post.objects.values_list("title", flat=True), *quiz.questions.values_list("text", flat=True)]
    for term in GlossaryTerm.objects.all():
        data += [term.text, *term.spellings]
    for group in SynonymGroup.objects.all():
        data += [str(group), *group.listed]
    return sorted({*data, *CHINESE_NAMES, *OWN_NAMES.values(), "对的", "错的", "也错"}, key=len, reverse=True)


Kinds = set[tuple[str, str]]


def kind_of(address: str) -> tuple[str, str] | None:
    """The view behind an address, and the kind of page that it is about; None where nothing of ours answers."""
    try:
        found = resolve(urlsplit(address).path)
    except Resolver404:
        return None
    numbers = [value for value in (*found.args, *found.kwargs.values()) if isinstance(value, int)]
    page = Page.objects.filter(pk=numbers[0]).first() if numbers and "pages" in found.view_name else None
    return found.view_name, type(page.specific).__name__ if page else ""


def walk(client: Client, seen: Kinds, dialogs: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """What every page that the client reaches says, by address; of a kind seen before, none is opened."""
    said: dict[str, list[str]] = {}
    ahead = deque([*STARTS, *map(reverse, dialogs)])
    while ahead:
        address = ahead.popleft()
        kind = kind_of(address)
        if kind is None or kind in seen or "logout" in address:
            continue
        seen.add(kind)
        answer = client.get(address)
        if 300 <= answer.status_code < 400:
            links = [answer["Location"]]
        elif answer["Content-Type"].startswith(("text/html", "application/json")):
            assert answer.status_code in {200, 403, 404}, address
            html = answer.content.decode()
            words = Words(json.loads(html).get("html", "") if html.startswith("{") else html)
            said[address], links = [" ".join(text.split()) for text in words.said], words.links
        else:
            continue
        further = [urljoin(address, link).split("#")[0] for link in links]
        ahead += [link for link in further if link.startswith(("/admin/", "/staff/", "/desk/"))]
    return said


def strange(said: list[str], language: str, data: list[str]) -> set[str]:
    """The texts with words of the other language, the names in the data left aside."""
    found = set()
    for text in said:
        rest = SHORT_LINK.sub(" ", CHECKSUM.sub(" ", text))
        for name in data:
            rest = rest.replace(name, " ")
        if language == "en" and HAN.search(rest):
            found.add(text)
        if language == "zh-hans" and set(LATIN.findall(rest)) - LATIN_NAMES - HIDDEN:
            found.add(text)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_speaks_the_language_chosen(
    language: str, cast: Cast, world: list[str], at_desk: Callable[[Person], Client]
) -> None:
    seen: Kinds = set()
    found: dict[str, str] = {}
    pages: dict[str, int] = {}
    for part in PARTS:
        client = at_desk(getattr(cast, part))
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        said = walk(client, set(), DIALOGS) if language == "zh-hans" else walk(client, seen)
        pages[part] = len(said)
        for address, texts in said.items():
            found |= dict.fromkeys(strange(texts, language, world), f"{part} {address}")

    assert found == {}
    # Each part reached its own pages; a walk that stops at the door would find nothing.
    if language == "zh-hans":
        assert min(pages.values()) >= 10, pages


def test_scripts_of_the_admin_speak_chinese(client: Client) -> None:
    """What the catalogue for scripts lacks would be shown in English."""
    folder = package_texts.packages()["wagtail.admin"]
    wanted = {package_texts.key_of(message)[0] for message in package_texts.texts(folder, "en", "djangojs")}

    script = client.get(reverse("wagtailadmin_javascript_catalog")).content.decode()

    catalogue = json.loads(script.split("const newcatalog = ")[1].split(";\n")[0])
    assert wanted - catalogue.keys() == set()
