"""Forms learners fill in."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from courses.domain.instruments import Instrument, Part
from courses.enums import QuestionKind
from courses.models.asking import LONGEST_ANSWER

_CHOOSE = {"required": _("Please choose an answer."), "invalid_choice": _("Please choose an answer.")}


class SelfAssessmentForm(forms.Form):
    """One dimension of the self-assessment with the whole scale; what the others were answered travels along, hidden.

    `number` counts dimensions from 1. Those after it need no answer yet.
    """

    def __init__(self, *args: Any, instrument: Instrument, number: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instrument, self.number = instrument, number
        for place, part in enumerate(instrument.parts, start=1):
            for item in part.items:
                self.fields[item.code] = forms.TypedChoiceField(
                    label=item.text,
                    choices=instrument.scale,
                    coerce=int,
                    empty_value=None,
                    required=place <= number,
                    widget=forms.RadioSelect if place == number else forms.HiddenInput,
                    error_messages=_CHOOSE,
                )

    @property
    def part(self) -> Part:
        return self.instrument.parts[self.number - 1]

    @property
    def is_last(self) -> bool:
        return self.number == len(self.instrument.parts)

    def asked(self) -> list[BoundField]:
        return [self[item.code] for item in self.part.items]

    def first_faulty(self) -> int:
        """The first dimension in which an answer is missing or wrong; raises StopIteration where none is."""
        parts = enumerate(self.instrument.parts, start=1)
        return next(place for place, part in parts if any(item.code in self.errors for item in part.items))


class Asked:
    """One question of a form with its fields: one, or one for each thing to be put in order or matched."""

    def __init__(self, number: int, item: dict[str, Any], fields: list[BoundField]) -> None:
        self.number = number
        self.item = item
        self.fields = fields

    @property
    def errors(self) -> list[str]:
        """The sentences about this question, each once."""
        return list(dict.fromkeys(str(error) for field in self.fields for error in field.errors))


class QuizForm(forms.Form):
    """Every question of a paper, under names that hold in its sitting alone. It was given no key."""

    def __init__(self, *args: Any, items: list[dict[str, Any]], needs_all: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            for name, field in _fields(item):
                field.required = field.widget.is_required = needs_all
                self.fields[name] = field

    def asked(self) -> Iterator[Asked]:
        """The questions in order, for the page."""
        for number, item in enumerate(self.items, start=1):
            yield Asked(number, item, [self[name] for name in _names(item)])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for item in self.items:
            if item["kind"] == QuestionKind.ORDER:
                places = [cleaned[name] for name in _names(item) if cleaned.get(name)]
                if len(set(places)) < len(places):
                    self.add_error(_names(item)[0], _("Two things have the same place. Give each place once."))
        return cleaned

    @property
    def given(self) -> dict[str, Any]:
        """What was answered, by the names of the items; without what was left open, or half open."""
        return {item["id"]: given for item in self.items if (given := self._given(item))}

    def _given(self, item: dict[str, Any]) -> Any:
        values = [self.cleaned_data[name] for name in _names(item)]
        if not all(values):
            return None
        match item["kind"]:
            case QuestionKind.ORDER:
                return dict(zip(_ids(item["options"]), map(int, values), strict=True))
            case QuestionKind.MATCH:
                return dict(zip(_ids(item["options"]), values, strict=True))
        return values[0]


def _ids(each: Iterable[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in each]


def _names(item: dict[str, Any]) -> list[str]:
    if item["kind"] in {QuestionKind.ORDER, QuestionKind.MATCH}:
        return [f"q-{item['id']}-{option['id']}" for option in item["options"]]
    return [f"q-{item['id']}"]


def _fields(item: dict[str, Any]) -> Iterator[tuple[str, forms.Field]]:
    options = [(option["id"], option["text"]) for option in item["options"]]
    names = _names(item)
    match item["kind"]:
        case QuestionKind.SHORT:
            yield (
                names[0],
                forms.CharField(
                    label=_("Your answer"),
                    max_length=LONGEST_ANSWER,
                    widget=forms.TextInput(attrs={"autocomplete": "off"}),
                    error_messages={"required": _("Please write an answer.")},
                ),
            )
        case QuestionKind.MULTIPLE:
            yield (
                names[0],
                forms.MultipleChoiceField(
                    label=item["text"],
                    choices=options,
                    widget=forms.CheckboxSelectMultiple,
                    error_messages={**_CHOOSE, "required": _("Please choose at least one answer.")},
                ),
            )
        case QuestionKind.ORDER | QuestionKind.MATCH:
            if item["kind"] == QuestionKind.ORDER:
                offered = [(str(place), str(place)) for place in range(1, len(options) + 1)]
            else:
                offered = [(partner["id"], partner["text"]) for partner in item["partners"]]
            for name, (_id, text) in zip(names, options, strict=True):
                yield (
                    name,
                    forms.ChoiceField(label=text, choices=[("", _("Please choose")), *offered], error_messages=_CHOOSE),
                )
        case _:
            yield (
                names[0],
                forms.ChoiceField(
                    label=item["text"], choices=options, widget=forms.RadioSelect, error_messages=_CHOOSE
                ),
            )
