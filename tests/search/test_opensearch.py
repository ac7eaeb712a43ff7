"""What an OpenSearch server would be told and asked. No such server is to be had here: these are recorded settings and
questions, read by a reading of its filters as its documentation describes them."""

import sys
import unicodedata
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import override_settings

from courses.models import LessonPage
from media.models import Video
from media.queries import narrowed
from search.backends import analysis
from search.queries.candidates import PageQuestion, pages_with
from search.queries.finding import find
from tests.factories.learning import live_lesson
from tests.search.test_search import AT, say

# What both ways of reading have in common: no Chinese numerals, which the server leaves as they are.
TEXTS = [
    "收款码怎么弄",
    "直播帶貨",
    "ＷｉＦｉ密码 café",
    "Strong passwords help",
    "微信pay付款",
    "码",
    "用5G看tv",
    "群里，发通知！",
]


@pytest.fixture
def opensearch(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The backend, beside a package that talks to nobody and notes what it is asked."""
    package, helpers, errors = map(ModuleType, ("opensearchpy", "opensearchpy.helpers", "opensearchpy.exceptions"))
    errors.OpenSearchException = Unreachable  # type: ignore[attr-defined]
    package.NotFoundError, helpers.bulk = type("NotFoundError", (Exception,), {}), None  # type: ignore[attr-defined]
    package.OpenSearch = Server  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "opensearchpy", package)
    monkeypatch.setitem(sys.modules, "opensearchpy.helpers", helpers)
    monkeypatch.setitem(sys.modules, "opensearchpy.exceptions", errors)
    for name in ("search.backends.opensearch", "modelsearch.backends.opensearch2", "modelsearch.backends.opensearch3"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    Server.asked, Server.answers, Server.is_down = [], [], False
    from search.backends import opensearch

    yield opensearch
    for name in ("search.backends.opensearch", "modelsearch.backends.opensearch2", "modelsearch.backends.opensearch3"):
        sys.modules.pop(name, None)


class Unreachable(Exception):
    """What the client raises when nobody answers."""


class Server:
    """Answers every search with these keys."""

    asked: list[Any] = []
    answers: list[int] = []
    is_down = False

    def __init__(self, **options: Any) -> None:
        self.hosts = options["hosts"]

    def search(self, **asked: Any) -> dict[str, Any]:
        if Server.is_down:
            raise Unreachable("connection refused")
        Server.asked.append(asked)
        return {"hits": {"hits": [{"_score": 1.0, "fields": {"pk": [str(key)]}} for key in Server.answers]}}


def test_the_settings_of_an_index_are_those_recorded(opensearch: Any) -> None:
    told = opensearch.ChineseOpenSearchBackend({"URLS": ["http://127.0.0.1:9200"]}).settings["settings"]["analysis"]

    assert told["analyzer"]["default"] == {
        "type": "custom",
        "char_filter": ["simplified"],
        "tokenizer": "standard",
        "filter": ["cjk_width", "lowercase", "asciifolding", "characters_and_pairs", "english_endings"],
    }
    assert told["analyzer"]["default_search"]["filter"][3] == "pairs"
    assert told["filter"]["characters_and_pairs"] == {"type": "cjk_bigram", "output_unigrams": True}
    assert {"ngram", "edgengram"} <= set(told["filter"]), "what modelsearch needs is still there"
    mappings = told["char_filter"]["simplified"]["mappings"]
    assert "碼 => 码" in mappings and len(mappings) > 2000
    assert all(len(line) == len("碼 => 码") for line in mappings)


def test_modelsearch_keeps_its_own_settings(opensearch: Any) -> None:
    from modelsearch.backends.opensearch3 import OpenSearch3SearchBackend

    assert "default" not in OpenSearch3SearchBackend.settings["settings"]["analysis"]["analyzer"]


@pytest.mark.parametrize("text", TEXTS)
def test_the_server_reads_a_text_as_we_do(opensearch: Any, text: str) -> None:
    told = opensearch.index_settings()["settings"]["analysis"]

    assert set(read_by(told, "default", text)) == set(analysis.index_terms(analysis.normalised(text)))
    asked = {term for run in analysis.runs(analysis.normalised(text)) for term in analysis.word_terms(run)}
    assert set(read_by(told, "default_search", text)) == asked


def read_by(told: dict[str, Any], analyzer: str, text: str) -> list[str]:
    """A text as Lucene's filters of these names leave it, by their documentation."""
    filters = told["analyzer"][analyzer]["filter"]
    assert filters[:3] == ["cjk_width", "lowercase", "asciifolding"] and filters[4] == "english_endings"
    signs = dict(line.split(" => ") for line in told["char_filter"]["simplified"]["mappings"])
    text = "".join(signs.get(sign, sign) for sign in text)
    text = analysis._folded(unicodedata.normalize("NFKC", text).lower())
    kind = told["filter"][filters[3]]
    found = []
    for run in analysis.runs(text):
        if not analysis.is_han(run):
            found.append(analysis.stem(run))
            continue
        pairs = list(analysis.pairs(run))
        found += [*run, *pairs] if kind.get("output_unigrams") else pairs or [run]
    return found


@pytest.fixture
def chosen(opensearch: Any) -> Iterator[None]:
    """The site's pages are searched by that server."""
    server = {"BACKEND": "search.backends.opensearch", "URLS": ["http://127.0.0.1:9200"], "INDEX_PREFIX": "tianjian_"}
    with override_settings(SEARCH_SERVER="http://127.0.0.1:9200", WAGTAILSEARCH_BACKENDS={"default": server}):
        yield


@pytest.mark.django_db
def test_pages_are_asked_of_the_server(opensearch: Any, request: pytest.FixtureRequest) -> None:
    lesson, hidden = live_lesson(), live_lesson()
    LessonPage.objects.filter(pk=hidden.pk).update(live=False)
    Server.answers = [hidden.pk, lesson.pk]
    request.getfixturevalue("chosen")  # pages made before are in no index of the server

    found = pages_with([PageQuestion([[("收款", "款码"), ("进账",)]], (LessonPage,), 10)])

    assert found == [[lesson.pk]], "what is not live is not shown, whatever the server says"
    (asked,) = Server.asked
    assert asked["index"] == "tianjian_wagtailcore_page"
    assert "收款 款码" in str(asked["body"]) and "进账" in str(asked["body"])
    assert '"and"' in str(asked["body"]).replace("'", '"')


@pytest.mark.django_db
def test_what_is_chosen_is_asked_of_the_server_too(opensearch: Any, request: pytest.FixtureRequest) -> None:
    video = live_lesson().video
    Server.answers = [video.pk]
    request.getfixturevalue("chosen")

    assert list(narrowed(Video.objects.all(), words="收款")) == [video]

    Server.is_down = True
    assert list(narrowed(Video.objects.all(), words="收款")) == []


@pytest.mark.django_db
def test_a_server_that_is_down_leaves_what_is_said(opensearch: Any, request: pytest.FixtureRequest) -> None:
    lesson = live_lesson()
    say(lesson, "点开收款码")
    request.getfixturevalue("chosen")
    Server.is_down = True

    (hit,) = find("收款码", person=AnonymousUser(), at=AT).lessons

    assert (hit.lesson, [moment.text for moment in hit.moments]) == (lesson, ["点开收款码"])
