"""The smallest valid people, places and posts; states are traits."""

from datetime import UTC, date, datetime

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from lms.people.domain.registering import add_phone
from lms.people.enums import (
    ContactKind,
    DivisionLevel,
    LearnerCategory,
    OrgKind,
    PersonnelCategory,
    ReviewStep,
    RoleKind,
)
from lms.people.models import Belonging, Contact, Division, Membership, Org, Person, Post, Role

SINCE = date(2026, 1, 1)
JOINED = datetime(2026, 1, 1, 2, 0, tzinfo=UTC)
PASSWORD = "Field-2026-class"


class DivisionFactory(DjangoModelFactory):
    """A province of its own, with a code that cannot be real (90 to 99)."""

    class Meta:
        model = Division
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda number: f"{90 + number % 10:02d}" + "0" * 10)
    name = factory.Sequence(lambda number: f"测试省{number}")
    level = DivisionLevel.PROVINCE
    active_from = date(2000, 1, 1)

    class Params:
        prefecture = factory.Trait(level=DivisionLevel.PREFECTURE, code="990100000000", name="测试市")
        county = factory.Trait(
            level=DivisionLevel.COUNTY, code=factory.Sequence(lambda n: f"9901{n % 99 + 1:02d}000000"), name="测试县"
        )
        township = factory.Trait(
            level=DivisionLevel.TOWNSHIP, code=factory.Sequence(lambda n: f"990101{n % 999 + 1:03d}000"), name="测试镇"
        )
        village = factory.Trait(
            level=DivisionLevel.VILLAGE, code=factory.Sequence(lambda n: f"990101100{n % 999 + 1:03d}"), name="测试村"
        )


class OrgFactory(DjangoModelFactory):
    class Meta:
        model = Org

    name = factory.Sequence(lambda number: f"测试单位{number}")
    kind = OrgKind.TRAINING_PROVIDER
    division = factory.SubFactory(DivisionFactory, county=True)
    active_from = date(2000, 1, 1)

    class Params:
        organization_department = factory.Trait(kind=OrgKind.ORGANIZATION_DEPARTMENT)
        agriculture_department = factory.Trait(kind=OrgKind.AGRICULTURE_DEPARTMENT)
        village_committee = factory.Trait(
            kind=OrgKind.VILLAGE_COMMITTEE, division=factory.SubFactory(DivisionFactory, village=True)
        )


class PersonFactory(DjangoModelFactory):
    """A farmer without phone or village; `cadre`, `phone=…`, `village=…`, `staff` add what a test needs."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    name = factory.Sequence(lambda number: f"测试人{number}")
    kind = LearnerCategory.FARMER
    birth_year = 1970
    joined_at = JOINED
    password = "!"

    class Params:
        elder = factory.Trait(kind=LearnerCategory.ELDER, birth_year=1950)
        # A village cadre managed by the organisation department of the county.
        cadre = factory.Trait(
            kind=LearnerCategory.CADRE, post=factory.RelatedFactory("tests.factories.people.PostFactory", "person")
        )

    @factory.post_generation
    def phone(self, create: bool, number: str | None, **kwargs: object) -> None:
        if number:
            contact = add_phone(self, number, at=JOINED)
            contact.last_used_at = timezone.now()
            contact.save()

    @factory.post_generation
    def village(self, create: bool, division: Division | None, **kwargs: object) -> None:
        if division:
            BelongingFactory(person=self, division=division)

    @factory.post_generation
    def staff(self, create: bool, wanted: bool | None, **kwargs: object) -> None:
        """A password, so that the person can sign in on the staff page."""
        if wanted:
            self.set_password(PASSWORD)
            self.password_changed_at = timezone.now()
            self.save()


class BelongingFactory(DjangoModelFactory):
    class Meta:
        model = Belonging

    person = factory.SubFactory(PersonFactory)
    division = factory.SubFactory(DivisionFactory, village=True)
    active_from = SINCE


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    person = factory.SubFactory(PersonFactory)
    org = factory.SubFactory(OrgFactory)
    active_from = SINCE


class PostFactory(DjangoModelFactory):
    class Meta:
        model = Post

    person = factory.SubFactory(PersonFactory)
    org = factory.SubFactory(OrgFactory, village_committee=True)
    title = "村委会委员"
    category = PersonnelCategory.VILLAGE_CADRE
    cadre_authority = factory.SubFactory(OrgFactory, organization_department=True)
    active_from = SINCE


class RoleFactory(DjangoModelFactory):
    class Meta:
        model = Role

    person = factory.SubFactory(PersonFactory)
    kind = RoleKind.TRAINER
    org = factory.SubFactory(OrgFactory)
    active_from = SINCE

    class Params:
        officer = factory.Trait(kind=RoleKind.OFFICER, org=factory.SubFactory(OrgFactory, organization_department=True))
        reviewer = factory.Trait(kind=RoleKind.REVIEWER, step=ReviewStep.FIRST)
        ended = factory.Trait(active_to=date(2026, 6, 1))


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    person = factory.SubFactory(PersonFactory)
    kind = ContactKind.PHONE
    active_from = SINCE
