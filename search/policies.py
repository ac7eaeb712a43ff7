"""Who keeps the words that mean the same, and who sees what was asked for in vain, as Wagtail asks it."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from wagtail.permission_policies import ModelPermissionPolicy

from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.policies import has_role
from media.wording_policies import keeps_shared_terms

# Who makes lessons knows what they are called, who reviews them reads what is asked.
MAKERS = (RoleKind.TRAINER, RoleKind.REVIEWER, RoleKind.SYSTEM_ADMIN)


class SynonymPolicy(ModelPermissionPolicy):
    """Whoever makes or reviews lessons adds words and puts them right, and Wagtail's log says who; they hold for the
    whole site, so only the system administrator takes them away."""

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        return _is_maker(user) if set(actions) & {"add", "change", "view"} else keeps_shared_terms(user)

    def user_has_permission(self, user: Any, action: str) -> bool:
        return self.user_has_any_permission(user, [action])


class MissPolicy(ModelPermissionPolicy):
    """Seen by those who make and review lessons and by the system administrator; changed by nobody."""

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        return "view" in set(actions) and _is_maker(user)

    def user_has_permission(self, user: Any, action: str) -> bool:
        return self.user_has_any_permission(user, [action])


def _is_maker(user: Any) -> bool:
    today = beijing_day(timezone.now())
    return any(has_role(user, kind, today) for kind in MAKERS)
