"""Who may change the words that recognition is given, as Wagtail asks it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from wagtail.permission_policies import ModelPermissionPolicy

from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.models import Org
from lms.people.policies import has_role, orgs_of_trainer
from media.models import GlossaryTerm


def orgs_whose_terms(actor: Any) -> QuerySet[Org]:
    """The organisations whose words the actor keeps: a trainer her own."""
    return orgs_of_trainer(actor, beijing_day(timezone.now()))


def keeps_shared_terms(actor: Any) -> bool:
    """Whether the words for everybody are hers to keep."""
    return has_role(actor, RoleKind.SYSTEM_ADMIN, beijing_day(timezone.now()))


class GlossaryPolicy(ModelPermissionPolicy):
    """A trainer keeps the words of her organisation and sees the shared ones, which the system administrator keeps."""

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        return keeps_shared_terms(user) or orgs_whose_terms(user).exists()

    def user_has_permission(self, user: Any, action: str) -> bool:
        return self.user_has_any_permission(user, [action])

    def user_has_any_permission_for_instance(self, user: Any, actions: Iterable[str], instance: GlossaryTerm) -> bool:
        return self.instances_user_has_any_permission_for(user, actions).filter(pk=instance.pk).exists()

    def user_has_permission_for_instance(self, user: Any, action: str, instance: GlossaryTerm) -> bool:
        return self.user_has_any_permission_for_instance(user, [action], instance)

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet[GlossaryTerm]:
        hers = Q(org__in=orgs_whose_terms(user))
        if keeps_shared_terms(user) or set(actions) == {"view"}:
            hers |= Q(org=None)
        return GlossaryTerm.objects.filter(hers)

    def instances_user_has_permission_for(self, user: Any, action: str) -> QuerySet[GlossaryTerm]:
        return self.instances_user_has_any_permission_for(user, [action])


class SensitiveWordPolicy(ModelPermissionPolicy):
    """The list is kept by reviewers and the system administrator; nobody else sees it."""

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        today = beijing_day(timezone.now())
        return any(has_role(user, kind, today) for kind in (RoleKind.SYSTEM_ADMIN, RoleKind.REVIEWER))

    def user_has_permission(self, user: Any, action: str) -> bool:
        return self.user_has_any_permission(user, [action])
