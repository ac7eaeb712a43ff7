"""Which list, and why it is sent."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.notices.domain.reminding import REASON_LENGTH, PlanChanged, ReminderRefused, remind
from lms.notices.models import Reminder
from lms.people.enums import PersonnelCategory
from lms.people.models import Division, Org, Person
from lms.reports.reminders.choosing import STATES, Choice


class ListForm(forms.Form):
    """Of which department, place, unit and category, and who of them; everything but the first may be left out.

    `place` was looked up by whoever makes the form; one that is not hers is refused.
    """

    org = forms.ModelChoiceField(label=_("In the name of"), queryset=Org.objects.none(), required=False)
    place = forms.CharField(required=False, widget=forms.HiddenInput)
    unit = forms.ModelChoiceField(
        label=_("Work unit"), queryset=Org.objects.none(), required=False, empty_label=_("All")
    )
    category = forms.ChoiceField(
        label=_("Personnel category"), required=False, choices=[("", _("All")), *PersonnelCategory.choices]
    )
    state = forms.ChoiceField(
        label=_("Whom"), required=False, choices=[(code, words) for code, (words, _states) in STATES.items()]
    )

    def __init__(
        self, *args: Any, orgs: list[Org], place: Division | None, units: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._place = place
        self._orgs = orgs
        self.fields["org"].queryset = Org.objects.filter(pk__in=[org.pk for org in orgs])  # type: ignore[attr-defined]  # a field of choices
        self.fields["unit"].queryset = Org.objects.filter(  # type: ignore[attr-defined]  # a field of choices
            pk__in=[pk for pk, _name in units]
        )
        if len(orgs) == 1:
            self.fields["org"].widget = forms.HiddenInput()

    def clean_org(self) -> Org:
        return self.cleaned_data["org"] or self._orgs[0]

    def clean_place(self) -> Division | None:
        if self.cleaned_data["place"] and self._place is None:
            raise forms.ValidationError(_("This place is not one of yours today."))
        return self._place

    def clean_state(self) -> str:
        return self.cleaned_data["state"] or "short"


class RemindForm(forms.Form):
    """Why, by which way, and the two digests of what was looked at: with SMS, and without."""

    reason = forms.CharField(
        label=_("Why you send it"),
        help_text=_("It stands on the audit log. Those who are reminded do not read it."),
        max_length=REASON_LENGTH,
    )
    way = forms.ChoiceField(choices=[("sms", ""), ("app", "")], widget=forms.HiddenInput(), required=False)
    seen_sms = forms.CharField(widget=forms.HiddenInput(), required=False, max_length=64)
    seen_app = forms.CharField(widget=forms.HiddenInput(), required=False, max_length=64)

    def save(self, choice: Choice, *, by: Person, at: datetime) -> Reminder | None:
        """The reminder, or None with the error on the form."""
        with_sms = self.cleaned_data["way"] == "sms"
        try:
            return remind(
                choice.person_ids,
                choice.template,
                choice.variables,
                with_sms=with_sms,
                seen=self.cleaned_data["seen_sms" if with_sms else "seen_app"],
                about=choice.about,
                reason=self.cleaned_data["reason"],
                org=choice.org,
                by=by,
                at=at,
            )
        except (PlanChanged, ReminderRefused) as error:
            self.add_error(None, str(error))
            return None
