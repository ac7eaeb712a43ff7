"""Where a cadre is counted: at one post, hence in one unit and one place, so that parts add up to the whole."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from lms.people.enums import LEVEL_DIGITS, DivisionLevel
from lms.people.models import Division, Org, Post, in_place, in_places
from lms.people.models.places import SUCCESSORS
from lms.people.policies import holding
from lms.reports.overview.shapes import Scope
from lms.reports.queries import with_posts

# To follow a division to what it has become without asking again.


def placed(scope: Scope, on: date) -> QuerySet[Any]:
    """Everybody in scope with `post_id`: the post held longest of those held on the day within her places.

    Posts held elsewhere are passed over, or a person seen for one post would be counted where nobody looks.
    """
    return with_posts(scope.visible(on), on, _near(scope, on))


def posts_near(scope: Scope, on: date) -> QuerySet[Post]:
    """The posts among which `placed` chooses one for each of them."""
    return Post.objects.on(on).filter(_near(scope, on))


def _near(scope: Scope, on: date) -> Q:
    """The condition that a post is of a unit within her places; units are few, and looked up once for all posts."""
    near = Org.objects.filter(in_places(scope.roots(on), on))
    return Q(org__in=near.order_by().values("pk"))


def narrowed(
    persons: QuerySet[Any], on: date, *, place: Division | None = None, unit: int | None = None, category: str = ""
) -> QuerySet[Any]:
    """Those of `placed` whose one post lies in the place, is of the unit and has the category."""
    posts = Post.objects.on(on)
    if place is not None:
        posts = posts.filter(in_place(place, on, "org__division"))
    if unit is not None:
        posts = posts.filter(org=unit)
    if category:
        posts = posts.filter(category=category)
    if place is None and unit is None and not category:
        return persons
    # Whoever holds none of these posts is left out before anybody's one post is looked for.
    return persons.filter(holding(posts)).filter(post_id__in=posts.order_by().values("pk"))


def places_called(codes: Collection[str], scope: Scope, on: date) -> dict[str, Division]:
    """By code: the division, or what it has become by the day, where it lies within the scope; one query."""
    asked = [code for code in codes if len(code) == 12 and code.isascii() and code.isdecimal()]
    if not asked:
        return {}
    roots = scope.roots(on)
    found = {}
    for division in Division.objects.select_related(SUCCESSORS).filter(code__in=asked):
        place = division.current(on)
        if any(root.contains(place) for root in roots):
            found[division.code] = place
    return found


def place_called(code: str, scope: Scope, on: date) -> Division | None:
    """The one place with the code; see `places_called`."""
    return places_called([code], scope, on).get(code)


def trail_to(place: Division, scope: Scope, on: date) -> list[Division]:
    """The places from the scope's root down to and including this one: what the breadcrumb says."""
    root = next(root for root in scope.roots(on) if root.contains(place))
    codes = [code for code in _codes_around(place.code) if code.startswith(root.code_prefix)]
    between = {one.code: one for one in Division.objects.filter(code__in=codes)}
    between[place.code] = place
    return [between[code] for code in codes if code in between]


def _codes_around(code: str) -> list[str]:
    """The codes a division may have whose digits begin this one, from the province down, itself among them."""
    return list(dict.fromkeys(code[: LEVEL_DIGITS[level]].ljust(12, "0") for level in DivisionLevel))


def children_by_code(
    place: Division | None, orgs: Iterable[Org], on: date, roots: list[Division]
) -> dict[int, Division]:
    """By unit: the place of the next level in which it lies; units of the place itself are left out.

    Without a place, the next level are the roots of the scope. Levels that do not exist somewhere are skipped.
    """
    homes = {org.pk: org.division.current(on) for org in orgs}
    if place is None:
        return {pk: root for pk, home in homes.items() for root in roots if root.contains(home)}
    steps = {
        pk: [code for code in _codes_around(home.code) if code.startswith(place.code_prefix) and code != place.code]
        for pk, home in homes.items()
    }
    known = {
        one.code: one for one in Division.objects.filter(code__in={code for each in steps.values() for code in each})
    }
    found = {}
    for pk, codes in steps.items():
        child = next((known[code] for code in codes if code in known), None)
        if child is not None:
            found[pk] = child
    return found
