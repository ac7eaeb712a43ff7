"""Wagtail's groups follow the roles held today; nobody is put into a group by hand.

What each role may do stands in the setting ROLE_PERMISSIONS, on the top floor, because it names models of
every app: "app.codename", or "app.*" for every permission of an app. Page permissions hold from the root of
the page tree; whose pages somebody may change is narrowed by `policies.may_manage_content_of`.
"""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from lms.people.enums import ADMIN_ROLES, ReviewStep, RoleKind
from lms.people.models import Person, Role
from lms.people.policies import roles_on


def group_name(kind: str, step: str = "") -> str:
    """The group that carries the permissions of a role: "trainer", "reviewer_first", …"""
    return f"{kind}_{step}" if step else str(kind)


GROUP_NAMES = frozenset(
    group_name(kind, step)
    for kind in ADMIN_ROLES
    for step in (ReviewStep.values if kind == RoleKind.REVIEWER else [""])
)


def _permissions(names: Iterable[str]) -> list[Permission]:
    wanted = Q(pk__in=[])
    for name in names:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app) & (Q() if codename == "*" else Q(codename=codename))
    return list(Permission.objects.filter(wanted))


def ensure_groups() -> None:
    """Make the groups and give them exactly what ROLE_PERMISSIONS says; may be run again at any time."""
    page_root = Page.objects.filter(depth=1).first()
    collection_root = Collection.objects.filter(depth=1).first()
    for name in sorted(GROUP_NAMES):
        wanted = settings.ROLE_PERMISSIONS.get(name, {})
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.set(_permissions(wanted.get("models", [])))
        if page_root is not None:
            allowed = _permissions(wanted.get("pages", []))
            GroupPagePermission.objects.filter(group=group, page=page_root).exclude(permission__in=allowed).delete()
            for permission in allowed:
                GroupPagePermission.objects.get_or_create(group=group, page=page_root, permission=permission)
        if collection_root is not None:
            allowed = _permissions(wanted.get("collections", []))
            GroupCollectionPermission.objects.filter(group=group).exclude(permission__in=allowed).delete()
            for permission in allowed:
                GroupCollectionPermission.objects.get_or_create(
                    group=group, collection=collection_root, permission=permission
                )


def keep_groups(person: Person, *, on: date, roles: list[Role] | None = None) -> None:
    """Put the person into the groups of the roles held on the day, and out of every other group of ours.

    Called when a role is granted or ended and whenever somebody enters the admin: an ended role opens nothing.
    """
    held = {group_name(role.kind, role.step) for role in (roles_on(person, on) if roles is None else roles)}
    wanted = held & GROUP_NAMES
    present = set(person.groups.filter(name__in=GROUP_NAMES).values_list("name", flat=True))
    if wanted == present:
        return
    person.groups.remove(*Group.objects.filter(name__in=present - wanted))
    person.groups.add(*Group.objects.filter(name__in=wanted - present))
    for cached in ("_perm_cache", "_user_perm_cache", "_group_perm_cache"):
        person.__dict__.pop(cached, None)
