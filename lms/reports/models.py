"""What officers keep for themselves on the desk."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lib.retention import Retention
from lms.reports.enums import ViewPage
from lms.reports.rollups.models import (
    Cell,
    CellPost,
    DayTally,
    FoldState,
    MonthTally,
    Share,
    TodayTally,
    Touched,
    UnitTally,
)

__all__ = [
    "Cell",
    "CellPost",
    "DayTally",
    "FoldState",
    "MonthTally",
    "SavedView",
    "Share",
    "TodayTally",
    "Touched",
    "UnitTally",
]

MOST_LETTERS = 300


class SavedView(models.Model):
    """保存的视图: the filters of a page of the desk under a name, an officer's own. Written by `saved.keeping`.

    It holds filters and no rows: what it shows is asked of the policy anew each time. A name that was searched for is
    never part of it.
    """

    RETENTION = Retention("coming back to a view", until="its owner deletes it, or her account is closed")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name of the view"), max_length=40)
    page = models.CharField(_("page"), max_length=12, choices=ViewPage.choices)
    query = models.CharField(
        _("filters"), max_length=MOST_LETTERS, blank=True, help_text="as in an address, without the “?”"
    )
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("name", "pk")
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="reports_view_name_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.name}"
