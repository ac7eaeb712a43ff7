"""Whom an assignment asks, and how far somebody has come with it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Asked(TextChoices):
    """Whom an assignment asks; each is resolved anew for each day."""

    EVERYBODY = "everybody", _("all cadres of the department")
    UNITS = "units", _("the people of places or units")
    PEOPLE = "people", _("people by name")


class ProgressState(TextChoices):
    """How far a person has come with an assigned course."""

    DONE = "done", _("completed")
    UNDER_WAY = "under_way", _("begun")
    NOT_BEGUN = "not_begun", _("not begun")
