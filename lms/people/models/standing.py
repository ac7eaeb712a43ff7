"""Where a person stands on a day: village, organisations, posts and roles."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention
from lms.people.enums import PersonnelCategory, PostLevel, ReviewStep, RoleKind
from lms.people.models.dated import Dated
from lms.people.models.places import Division, Org


class Belonging(Dated):
    """The village a person belongs to; it does not depend on where she is, works or signs in."""

    RETENTION = Retention("showing what a village learns", until="the account is closed")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="belongings"
    )
    division = models.ForeignKey(
        Division, verbose_name=_("division"), on_delete=models.PROTECT, related_name="belongings"
    )

    class Meta(Dated.Meta):
        verbose_name = _("belonging to a village")
        verbose_name_plural = _("belongings to villages")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                name="people_belonging_one_open", fields=["person"], condition=Q(active_to__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.division_id}"


class Membership(Dated):
    """A person works in, or is a member of, an organisation."""

    RETENTION = Retention("saying who works where", until="the membership ended", days=3 * 365, basis="contract")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="memberships"
    )
    org = models.ForeignKey(Org, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="memberships")

    class Meta(Dated.Meta):
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                name="people_membership_one_open", fields=["person", "org"], condition=Q(active_to__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.org_id}"


class Post(Dated):
    """职务: a job held, its category and level, and who manages the person for it (干部管理权限)."""

    RETENTION = Retention("the training record of a cadre", until="never", days=None, basis="statutory_duty")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="posts"
    )
    org = models.ForeignKey(Org, verbose_name=_("work unit"), on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(_("title of the post"), max_length=80)
    category = models.CharField(_("personnel category"), max_length=32, choices=PersonnelCategory.choices)
    level = models.CharField(_("post level"), max_length=32, choices=PostLevel.choices, blank=True)
    cadre_authority = models.ForeignKey(
        Org, verbose_name=_("cadre administration authority"), on_delete=models.PROTECT, related_name="managed_posts"
    )

    class Meta(Dated.Meta):
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        indexes = [
            # The cadres that an organisation department manages on a day.
            models.Index(fields=["cadre_authority", "active_from"], name="people_post_authority"),
        ]

    def __str__(self) -> str:
        return self.title


class Role(Dated):
    """What a person may do for an organisation, from a day up to a day; granted and ended by the story granting."""

    RETENTION = Retention("saying who was allowed what", until="the role ended", days=3 * 365, basis="statutory_duty")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="roles"
    )
    kind = models.CharField(_("role"), max_length=32, choices=RoleKind.choices)
    org = models.ForeignKey(Org, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="roles")
    step = models.CharField(_("review step"), max_length=8, choices=ReviewStep.choices, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("granted by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="granted_roles",
    )

    class Meta(Dated.Meta):
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                name="people_role_one_open",
                fields=["person", "kind", "org", "step"],
                condition=Q(active_to__isnull=True),
            ),
            models.CheckConstraint(
                name="people_role_step_of_reviewer",
                condition=Q(kind=RoleKind.REVIEWER) & ~Q(step="") | ~Q(kind=RoleKind.REVIEWER) & Q(step=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.org_id}"
