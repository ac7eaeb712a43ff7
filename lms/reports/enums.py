"""Choices of lms.reports."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ViewPage(models.TextChoices):
    """A page of the desk whose filters can be kept, by the name of its address."""

    OVERVIEW = "overview", _("Overview")
    PEOPLE = "people", _("Cadres")


class Sorting(models.TextChoices):
    """In which order cadres are listed: never by hours."""

    NAME = "name", _("By name")
    UNIT = "unit", _("By work unit")
