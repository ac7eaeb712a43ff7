"""From an entry of the ledger to what it rests on, for whoever may see the cadre; whichever door the hours came by."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.models import Choice
from lms.credits.domain.correcting import correct_entry, reverse_entry
from lms.credits.domain.deciding_claims import pass_on, recognise_claim
from lms.credits.domain.registering import register_credit
from lms.credits.models import CreditLedgerEntry, ImportBatch
from lms.learning.enums import CheckOutcome
from lms.learning.models import CourseCompletion, PlaySession, PresenceCheck
from lms.people.enums import RoleKind
from lms.people.models import Person
from tests.cast import Cast
from tests.clock import Clock
from tests.credits.outside import imported, row_of, xlsx
from tests.credits.test_claiming import claimed
from tests.credits.world import AT, adopt, complete, earn, per_course, teach
from tests.factories.learning import live_course, live_lesson, published, quiz_of
from tests.factories.people import PersonFactory, RoleFactory
from tests.learning.papers import answer_quiz
from tests.reports.test_desk import watch

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 12)


def address_of(entry: CreditLedgerEntry) -> str:
    return reverse("desk:entry", args=[entry.person.survivor.pk, entry.pk])


def test_the_record_leads_to_each_entry(cast: Cast, at_desk: AtDesk) -> None:
    adopt()
    entry = earn(cast.learner)

    page = at_desk(cast.officer).get(reverse("desk:person", args=[cast.learner.pk]))

    assert f'href="{address_of(entry)}"' in page.content.decode()


def test_a_watched_lesson_shows_seconds_sessions_checks_and_tries(cast: Cast, clock: Clock, at_desk: AtDesk) -> None:
    adopt()
    course = live_course(credit_for=["village_cadre"])
    lesson = published(live_lesson(course, seconds=100, quiz=quiz_of(course.org)))
    right = dict(Choice.objects.filter(is_right=True).values_list("question_id", "pk"))
    answer_quiz(cast.learner, lesson, answers=right, at=clock.now - timedelta(days=2))
    watch(cast.learner, lesson, at=clock.now - timedelta(days=1))
    session = PlaySession.objects.get()
    PresenceCheck.objects.create(
        person=cast.learner,
        session=session,
        page=lesson,
        after_seconds=600,
        opened_at=session.opened_at,
        answerable_from=session.opened_at,
        right_count=1,
        wrong_count=1,
        outcome=CheckOutcome.PASSED,
        answered_at=session.opened_at,
    )
    entry = CreditLedgerEntry.objects.get(component="base")

    answer = at_desk(cast.officer).get(address_of(entry))

    text = answer.content.decode()
    (shown,) = answer.context["evidence"].lessons
    assert (shown.title, shown.covered_seconds, shown.percent) == (lesson.title, 100, 100)
    assert [seconds for _kind, seconds in shown.watched] == [100]
    assert [one.reports for one in shown.sessions] == [1]
    assert "答对 1 题，答错 1 题" in text
    assert len(shown.attempts) == 1 and "及格线 60%" in text
    assert "第 1 条" in text and entry.rule.name in text
    # Which choice she made is between her and the server.
    assert "对的" not in text


def test_a_course_shows_each_of_its_lessons_in_as_many_queries(cast: Cast, at_desk: AtDesk) -> None:
    per_course(adopt())
    officer = at_desk(cast.officer)
    counts = []
    for lengths in ([1800], [1800] * 4):
        taught = teach(*lengths)
        done = [complete(cast.learner, taught, number) for number in range(len(lengths))]
        course = CourseCompletion.objects.create(
            person=cast.learner,
            course_key=taught.outline.course_key,
            page=taught.page,
            outline_version=taught.outline,
            completed_at=AT,
            evidence={"lesson_completions": [one.pk for one in done], "waived": []},
        )
        (entry,) = register_credit(course, at=AT)
        officer.get(address_of(entry))
        with CaptureQueriesContext(connection) as queries:
            answer = officer.get(address_of(entry))
        counts.append(len(queries))
        assert len(answer.context["evidence"].lessons) == len(lengths)

    assert counts[0] == counts[1]


def test_imported_hours_show_list_row_and_fingerprint(cast: Cast, at_desk: AtDesk) -> None:
    imported(cast, xlsx(row_of(cast.learner)))
    entry = CreditLedgerEntry.objects.get()
    batch = ImportBatch.objects.get()

    own = at_desk(cast.officer).get(address_of(entry)).content.decode()
    above = at_desk(cast.prefecture_officer).get(address_of(entry)).content.decode()

    assert reverse("desk:import", args=[batch.pk]) in own
    assert batch.sha256[:8] in own and "K001" in own
    # The list is the county's: the prefecture reads what stood in the row, and opens no list of others.
    assert reverse("desk:import", args=[batch.pk]) not in above and "K001" in above


def test_a_claim_shows_its_files_to_the_authority_alone(cast: Cast, at_desk: AtDesk) -> None:
    reviewer = PersonFactory(name="钱人事", staff=True)
    RoleFactory(person=reviewer, kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=cast.orgs.township_government)
    claim = claimed(cast.learner)
    pass_on(claim, by=reviewer, seen=1, at=AT)
    entry = recognise_claim(claim, hours=claim.hours, days=claim.days, by=cast.officer, seen=2, at=AT)
    file = reverse("desk:claim_file", args=[claim.pk, claim.files.get().pk])
    own, above = at_desk(cast.officer), at_desk(cast.prefecture_officer)

    assert file in own.get(address_of(entry)).content.decode() and own.get(file).status_code == 200
    text = above.get(address_of(entry)).content.decode()
    assert file not in text and "证书.jpg" in text and above.get(file).status_code == 404


def test_corrections_lead_back_to_what_they_correct(cast: Cast, at_desk: AtDesk) -> None:
    adopt()
    entry = earn(cast.learner)
    correction = correct_entry(entry, hours=Decimal("0.50"), reason="多算了", by=cast.officer, at=AT)
    taken_back = reverse_entry(correction.entry, reason="全部撤销", by=cast.officer, at=AT)
    officer = at_desk(cast.officer)

    for late in (correction.reversal, correction.entry, taken_back):
        answer = officer.get(address_of(late))
        assert answer.context["evidence"].origin is not None
        assert [lesson.completion.pk for lesson in answer.context["evidence"].lessons] == [entry.source_id]
    assert address_of(correction.reversal) in officer.get(address_of(entry)).content.decode()


def test_evidence_opens_for_those_who_see_the_cadre_alone(cast: Cast, at_desk: AtDesk) -> None:
    adopt()
    entry = earn(cast.learner)
    opened = set()
    for part, person in cast.everybody.items():
        answer = at_desk(person).get(address_of(entry))
        assert answer.status_code in {200, 302, 403, 404}
        if answer.status_code == 200:
            opened.add(part)
        else:
            assert entry.hash[:8] not in answer.content.decode() and entry.title not in answer.content.decode()

    assert opened == {"officer", "prefecture_officer"}


def test_an_entry_is_found_under_its_own_person_alone(cast: Cast, at_desk: AtDesk) -> None:
    """A cadre whom she sees and an entry whom she does not see make no page."""
    adopt()
    neighbours = earn(cast.neighbour_learner)
    officer = at_desk(cast.officer)

    assert officer.get(reverse("desk:entry", args=[cast.learner.pk, neighbours.pk])).status_code == 404
    assert officer.get(reverse("desk:entry", args=[cast.cadre_of_prefecture.pk, neighbours.pk])).status_code == 404
