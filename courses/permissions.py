"""Who may do what to pages and quizzes in the admin: roles of lms.people on the day, never groups.

Wagtail asks these policies from every view, chooser, listing and bulk action.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.utils import timezone
from wagtail.models import GroupPagePermission, Page, PagePermissionTester
from wagtail.permission_policies.base import ModelPermissionPolicy
from wagtail.permission_policies.pages import PagePermissionPolicy

from courses.models import CataloguePage, CoursePage, HomePage, LessonPage, QuestionSet
from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.models import Org, Person
from lms.people.policies import has_role, orgs_of_reviewer, orgs_of_trainer

# What trainers do with the courses of their organisations and everything below them.
TRAINER_ACTIONS = ("add", "change", "publish", "lock", "unlock", "bulk_delete")
# What system administrators do with the home page and the tracks, and with nothing else.
STRUCTURE_ACTIONS = frozenset({"add", "change", "publish", "lock", "unlock"})


def _today() -> Any:
    return beijing_day(timezone.now())


def _pages_of(orgs: QuerySet[Org]) -> Q:
    courses = CoursePage.objects.filter(org__in=orgs).values("pk")
    lessons = LessonPage.objects.filter(org__in=orgs).values("pk")
    return Q(pk__in=courses) | Q(pk__in=lessons)


def _structure() -> Q:
    return Q(pk__in=HomePage.objects.values("pk")) | Q(pk__in=CataloguePage.objects.values("pk"))


def _is_system_admin(person: Any) -> bool:
    return has_role(person, RoleKind.SYSTEM_ADMIN, _today())


class OrgPagePolicy(PagePermissionPolicy):
    """Trainers hold their organisations' courses and what stands below; system administrators the tracks."""

    def get_all_permissions_for_user(self, user: Any) -> list[GroupPagePermission]:
        """One unsaved permission for each action on each own course, which is what Wagtail's checks read."""
        if not user.is_active or user.is_anonymous:
            return []
        courses = list(Page.objects.filter(pk__in=CoursePage.objects.filter(org__in=orgs_of_trainer(user, _today()))))
        actions = [Permission(codename=f"{action}_page") for action in TRAINER_ACTIONS]
        return [GroupPagePermission(page=course, permission=action) for course in courses for action in actions]

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        actions = set(actions)
        if not user.is_active or user.is_anonymous:
            return False
        return bool(
            (actions & set(TRAINER_ACTIONS) and orgs_of_trainer(user, _today()).exists())
            or (actions & STRUCTURE_ACTIONS and _is_system_admin(user))
        )

    def user_has_any_permission_for_instance(self, user: Any, actions: Iterable[str], instance: Page) -> bool:
        return self.instances_user_has_any_permission_for(user, actions).filter(pk=instance.pk).exists()

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet[Page]:
        actions, allowed = set(actions), Q(pk__in=[])
        if user.is_active and not user.is_anonymous:
            if actions & set(TRAINER_ACTIONS):
                allowed |= _pages_of(orgs_of_trainer(user, _today()))
            if actions & STRUCTURE_ACTIONS and _is_system_admin(user):
                allowed |= _structure()
        return self.model._default_manager.filter(allowed)

    def users_with_any_permission(self, actions: Iterable[str], include_superusers: bool = True) -> QuerySet[Person]:
        return Person.objects.present().filter(roles__in=_roles(RoleKind.TRAINER)).distinct()

    def users_with_any_permission_for_instance(
        self, actions: Iterable[str], instance: Page, include_superusers: bool = True
    ) -> QuerySet[Person]:
        org = getattr(instance.specific, "org", None)
        return Person.objects.present().filter(roles__in=_roles(RoleKind.TRAINER).filter(org=org)).distinct()

    def explorable_root_instance(self, user: Any) -> Page | None:
        """The home page, for whoever has anything to do with pages."""
        return Page.objects.filter(pk__in=HomePage.objects.values("pk")).first() if self._explores(user) else None

    def explorable_instances(self, user: Any) -> QuerySet[Page]:
        """The home page, the tracks, and the pages of organisations for which the person teaches or reviews."""
        if not self._explores(user):
            return self.model._default_manager.none()
        own = _pages_of(orgs_of_trainer(user, _today())) | _pages_of(orgs_of_reviewer(user, _today()))
        return self.model._default_manager.filter(own | _structure())

    def _explores(self, user: Any) -> bool:
        if not user.is_active or user.is_anonymous:
            return False
        day = _today()
        return orgs_of_trainer(user, day).exists() or orgs_of_reviewer(user, day).exists() or _is_system_admin(user)


def _roles(kind: RoleKind) -> QuerySet[Any]:
    return Person._meta.get_field("roles").related_model.objects.on(_today()).filter(kind=kind)


class StructureTester(PagePermissionTester):
    """Home page and tracks belong to no organisation: system administrators keep them, trainers add courses."""

    def __init__(self, user: Any, page: Page) -> None:
        super().__init__(user, page)
        if not user.is_active or user.is_anonymous:
            return
        self.permissions = set(STRUCTURE_ACTIONS) if _is_system_admin(user) else set()
        if isinstance(page, CataloguePage) and orgs_of_trainer(user, _today()).exists():
            self.permissions.add("add")


class OrgModelPolicy(ModelPermissionPolicy):
    """Rows with an `org`: trainers of that organisation do everything with them, nobody else anything."""

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        return orgs_of_trainer(user, _today()).exists()

    def user_has_permission(self, user: Any, action: str) -> bool:
        return self.user_has_any_permission(user, [action])

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        return orgs_of_trainer(user, _today()).filter(pk=instance.org_id).exists()

    def user_has_any_permission_for_instance(self, user: Any, actions: Iterable[str], instance: Any) -> bool:
        return self.user_has_permission_for_instance(user, "change", instance)

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet[Any]:
        return self.model._default_manager.filter(org__in=orgs_of_trainer(user, _today()))

    def users_with_any_permission(self, actions: Iterable[str]) -> QuerySet[Person]:
        return Person.objects.present().filter(roles__in=_roles(RoleKind.TRAINER)).distinct()


page_policy = OrgPagePolicy(Page)
question_set_policy = OrgModelPolicy(QuestionSet)
