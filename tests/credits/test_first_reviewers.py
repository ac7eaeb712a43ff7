"""Whose list a claim waits in for its first review: a personnel officer's, or the authority's where nobody else is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lms.credits.domain.deciding_claims import pass_on
from lms.credits.policies import claims_waiting_for, may_review
from lms.people.domain.closing import close_account
from lms.people.enums import OrgKind, RoleKind
from lms.people.models import Division
from tests.cast import TODAY
from tests.credits.test_claiming import claimed, reviewer
from tests.credits.world import AT
from tests.factories.people import DivisionFactory, OrgFactory, RoleFactory

__all__ = ["reviewer"]
pytestmark = pytest.mark.django_db


def test_the_only_personnel_officers_own_claim_waits_for_the_authority(cast):
    RoleFactory(person=cast.learner, kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=cast.orgs.village_committee)
    claim = claimed(cast.learner)
    assert list(claims_waiting_for(cast.officer, on=TODAY)) == [claim]

    second = RoleFactory(kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=cast.orgs.township_government).person
    assert list(claims_waiting_for(cast.officer, on=TODAY)) == []

    close_account(second, by=None, at=AT)
    assert list(claims_waiting_for(cast.officer, on=TODAY)) == [claim]
    pass_on(claim, by=cast.officer, seen=1, at=AT)


def test_a_township_that_became_another_goes_on_reviewing_for_its_villages(cast, reviewer):
    claim = claimed(cast.learner)
    for was, code in ((cast.places.village, "990101900201"), (cast.places.township, "990101900000")):
        became = DivisionFactory(code=code, name=f"新{was.name}", level=was.level, parent=cast.places.county)
        Division.objects.filter(pk=was.pk).update(active_to=TODAY, successor=became)

    assert list(claims_waiting_for(reviewer, on=TODAY)) == [claim]
    assert list(claims_waiting_for(cast.officer, on=TODAY)) == []
    assert may_review(reviewer, claim, on=TODAY)
    assert not may_review(cast.officer, claim, on=TODAY)


def test_a_county_of_many_townships_is_asked_as_a_small_one_is(cast, reviewer, django_assert_num_queries):
    claimed(cast.learner)
    with CaptureQueriesContext(connection) as asked:
        claims_waiting_for(cast.officer, on=TODAY).count()
    for number in range(600):
        town = DivisionFactory(code=f"990101{300 + number}000", name="镇", level="township", parent=cast.places.county)
        org = OrgFactory(name="镇人民政府", kind=OrgKind.TOWNSHIP_GOVERNMENT, division=town)
        RoleFactory(person=reviewer, kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=org)

    with django_assert_num_queries(len(asked)):
        assert claims_waiting_for(cast.officer, on=TODAY).count() == 0
