"""The stories about persons: granting, inviting, enrolling, joining, changing a phone, merging, closing."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from lms.audit.models import AuditEntry
from lms.lib.durations import beijing_day
from lms.people.domain import enrolling, leaving
from lms.people.domain.appointing import appoint
from lms.people.domain.changing_phone import ChangeRefused, change_phone, change_phone_in_person
from lms.people.domain.closing import close_account
from lms.people.domain.granting import RoleRefused, end_role, grant_role
from lms.people.domain.groups import ensure_groups, group_name
from lms.people.domain.inviting import InvitationRefused, accept_invitation, invite_again, invite_staff
from lms.people.domain.joining import join_org, move_to_village
from lms.people.domain.merging import MergeRefused, merge
from lms.people.domain.notices import current_notice
from lms.people.enums import PersonnelCategory, RoleKind
from lms.people.models import Belonging, Consent, Contact, Person, Role
from lms.people.models.persons import SuperuserRefused
from lms.people.policies import persons_visible_to, roles_on
from lms.people.queries import authority_on, categories_on, home_division_on, same_person_ids
from tests.cast import TODAY, Cast
from tests.clock import Clock
from tests.factories.people import PASSWORD, PersonFactory


@pytest.fixture(autouse=True)
def _today(clock: Clock) -> None:
    clock.set(2026, 11, 20, 10)


# Granting


def test_grant_role_twice_is_one_role_and_one_entry(cast: Cast, clock: Clock) -> None:
    def grant() -> Role:
        return grant_role(
            cast.stranger, "trainer", cast.orgs.provider, by=cast.security_admin, active_from=TODAY, at=clock.now
        )

    first = grant()

    assert grant() == first
    assert AuditEntry.objects.filter(action="role.granted").count() == 1
    assert list(cast.stranger.groups.values_list("name", flat=True)) == ["trainer"]


def test_three_administrators_are_three_people(cast: Cast, clock: Clock) -> None:
    for kind in ("system_admin", "audit_admin"):
        with pytest.raises(RoleRefused):
            grant_role(cast.second_security_admin, kind, cast.orgs.operator, by=cast.security_admin, active_from=TODAY)


def test_nobody_grants_to_herself(cast: Cast) -> None:
    with pytest.raises(RoleRefused):
        grant_role(cast.security_admin, "trainer", cast.orgs.provider, by=cast.security_admin, active_from=TODAY)


@pytest.mark.parametrize(("kind", "step"), [("reviewer", ""), ("trainer", "first"), ("reviewer", "fourth")])
def test_steps_belong_to_reviewers(cast: Cast, kind: str, step: str) -> None:
    with pytest.raises(RoleRefused):
        grant_role(cast.stranger, kind, cast.orgs.provider, by=None, active_from=TODAY, step=step)


def test_an_ended_role_leaves_its_group_the_same_moment(cast: Cast, clock: Clock) -> None:
    role = grant_role(cast.stranger, "trainer", cast.orgs.provider, by=None, active_from=date(2026, 11, 1))

    end_role(role, by=cast.security_admin, on=TODAY)

    assert roles_on(cast.stranger, TODAY) == []
    assert not cast.stranger.groups.exists()
    assert list(AuditEntry.objects.values_list("action", flat=True))[-1] == "role.ended"


def test_groups_carry_what_the_settings_say_and_no_more(db: None) -> None:
    ensure_groups()
    trainer = PersonFactory(staff=True)
    trainer.groups.set(trainer.groups.model.objects.filter(name=group_name(RoleKind.TRAINER)))
    security = PersonFactory(staff=True)
    security.groups.set(security.groups.model.objects.filter(name=group_name(RoleKind.SECURITY_ADMIN)))

    assert trainer.has_perm("wagtailadmin.access_admin")
    assert trainer.has_perm("media.add_video")
    assert not trainer.has_perm("people.change_person")
    assert security.get_all_permissions() == {"wagtailadmin.access_admin"}


# No superuser


def test_there_is_no_superuser(db: None) -> None:
    with pytest.raises(SuperuserRefused):
        Person.objects.create_superuser("ROOT", password="x")
    person = PersonFactory()
    person.is_superuser = True
    with pytest.raises(IntegrityError), transaction.atomic():
        person.save()


# Inviting and enrolling


def _app_code(device: TOTPDevice, clock: Clock) -> str:
    return f"{totp(device.bin_key):06d}"


def test_an_invitation_is_taken_up_once(cast: Cast, clock: Clock) -> None:
    invitation, code = invite_staff(
        name="新老师", kind="trainer", org=cast.orgs.provider, by=cast.security_admin, at=clock.now
    )
    person = accept_invitation(code, password=PASSWORD, at=clock.now)

    assert person == invitation.person
    assert person.check_password(PASSWORD)
    with pytest.raises(InvitationRefused):
        accept_invitation(code, password="Other-Pass-99", at=clock.now)
    assert code not in str(list(type(invitation).objects.values()))


def test_an_invitation_runs_out_and_a_new_one_ends_the_old(cast: Cast, clock: Clock) -> None:
    invitation, code = invite_staff(name="新", kind="trainer", org=cast.orgs.provider, by=None, at=clock.now)
    _again, newer = invite_again(invitation.person, by=None, at=clock.now)
    with pytest.raises(InvitationRefused):
        accept_invitation(code, password=PASSWORD, at=clock.now)

    with pytest.raises(InvitationRefused):
        accept_invitation(newer, password=PASSWORD, at=clock.move(days=3))


@pytest.mark.parametrize("weak", ["short-A1", "onlysmallletters", "password123456", "1234567890"])
def test_a_weak_password_is_refused_and_the_invitation_stays(cast: Cast, clock: Clock, weak: str) -> None:
    _invitation, code = invite_staff(name="新", kind="trainer", org=cast.orgs.provider, by=None, at=clock.now)
    with pytest.raises(ValidationError):
        accept_invitation(code, password=weak, at=clock.now)

    assert accept_invitation(code, password=PASSWORD, at=clock.now)


def test_enrolment_needs_a_right_code_and_gives_recovery_codes_once(cast: Cast, clock: Clock) -> None:
    _invitation, code = invite_staff(name="新", kind="trainer", org=cast.orgs.provider, by=None, at=clock.now)
    person = accept_invitation(code, password=PASSWORD, at=clock.now)
    device = enrolling.begin_enrolment(person, at=clock.now)
    assert enrolling.begin_enrolment(person, at=clock.now) == device

    assert enrolling.finish_enrolment(device, "000000", at=clock.now) is None
    clock.move(minutes=1)
    codes = enrolling.finish_enrolment(device, _app_code(device, clock), at=clock.now)

    assert codes is not None
    assert len(set(codes)) == 8
    assert not set(codes) & set(str(list(person.staticdevice_set.values_list("token_set__token", flat=True))))
    with pytest.raises(enrolling.EnrolmentRefused):
        enrolling.begin_enrolment(person, at=clock.now)


def test_a_stolen_password_cannot_enrol_a_factor_later(cast: Cast, clock: Clock) -> None:
    with pytest.raises(enrolling.EnrolmentRefused):
        enrolling.begin_enrolment(cast.trainer, at=clock.now)


def test_a_lost_factor_takes_two_administrators(cast: Cast, clock: Clock) -> None:
    TOTPDevice.objects.create(user=cast.officer, name="totp", confirmed=True)
    reset = enrolling.request_reset(cast.officer, reason="手机丢了", by=cast.security_admin, at=clock.now)
    for alone in (cast.security_admin, cast.officer):
        with pytest.raises(enrolling.ResetRefused):
            enrolling.approve_reset(reset, by=alone, at=clock.now)
    assert enrolling.has_factor(cast.officer)

    _invitation, code = enrolling.approve_reset(reset, by=cast.second_security_admin, at=clock.now)

    cast.officer.refresh_from_db()
    assert not enrolling.has_factor(cast.officer)
    assert not cast.officer.has_usable_password()
    assert accept_invitation(code, password="Other-Pass-99", at=clock.now) == cast.officer
    actions = list(AuditEntry.objects.values_list("action", flat=True))
    assert actions == ["factor.reset_requested", "factor.reset", "staff.invited", "staff.accepted"]


def test_nobody_resets_her_own_factor(cast: Cast, clock: Clock) -> None:
    with pytest.raises(enrolling.ResetRefused):
        enrolling.request_reset(cast.security_admin, reason="x", by=cast.security_admin, at=clock.now)


# Joining, leaving, categories


def test_being_a_cadre_is_a_matter_of_posts_and_days(cast: Cast) -> None:
    post = appoint(
        cast.farmer,
        org=cast.orgs.village_committee,
        title="网格员",
        category=PersonnelCategory.GRID_WORKER,
        authority=cast.orgs.township_government,
        active_from=date(2026, 3, 1),
    )
    leaving.leave_post(post, on=date(2026, 9, 1))

    assert categories_on(cast.farmer, date(2026, 2, 28)) == {"farmer"}
    assert categories_on(cast.farmer, date(2026, 3, 1)) == {"farmer", "cadre", "grid_worker"}
    assert categories_on(cast.farmer, date(2026, 9, 1)) == {"farmer"}
    assert authority_on(cast.farmer, date(2026, 8, 31)) == cast.orgs.township_government
    assert authority_on(cast.farmer, date(2026, 9, 1)) is None
    assert categories_on(cast.learner, TODAY) == {"cadre", "village_cadre"}


def test_moving_to_another_village_keeps_the_days_before(cast: Cast) -> None:
    move_to_village(cast.farmer, cast.places.neighbour_village, active_from=date(2026, 6, 1))
    move_to_village(cast.farmer, cast.places.neighbour_village, active_from=date(2026, 7, 1))

    assert home_division_on(cast.farmer, date(2026, 5, 31)) == cast.places.village
    assert home_division_on(cast.farmer, date(2026, 6, 1)) == cast.places.neighbour_village
    assert Belonging.objects.filter(person=cast.farmer).count() == 2


def test_joining_twice_is_one_membership_and_leaving_ends_posts_there(cast: Cast) -> None:
    join_org(cast.learner, cast.orgs.village_committee, active_from=date(2026, 1, 1))
    join_org(cast.learner, cast.orgs.village_committee, active_from=date(2026, 2, 1))
    assert cast.learner.memberships.count() == 1

    leaving.leave_org(cast.learner, cast.orgs.village_committee, on=TODAY)

    assert not cast.learner.memberships.on(TODAY).exists()
    assert not cast.learner.posts.on(TODAY).exists()


# Changing a phone


def test_a_changed_phone_is_dated_and_logged_without_the_number(cast: Cast, clock: Clock) -> None:
    person = PersonFactory(phone="13800000001")
    change_phone(person, "13800000002", at=clock.now)
    change_phone(person, "13800000002", at=clock.now)

    assert [contact.masked for contact in Contact.objects.filter(person=person).on(TODAY)] == ["138****0002"]
    assert Contact.objects.filter(person=person).count() == 2
    entry = AuditEntry.objects.get(action="phone.changed")
    assert "138" not in str(entry.detail)


def test_helpers_and_officers_change_a_phone_in_their_own_place_only(cast: Cast, clock: Clock) -> None:
    may = set()
    for part, helper in cast.everybody.items():
        try:
            with transaction.atomic():
                change_phone_in_person(cast.farmer, "13800000003", by=helper, reason="旧手机丢了", at=clock.now)
                may.add(part)
                transaction.set_rollback(True)
        except ChangeRefused:
            pass

    assert may == {"officer", "prefecture_officer", "agriculture_officer", "helper"}


def test_changing_a_phone_in_person_needs_a_reason(cast: Cast, clock: Clock) -> None:
    with pytest.raises(ChangeRefused):
        change_phone_in_person(cast.farmer, "13800000003", by=cast.helper, reason=" ", at=clock.now)


# Merging


def test_merging_leads_phone_and_facts_to_the_survivor(cast: Cast, clock: Clock) -> None:
    duplicate = PersonFactory(phone="13800000001", village=cast.places.village)
    earlier = PersonFactory()
    merge(earlier, into=duplicate, by=cast.security_admin, reason="同一个人", at=clock.now)

    for _time in range(2):
        merge(duplicate, into=cast.farmer, by=cast.security_admin, reason="同一个人", at=clock.now)

    duplicate.refresh_from_db()
    assert duplicate.survivor == cast.farmer
    assert set(same_person_ids(cast.farmer)) == {cast.farmer.pk, duplicate.pk, earlier.pk}
    assert Contact.objects.filter(person=cast.farmer).on(TODAY).count() == 1
    assert not duplicate.is_active
    assert AuditEntry.objects.filter(action="person.merged", subject_id=str(duplicate.pk)).count() == 1


def test_merging_refuses_the_same_the_closed_and_ones_own(cast: Cast, clock: Clock) -> None:
    closed = close_account(PersonFactory(), by=cast.farmer, at=clock.now)
    for one, into, by in (
        (cast.farmer, cast.farmer, cast.helper),
        (cast.farmer, closed, cast.helper),
        (cast.farmer, cast.stranger, cast.farmer),
    ):
        with pytest.raises(MergeRefused):
            merge(one, into=into, by=by, reason="x", at=clock.now)


# Closing


def test_closing_deletes_what_says_who_it_was(cast: Cast, clock: Clock) -> None:
    person = PersonFactory(phone="13800000001", village=cast.places.village, name="刘桂兰")
    for _time in range(2):
        close_account(person, by=person, at=clock.now)

    person.refresh_from_db()
    assert (person.name, person.birth_year, person.is_active, person.closed_at) == ("", None, False, clock.now)
    assert not Contact.objects.filter(person=person).exists()
    assert not Belonging.objects.filter(person=person).exists()
    assert AuditEntry.objects.filter(action="person.closed").count() == 1


def test_closing_withdraws_consent_and_keeps_the_proof(cast: Cast, clock: Clock) -> None:
    consent = Consent.objects.create(
        person=cast.farmer, notice=current_notice(), means="in_person", given_at=clock.now - timedelta(days=9)
    )

    close_account(cast.farmer, by=cast.farmer, at=clock.now)

    consent.refresh_from_db()
    assert consent.withdrawn_at == clock.now


def test_a_cadres_record_keeps_its_name_and_loses_the_sign_in(cast: Cast, clock: Clock) -> None:
    close_account(cast.learner, by=cast.learner, at=clock.now)

    cast.learner.refresh_from_db()
    assert cast.learner.name == "李秀英"
    assert not cast.learner.is_active
    assert not persons_visible_to(cast.officer, purpose="cadre_training", on=beijing_day(clock.now)).exists()


def test_after_closing_no_table_of_ours_holds_the_name(cast: Cast, clock: Clock) -> None:
    person = PersonFactory(name="欧阳罕见名", phone="13800000001")
    close_account(person, by=person, at=clock.now)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("people_", "audit_")):
                cursor.execute(f'SELECT * FROM "{table}"')
                assert "欧阳罕见名" not in str(cursor.fetchall()), table
