"""Work handed to a colleague for some days."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention
from lms.people.models.dated import Dated
from lms.people.models.standing import Role


class Delegation(Dated):
    """委托代审: for some days a colleague also does the first review that a role is for; the role stays where it is.

    Given, and ended early, by `standing_in`. It opens nothing once the role, or the colleague's own, has ended.
    """

    RETENTION = Retention("saying who was allowed what", until="the role ended", days=3 * 365, basis="statutory_duty")

    role = models.ForeignKey(Role, verbose_name=_("role"), on_delete=models.CASCADE, related_name="delegations")
    taker = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("stand-in"), on_delete=models.PROTECT, related_name="delegations"
    )
    given_at = models.DateTimeField(_("given"))

    class Meta(Dated.Meta):
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["-active_from", "-pk"]
        constraints = [
            *Dated.Meta.constraints,
            # It ends by itself.
            models.CheckConstraint(condition=Q(active_to__isnull=False), name="people_delegation_ends"),
        ]
        indexes = [
            # For whom somebody stands in on a day.
            models.Index(F("taker"), F("active_from"), name="people_delegation_taker"),
        ]

    def __str__(self) -> str:
        return f"{self.role_id} {self.taker_id} {self.active_from}"
