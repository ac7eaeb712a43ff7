"""Words that mean the same, and questions without an answer, in the Wagtail admin."""

from datetime import timedelta

from django.db.models import F, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from lms.lib.durations import beijing_day
from search.models import SearchMiss, SynonymGroup

SHOWN_DAYS = 30


class SynonymViewSet(ModelViewSet):
    """Words that mean the same (同义词)."""

    model = SynonymGroup
    name = "search_synonyms"
    url_prefix = "synonyms"
    icon = "list-ul"
    menu_label = _("Words that mean the same")
    menu_order = 156
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = [Column("__str__", label=_("these words"))]
    search_fields = ["words"]
    search_backend_name = None


class MissIndexView(generic.IndexView):
    """Each question once, with how often it was asked in the last days."""

    def get_base_queryset(self) -> QuerySet[SearchMiss]:
        since = beijing_day(timezone.now()) - timedelta(days=SHOWN_DAYS)
        asked = SearchMiss.objects.filter(day__gt=since).annotate(
            asked_times=Window(Sum("times"), partition_by=F("asked")),
            newest=Window(RowNumber(), partition_by=F("asked"), order_by=F("day").desc()),
        )
        return asked.filter(newest=1).order_by("-asked_times", "-day", "asked")

    def order_queryset(self, queryset: QuerySet[SearchMiss]) -> QuerySet[SearchMiss]:
        return queryset


class MissViewSet(ModelViewSet):
    """Questions without an answer (没找到的提问): read, never written here."""

    model = SearchMiss
    name = "search_misses"
    url_prefix = "questions-without-answer"
    icon = "help"
    menu_label = _("Questions without an answer")
    menu_order = 158
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = False
    form_fields = ["asked"]
    list_display = [
        Column("asked", label=_("asked")),
        Column("asked_times", label=_("asked how often (30 days)")),
        Column("day", label=_("last asked")),
    ]
    search_fields = ["asked"]
    search_backend_name = None
    index_view_class = MissIndexView

    def get_urlpatterns(self) -> list[URLPattern]:
        """Nothing but the list."""
        return [each for each in super().get_urlpatterns() if each.name in {"index", "index_results"}]


synonym_viewset = SynonymViewSet()
miss_viewset = MissViewSet()
