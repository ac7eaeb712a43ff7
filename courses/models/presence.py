"""What presence checks ask, and how many questions a lesson needs for them."""

from collections.abc import Iterable

from courses.enums import QuestionKind
from courses.models.questions import Question

# Two checks lie at least so many seconds of counted watching apart (law 4).
SECONDS_BETWEEN_CHECKS = 480
QUESTIONS_PER_CHECK = 2
# With fewer choices guessing pays.
LEAST_CHOICES = 4


def questions_needed(seconds: int) -> int:
    """How many presence questions a lesson of this length needs: none where it is too short for a check."""
    return seconds // SECONDS_BETWEEN_CHECKS * QUESTIONS_PER_CHECK


def askable(questions: Iterable[Question], *, least_choices: int = 2) -> list[Question]:
    """Those of the questions that a check may ask: single-choice, enough choices, exactly one right."""
    return [question for question in questions if _has_one_right_of(question, least_choices)]


def _has_one_right_of(question: Question, least_choices: int) -> bool:
    if question.kind != QuestionKind.SINGLE:
        return False
    choices = list(question.choices.all())
    return len(choices) >= least_choices and sum(choice.is_right for choice in choices) == 1
