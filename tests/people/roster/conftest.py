"""The officer, and a cadre of her roster."""

from datetime import date

import pytest

from lms.people.models import Membership, Person
from tests.cast import Cast
from tests.clock import Clock
from tests.people.roster.desk import Desk, numbered
from tests.people.rosters import identity_number


@pytest.fixture
def desk(cast: Cast, clock: Clock) -> Desk:
    clock.set(2026, 11, 20, 10)
    return Desk(cast, clock)


@pytest.fixture
def held(desk: Desk) -> Person:
    """李秀英 holds one post since 2026-01-01, and her number is known."""
    Membership.objects.create(
        person=desk.cast.learner, org=desk.cast.orgs.village_committee, active_from=date(2026, 1, 1)
    )
    return numbered(desk.cast.learner, identity_number(1))
