"""Forms of people: one thing per screen, big fields, errors that say what to do."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lms.people.enums import LearnerCategory, ReviewStep, RoleKind
from lms.people.models import Division, Org, Person
from lms.people.models.devices import CODE_DIGITS
from lms.people.validators import NotAPhoneNumber, clean_number

EARLIEST_YEAR = 1900


class PhoneField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        attributes = {"inputmode": "numeric", "autocomplete": "tel-national", "enterkeyhint": "next", "autofocus": ""}
        kwargs.setdefault("label", _("Mobile number"))
        super().__init__(max_length=24, widget=forms.TextInput(attributes), **kwargs)

    def clean(self, value: Any) -> str:
        written = super().clean(value)
        if not written and not self.required:
            return ""
        try:
            return clean_number(written)
        except NotAPhoneNumber as error:
            raise forms.ValidationError(str(error)) from None


class PhoneForm(forms.Form):
    phone = PhoneField(error_messages={"required": _("Please write your mobile number.")})


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code from the message"),
        max_length=12,
        widget=forms.TextInput(
            {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "input-code", "autofocus": ""}
        ),
        error_messages={"required": _("Please write the six digits from the message.")},
    )

    def clean_code(self) -> str:
        code = "".join(self.cleaned_data["code"].split())
        if len(code) != CODE_DIGITS or not code.isdecimal():
            raise forms.ValidationError(_("The code has six digits."))
        return code


class SignInCodeForm(CodeForm):
    keep = forms.BooleanField(
        label=_("Keep my name on this phone"),
        required=False,
        help_text=_(
            "Next time you press your name instead of asking for a code. Only on a phone of your own family; it ends "
            "after 30 days without use, or when you take it off."
        ),
    )


class YearField(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Year of birth"),
            min_value=EARLIEST_YEAR,
            widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "bday-year", "class": "narrow"}),
            error_messages={
                "required": _("Please write the year in which you were born."),
                "invalid": _("Please write four digits, for example 1966."),
                "min_value": _("Please write four digits, for example 1966."),
            },
            **kwargs,
        )

    def clean(self, value: Any) -> int:
        year: int = super().clean(str(value).strip().removesuffix("年"))
        if year > date.today().year:
            raise forms.ValidationError(_("This year has not come yet. Please look again."))
        return year


class AboutForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={"required": _("Please write your name.")},
    )
    birth_year = YearField(help_text=_("For example 1966."))
    kind = forms.ChoiceField(
        label=_("You are"),
        choices=LearnerCategory.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )


class InPersonForm(forms.Form):
    """What a helper writes down about somebody who sits beside her."""

    name = forms.CharField(
        label=_("Name"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "autofocus": ""}),
        error_messages={"required": _("Please write the learner’s name.")},
    )
    birth_year = YearField(help_text=_("For example 1966."))
    kind = forms.ChoiceField(label=_("Category"), choices=LearnerCategory.choices, initial=LearnerCategory.FARMER)
    village = forms.ModelChoiceField(
        label=_("Lives in"), queryset=Division.objects.none(), to_field_name="code", empty_label=_("Please choose")
    )
    phone = PhoneField(
        label=_("Mobile number"), required=False, help_text=_("Leave it empty where the learner has none.")
    )

    def __init__(self, *args: Any, villages: QuerySet[Division], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["village"]
        field.queryset = villages  # type: ignore[attr-defined]  # a field of choices
        del self.fields["phone"].widget.attrs["autofocus"]
        only = list(villages[:2])
        if len(only) == 1:
            field.initial = only[0].code


class CorrectForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={"required": _("Please write your name.")},
    )
    birth_year = YearField(help_text=_("For example 1966."))


class GuardianForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the father, mother or guardian"),
        max_length=40,
        error_messages={"required": _("Please write the name of the guardian.")},
    )
    phone = PhoneField(label=_("The guardian's mobile number"))


class FactForm(forms.Form):
    answer = forms.CharField(max_length=40, error_messages={"required": _("Please write an answer.")})

    def __init__(self, *args: Any, fact: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].label = (
            _("In which year were you born?") if fact == "birth_year" else _("Which village are you from?")
        )
        if fact == "birth_year":
            self.fields["answer"].widget.attrs["inputmode"] = "numeric"


class StaffSignInForm(forms.Form):
    username = forms.CharField(
        label=_("Login code"),
        max_length=32,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "characters", "autofocus": ""}),
        error_messages={"required": _("Please write your login code.")},
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        error_messages={"required": _("Please write your password.")},
    )


class FactorForm(forms.Form):
    code = forms.CharField(
        label=_("Six digits from your authenticator app"),
        help_text=_("Without the phone: one of your recovery codes."),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "class": "input-code", "autofocus": ""}),
        error_messages={"required": _("Please write the code.")},
    )


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("New password"),
        help_text=_("At least 10 characters, with three of these: small letters, capital letters, digits, signs."),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same password again"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.person)
        if self.person.has_usable_password() and self.person.check_password(password):
            raise forms.ValidationError(_("This is your present password. Please choose another one."))
        return password

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if self.cleaned_data.get("password") not in {None, again}:
            raise forms.ValidationError(_("The two passwords are not the same."))
        return again


class RoleForm(forms.Form):
    kind = forms.ChoiceField(label=_("Role"), choices=RoleKind.choices)
    step = forms.ChoiceField(
        label=_("Review step"),
        help_text=_("For reviewers only."),
        choices=[("", _("none")), *ReviewStep.choices],
        required=False,
    )
    org = forms.ModelChoiceField(label=_("Organisation"), queryset=Org.objects.none(), empty_label=_("Please choose"))

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["org"].queryset = Org.objects.on(on)  # type: ignore[attr-defined]  # a field of choices


class InviteForm(RoleForm):
    name = forms.CharField(label=_("Name"), max_length=80)

    field_order = ["name", "kind", "step", "org"]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        error_messages={"required": _("Please write why.")},
    )


class LookForm(ReasonForm):
    """Why somebody is to be seen in full."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("For example: to call about Friday’s class. Without names and numbers.")


class MergeForm(ReasonForm):
    """Why two accounts are one person."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("For example: registered again with the new phone, identity card seen.")


class HelpForm(forms.Form):
    name = forms.CharField(label=_("Full name of the learner beside you"), max_length=40)
    birth_year = YearField()
    phone = PhoneField(label=_("New mobile number"))
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("For example: old phone lost, identity card seen."),
        max_length=200,
        error_messages={"required": _("Please write why.")},
    )
