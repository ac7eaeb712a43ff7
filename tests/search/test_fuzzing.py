"""Whatever anybody types, search answers: with lessons that she may open, or with none, and never with an error."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.enums import Access
from search.models import SynonymGroup
from search.queries.finding import find
from search.queries.marking import found_in
from search.queries.suggesting import suggestions
from search.queries.understanding import forget_synonyms
from tests.factories.learning import live_course, live_lesson
from tests.search.test_search import put_in_index, say

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
# What means something to a person, to FTS5, to tsquery, to SQL, or to a template.
MEANT = [
    *["收款码", "怎么弄", "直播带货", "直播", "二维码", "的", "一", "一一零", "三百二十", "扫", "码", "收"],
    *["shoukuanma", "skm", "zbdh", "wifi", "Wi-Fi", "passwords"],
]
SYNTAX = [
    *[
        "'",
        '"',
        "''",
        "*",
        ":*",
        ":A",
        "&",
        "|",
        "!",
        "(",
        ")",
        "<->",
        "NEAR/3",
        "AND",
        "OR",
        "NOT",
        "-",
        "^",
        "%",
        "_",
    ],
    *["\\", "{title}", "title:", "--", ";", "DROP TABLE", "$1", "%s", "{{", "\x00", "\u202e", "\ufeff", "\ud800"],
    *["😀", "👨\u200d👩\u200d👧", "\u3000", "\n"],
]
PIECES = st.one_of(st.sampled_from(MEANT + SYNTAX), st.text(max_size=8), st.text("收款码直播带货0a'\"& ", max_size=12))
QUESTIONS = st.one_of(
    st.lists(PIECES, max_size=30).map("".join),
    st.lists(PIECES, max_size=30).map(" ".join),
    st.sampled_from(MEANT + SYNTAX).map(lambda piece: (piece * 10_000)[:10_000]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(QUESTIONS)
def test_every_question_is_answered(library: set[str], question: str) -> None:
    found = find(question, person=AnonymousUser(), at=AT)
    words, lessons = suggestions(question, person=AnonymousUser(), at=AT)

    for hit in found.lessons:
        assert hit.lesson.code in library
        for moment in hit.moments:
            assert all(0 <= start < end <= len(moment.text) for start, end in found_in(moment.text, found.question))
    assert {lesson.code for lesson in lessons} <= library
    assert len(words) + len(lessons) <= 8
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # and the transaction has not been broken on the way


@pytest.fixture
def library() -> set[str]:
    """Lessons that say and teach something; the codes of those that anybody may open."""
    cache.clear()
    SynonymGroup.objects.create(words="二维码\n扫码\nQR-code\n' OR 1=1")
    forget_synonyms()
    lessons = [live_lesson(teaches="收款码怎么贴，直播带货怎么播", title_en="Sound passwords") for _ in range(3)]
    hidden = live_lesson(live_course(access=Access.SIGNED_IN), teaches="收款码 直播带货 wifi")
    for lesson in (*lessons, hidden):
        say(lesson, "点开收款码", "扫一扫二维码，三百二十块钱", "Wi-Fi 要连上，110 要记住")
    put_in_index()
    return {lesson.code for lesson in lessons}
