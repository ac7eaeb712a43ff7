"""The synthetic province: as many people as asked for, with records that prove themselves, and nobody real."""

from datetime import UTC, datetime
from random import Random

import pytest

from lms.credits.domain.checking import completions_without_entries, person_faults
from lms.credits.models import CreditChain, CreditLedgerEntry
from lms.demo.domain.synthetic.making import NotSynthetic, make_province
from lms.demo.domain.synthetic.people import everybody
from lms.people.models import Person, Post
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.mark.slow
def test_a_province_has_its_people_posts_and_proven_records():
    told = []

    posts, entries = make_province(60, seed=1, at=AT, tell=lambda people, entries: told.append(people))

    holders = Person.objects.filter(posts__isnull=False).distinct()
    assert (holders.count(), Post.objects.count(), CreditLedgerEntry.objects.count()) == (60, posts, entries)
    assert told[-1] == 60
    assert [fault for person in holders for fault in person_faults(person.pk)] == []
    assert list(completions_without_entries()) == []
    assert CreditChain.objects.count() == 60
    assert not any(person.has_usable_password() for person in Person.objects.all())
    assert Person.objects.create(name="下一个").pk > max(holders.values_list("pk", flat=True))


def test_where_anybody_is_nothing_is_made():
    PersonFactory()

    with pytest.raises(NotSynthetic, match="createdb"):
        make_province(10, seed=1, at=AT)
    assert Person.objects.count() == 1


@pytest.mark.slow
def test_a_second_province_is_refused():
    make_province(10, seed=1, at=AT)

    with pytest.raises(NotSynthetic, match="already"):
        make_province(10, seed=1, at=AT)


def test_the_same_seed_gives_the_same_people():
    from lms.demo.domain.synthetic.land import Land, Unit
    from lms.people.enums import DivisionLevel

    land = Land(units={level: [Unit(1, level, 2, 3)] for level in DivisionLevel})

    def people(seed):
        return [one.name for one in everybody(land, 20, seed=Random(seed), today=AT.date())]

    assert people("1/0") == people("1/0")
    assert people("1/0") != people("2/0")
