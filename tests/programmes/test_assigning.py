"""Whom an assignment asks on a day, how far they have come, and who may assign what to whom."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from courses.domain.takedown import take_down
from courses.models import CoursePage
from courses.policies import admitted_to, can_enter_course
from lms.audit.models import AuditEntry
from lms.learning.domain.watching import open_session
from lms.lib.durations import beijing_day
from lms.people.domain.merging import merge
from lms.people.models import Person, Post
from lms.people.policies import cadres_of, roles_on
from lms.programmes.domain.assigning import AssignmentRefused, assign_course, reach_of, withdraw_assignment
from lms.programmes.enums import Asked
from lms.programmes.models import Assignment
from lms.programmes.policies import assignments_for
from lms.programmes.queries import (
    Asking,
    Counts,
    counts_of,
    late_among,
    named_by,
    people_of,
    tasks_of,
    with_progress,
)
from lms.reports.assignments.queries import people_seen
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.learning import live_course, live_lesson, published
from tests.factories.people import DivisionFactory, OrgFactory, PersonFactory, PostFactory

pytestmark = pytest.mark.django_db
TODAY, DUE = date(2026, 11, 20), date(2026, 12, 10)
EVERYBODY = Asking(Asked.EVERYBODY)


@pytest.fixture(autouse=True)
def now(clock: Clock) -> datetime:
    return clock.set(2026, 11, 20, 12)


@pytest.fixture
def course(cast: Cast) -> CoursePage:
    return published(live_lesson(live_course(cast.orgs.provider), seconds=100)).course


@pytest.fixture
def assign(cast: Cast, course: CoursePage, clock: Clock) -> Callable[..., Assignment]:
    def make(asking: Asking = EVERYBODY, **more: Any) -> Assignment:
        said: dict[str, Any] = {
            "due_on": DUE,
            "reason": "甲组发〔2026〕8号",
            "org": cast.orgs.organization_department,
            "by": cast.officer,
            "at": clock.now,
        }
        return assign_course(more.pop("course", course), asking, **(said | more))

    return make


def complete(person: Person, course: CoursePage, at: datetime) -> None:
    from lms.learning.models import CourseCompletion

    CourseCompletion.objects.create(
        person=person,
        course_key=course.translation_key,
        page=course,
        outline_version=course.outline_versions.latest("number"),
        completed_at=at,
    )


def asked_by(assignment: Assignment, on: date = TODAY) -> set[str]:
    return set(people_of(assignment, on).values_list("name", flat=True))


def counted(assignment: Assignment, on: date) -> Counts:
    return counts_of([assignment], {assignment.org_id: cadres_of(assignment.org, on)}, on)[assignment.pk]


def late_by(assignment: Assignment, on: date) -> QuerySet[Person]:
    return late_among(people_of(assignment, on), assignment, on)


def test_everybody_means_the_cadres_of_the_department_and_nobody_else(cast, assign):
    county = assign()
    prefecture = assign(org=cast.orgs.prefecture_department, by=cast.prefecture_officer)

    assert asked_by(county) == {cast.learner.name}
    assert asked_by(prefecture) == {cast.learner.name, cast.neighbour_learner.name, cast.cadre_of_prefecture.name}


def test_a_unit_asks_whoever_holds_a_post_there_on_the_day(cast, assign):
    assignment = assign(Asking(Asked.UNITS, org_ids=frozenset({cast.orgs.village_committee.pk})))
    comes = PersonFactory(name="新来")
    PostFactory(
        person=comes,
        org=cast.orgs.village_committee,
        cadre_authority=cast.orgs.organization_department,
        active_from=date(2026, 12, 1),
    )
    Post.objects.filter(person=cast.learner).update(active_to=date(2026, 12, 5))

    assert asked_by(assignment) == {"李秀英"}
    assert asked_by(assignment, date(2026, 12, 1)) == {"李秀英", "新来"}
    assert asked_by(assignment, date(2026, 12, 5)) == {"新来"}


def test_a_place_asks_all_units_in_it_later_ones_too(cast, assign):
    assignment = assign(Asking(Asked.UNITS, divisions=(cast.places.township,)))
    unit = OrgFactory(name="水利站", division=cast.places.township)
    person = PersonFactory(name="站长")
    PostFactory(person=person, org=unit, cadre_authority=cast.orgs.organization_department)

    assert asked_by(assignment) == {"李秀英", "站长"}


def test_who_is_named_is_asked_while_the_department_has_her(cast, assign):
    assignment = assign(Asking(Asked.PEOPLE, person_ids=frozenset({cast.learner.pk})))
    Post.objects.filter(person=cast.learner).update(active_to=date(2026, 12, 1))

    assert asked_by(assignment) == {"李秀英"}
    assert asked_by(assignment, date(2026, 12, 1)) == set()


def test_of_two_accounts_the_one_that_stays_is_asked(cast, assign):
    assignment = assign(Asking(Asked.PEOPLE, person_ids=frozenset({cast.learner.pk})))
    other = PersonFactory(name="李秀英二")
    merge(cast.learner, into=other, by=cast.officer, reason="同一个人", at=assignment.assigned_at)

    assert asked_by(assignment) == {"李秀英二"}
    assert [task.assignment for task in tasks_of(other, TODAY)] == [assignment]


def test_progress_comes_from_facts_and_earlier_ones_count(cast, assign, course, clock):
    second = PersonFactory(name="学着的")
    third = PersonFactory(name="学完的")
    for person in (second, third):
        PostFactory(person=person, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department)
    complete(third, course, clock.now - timedelta(days=200))
    open_session(second, course.lessons()[0], at=clock.now)
    assignment = assign()

    before = with_progress(people_of(assignment, TODAY), course.translation_key, TODAY)
    counts = counted(assignment, TODAY)
    after = counted(assignment, DUE + timedelta(days=1))

    assert {each.name: (each.done_at is not None, each.has_begun) for each in before} == {
        "李秀英": (False, False),
        "学着的": (False, True),
        "学完的": (True, False),
    }
    assert (counts.people, counts.done, counts.under_way, counts.not_begun, counts.late) == (3, 1, 1, 1, 0)
    assert (after.late, after.done_percent) == (2, 33)


def test_late_is_whoever_has_not_done_it_after_the_last_day(cast, assign, course, clock):
    assignment = assign()

    assert not late_by(assignment, DUE).exists()
    assert set(late_by(assignment, DUE + timedelta(days=1))) == {cast.learner}
    complete(cast.learner, course, clock.set(2026, 12, 12, 9))
    assert not late_by(assignment, date(2026, 12, 12)).exists()
    (task,) = tasks_of(cast.learner, date(2026, 12, 12))
    assert (task.progress.is_done, task.progress.done_on, task.progress.is_late) == (True, date(2026, 12, 12), True)


def test_past_days_are_seen_as_they_were(cast, assign, course, clock):
    assignment = assign()
    complete(cast.learner, course, clock.set(2026, 11, 25, 9))

    assert counted(assignment, date(2026, 11, 24)).done == 0
    assert counted(assignment, date(2026, 11, 25)).done == 1


def test_who_is_asked_finds_it_and_nobody_else(cast, assign):
    assignment = assign()

    finding = {part for part, person in cast.everybody.items() if tasks_of(person, TODAY)}

    assert finding == {"learner"}
    assert [task.assignment for task in tasks_of(cast.learner, TODAY)] == [assignment]


def test_learners_are_shown_no_old_ones_and_none_withdrawn(cast, assign, clock):
    assignment = assign()

    assert tasks_of(cast.learner, DUE + timedelta(days=181)) == []
    withdraw_assignment(assignment, reason="改期", by=cast.officer, at=clock.now)
    assert tasks_of(cast.learner, TODAY) == []


def test_a_course_that_was_taken_down_waits_for_nobody(cast, assign, course, clock):
    assign()
    take_down(course, by=cast.trainer, reason="有错", at=clock.now)

    (task,) = tasks_of(cast.learner, TODAY)

    assert (task.is_on_show, task.is_waiting) == (False, False)


def test_a_course_for_others_asks_only_whom_it_admits(cast, assign, clock):
    shut = published(live_lesson(live_course(access="audience", audience=["township_cadre"]))).course
    second = PersonFactory(name="镇干部")
    PostFactory(
        person=second,
        org=cast.orgs.village_committee,
        cadre_authority=cast.orgs.organization_department,
        category="township_cadre",
    )

    reach = reach_of(shut, EVERYBODY, org=cast.orgs.organization_department, on=TODAY)
    assignment = assign(course=shut)

    assert (reach.named, reach.shut_out, reach.asked) == (2, 1, 1)
    assert asked_by(assignment) == {"镇干部"}
    only = Asking(Asked.PEOPLE, person_ids=frozenset({cast.learner.pk}))
    with pytest.raises(AssignmentRefused, match=r"Nobody|没有人"):
        assign(only, course=shut)


@pytest.mark.parametrize(
    "audience", [[], ["farmer"], ["cadre"], ["village_cadre"], ["elder", "civil_servant"], ["cooperative_leader"]]
)
def test_the_query_form_of_admission_says_what_the_policy_says(cast, clock, audience):
    shut = published(live_lesson(live_course(access="audience", audience=audience))).course

    admitted = set(Person.objects.filter(admitted_to(shut, TODAY)))

    for person in cast.everybody.values():
        assert (person in admitted) is can_enter_course(person, shut, clock.now), person


REFUSED = {
    "today": {"due_on": TODAY},
    "past": {"due_on": date(2026, 11, 1)},
    "far away": {"due_on": date(2031, 1, 1)},
    "no reason": {"reason": " "},
    "nobody": {"asking": Asking(Asked.UNITS)},
    "too many": {"asking": Asking(Asked.PEOPLE, person_ids=frozenset(range(1, 600)))},
}


@pytest.mark.parametrize("wrong", REFUSED.values(), ids=REFUSED.keys())
def test_what_makes_no_sense_is_refused_with_a_sentence(assign, wrong):
    with pytest.raises(AssignmentRefused) as refused:
        assign(**wrong)

    assert len(str(refused.value)) > 10
    assert not Assignment.objects.exists()


def test_only_officers_of_the_department_assign_in_its_name(cast, assign):
    for part, person in cast.everybody.items():
        if part != "officer":
            with pytest.raises(AssignmentRefused):
                assign(by=person)
    assert not Assignment.objects.exists()


def test_nobody_outside_of_the_department_can_be_named(cast, assign):
    outside = [
        Asking(Asked.PEOPLE, person_ids=frozenset({cast.learner.pk, cast.neighbour_learner.pk})),
        Asking(Asked.PEOPLE, person_ids=frozenset({cast.cadre_of_prefecture.pk})),
        Asking(Asked.PEOPLE, person_ids=frozenset({cast.farmer.pk})),
        Asking(Asked.UNITS, org_ids=frozenset({cast.orgs.neighbour_provider.pk})),
        Asking(Asked.UNITS, divisions=(cast.places.neighbour_township,)),
        Asking(Asked.UNITS, divisions=(cast.places.prefecture,)),
    ]
    for asking in outside:
        with pytest.raises(AssignmentRefused):
            assign(asking)


def test_a_course_of_another_county_may_be_assigned_and_one_not_online_may_not(cast, assign, clock):
    theirs = published(live_lesson(live_course(cast.orgs.neighbour_provider))).course
    assert assign(course=theirs).course == theirs

    take_down(theirs, by=cast.neighbour_trainer, reason="有错", at=clock.now)
    with pytest.raises(AssignmentRefused):
        assign(course=theirs, due_on=DUE + timedelta(days=1))


def test_pressing_twice_assigns_once(cast, assign):
    asking = Asking(Asked.PEOPLE, person_ids=frozenset({cast.learner.pk}))

    assert assign(asking) == assign(asking)
    assert assign(asking, due_on=DUE + timedelta(days=1)) != assign()
    assert Assignment.objects.count() == 3


def test_withdrawing_is_for_the_department_says_why_and_happens_once(cast, assign, clock):
    assignment = assign()
    with pytest.raises(AssignmentRefused):
        withdraw_assignment(assignment, reason="x", by=cast.neighbour_officer, at=clock.now)
    with pytest.raises(AssignmentRefused):
        withdraw_assignment(assignment, reason=" ", by=cast.officer, at=clock.now)

    withdraw_assignment(assignment, reason="改期", by=cast.officer, at=clock.now)
    withdraw_assignment(assignment, reason="又改", by=cast.officer, at=clock.move(hours=1))

    assert (assignment.withdrawn_why, assignment.withdrawn_by) == ("改期", cast.officer)
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["course_assigned", "course_unassigned"]


def test_assignments_are_read_by_the_departments_own_officers_of_today(cast, assign):
    assign()

    reading = {part for part, person in cast.everybody.items() if assignments_for(person, on=TODAY).exists()}

    assert reading == {"officer"}
    before = {part for part, person in cast.everybody.items() if assignments_for(person, on=date(2026, 10, 1)).exists()}
    assert before == {"officer", "ended_officer"}


def test_whom_an_assignment_asks_is_seen_by_law_8_alone(cast, assign):
    assignment = assign()

    def seen_by(person: Person) -> set[str]:
        people = people_seen(assignment, person, on=TODAY, roles=roles_on(person, TODAY))
        return set(people.values_list("name", flat=True))

    seen = {part: seen_by(person) for part, person in cast.everybody.items()}

    assert {part: names for part, names in seen.items() if names} == {"officer": {"李秀英"}}


def test_lists_counts_and_each_persons_own_page_agree(cast, assign, course, clock):
    """Three ways to ask the same: people_of, counts_of, tasks_of."""
    twin = PersonFactory(name="孪生", kind="elder")
    PostFactory(person=twin, org=cast.orgs.township_government, cadre_authority=cast.orgs.organization_department)
    merge(twin, into=cast.stranger, by=cast.officer, reason="同一个人", at=clock.now)
    shut = published(live_lesson(live_course(cast.orgs.provider, access="audience", audience=["elder"]))).course
    prefecture = {"org": cast.orgs.prefecture_department, "by": cast.prefecture_officer}
    made = [
        assign(),
        assign(Asking(Asked.UNITS, divisions=(cast.places.township,))),
        assign(Asking(Asked.UNITS, org_ids=frozenset({cast.orgs.township_government.pk}))),
        assign(Asking(Asked.UNITS, divisions=(cast.places.county,)), **prefecture),
        assign(**prefecture),
        assign(Asking(Asked.PEOPLE, person_ids=frozenset({cast.stranger.pk, cast.learner.pk}))),
        assign(Asking(Asked.PEOPLE, person_ids=frozenset({cast.cadre_of_prefecture.pk})), **prefecture),
        assign_for_elders(assign, shut, twin, cast),
    ]

    for assignment in made:
        listed = set(people_of(assignment, TODAY))
        finding = {
            person
            for person in Person.objects.present()
            if assignment in [task.assignment for task in tasks_of(person, TODAY)]
        }
        assert listed == finding, assignment.asked
        assert counted(assignment, TODAY).people == len(listed) > 0


def assign_for_elders(assign, shut: CoursePage, twin: Person, cast: Cast) -> Assignment:
    Person.objects.filter(pk=cast.stranger.pk).update(kind="elder")
    return assign(course=shut)


def test_counts_and_tasks_take_the_same_queries_for_one_and_for_three(
    cast, assign, django_assert_num_queries, django_assert_max_num_queries
):
    one = [assign()]
    three = [*one, assign(due_on=DUE + timedelta(days=1)), assign(Asking(Asked.UNITS, divisions=(cast.places.county,)))]
    for assignments in (one, three):
        found = assignments_for(cast.officer, on=TODAY).filter(pk__in=[each.pk for each in assignments])
        shown = list(found.prefetch_related("targets__division__successor"))
        scopes = {each.org_id: cadres_of(each.org, TODAY) for each in shown}
        with django_assert_max_num_queries(4):
            counts = counts_of(shown, scopes, TODAY)
        assert {each.people for each in counts.values()} == {1}
    for person, queries in ((cast.farmer, 2), (cast.learner, 13)):
        with django_assert_num_queries(queries):
            tasks_of(person, TODAY)


def test_many_assignments_around_a_learner_are_asked_about_in_few_statements(
    cast, assign, course, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("lms.programmes.queries.AT_ONCE", 2)
    unit = Asking(Asked.UNITS, org_ids=frozenset({cast.orgs.village_committee.pk}))
    kept = [assign(unit, due_on=DUE + timedelta(days=number)) for number in range(5)]
    other = PersonFactory()
    PostFactory(person=other, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department)
    for number in range(5):
        assign(Asking(Asked.PEOPLE, person_ids=frozenset({other.pk})), due_on=DUE + timedelta(days=number))

    with django_assert_num_queries(14):
        tasks = tasks_of(cast.learner, TODAY)

    assert [task.assignment for task in tasks] == kept


def test_a_place_that_was_merged_into_another_still_asks_its_people(cast, assign, clock):
    gone = cast.places.village
    unit = OrgFactory(name="旧村委会", division=gone)
    person = PersonFactory()
    PostFactory(person=person, org=unit, cadre_authority=cast.orgs.organization_department)
    assignment = assign(Asking(Asked.UNITS, divisions=(gone,)))
    new = DivisionFactory(
        code="990101100202", name="新村", level=gone.level, parent=gone.parent, active_from=date(2026, 12, 1)
    )
    type(gone).objects.filter(pk=gone.pk).update(active_to=date(2026, 12, 1), successor=new)

    assert person in people_of(Assignment.objects.get(pk=assignment.pk), date(2026, 12, 5))
    assert [task.assignment for task in tasks_of(person, date(2026, 12, 5))] == [assignment]


def test_named_by_is_what_reach_counts(cast, course):
    org = cast.orgs.prefecture_department

    reach = reach_of(course, EVERYBODY, org=org, on=TODAY)

    assert reach.named == named_by(org, EVERYBODY, TODAY).count() == 3
    assert (reach.done, reach.to_do) == (0, 3)
    assert beijing_day(datetime(2026, 11, 20, 4).astimezone()) == TODAY
