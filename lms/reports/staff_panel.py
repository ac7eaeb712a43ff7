"""The start page of the three administrators in the admin: where their work lies."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component

from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.policies import roles_on


@dataclass(frozen=True)
class Place:
    address: str
    name: str | Promise
    purpose: str | Promise


PLACES: dict[str, list[Place]] = {
    RoleKind.SYSTEM_ADMIN: [
        Place("wagtailsites:index", _("Sites"), _("Under which name the site is reached, and its first page.")),
        Place("wagtailadmin_workflows:index", _("Workflows"), _("Which steps of review a page passes.")),
    ],
    RoleKind.SECURITY_ADMIN: [Place("staff:people", _("Staff and roles"), _("Invite, grant, end, reset."))],
    RoleKind.AUDIT_ADMIN: [
        Place("audit_log", _("Audit log"), _("Who did what, to whose record, and when.")),
        Place("seals", _("Daily seals"), _("Proof that nothing was rewritten, to be kept in another house.")),
    ],
}


class StaffPanel(Component):
    """Links for administrators; trainers and reviewers have panels of their own."""

    name = "reports_staff"
    template_name = "desk/staff_panel.html"
    order = 10

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        roles = roles_on(parent_context["request"].user, beijing_day(timezone.now()))
        places = [place for role in roles for place in PLACES.get(role.kind, ())]
        return {"places": [(reverse(place.address), place) for place in dict.fromkeys(places)]}
