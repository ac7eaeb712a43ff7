"""Bring in the first administrators of a new site; later ones are invited on the staff pages."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from lms.lib.durations import beijing_day
from lms.people.domain.granting import RoleRefused
from lms.people.domain.inviting import invite_staff
from lms.people.enums import ADMINISTRATORS, OrgKind
from lms.people.models import Division, Org


class Command(BaseCommand):
    help = "Invite a first administrator; prints an address that works once, for three days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the person's name")
        parser.add_argument("role", choices=sorted(ADMINISTRATORS))
        parser.add_argument("--org", required=True, help="name of the organisation that runs the site")
        parser.add_argument("--division", help="12-digit code of its place, if the organisation is new")

    def handle(self, *args: Any, name: str, role: str, org: str, division: str | None, **options: Any) -> None:
        now = timezone.now()
        organisation = Org.objects.on(beijing_day(now)).filter(name=org).first()
        if organisation is None:
            place = Division.objects.filter(code=division or "").first()
            if place is None:
                raise CommandError(f"There is no organisation {org!r}. To make it, say where: --division CODE")
            organisation = Org.objects.create(
                name=org, kind=OrgKind.PLATFORM_OPERATOR, division=place, active_from=beijing_day(now)
            )
        try:
            invitation, code = invite_staff(name=name, kind=role, org=organisation, by=None, at=now)
        except RoleRefused as error:
            raise CommandError(str(error)) from error
        address = settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("staff:invitation", args=[code])
        self.stdout.write(f"Login code: {invitation.person.login_code}\nHand over, once: {address}")
