"""What an officer chooses among appeals, and decides."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.learning.domain.appealing import WORDS_LENGTH, CannotSettle, settle
from lms.learning.enums import RefusalReason, SettlementOutcome
from lms.learning.models import Appeal, Settlement
from lms.lib.durations import format_seconds, read_seconds
from lms.lib.stretches import Stretches
from lms.people.models import Person


class AppealFilter(forms.Form):
    """Open or settled, and why it had not counted; everything may be left out."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Open, oldest first")), ("settled", _("Settled, newest first"))],
    )
    reason = forms.ChoiceField(label=_("Why it did not count"), required=False)
    lesson = forms.CharField(label=_("Lesson"), required=False, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [("", _("All")), *RefusalReason.choices]  # type: ignore[attr-defined]  # a field of choices


class MomentField(forms.CharField):
    """A moment of a lesson as on a player, 1:05; cleaned to whole seconds, None where it is left out."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off"})
        super().__init__(required=False, max_length=12, widget=widget, **kwargs)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        seconds = read_seconds(text)
        if seconds is None:
            raise forms.ValidationError(_("Please write the time as on the player, like 1:05."))
        return seconds


class SettleForm(forms.Form):
    """Count it, or a part of it, or leave it, and why: the learner reads it."""

    outcome = forms.ChoiceField(
        label=_("What shall become of it?"),
        widget=forms.RadioSelect,
        choices=[
            (SettlementOutcome.GRANTED.value, _("Count it")),
            (SettlementOutcome.DECLINED.value, _("Leave it as it is")),
        ],
        error_messages={"required": _("Please choose one of the two.")},
    )
    begin = MomentField(label=_("From"))
    end = MomentField(label=_("Up to"))
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("The learner reads this sentence. Name nobody in it."),
        max_length=WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please say why: the learner reads it.")},
    )

    def __init__(self, *args: Any, asked: Stretches, **kwargs: Any) -> None:
        """Both times are filled in so that all that was `asked` for counts."""
        super().__init__(*args, **kwargs)
        self.asked = asked
        self.fields["begin"].initial = format_seconds(asked.pairs[0][0] if asked else 0)
        self.fields["end"].initial = format_seconds(asked.end)

    @property
    def part(self) -> tuple[int, int]:
        """What the two times enclose; one that was left out leaves that side open."""
        begin, end = self.cleaned_data["begin"], self.cleaned_data["end"]
        return begin or 0, self.asked.end if end is None else end

    def save(self, appeal: Appeal, *, by: Person, at: datetime) -> Settlement | None:
        """The settlement, or None with the error on the form."""
        said = self.cleaned_data
        try:
            return settle(
                appeal,
                by=by,
                outcome=SettlementOutcome(said["outcome"]),
                reason=said["reason"],
                at=at,
                part=self.part,
            )
        except CannotSettle as error:
            self.add_error(None, str(error))
            return None
