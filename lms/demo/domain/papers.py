"""How the people of the province answer: presence checks, quizzes and exams, through the stories of learning."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from courses.enums import QuestionKind
from courses.models import LessonPage
from lms.demo.clock import moved_to
from lms.learning.domain.answering import hand_in
from lms.learning.domain.checking import answer_check, ask_check, choice_code, current_question
from lms.learning.domain.marking import Item
from lms.learning.domain.sitting import NotNow, open_sitting, pause_after
from lms.learning.models import PresenceCheck
from lms.people.models import Person

TO_READ = timedelta(seconds=15)
TO_FILL_IN = timedelta(minutes=3)
# Who has failed looks at the lesson again and tries once more.
TRIES = 2


def answer_question_in_between(check: PresenceCheck, *, rightly: bool, at: datetime) -> datetime:
    """Answer the check until it is passed or failed; returns when that was. One whose time has not come is left."""
    person = check.person
    while check.is_open and at >= check.answerable_from:
        at += TO_READ
        with moved_to(at):
            check = ask_check(person, check.code, at=at)
            question = current_question(check)
            if question is None:
                break
            choice = next(each for each in question.choices.all() if each.is_right == rightly)
            check = answer_check(person, check.code, len(check.asked), choice_code(check, choice.pk), at=at)
    return at


def take_quiz(person: Person, lesson: LessonPage, random: Random, *, knows: float, at: datetime) -> datetime:
    """Sit down to the lesson's quiz or exam, knowing this share of what is asked; returns when it was handed in."""
    for number in range(1, TRIES + 1):
        with moved_to(at):
            try:
                sitting = open_sitting(person, lesson, at=at)
            except NotNow:
                return at
        given = {item["id"]: answer_to(item, random, rightly=random.random() < knows) for item in sitting.paper}
        at += TO_FILL_IN
        with moved_to(at):
            attempt = hand_in(sitting, given=given, at=at)
        if attempt.passed:
            return at
        at += pause_after(number, attempt.question_set) + TO_READ
    return at


def answer_to(item: Item, random: Random, *, rightly: bool) -> Any:
    """What is put on the paper: the right answer, or one that people give by mistake."""
    key = item["key"]
    if item["kind"] == QuestionKind.SHORT:
        return key[0] if rightly else "记不清了"
    if rightly:
        return key
    names = [option["id"] for option in item["options"]]
    match item["kind"]:
        case QuestionKind.MULTIPLE:
            # One is forgotten; where there is only one, everything is ticked.
            return key[:-1] or names
        case QuestionKind.ORDER:
            return {name: place % len(names) + 1 for name, place in key.items()}
        case QuestionKind.MATCH:
            return dict.fromkeys(names, random.choice(item["partners"])["id"])
    return random.choice([name for name in names if name != key])
