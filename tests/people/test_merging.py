"""Two accounts of one person, put together by a helper while the person sits beside her."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from lms.audit.models import AuditEntry
from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.uniting import unite_record
from lms.credits.queries import entries_of, hours_of
from lms.learning.models import LessonCompletion
from lms.learning.queries import Progress
from lms.people.backends.sms import Message
from lms.people.domain.closing import close_account
from lms.people.domain.merging import MergeRefused, merge, merge_in_person
from lms.people.models import Contact, Person
from tests.cast import TODAY, Cast
from tests.clock import Clock
from tests.credits import world
from tests.factories.people import BelongingFactory, PersonFactory, PostFactory, RoleFactory

OLD, NEW = "13800000001", "13800000002"
REASON = "换手机后又注册了一次"


@pytest.fixture(autouse=True)
def _today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


@pytest.fixture
def first(cast: Cast) -> Person:
    return PersonFactory(name="刘桂兰", phone=OLD, village=cast.places.village)


@pytest.fixture
def second(cast: Cast) -> Person:
    """The same woman, who signed up again with another phone."""
    return PersonFactory(name="刘桂兰", phone=NEW, village=cast.places.village)


def refusal(duplicate: Person, into: Person, by: Person, clock: Clock, reason: str = REASON) -> str:
    try:
        with transaction.atomic():
            merge_in_person(duplicate, into=into, by=by, reason=reason, at=clock.now)
            transaction.set_rollback(True)
    except MergeRefused as error:
        return str(error)
    return ""


def test_helpers_and_officers_merge_in_their_own_place_only(
    cast: Cast, first: Person, second: Person, clock: Clock
) -> None:
    may = {part for part, actor in cast.everybody.items() if not refusal(second, first, actor, clock)}

    assert may == {"officer", "prefecture_officer", "agriculture_officer", "helper"}


def test_merging_refuses_what_would_go_wrong(cast: Cast, first: Person, second: Person, clock: Clock) -> None:
    closed = close_account(PersonFactory(village=cast.places.village), by=cast.farmer, at=clock.now)
    merged, staff = PersonFactory(village=cast.places.village), PersonFactory(village=cast.places.village)
    merge(merged, into=cast.farmer, by=cast.security_admin, reason=REASON, at=clock.now)
    RoleFactory(person=staff, org=cast.orgs.provider)
    BelongingFactory(person=cast.helper, division=cast.places.village)
    out_of_scope = "只能合并您负责的地方的学员账号，而且两个账号都要在用。"
    own = "请选两个不同的账号，而且都不是您自己的。"

    refused = [
        refusal(cast.neighbour_learner, first, cast.helper, clock),
        refusal(first, cast.neighbour_learner, cast.helper, clock),
        refusal(closed, first, cast.helper, clock),
        refusal(merged, first, cast.helper, clock),
        refusal(first, merged, cast.helper, clock),
        refusal(first, cast.helper, cast.helper, clock),
        refusal(first, first, cast.helper, clock),
        refusal(staff, first, cast.helper, clock),
        refusal(second, first, cast.helper, clock, reason=" "),
    ]

    assert refused == [
        *[out_of_scope] * 5,
        *[own] * 2,
        "要并入的账号有工作角色，不能并掉。请换个方向，保留这个账号。",
        "请写明为什么是同一个人。",
    ]
    # A trainer who also signed up as a learner keeps the account that has the role.
    assert refusal(first, staff, cast.helper, clock) == ""


def test_a_helper_merges_with_the_learner_beside_her(
    cast: Cast, first: Person, second: Person, at_desk: Callable[[Person], Client], outbox: list[Message]
) -> None:
    client, page = at_desk(cast.helper), reverse("staff:merge", args=[first.pk, second.pk])
    compared = client.get(page).content.decode()
    assert "刘＊＊" in compared
    assert "138****0001" in compared
    assert not any(hidden in compared for hidden in ("刘桂兰", OLD, NEW, "1970"))

    client.post(page, {"reason": ""})
    assert outbox == []
    client.post(page, {"reason": REASON})
    assert outbox[-1].number == OLD
    client.post(page, {"code": "000000"})
    assert Person.objects.get(pk=second.pk).merged_into is None
    done = client.post(page, {"code": outbox[-1].variables["code"]}, follow=True)

    assert Person.objects.get(pk=second.pk).merged_into == first
    assert "学员用 138****0001 登录" in done.content.decode()
    entry = AuditEntry.objects.get(action="person.merged")
    assert (entry.actor_id, entry.subject_id) == (cast.helper.pk, str(second.pk))
    assert entry.detail == {"into": first.pk, "reason": REASON}
    held = Contact.objects.filter(person=first).on(TODAY).order_by("pk")
    assert [contact.masked for contact in held] == ["138****0001", "138****0002"]


def test_merge_page_is_not_there_for_others(
    cast: Cast, first: Person, second: Person, at_desk: Callable[[Person], Client], outbox: list[Message]
) -> None:
    page, opened = reverse("staff:merge", args=[first.pk, second.pk]), set()
    for part, actor in cast.everybody.items():
        if at_desk(actor).post(page, {"reason": ""}).status_code == 200:
            opened.add(part)

    assert opened == {"officer", "prefecture_officer", "agriculture_officer", "helper"}
    assert outbox == []


def test_a_code_for_one_pair_merges_no_other(
    cast: Cast, first: Person, second: Person, at_desk: Callable[[Person], Client], outbox: list[Message]
) -> None:
    client = at_desk(cast.helper)
    client.post(reverse("staff:merge", args=[first.pk, second.pk]), {"reason": REASON})

    client.post(reverse("staff:merge", args=[first.pk, cast.farmer.pk]), {"code": outbox[-1].variables["code"]})

    assert not Person.objects.filter(merged_into__isnull=False).exists()


def test_without_a_number_there_is_nothing_to_press(
    cast: Cast, first: Person, at_desk: Callable[[Person], Client], outbox: list[Message]
) -> None:
    """The learner must be there; a code that goes nowhere would not show it."""
    page = reverse("staff:merge", args=[cast.farmer.pk, first.pk])

    text = at_desk(cast.helper).get(page).content.decode()
    at_desk(cast.helper).post(page, {"reason": REASON})

    assert 'name="reason"' not in text
    assert outbox == []


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("刘桂兰", ["刘桂兰"]),
        ("刘", ["刘桂兰", "刘洋"]),
        ("刘＊＊", ["刘桂兰"]),
        ("刘**", ["刘桂兰"]),
        ("刘桂", []),
        ("刘桂＊", []),
        ("桂", []),
        ("", []),
        ("＊＊＊", []),
        ("%", []),
        ("赵国平", []),
    ],
)
def test_search_tells_no_more_than_the_mask(
    cast: Cast, first: Person, at_desk: Callable[[Person], Client], sought: str, found: list[str]
) -> None:
    """Parts of a name find nobody: character by character they would tell what the mask hides."""
    PersonFactory(name="刘洋", village=cast.places.village)

    page = at_desk(cast.helper).post(reverse("staff:learners"), {"sought": sought})

    assert [row["person"].name for row in page.context["rows"]] == found
    assert "桂兰" not in page.content.decode().replace('value="刘桂兰"', "")


def test_search_by_login_code_and_the_same_queries_for_one_and_three(
    cast: Cast,
    first: Person,
    at_desk: Callable[[Person], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client, page = at_desk(cast.helper), reverse("staff:learners")
    code = first.login_code[:4].lower() + " " + first.login_code[4:]
    assert [row["person"] for row in client.post(page, {"sought": code}).context["rows"]] == [first]
    for count in (1, 3):
        while Person.objects.filter(name__startswith="刘").count() < count:
            PersonFactory(name="刘洋", phone=NEW, village=cast.places.village)
        with django_assert_num_queries(9):
            assert len(client.post(page, {"sought": "刘"}).context["rows"]) == count


def test_whoever_is_signed_in_to_the_merged_account_is_told_where_to_go(
    cast: Cast, first: Person, second: Person, clock: Clock, signed_in: Callable[[Person], Client]
) -> None:
    phone, closed = signed_in(second), signed_in(cast.farmer)
    merge(second, into=first, by=cast.security_admin, reason=REASON, at=clock.now)
    close_account(cast.farmer, by=cast.farmer, at=clock.now)

    answer = phone.get("/learn/", follow=True)

    assert answer.redirect_chain == [(f"{reverse('people:sign_in')}?next=%2Flearn%2F", 302)]
    assert "您的两个账号已经合并成一个。请在这里用 138****0002 登录" in answer.content.decode()
    assert "_auth_user_id" not in phone.session
    # Said once; a script of an open page and a closed account hear nothing of it.
    assert "合并" not in phone.get(reverse("people:sign_in")).content.decode()
    assert "合并" not in closed.get("/learn/", follow=True).content.decode()


def test_what_both_accounts_earned_counts_once_after_merging(
    cast: Cast, clock: Clock, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """One lesson was learned on both; of a course that counts as a whole, one lesson of two."""
    twin, short, long = PersonFactory(village=cast.places.village), world.teach(1800), world.teach(1800, 2700)
    PostFactory(person=twin, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department)
    world.adopt()
    for person, taught in ((cast.learner, short), (cast.learner, long), (twin, short)):
        world.register_credit(world.complete(person, taught), at=clock.move(minutes=1))
    world.per_course(world.adopt("sx_legacy", region=world.COUNTY))
    for number in (0, 1):
        world.complete(twin, long, number)
    world.register_credit(world.complete_course(twin, long), at=clock.move(minutes=1))

    with django_capture_on_commit_callbacks() as announced:
        merge(twin, into=cast.learner, by=cast.security_admin, reason=REASON, at=clock.now)
    assert len(announced) == 1
    assert [fault for fault in ledger_faults() if "twice" in fault] != []
    for _time in range(2):
        unite_record(cast.learner, at=clock.now)

    # An hour for each of her two lessons, and one for the lesson of 45 minutes that only the twin had.
    assert sum(hours_of(cast.learner, 2026).values()) == Decimal("3.00")
    assert list(ledger_faults()) == []
    taken_back = [entry for entry in entries_of(cast.learner, 2026) if entry.kind == "reversal"]
    assert {entry.by for entry in taken_back} == {cast.security_admin}
    assert len(taken_back) == 2


def test_after_merging_completions_and_hours_read_as_one(
    cast: Cast, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    """A village cadre learned one lesson on each of two accounts; the second held no post, so it earned nothing yet."""
    world.adopt()
    twin = PersonFactory(name=cast.learner.name, village=cast.places.village)
    one = world.earn(cast.learner, 1800)
    other = world.complete(twin, taught := world.teach(1800))
    merge(twin, into=cast.learner, by=cast.security_admin, reason=REASON, at=clock.now)
    (late,) = world.register_credit(LessonCompletion.objects.get(pk=other.pk), at=clock.now)

    assert LessonCompletion.objects.of(cast.learner).count() == 2
    assert Progress(cast.learner).lesson(taught.lesson(0)).is_done
    assert {entry.pk for entry in entries_of(cast.learner, 2026)} == {one.pk, late.pk}
    assert sum(hours_of(cast.learner, 2026).values()) == Decimal("2.00")
    (row,) = at_desk(cast.officer).get(reverse("desk:people")).context["page"].object_list
    assert (row.pk, row.online_hours, row.lessons_completed) == (cast.learner.pk, Decimal("2.00"), 2)
