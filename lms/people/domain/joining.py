"""A person comes to belong to a village, or to work in an organisation."""

from datetime import date

from django.db import transaction

from lms.people.models import Belonging, Division, Membership, Org, Person


@transaction.atomic
def move_to_village(person: Person, division: Division, *, active_from: date) -> Belonging:
    """The person belongs to this village from the day on; where she belonged before ends that day.

    Told twice, it is one belonging.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    earlier = Belonging.objects.filter(person=person, active_to__isnull=True).first()
    if earlier and earlier.division_id == division.pk:
        return earlier
    if earlier:
        earlier.active_to = max(active_from, earlier.active_from)
        earlier.save(update_fields=["active_to"])
    return Belonging.objects.create(person=person, division=division, active_from=active_from)


@transaction.atomic
def join_org(person: Person, org: Org, *, active_from: date) -> Membership:
    """The person works in the organisation from the day on. Told twice, it is one membership."""
    membership, _created = Membership.objects.get_or_create(
        person=person, org=org, active_to__isnull=True, defaults={"active_from": active_from}
    )
    return membership
