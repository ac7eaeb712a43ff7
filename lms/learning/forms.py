"""Forms learners fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Question


class QuizForm(forms.Form):
    """A question with its choices is one field; which choice is right is not in it."""

    def __init__(self, *args: Any, questions: list[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[f"question-{question.pk}"] = forms.ChoiceField(
                label=question.text,
                choices=[(str(choice.pk), choice.text) for choice in question.choices.all()],
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Please choose an answer."),
                    "invalid_choice": _("Please choose an answer."),
                },
            )

    @property
    def answers(self) -> dict[int, int]:
        """The chosen choice's id by question id."""
        return {question.pk: int(self.cleaned_data[f"question-{question.pk}"]) for question in self.questions}
