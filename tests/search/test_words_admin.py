"""Who keeps words that mean the same, who reads what was asked in vain; who changed what is written down."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from lms.lib.durations import beijing_day
from search.models import SearchMiss, SynonymGroup

pytestmark = pytest.mark.django_db
INDEXES = ("search_synonyms:index", "search_misses:index")


@pytest.mark.parametrize(
    ("who", "synonyms", "misses"),
    [
        ("trainer", 200, 200),
        ("first_reviewer", 200, 200),
        ("system_admin", 200, 200),
        ("security_admin", 302, 302),
        ("audit_admin", 302, 302),
        ("officer", 403, 403),
        ("learner", 403, 403),
    ],
)
def test_who_opens_which_list(cast, at_desk, who, synonyms, misses):
    client = at_desk(getattr(cast, who))

    assert [client.get(reverse(name)).status_code for name in INDEXES] == [synonyms, misses]


@pytest.fixture
def no_synonyms():
    """Those a site begins with, taken away."""
    SynonymGroup.objects.all().delete()


@pytest.mark.parametrize("who", ["trainer", "first_reviewer", "system_admin"])
def test_who_makes_lessons_keeps_synonyms_and_it_is_written_down(cast, at_desk, no_synonyms, who):
    person = getattr(cast, who)
    client = at_desk(person)

    client.post(reverse("search_synonyms:add"), {"words": "二维码\n扫码"})
    group = SynonymGroup.objects.get()
    client.post(reverse("search_synonyms:edit", args=[group.pk]), {"words": "二维码\n扫码\n扫一扫"})

    assert "二维码 = 扫码 = 扫一扫" in client.get(reverse("search_synonyms:index")).content.decode()
    assert list(ModelLogEntry.objects.order_by("pk").values_list("action", "user")) == [
        ("wagtail.create", person.pk),
        ("wagtail.edit", person.pk),
    ]


def test_only_the_system_administrator_takes_synonyms_away(cast, at_desk, no_synonyms):
    group = SynonymGroup.objects.create(words="二维码\n扫码")
    address = reverse("search_synonyms:delete", args=[group.pk])

    at_desk(cast.trainer).post(address)
    assert SynonymGroup.objects.exists()
    at_desk(cast.system_admin).post(address)
    assert not SynonymGroup.objects.exists()


@pytest.mark.parametrize("who", ["officer", "security_admin", "learner"])
def test_nobody_else_writes_synonyms(cast, at_desk, no_synonyms, who):
    at_desk(getattr(cast, who)).post(reverse("search_synonyms:add"), {"words": "二维码\n扫码"})

    assert not SynonymGroup.objects.exists()


def test_each_question_once_those_asked_most_first_of_thirty_days(cast, at_desk):
    today = beijing_day(timezone.now())
    for asked, days_ago, times in [("无人机", 0, 2), ("无人机", 9, 3), ("种树", 1, 4), ("养蜂", 31, 99)]:
        SearchMiss.objects.create(asked=asked, day=today - timedelta(days=days_ago), times=times)
    client = at_desk(cast.trainer)

    rows = client.get(reverse("search_misses:index")).context["object_list"]
    found = client.get(reverse("search_misses:index"), {"q": "种"}).context["object_list"]

    assert [(row.asked, row.asked_times, row.day) for row in rows] == [
        ("无人机", 5, today),
        ("种树", 4, today - timedelta(days=1)),
    ]
    assert [row.asked for row in found] == ["种树"]
