"""A person leaves an organisation or a post; the row stays, with its end."""

from datetime import date
from typing import TypeVar

from lms.people.models import Membership, Org, Person, Post
from lms.people.models.dated import Dated

DatedRow = TypeVar("DatedRow", bound=Dated)


def end(row: DatedRow, *, on: date) -> DatedRow:
    """The row holds no longer from the day on; a row that would have begun later never holds. Keeps an earlier end."""
    if row.active_to is None or row.active_to > on:
        row.active_to = max(on, row.active_from)
        row.save(update_fields=["active_to"])
    return row


def leave_org(person: Person, org: Org, *, on: date) -> None:
    """The person no longer works in the organisation from the day on, nor holds a post there."""
    for membership in Membership.objects.filter(person=person, org=org, active_to__isnull=True):
        end(membership, on=on)
    for post in Post.objects.filter(person=person, org=org, active_to__isnull=True):
        end(post, on=on)


def leave_post(post: Post, *, on: date) -> Post:
    """The post is held no longer from the day on."""
    return end(post, on=on)
