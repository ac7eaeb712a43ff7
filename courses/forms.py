"""Forms of the pages that courses adds to the Wagtail admin."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from courses.domain.takedown import take_down
from courses.models import Takedown


class TakedownForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it taken down?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with the page and in the log. Editors see it."),
        error_messages={"required": _("Please say why it is taken down. The reason is kept.")},
    )

    def save(self, page: Page, *, by: Any, at: datetime) -> Takedown:
        return take_down(page, by=by, reason=self.cleaned_data["reason"], at=at)
