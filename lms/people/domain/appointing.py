"""A person takes up a post."""

from datetime import date

from django.db import transaction

from lms.people.domain.joining import join_org
from lms.people.enums import PersonnelCategory
from lms.people.models import Org, Person, Post


@transaction.atomic
def appoint(
    person: Person,
    *,
    org: Org,
    title: str,
    category: str,
    authority: Org,
    level: str = "",
    active_from: date,
) -> Post:
    """The person holds the post in the organisation from the day on, managed by `authority`, and works there.

    Told twice, it is one post. Earlier posts go on until `leaving.leave_post` ends them.
    """
    join_org(person, org, active_from=active_from)
    post, _created = Post.objects.get_or_create(
        person=person,
        org=org,
        title=title,
        active_to__isnull=True,
        defaults={
            "category": PersonnelCategory(category),
            "level": level,
            "cadre_authority": authority,
            "active_from": active_from,
        },
    )
    return post
