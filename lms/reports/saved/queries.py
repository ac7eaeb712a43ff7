"""What a page shows of saved views."""

from typing import Any

from django.http import HttpRequest

from lms.people.views.common import person_of
from lms.reports.enums import ViewPage
from lms.reports.filters import Desk
from lms.reports.models import SavedView
from lms.reports.saved.forms import keep_form


def kept_views(request: HttpRequest, desk: Desk, page: ViewPage) -> dict[str, Any]:
    """Her views by name, and the form that keeps the filters of this page under another."""
    hers = SavedView.objects.filter(person=person_of(request))
    return {"views": list(hers), "keep_form": keep_form(page, desk.kept_query)}
