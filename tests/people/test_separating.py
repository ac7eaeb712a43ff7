"""Two records of a cadre become one on the desk, with a preview, and two again as far as facts allow."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from lms.audit.models import AuditEntry
from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.parting import part_records
from lms.credits.domain.uniting import unite_record
from lms.credits.queries import hours_of
from lms.learning.domain.watching import accept_report, open_session
from lms.learning.models import WatchRecord
from lms.lib.stretches import Stretches
from lms.people.domain.changing_phone import change_phone
from lms.people.domain.merging import MergeRefused, merge, merge_on_roster
from lms.people.domain.separating import SeparatingRefused, separate, what_holds
from lms.people.models import Belonging, Contact, Identity, Merging, Person
from tests.cast import Cast
from tests.clock import Clock
from tests.credits import world
from tests.factories.learning import live_course, live_lesson, published
from tests.factories.people import PersonFactory, PostFactory, RoleFactory
from tests.people.rosters import identity_number
from tests.people.test_identities import give

pytestmark = pytest.mark.django_db
REASON = "看过身份证"


@pytest.fixture(autouse=True)
def _today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


@pytest.fixture
def twin(cast: Cast) -> Person:
    """A second record of 李秀英 on the same roster, with a phone and an identity number."""
    twin = PersonFactory(name="李秀英", phone="13800000002", village=cast.places.village)
    PostFactory(person=twin, org=cast.orgs.village_committee, cadre_authority=cast.orgs.organization_department)
    give(twin)
    return twin


def rows() -> list[list[object]]:
    return [list(model.objects.order_by("pk").values_list()) for model in (Person, Contact, Belonging, Identity)]


def test_merging_and_separating_leave_everything_as_it_was(cast: Cast, twin: Person, clock: Clock) -> None:
    before = rows()
    merge_on_roster(twin, into=cast.learner, by=cast.officer, reason=REASON, at=clock.now)
    assert Identity.objects.get().person == cast.learner
    merging = Merging.objects.get()
    assert what_holds(merging) == []

    for _time in range(2):
        merging = separate(merging, by=cast.officer, reason="堂姐妹", at=clock.now)

    # The numbers of rows made and taken away are not used again; everything else is as it was.
    assert rows() == before
    entry = AuditEntry.objects.get(action="person.separated")
    assert (entry.subject_id, entry.detail) == (str(twin.pk), {"parted_from": cast.learner.pk, "reason": "堂姐妹"})
    merge_on_roster(twin, into=cast.learner, by=cast.officer, reason=REASON, at=clock.now)


def test_what_was_merged_before_goes_back_with_it(cast: Cast, twin: Person, clock: Clock) -> None:
    third = PersonFactory(village=cast.places.village)
    merge(third, into=twin, by=cast.security_admin, reason=REASON, at=clock.now)
    merge_on_roster(twin, into=cast.learner, by=cast.officer, reason=REASON, at=clock.now)

    separate(Merging.objects.get(duplicate=twin), by=cast.officer, reason="堂姐妹", at=clock.now)

    third.refresh_from_db()
    assert third.merged_into == twin


def test_only_the_keeper_of_the_roster_merges_and_separates(cast: Cast, twin: Person, clock: Clock) -> None:
    def may(story: Callable[[Person], object]) -> set[str]:
        found = set()
        for part, actor in cast.everybody.items():
            try:
                story(actor)
            except (MergeRefused, SeparatingRefused):
                continue
            found.add(part)
        return found

    assert may(lambda by: merge_on_roster(twin, into=cast.learner, by=by, reason=REASON, at=clock.now)) == {"officer"}
    merging = Merging.objects.get()
    assert may(lambda by: separate(merging, by=by, reason="堂姐妹", at=clock.now)) == {"officer"}


def test_other_names_roles_and_two_numbers_are_refused(cast: Cast, twin: Person, clock: Clock) -> None:
    def refused(duplicate: Person, into: Person) -> bool:
        try:
            merge_on_roster(duplicate, into=into, by=cast.officer, reason=REASON, at=clock.now)
        except MergeRefused:
            return True
        return False

    give(cast.learner, identity_number(8))
    assert refused(twin, cast.learner)
    Identity.objects.filter(person=cast.learner).delete()
    Person.objects.filter(pk=twin.pk).update(name="李绣英")
    assert refused(twin, cast.learner)
    Person.objects.filter(pk=twin.pk).update(name="李秀英")
    RoleFactory(person=twin, org=cast.orgs.provider)
    assert refused(twin, cast.learner)
    # A farmer of that name is not on the roster.
    assert refused(PersonFactory(name="李秀英", village=cast.places.village), cast.learner)
    assert not Merging.objects.exists()


def test_hours_earned_twice_are_taken_back_and_given_back(
    cast: Cast, twin: Person, clock: Clock, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """One lesson on both; a course that counts as a whole on the twin, one lesson of two had before on the other."""
    short, long = world.teach(1800), world.teach(1800, 2700)
    world.adopt()
    for person, taught in ((cast.learner, short), (cast.learner, long), (twin, short)):
        world.register_credit(world.complete(person, taught), at=clock.move(minutes=1))
    world.per_course(world.adopt("sx_legacy", region=world.COUNTY))
    for number in (0, 1):
        world.complete(twin, long, number)
    world.register_credit(world.complete_course(twin, long), at=clock.move(minutes=1))
    hers, twins = hours_of(cast.learner, 2026), hours_of(twin, 2026)
    clock.move(minutes=1)

    with django_capture_on_commit_callbacks():
        merge_on_roster(twin, into=cast.learner, by=cast.officer, reason=REASON, at=clock.now)
    unite_record(cast.learner, at=clock.move(minutes=1))
    united = sum(hours_of(cast.learner, 2026).values())
    assert what_holds(Merging.objects.get()) == []
    with django_capture_on_commit_callbacks():
        merging = separate(Merging.objects.get(), by=cast.officer, reason="堂姐妹", at=clock.move(minutes=1))
    added = [len(part_records(merging, at=clock.move(minutes=1))) for _time in range(2)]

    assert united < sum(hers.values()) + sum(twins.values())
    assert (hours_of(cast.learner, 2026), hours_of(twin, 2026)) == (hers, twins)
    assert added == [3, 0]
    assert list(ledger_faults()) == []


def test_what_each_watched_is_told_apart_again(
    cast: Cast,
    twin: Person,
    clock: Clock,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    lesson = published(live_lesson(live_course(), seconds=400))
    for person, part in ((cast.learner, (0, 100)), (twin, (200, 260))):
        session = open_session(person, lesson, at=clock.now - timedelta(minutes=10))
        accept_report(session, 1, stretches=Stretches.of([part]), at=clock.now - timedelta(minutes=5))

    def watched() -> list[tuple[int, int]]:
        return list(WatchRecord.objects.order_by("pk").values_list("person_id", "covered_seconds"))

    before = watched()
    with django_capture_on_commit_callbacks(execute=True):
        merge_on_roster(twin, into=cast.learner, by=cast.officer, reason=REASON, at=clock.now)
    assert [seconds for _person, seconds in watched()] == [160, 160]
    with django_capture_on_commit_callbacks(execute=True):
        separate(Merging.objects.get(), by=cast.officer, reason="堂姐妹", at=clock.now)

    assert watched() == before


def test_what_was_learned_since_holds_the_two_together(cast: Cast, twin: Person, clock: Clock) -> None:
    world.adopt()
    clock.move(minutes=-30)
    merge_on_roster(twin, into=cast.learner, by=cast.officer, reason=REASON, at=clock.now)
    clock.move(minutes=30)
    world.earn(cast.learner, 1800)
    change_phone(cast.learner, "13800000009", at=clock.now)
    before = rows()

    with pytest.raises(SeparatingRefused, match="之后学完了课或课程"):
        separate(Merging.objects.get(), by=cast.officer, reason="堂姐妹", at=clock.now)

    assert {"手机号后来换过", "之后已登记学时"} <= set(what_holds(Merging.objects.get()))
    assert rows() == before


def test_an_officer_compares_merges_and_separates_on_the_desk(
    cast: Cast, twin: Person, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    world.adopt()
    taught = world.teach(1800)
    for person in (cast.learner, twin):
        world.register_credit(world.complete(person, taught), at=clock.move(minutes=1))
    clock.move(minutes=1)
    client = at_desk(cast.officer)
    address = reverse("desk:merge_records", args=[cast.learner.pk, twin.pk])

    found = client.get(reverse("desk:merging_others", args=[cast.learner.pk])).content.decode()
    shown = client.get(address)
    nothing_said = client.post(address, {"reason": ""})
    merged = client.post(address, {"reason": REASON}, follow=True)
    separated = client.post(merged.wsgi_request.path, {"reason": "堂姐妹"}, follow=True)

    assert address in found
    assert (shown.context["together"].before, shown.context["together"].after) == (Decimal("2.00"), Decimal("1.00"))
    assert "138****0002" in shown.content.decode()
    assert "13800000002" not in shown.content.decode()
    assert nothing_said.status_code == 422
    assert "恢复成两份" in merged.content.decode()
    assert "已恢复成两份记录" in separated.content.decode()
    twin.refresh_from_db()
    assert twin.merged_into is None


def test_pages_of_merging_are_for_the_keeper_alone(
    cast: Cast, twin: Person, clock: Clock, at_desk: Callable[[Person], Client]
) -> None:
    pages = [
        reverse("desk:merging_others", args=[cast.learner.pk]),
        reverse("desk:merge_records", args=[cast.learner.pk, twin.pk]),
    ]
    opened = {
        (part, page)
        for part, actor in cast.everybody.items()
        for page in pages
        if at_desk(actor).get(page).status_code == 200
    }
    merge_on_roster(twin, into=cast.learner, by=cast.officer, reason=REASON, at=clock.now)
    page = reverse("desk:merging", args=[Merging.objects.get().pk])

    assert opened == {("officer", page) for page in pages}
    assert {part for part, actor in cast.everybody.items() if at_desk(actor).get(page).status_code == 200} == {
        "officer"
    }
