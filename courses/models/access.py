"""Who may do what to a page: the page permissions of the roles held today, for the pages of the role's organisation.

Wagtail asks `page.permissions_for_user()` before every view, button and bulk action, so this is the one place.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from wagtail.models import PagePermissionTester

from courses.models.gate import GatedPage, must_be_reviewed
from lms.lib.durations import beijing_day
from lms.people.domain.groups import group_name
from lms.people.enums import OrgKind, RoleKind
from lms.people.policies import roles_on

_CACHE = "_courses_grants"


class Grants:
    """What a person may do on a day: page permissions ("add", "change", "publish") by organisation."""

    def __init__(self, person: Any, on: Any) -> None:
        self.on = on
        self.by_org: dict[int, set[str]] = {}
        self.is_trainer = self.runs_platform = False
        for role in roles_on(person, on):
            names = settings.ROLE_PERMISSIONS.get(group_name(role.kind, role.step), {}).get("pages", [])
            allowed = {name.split(".")[1].removesuffix("_page") for name in names}
            if not allowed:
                continue
            self.by_org.setdefault(role.org_id, set()).update(allowed)
            if role.kind == RoleKind.TRAINER:
                self.is_trainer = True
                self.runs_platform |= role.org.kind == OrgKind.PLATFORM_OPERATOR

    def orgs_with(self, actions: set[str]) -> list[int]:
        return [org_id for org_id, allowed in self.by_org.items() if allowed & actions]

    @property
    def on_tracks(self) -> set[str]:
        """Every trainer adds courses to a track; tracks themselves belong to the platform's operator."""
        if self.runs_platform:
            return {"add", "change", "publish"}
        return {"add", "publish"} if self.is_trainer else set()

    @property
    def on_home(self) -> set[str]:
        return {"add", "change", "publish"} if self.runs_platform else set()


def grants_of(person: Any) -> Grants:
    """The person's grants today; kept on the object, which lives as long as a request."""
    today = beijing_day(timezone.now())
    kept = getattr(person, _CACHE, None)
    if kept is None or kept.on != today:
        kept = Grants(person, today)
        setattr(person, _CACHE, kept)
    return kept


def _reviewed(models_of_pages: Iterable[type]) -> bool:
    return must_be_reviewed() and any(issubclass(model, GatedPage) for model in models_of_pages)


class ContentPermissionTester(PagePermissionTester):
    """Wagtail's tester with our permissions: nobody changes what belongs to another organisation."""

    def __init__(self, user: Any, page: Any) -> None:
        super().__init__(user, page)
        self.permissions = page.granted_to(user) if user.is_active else set()

    def can_publish(self) -> bool:
        """By hand: nobody, where a page goes online after three reviews (gate.py)."""
        return self.can_withdraw() and not _reviewed([type(self.page)])

    def can_publish_subpage(self) -> bool:
        return super().can_publish_subpage() and not _reviewed(self.page.allowed_subpage_models())

    def can_withdraw(self) -> bool:
        """Take down, and take back a schedule: this stays with trainers whatever is reviewed."""
        return "change" in self.permissions and super().can_publish()

    def can_unschedule(self) -> bool:
        return self.can_withdraw()

    def can_unpublish(self) -> bool:
        return "change" in self.permissions and super().can_unpublish()

    def can_reorder_children(self) -> bool:
        return "change" in self.permissions and super().can_reorder_children()

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        return {"add", "change"} <= self.permissions and super().can_delete(ignore_bulk=ignore_bulk)

    def can_set_view_restrictions(self) -> bool:
        """Who may play a course stands in its own field."""
        return False

    def can_view_revisions(self) -> bool:
        return self.can_edit()


class ScopedPage(models.Model):
    """Mixin of every page of ours."""

    # Who may open a page is said by its audience; Wagtail's passwords and groups would say it a second time.
    private_page_options: ClassVar[list[str]] = []

    if TYPE_CHECKING:
        objects: ClassVar[Any]  # Wagtail builds its manager of pages at run time

    class Meta:
        abstract = True

    def granted_to(self, person: Any) -> set[str]:
        """The page permissions that the person has on this page today."""
        return set(grants_of(person).by_org.get(getattr(self, "org_id", None) or 0, set()))

    def permissions_for_user(self, user: Any) -> ContentPermissionTester:
        return ContentPermissionTester(user, self)
