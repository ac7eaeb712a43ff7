"""What may have to be counted again; never shown."""

from django.db import models


class TouchedKind(models.TextChoices):
    PERSON = "person"
    PLACE = "place"
    ALL = "all"
