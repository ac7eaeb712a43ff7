"""Naming the filters of a page."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from lms.reports.enums import ViewPage
from lms.reports.forms import FILTERS
from lms.reports.models import MOST_LETTERS

KEPT = ("on", "year", *FILTERS)


def kept_of(query: str) -> str:
    """Of what stands in an address, the filters that a view keeps; anything else, and anything long, is left out."""
    said = QueryDict(query[: 10 * MOST_LETTERS])
    kept = QueryDict(mutable=True)
    for name in KEPT:
        if value := said.get(name, ""):
            kept[name] = value[:40]
    return kept.urlencode()[:MOST_LETTERS]


class NameForm(forms.Form):
    """The name of a view."""

    name = forms.CharField(label=_("Name of the view"), max_length=40)


class KeepForm(NameForm):
    """The name, and which page with which filters."""

    page = forms.ChoiceField(choices=ViewPage.choices, widget=forms.HiddenInput)
    query = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_query(self) -> str:
        return kept_of(self.cleaned_data["query"])


def keep_form(page: str, query: str, **more: Any) -> KeepForm:
    """The empty form for the filters that hold on a page."""
    return KeepForm(initial={"page": page, "query": query}, auto_id="keep_%s", **more)
