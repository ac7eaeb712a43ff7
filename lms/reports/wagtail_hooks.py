"""Registration in the Wagtail admin."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from lms.reports.staff_panel import StaffPanel


@hooks.register("register_admin_menu_item")
def register_staff_pages() -> MenuItem:
    return MenuItem(_("Staff pages"), reverse_lazy("staff:home"), name="staff", icon_name="home", order=9000)


@hooks.register("construct_homepage_panels")
def add_staff_panel(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(StaffPanel())
