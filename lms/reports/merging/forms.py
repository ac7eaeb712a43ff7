"""What an officer says when two records become one, or two again."""

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.people.validators import without_numbers


class OneForm(forms.Form):
    reason = forms.CharField(
        label=_("How you know that this is one person"),
        help_text=_("For example: identity card seen. Without names and numbers; it stays on the log."),
        max_length=200,
        validators=[without_numbers],
        error_messages={"required": _("Please write how you know that this is one person.")},
    )


class TwoForm(forms.Form):
    reason = forms.CharField(
        label=_("Why these are two people after all"),
        help_text=_("For example: cousins of one name. Without names and numbers; it stays on the log."),
        max_length=200,
        validators=[without_numbers],
        error_messages={"required": _("Please write why these are two people after all.")},
    )
