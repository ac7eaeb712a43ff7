"""What may have to be counted again."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TouchedKind(models.TextChoices):
    PERSON = "person", _("One person")
    PLACE = "place", _("A division or an organisation")
    ALL = "all", _("Everybody")
